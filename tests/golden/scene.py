"""The golden alert: gallium and germanium, 3 July 2023, from the recorded announcement to what two officers read.

The announcement is that of the shipped episode; reader, detector, impact, level, rings and the fold over the facts are
the real ones. Ladder, score of the act, weights of the panel and hash of the thresholds are fixed here: their tuning
changes no golden file.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec

from alerts.deliveries import Delivery, Mode, Purpose
from alerts.facts import Assessed, Body, Fact, Opened, Planned, Rung, Sending, Sent
from alerts.fingerprint import alert_id_of
from alerts.lifecycle import AlertState, fold
from alerts.participants import Directory, LevelPolicy, Participant, Step
from alerts.render import Surroundings
from alerts.rendering.wording import packaged as packaged_wording
from alerts.track_record import Rate, TrackRecord
from services.configuration import shipped_text
from services.episodes import episode
from services.settings import read_configuration
from services.sources import read_episode
from streams.assess import Assessor
from streams.assessments import Assessment, Level, Situation
from streams.codec import digest
from streams.conditions import is_act
from streams.detectors.c1 import C1, C1Parameters
from streams.detectors.c4 import C4Parameters, PanelWeights
from streams.notices.readings import ActKind
from streams.panel import Panels
from streams.reference import packaged as packaged_reference
from streams.signals import Act, Hazard, Signal
from streams.situations import Book, take_signals
from streams.thresholds import packaged as packaged_thresholds

KNOWN_AT = int(datetime(2023, 7, 3, 23, 59, tzinfo=UTC).timestamp())  # the last minute of its day: how days are known
MINUTE = 60
EPISODE = "gallium-germanium-2023"
SCORES = C1Parameters(acts=dict.fromkeys(ActKind, 1.0), dated=1.5, renewed=0.6, planned=0.6)
PANEL = C4Parameters(
    p_value=0.05,
    fall=0.5,
    recent_days=190.0,
    gap_days=60.0,
    weights=PanelWeights(dominance=1.0, selectivity=3.0, act=2.0, gap=1.0, dispute=3.0, no_natural_cause=1.0),
)
THRESHOLDS = digest(b"the thresholds of the golden alert")
RECORD = TrackRecord(
    thresholds=THRESHOLDS,
    since="2008-01-01",
    until="2023-06-30",
    scored=True,
    rates=(
        Rate(detector="C1", group="gallium", rings=1, true=0, false=1),
        Rate(detector="C1", group="nickel", rings=7, true=5, false=2),
    ),
)


@cache
def directory() -> Directory:
    """The participants of the shipped exercise, all with one ladder: its tuning changes no golden file."""
    shipped = read_configuration(shipped_text().encode(), "the shipped exercise", Path()).directory
    return Directory(participants=tuple(_with_ladder(participant) for participant in shipped.participants))


def _with_ladder(participant: Participant) -> Participant:
    steps = tuple(
        Step(after_minutes=minutes, people=(person.person_id,), channels=("slack", "email"))
        for minutes, person in zip((0, 5, 15), participant.people, strict=False)
    )
    policy = LevelPolicy(steps=steps, repeat_minutes=30, lapse_minutes=240)
    return msgspec.structs.replace(participant, policy=dict.fromkeys(list(Level)[1:], policy))


@cache
def surroundings() -> Surroundings:
    """Reference data and wording as shipped."""
    return Surroundings(
        directory=directory(),
        reference=packaged_reference(),
        wording=packaged_wording(),
        runbook_base="https://twinbell.example.org/runbooks",
        record=RECORD,
    )


def judged(signals: Sequence[Signal], situation: Situation, at: int, book: Book | None = None) -> Assessment:
    """What the shipped thresholds and reference data make of these signals, beside what a book knows already."""
    thresholds = packaged_thresholds()
    assessor = Assessor(thresholds.assess, thresholds.impact, surroundings().reference, _sides(), THRESHOLDS)
    book = Book() if book is None else book
    book.acts = [signal for signal in signals if is_act(signal)]
    take_signals(book, list(signals))
    found = assessor.assess(book, situation, at)
    assert found is not None
    return Panels(PANEL, thresholds.impact.single_point_share_percent, _sides()).added(book, found)


def _sides() -> tuple[str, ...]:
    return tuple(p.iso3 for p in directory().participants)


@cache
def announced() -> dict[str, Assessment]:
    """What the announcement of 3 July 2023 means for each supply group, from the rows of the episode."""
    reference = surroundings().reference
    found = {}
    for batch in read_episode(episode(EPISODE), reference, lambda _: "").batches:
        for notice in batch.notices:
            if notice.known_at == KNOWN_AT:
                signals = C1(reference).observe(notice, batch.group, SCORES)
                situation = Situation(hazard=Hazard.RESTRICTION, group=batch.group, origin="CHN")
                found[batch.group] = judged(signals, situation, KNOWN_AT)
    return found


def announcement() -> Act:
    """The act as it was read."""
    act = announced()["gallium"].signals[0].act
    assert act is not None
    return act


class Story:
    """Facts of one alert in their order; the chain of hashes is the store's business and left out."""

    def __init__(self, assessed: Assessment, mode: Mode = Mode.EXERCISE, sides: Directory | None = None) -> None:
        situation_id, opened_on = assessed.situation.situation_id, assessed.opened_on
        self.alert_id = alert_id_of(situation_id, opened_on)
        self.mode = mode
        self.facts: list[Fact] = []
        policies = {p.iso3: p.policy for p in (sides or directory()).participants}
        self.add(assessed.as_of, Opened(situation_id=situation_id, opened_on=opened_on, mode=mode, policies=policies))
        self.add(assessed.as_of, Assessed(revision=1, assessment=assessed))
        for ring in assessed.rings:
            self.add(assessed.as_of, Rung(ring=ring))

    def add(self, at: int, body: Body, author: str = "system@hub") -> None:
        """One more fact."""
        fact = Fact(
            author=author, sequence=len(self.facts) + 1, at=at, alert_id=self.alert_id, body=body, previous="", hash=""
        )
        self.facts.append(fact)

    def sent(self, delivery: Delivery, at: int) -> None:
        """A delivery from plan to receipt."""
        self.add(at, Planned(delivery=delivery))
        self.add(at, Sending(delivery_id=delivery.delivery_id, attempt=1))
        self.add(at, Sent(delivery_id=delivery.delivery_id, receipt=f"receipt-{delivery.channel}"))

    @property
    def state(self) -> AlertState:
        """The alert as it stands."""
        return fold(self.facts)


def delivery(
    alert_id: str,
    person: str,
    channel: str,
    due_at: int,
    purpose: Purpose = Purpose.RING,
    sides: Directory | None = None,
    **changes: object,
) -> Delivery:
    """A delivery of revision 1 to a person of the shipped exercise, or of `sides`."""
    participant, found = (sides or directory()).person(person)
    made = Delivery(
        delivery_id=f"{person}-{channel}-{purpose}",
        alert_id=alert_id,
        also=(),
        revision=1,
        participant=participant.iso3,
        person=person,
        channel=channel,
        language=found.language,
        purpose=purpose,
        level=Level.WARNING,
        mode=Mode.EXERCISE,
        occasion=purpose,
        due_at=due_at,
    )
    return msgspec.structs.replace(made, **changes)
