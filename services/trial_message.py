"""One Test message to one person: the same wording, channels and locks as a real one, marked Test throughout."""

from collections.abc import Iterator

import msgspec

from alerts.audit import FIRST, Head
from alerts.channels.base import Channel, Message
from alerts.deliveries import Delivery, Mode, Purpose
from alerts.errors import SendFailure
from alerts.facts import Assessed, Opened
from alerts.fingerprint import alert_id_of, delivery_id_of
from alerts.lifecycle import fold
from alerts.participants import LevelPolicy, Participant, Person
from alerts.record import Proposal, chained
from alerts.render import compose
from alerts.rendering.surroundings import Surroundings
from alerts.states import NOTHING_YET, AlertState
from services.clock import iso_day
from services.routes import to_mend
from streams.assessments import Assessment, Level, Situation
from streams.codec import identity
from streams.signals import Hazard

_AUTHOR = "system@check"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one channel; `problem` is empty when the provider took the message."""

    channel: str
    receipt: str = ""
    problem: str = ""


def channels_of(participant: Participant, person: Person) -> tuple[str, ...]:
    """The channels by which the policies of a side ring a person, in order of name."""
    steps = (step for policy in participant.policy.values() for step in policy.steps)
    return tuple(sorted({channel for step in steps if person.person_id in step.people for channel in step.channels}))


def send_test(person_id: str, channels: dict[str, Channel], surroundings: Surroundings, at: int) -> Iterator[Outcome]:
    """Send one Test message by each of these channels. KeyError when nobody has this id."""
    participant, person = surroundings.directory.person(person_id)
    state = _state(surroundings, at)
    for name, channel in channels.items():
        message = compose(state, test_delivery(state, participant, person, name, at), surroundings)
        yield _sent(channel, message)


def _sent(channel: Channel, message: Message) -> Outcome:
    try:
        return Outcome(channel=channel.name, receipt=channel.send(message).reference)
    except SendFailure as failure:
        return Outcome(channel=channel.name, problem=to_mend(failure))


def test_delivery(state: AlertState, participant: Participant, person: Person, channel: str, at: int) -> Delivery:
    """One Test message to one person by one channel; the time makes it another one."""
    occasion = f"test/{at}"
    return Delivery(
        delivery_id=delivery_id_of(state.alert_id, Purpose.TEST, occasion, person.person_id, channel),
        alert_id=state.alert_id,
        also=(),
        revision=state.revision,
        participant=participant.iso3,
        person=person.person_id,
        channel=channel,
        language=person.language,
        purpose=Purpose.TEST,
        level=Level.ADVISORY,
        mode=Mode.TEST,
        occasion=occasion,
        due_at=at,
    )


def _state(surroundings: Surroundings, at: int) -> AlertState:
    """An alert about nothing, folded from facts like any other and kept nowhere."""
    mineral = min(surroundings.reference.minerals.values(), key=lambda each: each.mineral_id)
    situation = Situation(hazard=Hazard.MARKET, group=mineral.supply_group)
    opened_on = iso_day(at)
    assessment = msgspec.structs.replace(
        NOTHING_YET,
        assessment_id=identity("test", at),
        revision=identity("test", at, 1),
        situation=situation,
        opened_on=opened_on,
        as_of=at,
        level=Level.ADVISORY,
        minerals=(mineral.mineral_id,),
    )
    policies = {participant.iso3: participant.policy for participant in surroundings.directory.participants}
    return folded(assessment, alert_id_of(situation.situation_id, f"test/{at}"), opened_on, at, policies)


def folded(
    assessment: Assessment,
    alert_id: str,
    opened_on: str,
    at: int,
    policies: dict[str, dict[Level, LevelPolicy]] | None = None,
) -> AlertState:
    """A Test alert on this assessment, folded from facts like any other and kept nowhere."""
    opened = Opened(
        situation_id=assessment.situation.situation_id, opened_on=opened_on, mode=Mode.TEST, policies=policies or {}
    )
    first, _ = chained(Proposal(_AUTHOR, at, alert_id, opened), FIRST)
    assessed = Assessed(revision=1, assessment=assessment)
    second, _ = chained(Proposal(_AUTHOR, at, alert_id, assessed), Head(first.sequence, first.hash))
    return fold([first, second])
