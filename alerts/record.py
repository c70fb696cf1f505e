"""Reading and writing the rows of the record: facts in the order of arrival, and the head of each author's chain."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection, RowMapping, Select, select

from alerts import tables
from alerts.audit import FIRST, WHOLE, Entry, Head, hash_of
from alerts.bulk import Row, insert_rows, update_rows, written
from alerts.errors import StoreDamaged
from alerts.facts import Body, Fact
from streams.codec import encode

CHUNK: Final = 500
"""Values in one IN list: SQLite's oldest limit is 999."""

_END: Final = 2**62
_BODY: Final = msgspec.json.Decoder(Body)
_FACTS: Final = written(tables.facts)
_HEADS: Final = written(tables.heads)
_WHOLE_HEAD: Final = select(tables.heads.c.sequence, tables.heads.c.hash).where(tables.heads.c.author == WHOLE)
_WHOLE_HEAD_LOCKED: Final = _WHOLE_HEAD.with_for_update()
"""SQLite has no such clause and leaves it out: there the transaction began IMMEDIATE."""


class Proposal(msgspec.Struct, frozen=True, gc=False):
    """What somebody wants to record."""

    author: str
    at: int
    alert_id: str
    body: Body


def whole_head(connection: Connection, lock: bool = False) -> Head:
    """The end of the whole record. With `lock` no other process appends until this transaction is over."""
    row = connection.execute(_WHOLE_HEAD_LOCKED if lock else _WHOLE_HEAD).first()
    return Head(row[0], row[1]) if row else FIRST


def author_heads(connection: Connection) -> dict[str, Head]:
    """The head of every author, and of the whole record."""
    rows = connection.execute(select(tables.heads.c.author, tables.heads.c.sequence, tables.heads.c.hash))
    return {author: Head(sequence, last) for author, sequence, last in rows}


def chained(proposal: Proposal, before: Head) -> tuple[Fact, bytes]:
    """The fact that follows `before` in its author's chain, and its body as it will be stored."""
    body = encode(proposal.body)
    sequence = before.sequence + 1
    fact_hash = hash_of(proposal.author, sequence, proposal.at, proposal.alert_id, body, before.hash)
    fact = Fact(
        author=proposal.author,
        sequence=sequence,
        at=proposal.at,
        alert_id=proposal.alert_id,
        body=proposal.body,
        previous=before.hash,
        hash=fact_hash,
    )
    return fact, body


def fact_row(fact: Fact, body: bytes, position: int) -> Row:
    """The row of `facts`."""
    kind = str(fact.body.__struct_config__.tag)
    return (position, fact.author, fact.sequence, fact.at, fact.alert_id, kind, body, fact.previous, fact.hash)


def write_facts(connection: Connection, rows: Sequence[Row]) -> None:
    """Append rows of facts, in order."""
    insert_rows(connection, _FACTS, rows)


def write_heads(connection: Connection, changed: dict[str, Head], known: Collection[str]) -> None:
    """Bring the heads of these authors up to date; `known` are those that have a row."""
    rows: dict[bool, list[Row]] = {True: [], False: []}
    for author, head in changed.items():
        rows[author in known].append((author, head.sequence, head.hash))
    insert_rows(connection, _HEADS, rows[False])
    update_rows(connection, _HEADS, rows[True])


def facts_after(connection: Connection, position: int, until: int = _END) -> list[Fact]:
    """The facts that arrived after `position`, up to and with `until`, in order."""
    at = tables.facts.c.position
    return list(_read(connection, select(tables.facts).where(at > position, at <= until).order_by(at)))


def facts_of(connection: Connection, alert_ids: Sequence[str], until: int = _END) -> Iterator[Fact]:
    """The facts of these alerts up to a position, each alert's in the order of arrival."""
    for start in range(0, len(alert_ids), CHUNK):
        wanted = tables.facts.c.alert_id.in_(alert_ids[start : start + CHUNK])
        query = select(tables.facts).where(wanted, tables.facts.c.position <= until)
        yield from _read(connection, query.order_by(tables.facts.c.position))


def by_alert(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """Facts by the alert that they are about, in their order."""
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        found.setdefault(fact.alert_id, []).append(fact)
    return found


def all_facts(connection: Connection) -> Iterator[Fact]:
    """The whole record, in the order of arrival."""
    return _read(connection, select(tables.facts).order_by(tables.facts.c.position))


def hash_at(connection: Connection, position: int) -> str:
    """The hash of the fact at this position; empty when there is none."""
    return connection.execute(select(tables.facts.c.hash).where(tables.facts.c.position == position)).scalar() or ""


def entries(connection: Connection) -> Iterator[Entry]:
    """The rows of the record as they lie in the store, for `audit.verify`."""
    rows = connection.execute(select(tables.facts).order_by(tables.facts.c.position)).mappings()
    for row in rows:
        yield Entry(**row)


def _read(connection: Connection, query: Select[tuple[object, ...]]) -> Iterator[Fact]:
    for row in connection.execute(query).mappings():
        yield _fact_of(row)


def _fact_of(row: RowMapping) -> Fact:
    try:
        body = _BODY.decode(row["body"])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise StoreDamaged(
            f"fact {row['sequence']} of {row['author']} (position {row['position']}) cannot be read: {error}; "
            "`store verify` says which fact was changed"
        ) from error
    return Fact(
        author=row["author"],
        sequence=row["sequence"],
        at=row["at"],
        alert_id=row["alert_id"],
        body=body,
        previous=row["previous"],
        hash=row["hash"],
    )
