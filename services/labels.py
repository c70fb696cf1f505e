"""False alarm, said by an officer → **label**: a case that the next backtest is held against, one line of a CSV file.

A label is one side's word on one alert. It changes no ledger: the report counts it beside the real events.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import msgspec

from alerts.states import AlertState
from services.clock import iso_day
from services.errors import FeedError
from streams.assessments import Assessment, Situation
from streams.observations import SECONDS_A_DAY
from streams.signals import Hazard

BEFORE = timedelta(days=7)  # as the scorer has it: what rings a week earlier rings for the same reason
AFTER_S = 14 * SECONDS_A_DAY  # the dwell time: an alert that has not ended lasts at least so long after its last ring


class Label(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the file. Days are ISO days: the first ring, and the end of the alert or what its end was then."""

    alert_id: str
    hazard: Hazard
    group: str
    origin: str
    route: str
    since: str
    until: str
    said_by: str  # the side, not the person: the file leaves the record
    said_on: str
    note: str

    @property
    def situation(self) -> Situation:
        """What the alert was about."""
        return Situation(hazard=self.hazard, group=self.group, origin=self.origin, route=self.route)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one label in a backtest: rings of the same situation at the same time; none if it is quiet."""

    label: Label
    rings: tuple[str, ...]  # day and level
    is_played: bool  # the history has days of it; else its silence says nothing


def labels_of(states: Iterable[AlertState]) -> list[Label]:
    """One label for each side that calls an alert false, in the order of the alerts."""
    found = []
    for state in states:
        situation = state.assessment.situation
        for track in state.tracks.values():
            if track.false_alarm_at is None or not state.rings:
                continue
            end = state.resolved_at or state.ended_at or state.rings[-1].at + AFTER_S
            found.append(
                Label(
                    alert_id=state.alert_id,
                    hazard=situation.hazard,
                    group=situation.group,
                    origin=situation.origin,
                    route=situation.route,
                    since=iso_day(state.rings[0].at),
                    until=iso_day(max(end, state.rings[-1].at)),
                    said_by=track.participant,
                    said_on=iso_day(track.false_alarm_at),
                    note=track.false_alarm_note,
                )
            )
    return found


def to_csv(labels: Iterable[Label]) -> str:
    """The file: a header and one line a label (RFC 4180)."""
    out = io.StringIO()
    writer = csv.DictWriter(out, Label.__struct_fields__)
    writer.writeheader()
    writer.writerows(msgspec.structs.asdict(label) for label in labels)
    return out.getvalue()


def from_csv(text: str, name: str) -> list[Label]:
    """The labels of a file; `name` is how messages call it. Raises FeedError naming the line and what to write."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    labels = []
    for number, row in enumerate(reader, start=2):
        try:
            label = msgspec.convert(row, Label)
            date.fromisoformat(label.since), date.fromisoformat(label.until)
        except (msgspec.ValidationError, ValueError) as problem:
            raise FeedError(
                f"{name}, line {number}: {problem}; a labels file is what `twinbell labels export` writes"
            ) from None
        labels.append(label)
    return labels


def outcomes(labels: Sequence[Label], assessments: Iterable[Assessment], span: tuple[str, str]) -> tuple[Outcome, ...]:
    """For each label the rings that come again: of the same situation, from a week before its first ring to its end.

    `span` are the first and the last ISO day of what was played.
    """
    rung: dict[str, list[tuple[date, str]]] = {}
    for assessment in assessments:
        rings = rung.setdefault(assessment.situation.situation_id, [])
        rings += [(date.fromisoformat(iso_day(ring.at)), str(ring.level)) for ring in assessment.rings]
    found = []
    for label in labels:
        first, last = date.fromisoformat(label.since) - BEFORE, date.fromisoformat(label.until)
        again = sorted(ring for ring in rung.get(label.situation.situation_id, []) if first <= ring[0] <= last)
        is_played = label.since <= span[1] and span[0] <= label.until
        told = tuple(f"{day} {level}" for day, level in again)
        found.append(Outcome(label=label, rings=told, is_played=is_played))
    return tuple(found)
