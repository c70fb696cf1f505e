"""Delivery → **acknowledgement**: what people do about an alert, each for their own side and in their role."""

from typing import Final

import msgspec
from sqlalchemy import Connection

from alerts.errors import Refused
from alerts.facts import (
    Acknowledged,
    Body,
    CloseAgreed,
    Closed,
    Fact,
    FalseAlarm,
    PositionKind,
    PositionTaken,
    Released,
    Responding,
    StoodDown,
)
from alerts.guards import may_close
from alerts.participants import Directory, Participant, Person, Role
from alerts.reasons import Reason
from alerts.store import Store

ATTRIBUTION: Final = "coercion"
"""The one attribution there is. It stands in no message before a person with the role has released it."""

MEANS: Final = "cli"


class Stance(msgspec.Struct, frozen=True):
    """A position and its note; a dispute cannot do without one."""

    position: PositionKind
    note: str = ""


def acknowledge(
    store: Store, connection: Connection, directory: Directory, person_id: str, alert_id: str, note: str, at: int
) -> Fact:
    """Answer for the person's side: its ladder stops, nobody else's does. Raises Refused."""
    side, person = _with_role(directory, person_id, Role.DUTY)
    body = Acknowledged(participant=side.iso3, person=person.person_id, means=MEANS, note=note)
    return _record(store, connection, side, person, (alert_id, body, at))


def respond(
    store: Store, connection: Connection, directory: Directory, person_id: str, alert_id: str, note: str, at: int
) -> Fact:
    """Say that the person's side is acting: its acknowledgement no longer lapses. Raises Refused."""
    side, person = _with_role(directory, person_id, Role.DUTY)
    body = Responding(participant=side.iso3, person=person.person_id, note=note)
    return _record(store, connection, side, person, (alert_id, body, at))


def stand_down(
    store: Store, connection: Connection, directory: Directory, person_id: str, alert_id: str, note: str, at: int
) -> Fact:
    """End the response of the person's side. Raises Refused."""
    side, person = _with_role(directory, person_id, Role.DUTY)
    body = StoodDown(participant=side.iso3, person=person.person_id, note=note)
    return _record(store, connection, side, person, (alert_id, body, at))


def take_position(
    store: Store, connection: Connection, directory: Directory, person_id: str, alert_id: str, stance: Stance, at: int
) -> Fact:
    """Record where the person's side stands: concur, dispute (with its reason) or needs information. Raises Refused."""
    side, person = _with_role(directory, person_id, Role.DUTY)
    body = PositionTaken(participant=side.iso3, person=person.person_id, position=stance.position, note=stance.note)
    return _record(store, connection, side, person, (alert_id, body, at))


def call_false(
    store: Store, connection: Connection, directory: Directory, person_id: str, alert_id: str, note: str, at: int
) -> Fact:
    """Say for the person's side that the alert rang for nothing, and why; ladders go on. Raises Refused."""
    side, person = _with_role(directory, person_id, Role.DUTY)
    body = FalseAlarm(participant=side.iso3, person=person.person_id, note=note)
    return _record(store, connection, side, person, (alert_id, body, at))


def withdraw_false(
    store: Store, connection: Connection, directory: Directory, person_id: str, alert_id: str, note: str, at: int
) -> Fact:
    """Take back for the person's side that the alert rang for nothing. Raises Refused."""
    side, person = _with_role(directory, person_id, Role.DUTY)
    body = FalseAlarm(participant=side.iso3, person=person.person_id, note=note, withdrawn=True)
    return _record(store, connection, side, person, (alert_id, body, at))


def release(
    store: Store, connection: Connection, directory: Directory, person_id: str, alert_id: str, note: str, at: int
) -> Fact:
    """Release the attribution: from now on messages may write it. Raises Refused."""
    side, person = _with_role(directory, person_id, Role.RELEASE)
    return _record(store, connection, side, person, (alert_id, Released(attribution=ATTRIBUTION, note=note), at))


def close(
    store: Store, connection: Connection, directory: Directory, person_id: str, alert_id: str, note: str, at: int
) -> Fact:
    """Agree to close for the person's side; the alert closes at once when every side that was told has agreed.

    Otherwise it waits for the others, or (once resolved) for the time-out that then stands in the record.
    """
    side, person = _with_role(directory, person_id, Role.DUTY)
    body = CloseAgreed(participant=side.iso3, person=person.person_id, note=note)
    agreed = _record(store, connection, side, person, (alert_id, body, at))
    try:
        may_close(store.alert(agreed.alert_id), by_timeout=False)
    except Refused:
        return agreed
    store.append(connection, store.system, at, agreed.alert_id, Closed())
    return agreed


def _with_role(directory: Directory, person_id: str, role: Role) -> tuple[Participant, Person]:
    try:
        side, person = directory.person(person_id)
    except KeyError:
        known = ", ".join(person.person_id for side in directory.participants for person in side.people)
        raise Refused(Reason.UNKNOWN_PERSON, f"nobody is called {person_id!r} here; the people are {known}") from None
    if role not in person.roles:
        able = ", ".join(
            other.person_id for each in directory.participants for other in each.people if role in other.roles
        )
        raise Refused(
            Reason.NOT_ALLOWED, f"{person_id} has not the role {role}, which this needs; who has it: {able or 'nobody'}"
        )
    return side, person


def _record(
    store: Store, connection: Connection, side: Participant, person: Person, what: tuple[str, Body, int]
) -> Fact:
    alert_id, body, at = what
    alert = store.alert(alert_id)  # an alias leads to the alert that it was merged into
    return store.append(connection, f"{side.iso3}/{person.person_id}", at, alert.alert_id, body)
