"""The third line of the plan: from an occasion to people and channels, by mineral, level and address."""

from collections.abc import Iterator, Set

from alerts.candidates import ENDINGS, Candidate, Occasion, Scene
from alerts.deliveries import Delivery, Mode
from alerts.errors import BadPolicy
from alerts.fingerprint import delivery_id_of
from alerts.participants import Directory, LevelPolicy, Participant, Person
from alerts.reasons import Reason
from alerts.states import AlertState
from streams.assessments import Level

RUNG_LEVELS = (Level.WATCH, Level.WARNING, Level.EMERGENCY)


def candidates(occasion: Occasion, now: int, scene: Scene) -> Iterator[Candidate]:
    """One candidate for each person and channel of the audience, in its language, due now."""
    alert, track = occasion.alert, occasion.track
    level = alert.level
    for person_id, channel in occasion.audience:
        delivery = Delivery(
            delivery_id=delivery_id_of(alert.alert_id, occasion.purpose, occasion.key, person_id, channel),
            alert_id=alert.alert_id,
            also=(),
            revision=alert.revision,
            participant=track.participant,
            person=person_id,
            channel=channel,
            language=_language(scene.directory, track.participant, person_id),
            purpose=occasion.purpose,
            level=level,
            mode=alert.mode,
            occasion=occasion.key,
            due_at=now,
            reason=occasion.reason.value,
        )
        known = alert.deliveries.get(delivery.delivery_id)
        if known is None or known.delivery_id in alert.held:
            yield Candidate(alert, delivery, occasion.since)


def fault(alert: AlertState, delivery: Delivery, directory: Directory) -> Reason | None:
    """Why this side, or this person by this channel, is not rung; None when nothing speaks against it."""
    try:
        side = directory.participant(delivery.participant)
    except KeyError:
        return Reason.NO_ADDRESS  # the side has left the configuration since the alert opened
    if delivery.purpose not in ENDINGS and not rings_for(side, alert.assessment.minerals):
        return Reason.NOT_ROUTED
    person = next((person for person in side.people if person.person_id == delivery.person), None)
    if person is None or not has_address(side, person, delivery.channel, alert.mode):
        return Reason.NO_ADDRESS
    return None


def rings_for(side: Participant, minerals: tuple[str, ...]) -> bool:
    """Whether a side is rung for these minerals; for a route, which names none, every side is."""
    return "*" in side.minerals or not minerals or any(mineral in side.minerals for mineral in minerals)


def has_address(side: Participant, person: Person, channel: str, mode: Mode) -> bool:
    """Whether a channel can reach a person. In an exercise no key is needed, since nothing leaves."""
    match channel:
        case "email":
            return bool(person.email)
        case "slack":
            return bool(side.slack_channel or person.slack_id)
        case "pagerduty":
            return bool(person.pagerduty_key_file) or mode is Mode.EXERCISE
        case _:
            return True


def _language(directory: Directory, participant: str, person_id: str) -> str:
    try:
        side = directory.participant(participant)
    except KeyError:
        return "en"
    person = next((person for person in side.people if person.person_id == person_id), None)
    return person.language if person is not None else side.languages[0]


def check(directory: Directory, waking: Set[str], known: Set[str], mode: Mode) -> None:
    """Raise BadPolicy unless every side can be rung at every level from watch up; the message says what to mend.

    `waking` are the channels that wake a person and `known` all that there are. In actual mode each side needs, from
    warning up, a step with a waking channel and somebody whom it can reach.
    """
    for side in directory.participants:
        for level in RUNG_LEVELS:
            policy = side.policy.get(level)
            if policy is None or not any(step.people and step.channels for step in policy.steps):
                raise BadPolicy(f"{side.iso3}: policy.{level} has no step that names people and channels; write one")
            _check_steps(side, level, policy, known)
            if mode is Mode.ACTUAL and level is not Level.WATCH and not _wakes(side, policy, waking, mode):
                raise BadPolicy(
                    f"{side.iso3}: nothing wakes anybody at {level}; give a step of policy.{level} a waking channel "
                    f"({', '.join(sorted(waking)) or 'none is set up'}) and somebody with an address on it"
                )


def _check_steps(side: Participant, level: Level, policy: LevelPolicy, known: Set[str]) -> None:
    people = {person.person_id for person in side.people}
    for step in policy.steps:
        for person_id in step.people:
            if person_id not in people:
                raise BadPolicy(f"{side.iso3}: policy.{level} names {person_id!r}, who is not among its people")
        for channel in step.channels:
            if channel not in known:
                raise BadPolicy(
                    f"{side.iso3}: policy.{level} names the channel {channel!r}; there are {', '.join(sorted(known))}"
                )


def _wakes(side: Participant, policy: LevelPolicy, waking: Set[str], mode: Mode) -> bool:
    return any(
        has_address(side, person, channel, mode)
        for step in policy.steps
        for person in side.people
        if person.person_id in step.people
        for channel in step.channels
        if channel in waking
    )
