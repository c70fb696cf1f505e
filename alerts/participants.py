"""Who is rung: participants, people and escalation policies, all configuration; there is no participant in the code."""

from enum import StrEnum

import msgspec

from streams.assessments import Level


class Role(StrEnum):
    """What a person may do besides reading."""

    DUTY = "duty"  # acknowledge, respond, stand down, record a position
    RELEASE = "release"  # release an attribution
    OPERATOR = "operator"  # is told about Twinbell itself
    CANARY = "canary"  # no person: the inboxes in which the canary of this side arrives


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One responder. `names` by language; an address that is empty means that the channel cannot reach the person."""

    person_id: str
    names: dict[str, str]
    agency: str
    language: str  # en, ja, …; messages fall back along the participant's `languages`
    time_zone: str  # IANA
    roles: tuple[Role, ...] = (Role.DUTY,)
    email: str = ""
    slack_id: str = ""
    pagerduty_key_file: str = ""  # a secret: the integration key is read from this file


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rung of the ladder: `after_minutes` from the ring, these people by these channels."""

    after_minutes: int
    people: tuple[str, ...]
    channels: tuple[str, ...]


class LevelPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one participant is rung at one level; copied into the alert when it opens."""

    steps: tuple[Step, ...]
    repeat_minutes: int  # the last ring is repeated until somebody answers
    lapse_minutes: int  # an acknowledgement lapses unless the track moves on


class Participant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One government: its names, languages in order of preference, people and ladder for each level."""

    iso3: str
    names: dict[str, str]
    languages: tuple[str, ...]
    time_zone: str
    sender: str  # CAP sender, for instance usa.twinbell@example.org
    people: tuple[Person, ...]
    policy: dict[Level, LevelPolicy]
    slack_channel: str = ""
    operator_channels: tuple[str, ...] = ("email", "cap")  # by which people with the role operator are told
    duty_hours: tuple[int, int] = (9, 18)  # local hours in which a watch may wake
    minerals: tuple[str, ...] = ("*",)  # routing: which minerals this side is rung for


class Directory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All participants of one deployment, in the order of the configuration."""

    participants: tuple[Participant, ...]

    def person(self, person_id: str) -> tuple[Participant, Person]:
        """The person and the side; KeyError when nobody has this id."""
        for participant in self.participants:
            for person in participant.people:
                if person.person_id == person_id:
                    return participant, person
        raise KeyError(person_id)

    def participant(self, iso3: str) -> Participant:
        """The participant of this code; KeyError when it takes no part."""
        for participant in self.participants:
            if participant.iso3 == iso3:
                return participant
        raise KeyError(iso3)
