"""Reading and writing the rows of the record: facts in the order of arrival, and the head of each author's chain."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection, RowMapping, Select, bindparam, insert, select, update

from alerts import tables
from alerts.audit import FIRST, WHOLE, Entry, Head, hash_of
from alerts.errors import StoreDamaged
from alerts.facts import Body, Fact
from alerts.rows import Row
from streams.codec import encode

CHUNK: Final = 500
"""Values in one IN list: SQLite's oldest limit is 999."""

_BODY: Final = msgspec.json.Decoder(Body)


class Proposal(msgspec.Struct, frozen=True):
    """What somebody wants to record."""

    author: str
    at: int
    alert_id: str
    body: Body


def whole_head(connection: Connection, lock: bool = False) -> Head:
    """The end of the whole record. With `lock` no other process appends until this transaction is over."""
    query = select(tables.heads.c.sequence, tables.heads.c.hash).where(tables.heads.c.author == WHOLE)
    if lock:
        query = query.with_for_update()  # SQLite has no such clause: there the transaction began IMMEDIATE
    row = connection.execute(query).first()
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


def fact_row(fact: Fact, body: bytes, position: int) -> dict[str, str | int | bytes]:
    """The row of `facts`."""
    return {
        "position": position,
        "author": fact.author,
        "sequence": fact.sequence,
        "at": fact.at,
        "alert_id": fact.alert_id,
        "kind": str(fact.body.__struct_config__.tag),
        "body": body,
        "previous": fact.previous,
        "hash": fact.hash,
    }


def write_facts(connection: Connection, rows: Sequence[dict[str, str | int | bytes]]) -> None:
    """Append rows of facts, in order."""
    connection.execute(insert(tables.facts), rows)


def write_heads(connection: Connection, changed: dict[str, Head], known: Iterable[str]) -> None:
    """Bring the heads of these authors up to date; `known` are those that have a row."""
    have = set(known)
    new: list[Row] = []
    old: list[Row] = []
    for author, head in changed.items():
        if author in have:
            old.append({"of": author, "to_sequence": head.sequence, "to_hash": head.hash})
        else:
            new.append({"author": author, "sequence": head.sequence, "hash": head.hash})
    if new:
        connection.execute(insert(tables.heads), new)
    if old:
        statement = (
            update(tables.heads)
            .where(tables.heads.c.author == bindparam("of"))
            .values(sequence=bindparam("to_sequence"), hash=bindparam("to_hash"))
        )
        connection.execute(statement, old)


def facts_after(connection: Connection, position: int) -> list[Fact]:
    """The facts that arrived after `position`, in order."""
    query = select(tables.facts).where(tables.facts.c.position > position).order_by(tables.facts.c.position)
    return list(_read(connection, query))


def facts_of(connection: Connection, alert_ids: Sequence[str]) -> Iterator[Fact]:
    """The facts of these alerts, in the order of arrival (of each alert; alerts may come one after another)."""
    for start in range(0, len(alert_ids), CHUNK):
        wanted = tables.facts.c.alert_id.in_(alert_ids[start : start + CHUNK])
        yield from _read(connection, select(tables.facts).where(wanted).order_by(tables.facts.c.position))


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
