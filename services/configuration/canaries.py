"""What a configuration may say of the canary: that it arrives on each side, and in inboxes that are nobody else's."""

from collections.abc import Iterator

from alerts.participants import Participant, Person, Role
from services.settings import Settings, seconds

_LEAST_S = 60
_SET_UP = {"email": "smtp_host", "slack_id": "slack_token_file"}  # what an address needs in [channels]


def canary_problems(settings: Settings) -> Iterator[str]:
    """What cannot hold together, in words."""
    every = settings.canary.every
    if every and seconds(every) < _LEAST_S:
        yield f'canary.every = "{every}": a minute at the least, since each one is a message by every channel'
    for side in settings.participants:
        own = [person for person in side.people if Role.CANARY in person.roles]
        if every and not any(_addresses(person) for person in own):
            yield (
                f"participant {side.iso3}: [canary] needs a person with the role canary and an inbox (email, "
                "slack_id or pagerduty_key_file)"
            )
        for person in own:
            yield from _person(settings, side, person)


def _person(settings: Settings, side: Participant, canary: Person) -> Iterator[str]:
    where = f"person {canary.person_id!r}"
    if canary.roles != (Role.CANARY,):
        yield f"{where}: the canary has no other role: it is nobody who could answer"
    for level, policy in side.policy.items():
        if any(canary.person_id in step.people for step in policy.steps):
            yield f"{where}: the canary stands in policy.{level}: a real alert would go where nobody reads"
    for field, address in _addresses(canary).items():
        if address == side.slack_channel or any(
            _addresses(person).get(field) == address
            for participant in settings.participants
            for person in participant.people
            if Role.CANARY not in person.roles
        ):
            yield f"{where}: {field} is also that of somebody who is rung: the canary needs an inbox of its own"
        if settings.mode == "actual" and (needed := _SET_UP.get(field)) and not getattr(settings.channels, needed):
            yield f'{where}: {field} is set, but mode = "actual" and {needed} of [channels] is missing'


def _addresses(person: Person) -> dict[str, str]:
    fields = ("email", "slack_id", "pagerduty_key_file")
    return {field: address for field in fields if (address := getattr(person, field))}
