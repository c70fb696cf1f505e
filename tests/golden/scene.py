"""The golden alert: gallium and germanium, 3 July 2023, from the official announcement to what two officers read.

The announcement is our own summary; everything behind it (impact, level, rings, the fold over the facts) is the real
path. Both sides were reached at once; Tokyo answered after six minutes, Washington has not answered yet.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec

from alerts.deliveries import Delivery, Mode, Purpose
from alerts.facts import Acknowledged, Assessed, Body, Fact, Opened, Planned, Responding, Rung, Sending, Sent
from alerts.fingerprint import alert_id_of
from alerts.lifecycle import AlertState, fold
from alerts.participants import Directory, LevelPolicy, Participant, Step
from alerts.render import Surroundings
from alerts.rendering.wording import packaged as packaged_wording
from services.configuration import shipped_text
from services.settings import read_configuration
from streams.assess import Assessor
from streams.assessments import Assessment, Level, Situation
from streams.codec import digest
from streams.notices.readings import ActKind, Polarity
from streams.observations import Family
from streams.reference import packaged as packaged_reference
from streams.signals import Act, Certainty, Evidence, Hazard, Phase, Signal, signal_id_of
from streams.situations import Book, take_signals
from streams.thresholds import packaged as packaged_thresholds

KNOWN_AT = int(datetime(2023, 7, 3, 23, 59, tzinfo=UTC).timestamp())  # the last minute of its day: how days are known
PUBLISHED_AT = int(datetime(2023, 7, 3, tzinfo=UTC).timestamp())
MINUTE = 60
ISSUER = "Ministry of Commerce and General Administration of Customs of China"
DOCUMENT = digest(b"announcement 23 of 2023")
ACT = Act(
    document_id=f"{ISSUER}:Announcement No. 23 of 2023",
    issuer=ISSUER,
    number="Announcement No. 23 of 2023",
    title="商务部 海关总署公告2023年第23号 关于对镓、锗相关物项实施出口管制的公告",
    language="zh",
    address="https://dcj.mofcom.gov.cn/article/zcfb/zcblgg/202307/20230703419666.shtml",
    kind=ActKind.EXPORT_LICENSING,
    polarity=Polarity.IMPOSE,
    published_on="2023-07-03",
    effective_on="2023-08-01",
    targets=("ALL",),
    hs=("8112929090", "8112999000", "2825909001"),
    quotes=("未经许可，不得出口", "自2023年8月1日起正式实施"),
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
    )


def notice_signal(mineral: str) -> Signal:
    """What the notice detector says of the announcement, for one of its minerals."""
    return Signal(
        signal_id=signal_id_of("C1", f"{ACT.document_id}:{mineral}", Phase.RAISED, PUBLISHED_AT),
        detector="C1",
        hazard=Hazard.RESTRICTION,
        group=mineral,
        subject=ACT.document_id,
        family=Family.NOTICES,
        phase=Phase.RAISED,
        occurred_at=PUBLISHED_AT,
        known_at=KNOWN_AT,
        score=1.5,
        claims=Certainty.OBSERVED,
        minerals=(mineral,),
        origin="CHN",
        act=ACT,
        evidence=(
            Evidence(
                sha256=DOCUMENT,
                row=23,
                subject=ACT.document_id,
                occurred_at=PUBLISHED_AT,
                known_at=KNOWN_AT,
                publisher="Ministry of Commerce of China",
                publication="Export control notices",
                address=ACT.address,
            ),
        ),
    )


def judged(signals: Sequence[Signal], situation: Situation, at: int) -> Assessment:
    """What the shipped thresholds and reference data make of these signals."""
    thresholds = packaged_thresholds()
    sides = tuple(p.iso3 for p in directory().participants)
    assessor = Assessor(thresholds.assess, thresholds.impact, surroundings().reference, sides, digest(b"thresholds"))
    book = Book()
    take_signals(book, list(signals))
    found = assessor.assess(book, situation, at)
    assert found is not None
    return found


def assessment(mineral: str) -> Assessment:
    """The assessment of the announcement for one mineral."""
    situation = Situation(hazard=Hazard.RESTRICTION, group=mineral, origin="CHN")
    return judged([notice_signal(mineral)], situation, KNOWN_AT)


class Story:
    """Facts of one alert in their order; the chain of hashes is the store's business and left out."""

    def __init__(self, assessed: Assessment, mode: Mode = Mode.EXERCISE, sides: Directory | None = None) -> None:
        situation_id = assessed.situation.situation_id
        self.alert_id = alert_id_of(situation_id, assessed.opened_on)
        self.mode = mode
        self.facts: list[Fact] = []
        policies = {p.iso3: p.policy for p in (sides or directory()).participants}
        self.add(
            assessed.as_of,
            Opened(situation_id=situation_id, opened_on=assessed.opened_on, mode=mode, policies=policies),
        )
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


def gallium() -> Story:
    """The alert on gallium: rung in both capitals, answered in Tokyo after six minutes."""
    story = Story(assessment("gallium"))
    for person in ("usa-duty", "jpn-duty"):
        story.sent(delivery(story.alert_id, person, "pagerduty", KNOWN_AT), KNOWN_AT)
    story.add(KNOWN_AT + 6 * MINUTE, Acknowledged(participant="JPN", person="jpn-duty", means="cli"), "JPN/jpn-duty")
    responding = Responding(participant="JPN", person="jpn-duty", note="緊急対応グループを招集中")
    story.add(KNOWN_AT + 9 * MINUTE, responding, "JPN/jpn-duty")
    return story


def germanium() -> Story:
    """The alert on germanium, told in the same messages."""
    return Story(assessment("germanium"))
