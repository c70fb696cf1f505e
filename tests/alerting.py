"""Small participants, assessments and a recording channel, for tests of the alert path."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec.structs import replace

from alerts.channels.base import Content, Facts, Message, Receipt, Rendering, Thread
from alerts.deliveries import Delivery, Mode
from alerts.lifecycle import AlertState, thread_of
from alerts.participants import Directory, LevelPolicy, Participant, Person, Role, Step
from streams.assessments import Assessment, Level, Ring, RingCause, Severity, Situation, Urgency
from streams.codec import digest, encode, identity
from streams.observations import Family
from streams.signals import Certainty, Direction, Hazard

START = 1_688_378_400  # 2023-07-03 10:00 UTC: 06:00 in Washington, 19:00 in Tokyo
MINUTE = 60
HOUR = 3_600
DAY = 86_400


def policy(repeat: int = 30, lapse: int = 240, channels: Sequence[str] = ("pagerduty", "slack")) -> LevelPolicy:
    """A ladder of two steps: the duty officer at once, the deputy after ten minutes."""
    return LevelPolicy(
        steps=(
            Step(after_minutes=0, people=("duty",), channels=tuple(channels)),
            Step(after_minutes=10, people=("deputy",), channels=tuple(channels)),
        ),
        repeat_minutes=repeat,
        lapse_minutes=lapse,
    )


def participant(iso3: str, time_zone: str, language: str, minerals: Sequence[str] = ("*",)) -> Participant:
    """One side with a duty officer, a deputy, and a person who may release."""
    low = iso3.lower()
    people = tuple(
        Person(
            person_id=f"{low}-{name}",
            names={"en": f"{iso3} {name}"},
            agency=f"{low}-agency",
            language=language,
            time_zone=time_zone,
            roles=(Role.RELEASE,) if name == "principal" else (Role.DUTY,),
            email=f"{name}@{low}.example",
            slack_id=f"U{iso3}{name.upper()}",
            pagerduty_key_file="key",
        )
        for name in ("duty", "deputy", "principal")
    )
    levels = {level: _named(policy(), low) for level in (Level.WATCH, Level.WARNING, Level.EMERGENCY)}
    return Participant(
        iso3=iso3,
        names={"en": iso3},
        languages=(language, "en"),
        time_zone=time_zone,
        sender=f"{low}.twinbell@example.org",
        people=people,
        policy=levels,
        slack_channel=f"C{iso3}",
        minerals=tuple(minerals),
    )


def _named(given: LevelPolicy, low: str) -> LevelPolicy:
    steps = tuple(replace(step, people=tuple(f"{low}-{who}" for who in step.people)) for step in given.steps)
    return replace(given, steps=steps)


def with_policy(side: Participant, given: LevelPolicy) -> Participant:
    """The side with this policy at every level."""
    return replace(side, policy=dict.fromkeys(side.policy, _named(given, side.iso3.lower())))


USA = participant("USA", "America/New_York", "en")
JPN = participant("JPN", "Asia/Tokyo", "ja")
TWO = Directory(participants=(USA, JPN))


def situation(hazard: Hazard = Hazard.RESTRICTION, group: str = "gallium", origin: str = "CHN") -> Situation:
    """One situation."""
    return Situation(hazard=hazard, group=group, origin=origin)


def ring(at: int, level: Level, cause: RingCause = RingCause.OPENED, about: str = "") -> Ring:
    """One ring; its id is made of when, why and how loud."""
    return Ring(
        ring_id=identity("ring", about, at, level, cause),
        at=at,
        level=level,
        families=(Family.NOTICES,),
        direction=Direction.NONE,
        cause=cause,
        signal_id=identity("signal", at),
    )


def assessment(
    of: Situation | None = None,
    as_of: int = START,
    level: Level = Level.WARNING,
    rings: Sequence[Ring] | None = None,
    opened_on: str = "2023-07-03",
    resolved: bool = False,
) -> Assessment:
    """An assessment of a situation; without `rings` it rings once, at `as_of`, for having opened."""
    about = of or situation()
    made = Assessment(
        assessment_id=identity("assessment", about.situation_id, opened_on),
        revision="",
        situation=about,
        opened_on=opened_on,
        as_of=as_of,
        certainty=Certainty.OBSERVED,
        severity=Severity.SEVERE,
        urgency=Urgency.IMMEDIATE,
        level=level,
        score=2.0,
        direction=Direction.NONE,
        minerals=(about.group,),
        families=(Family.NOTICES,),
        signals=(),
        holding=(),
        rings=tuple((ring(as_of, level, about=about.situation_id),) if rings is None else rings),
        impacts=(),
        resolved=resolved,
    )
    return replace(made, revision=digest(encode(made)))


def compose(alert: AlertState, delivery: Delivery) -> Message:
    """The least that a channel needs."""
    side = next(side for side in (USA, JPN) if side.iso3 == delivery.participant)
    return message(alert, delivery, side)


def message(alert: AlertState, delivery: Delivery, side: Participant) -> Message:
    """A message without words, with its thread."""
    person = next(person for person in side.people if person.person_id == delivery.person)
    situation_of = alert.assessment.situation
    return Message(
        delivery=delivery,
        participant=side,
        person=person,
        contents=(
            Content(
                language=delivery.language,
                subject=f"{alert.level} r{alert.revision}",
                headline="",
                first_screen=(),
                sections=(),
                watermark="EXERCISE" if delivery.mode is Mode.EXERCISE else "",
            ),
        ),
        facts=Facts(
            mode=delivery.mode.value,
            msg_type="Alert",
            hazard=situation_of.hazard.value,
            level=alert.level.value,
            certainty="Observed",
            severity="Severe",
            urgency="Immediate",
            sent_at=delivery.due_at,
            onset_at=alert.opened_at,
            expires_at=delivery.due_at + DAY,
            area="",
            geocodes=(),
            parameters=(),
            references=(),
        ),
        thread=thread_of(alert, delivery) if delivery.alert_id == alert.alert_id else Thread(),
    )


class Recorder:
    """A channel that keeps what it was given and answers with a running number."""

    name: ClassVar[str] = "recorder"

    def __init__(self, name: str, waking: bool = False) -> None:
        self.kind = name
        self.waking = waking
        self.messages: list[Message] = []

    def send(self, given: Message) -> Receipt:
        """Take everything."""
        self.messages.append(given)
        return Receipt(reference=f"{self.kind}-{len(self.messages)}")

    def rendering(self, given: Message) -> Rendering:
        """Nothing to see."""
        return Rendering(suffix=".txt", content=b"")
