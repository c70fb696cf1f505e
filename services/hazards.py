"""Hazards ↔ **store**: each event as it was told each time, with the groups of the places near it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TypeAlias

import msgspec
import sqlalchemy as sa

from services import seals, tables
from services.feeds.base import Poll
from streams.codec import encode
from streams.observations import HazardObservation

Told: TypeAlias = tuple[HazardObservation, tuple[str, ...]]  # with its groups


def keep_hazards(
    connection: sa.Connection, poll: Poll, evidence: Mapping[str, tuple[int, bool]]
) -> Iterator[tuple[Told, bool]]:
    """Keep what is told of each event for the first time; each is given with whether it was new or a revision.

    Told in the same words it is a duplicate, and not given. Bytes that were stored before say nothing newer than what
    is known.
    """
    found: dict[tuple[str, int], tuple[HazardObservation, set[str]]] = {}
    for batch in poll.batches:
        for hazard in batch.hazards:
            found.setdefault((hazard.event_id, hazard.known_at), (hazard, set()))[1].add(batch.group)
    for (event_id, known_at), (hazard, groups) in sorted(found.items()):
        key, is_fresh = evidence[hazard.evidence]
        before = _told_before(connection, event_id)
        if any(_words(one) == _words(hazard) for one in (before[-1:] if is_fresh else before)):
            continue
        if before and known_at <= before[-1].known_at:
            if not is_fresh:
                continue
            known_at = max(poll.polled_at, before[-1].known_at + 1)
        kept = msgspec.structs.replace(hazard, known_at=known_at)
        _insert(connection, kept, key, sorted(groups))
        yield (kept, tuple(sorted(groups))), not before


def hazards_known(connection: sa.Connection, after: int, until: int) -> Iterator[Told]:
    """What became known of hazards in after < known_at <= until, in order of known_at and event."""
    table, groups = tables.hazards, tables.hazard_groups
    query = (
        sa.select(table.c.hazard_key, table.c.record, groups.c.group_name)
        .join(groups, groups.c.hazard_key == table.c.hazard_key)
        .where(table.c.known_at > after, table.c.known_at <= until)
        .order_by(table.c.known_at, table.c.event_id, groups.c.group_name)
    )
    for _, own in groupby(connection.execute(query).all(), key=lambda row: row.hazard_key):
        several = list(own)
        hazard = msgspec.json.decode(several[0].record, type=HazardObservation)
        yield hazard, tuple(row.group_name for row in several)


def _told_before(connection: sa.Connection, event_id: str) -> Sequence[HazardObservation]:
    table = tables.hazards
    query = sa.select(table.c.record).where(table.c.event_id == event_id).order_by(table.c.known_at)
    return [msgspec.json.decode(record, type=HazardObservation) for record in connection.execute(query).scalars()]


def _words(hazard: HazardObservation) -> HazardObservation:
    """What is told, whenever and wherever it stood."""
    return msgspec.structs.replace(hazard, known_at=0, evidence="", row=0, feed="")


def _insert(connection: sa.Connection, hazard: HazardObservation, evidence_key: int, groups: Sequence[str]) -> None:
    values = {
        "event_id": hazard.event_id,
        "known_at": hazard.known_at,
        "evidence_key": evidence_key,
        "record": encode(hazard),
    }
    made = connection.execute(sa.insert(tables.hazards).values(values)).inserted_primary_key
    assert made is not None
    cells = (hazard.event_id, hazard.known_at, values["record"])
    seals.add(connection, seals.Amounts({evidence_key: seals.amount_of("hazard", cells)}))
    rows = [{"hazard_key": int(made[0]), "group_name": group} for group in groups]
    if rows:
        connection.execute(sa.insert(tables.hazard_groups), rows)
