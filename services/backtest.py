"""History through the pipeline, scored against a ledger of real events: would it have rung, when, and for what."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from alerts.fingerprint import alert_id_of
from alerts.participants import Directory
from alerts.track_record import Rate
from benchmarks import score_alerts
from services.archive import Archive
from services.clock import at_local, iso_day, iso_time
from services.database import migrate, open_engine
from services.feeds.files import FileFeed
from services.feeds.importing import ImportReport, OnFile, import_files
from services.own_evidence import Belief, believe
from streams.assessments import Assessment, Level
from streams.engine import Engine, GroupState
from streams.observations import SECONDS_A_DAY, ObservationBatch
from streams.reference import Reference
from streams.signals import Signal

NIGHT = (22, 7)  # local hours in which a wake costs sleep


class RingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of `rings` as the scorer reads it."""

    at: str
    level: str
    families: tuple[str, ...]
    direction: str | None


class AlertRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One line of alerts.jsonl as the scorer reads it, with the words that say why it rang."""

    alert_id: str
    hazard: str
    minerals: tuple[str, ...]
    origin_or_route: str | None
    closed_at: str | None
    rings: tuple[RingRecord, ...]
    evidence: tuple[str, ...]  # detector, subject and score of the signals that rang


class Nights(msgspec.Struct, frozen=True, kw_only=True):
    """How often one side's officer would have been woken at night in one year."""

    participant: str
    year: int
    wakes: int


class EventScore(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one observable event; `by` are the alerts that found it."""

    event_id: str
    title: str
    hazard: str
    detected: bool
    named: bool
    delay_days: int | None
    by: tuple[str, ...]


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What the scorer says of one span, in its own words, and the recall by hazard."""

    figures: dict[str, object]  # the scorer's own names
    hazards: dict[str, tuple[int, int, int]]  # hazard → observable, detected, named
    found: tuple[str, ...]  # event ids
    events: tuple[EventScore, ...]
    belief: Belief
    false_rings: tuple[tuple[str, str, str], ...]  # day, level, alert id


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two sets of alerts of the same history: rings and found events that only one of them has."""

    rings_only_new: tuple[str, ...]
    rings_only_old: tuple[str, ...]
    found_only_new: tuple[str, ...]
    found_only_old: tuple[str, ...]


@contextmanager
def history(feed: FileFeed, on_file: OnFile) -> Iterator[tuple[Archive, ImportReport]]:
    """The files of a feed in an archive of its own that is thrown away afterwards, and what became of each file."""
    with TemporaryDirectory(prefix="twinbell-") as folder:
        database = open_engine(f"sqlite:///{folder}/history.db", durable=False)
        try:
            migrate(database)
            archive = Archive(database.execution_options(reading=True))
            report = import_files(feed, archive, database, on_file)
            yield archive, report
        finally:
            database.dispose()


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """The last assessment of each run, and for each ring the signal that rang, which a run of years forgets."""

    assessments: list[Assessment]
    rang: dict[str, Signal]  # by ring id


def play(
    batches: Iterator[tuple[int, ObservationBatch]], engine: Engine, on_day: Callable[[int], None]
) -> list[Assessment]:
    """Run batches in order of known_at through the engine with a tick a day; return the last assessment of each run."""
    return play_through(batches, engine, on_day).assessments


def play_through(
    batches: Iterator[tuple[int, ObservationBatch]], engine: Engine, on_day: Callable[[int], None]
) -> Played:
    """The same, with what rang."""
    newest: dict[str, Assessment] = {}
    rang: dict[str, Signal] = {}
    for assessment in _assessed(batches, engine, on_day):
        before = newest.get(assessment.assessment_id)
        newest[assessment.assessment_id] = assessment
        if before is None or len(before.rings) != len(assessment.rings):
            signals = {signal.signal_id: signal for signal in assessment.signals}
            for ring in assessment.rings:
                if ring.signal_id in signals:
                    rang.setdefault(ring.ring_id, signals[ring.signal_id])
    return Played(assessments=[newest[key] for key in sorted(newest)], rang=rang)


def _assessed(
    batches: Iterator[tuple[int, ObservationBatch]], engine: Engine, on_day: Callable[[int], None]
) -> Iterator[Assessment]:
    """Every assessment that the batches give, a tick at each day that brings something."""
    states: dict[str, GroupState] = {}
    today = known_at = 0
    for known_at, batch in batches:
        day = known_at // SECONDS_A_DAY
        if day != today:
            yield from _ticked(states, engine, day * SECONDS_A_DAY)
            today = day
            on_day(known_at)
        yield from engine.apply(states.setdefault(batch.group, GroupState()), batch).assessments
    yield from _ticked(states, engine, known_at)


def _ticked(states: dict[str, GroupState], engine: Engine, at: int) -> Iterator[Assessment]:
    for group, state in states.items():
        if engine.is_live(state, at):
            yield from engine.apply(state, ObservationBatch(group=group, feed="tick", tick_at=at)).assessments


def rates(played: Played, false: Sequence[tuple[str, str, str]], span: tuple[str, str], scored: bool) -> list[Rate]:
    """How often each detector rang on each group within the ISO days of `span`, and how often truly.

    `false` are the scorer's false rings (day, level, alert id). Unscored, none is true and none false.
    """
    left = Counter(false)
    counts: dict[tuple[str, str], list[int]] = {}
    for assessment in played.assessments:
        alert_id = alert_id_of(assessment.situation.situation_id, assessment.opened_on)
        for ring in assessment.rings:
            day, signal = iso_day(ring.at), played.rang.get(ring.ring_id)
            if signal is None or not span[0] <= day <= span[1]:
                continue
            count = counts.setdefault((signal.detector, assessment.situation.group), [0, 0])
            key = (day, str(ring.level), alert_id)
            count[0] += 1
            count[1] += left[key] > 0
            left[key] -= 1
    return [
        Rate(detector=detector, group=group, rings=rings, true=(rings - wrong) * scored, false=wrong)
        for (detector, group), (rings, wrong) in sorted(counts.items())
    ]


def alert_records(
    assessments: Sequence[Assessment], reference: Reference, rang: Mapping[str, Signal] | None = None
) -> list[AlertRecord]:
    """The alerts that rang, as the scorer reads them, in order of their first ring; `rang` knows what a run forgot."""
    records = [_record(a, reference, rang or {}) for a in assessments if a.rings]
    return sorted(records, key=lambda r: (r.rings[0].at, r.alert_id))


def _record(assessment: Assessment, reference: Reference, rang: Mapping[str, Signal]) -> AlertRecord:
    situation = assessment.situation
    place = reference.places.get(situation.route)
    where = (place.name["en"] if place is not None else situation.route) or situation.origin or None
    signals = {s.signal_id: s for s in assessment.signals}
    spoke = [(r, rang.get(r.ring_id) or signals.get(r.signal_id)) for r in assessment.rings]
    rings = tuple(
        RingRecord(at=iso_time(r.at), level=r.level, families=r.families, direction=r.direction or None)
        for r in assessment.rings
    )
    why = tuple(f"{r.cause}: {s.detector} {s.subject} {s.score:.2f}" for r, s in spoke if s is not None)
    return AlertRecord(
        alert_id=alert_id_of(situation.situation_id, assessment.opened_on),
        hazard=situation.hazard,
        minerals=assessment.minerals,
        origin_or_route=where,
        closed_at=iso_time(assessment.as_of) if assessment.resolved else None,
        rings=rings,
        evidence=why,
    )


def score(alerts_file: Path, ledger: Path, coverage: Path, span: tuple[date, date]) -> Score:
    """The scorer's figures for alerts.jsonl against a ledger, for rings and events in `span` (both days included)."""
    alerts = score_alerts.load_lines(str(alerts_file))
    score_alerts.check_alerts(alerts, str(alerts_file))
    ledger_events = score_alerts.load_events(str(ledger))
    figures = score_alerts.score(ledger_events, alerts, score_alerts.load_lines(str(coverage)), *span)
    belief = believe(ledger_events, alerts, figures["table"], figures["chance"])
    events = msgspec.convert(figures.pop("table"), tuple[EventScore, ...])
    hazards: dict[str, tuple[int, int, int]] = {}
    for event in events:
        seen, detected, named = hazards.get(event.hazard, (0, 0, 0))
        hazards[event.hazard] = (seen + 1, detected + event.detected, named + event.named)
    return Score(
        false_rings=msgspec.convert(figures.pop("false"), tuple[tuple[str, str, str], ...]),
        figures=figures,
        hazards=hazards,
        found=tuple(e.event_id for e in events if e.detected),
        events=events,
        belief=belief,
    )


def write_alerts(records: Sequence[AlertRecord], path: Path) -> None:
    """Write alerts.jsonl, one alert a line."""
    lines = (json.dumps(msgspec.to_builtins(r), ensure_ascii=False) for r in records)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def nights(assessments: Sequence[Assessment], directory: Directory, span: tuple[int, int]) -> list[Nights]:
    """Expected wakes by night: rings at warning and above between 22 and 7 o'clock local time, by side and year.

    `span` are the first and the last instant that count; each year in it is listed, also one without a wake.
    """
    first, last = span
    found: list[Nights] = []
    for side in sorted(directory.participants, key=lambda participant: participant.iso3):
        years = range(at_local(first, side.time_zone).year, at_local(last, side.time_zone).year + 1)
        wakes = dict.fromkeys(years, 0)
        for ring in (ring for assessment in assessments for ring in assessment.rings if first <= ring.at <= last):
            local = at_local(ring.at, side.time_zone)
            asleep = local.hour >= NIGHT[0] or local.hour < NIGHT[1]
            wakes[local.year] += asleep and ring.level.rank >= Level.WARNING.rank
        found += [Nights(participant=side.iso3, year=year, wakes=count) for year, count in wakes.items()]
    return found


def compare(
    new: Sequence[AlertRecord], old: Sequence[AlertRecord], scores: tuple[Score | None, Score | None]
) -> Comparison:
    """What would ring with the new thresholds and not with the old, and the reverse; the same for events found."""
    rings = [{_ring_line(a, r) for a in records for r in a.rings} for records in (new, old)]
    found = [set(s.found) if s is not None else set() for s in scores]
    return Comparison(
        rings_only_new=tuple(sorted(rings[0] - rings[1])),
        rings_only_old=tuple(sorted(rings[1] - rings[0])),
        found_only_new=tuple(sorted(found[0] - found[1])),
        found_only_old=tuple(sorted(found[1] - found[0])),
    )


def _ring_line(alert: AlertRecord, ring: RingRecord) -> str:
    where = f" {alert.origin_or_route}" if alert.origin_or_route else ""
    return f"{ring.at[:10]} {ring.level} {alert.hazard} {';'.join(alert.minerals)}{where}"
