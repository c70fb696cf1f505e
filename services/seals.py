"""Archive → **proof**: a seal on every piece of evidence, so that one changed figure, document or origin is found.

A seal is the sum of the hashes of what the evidence says of itself and of every row that was read from it. It does not
depend on their order, so rows are added to it without reading the others.
"""

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b

import msgspec
import sqlalchemy as sa

from alerts.errors import StoreDamaged
from services import tables

_BYTES = 16
_MODULUS = 1 << (8 * _BYTES)
_encode = msgspec.msgpack.Encoder().encode

Amounts = Counter[int]
"""What is to be added to the seals, by evidence key."""


def amount_of(kind: str, cells: Iterable[object]) -> int:
    """What one row adds to the seal of the evidence that it was read from."""
    return int.from_bytes(blake2b(_encode((kind, *cells)), digest_size=_BYTES).digest())


def add(connection: sa.Connection, amounts: Amounts) -> None:
    """Add to the seals in the caller's transaction. An evidence without a seal was stored before there were any."""
    table = tables.evidence
    for key in sorted(amounts):
        query = sa.select(table.c.seal).where(table.c.evidence_key == key).with_for_update()
        seal = connection.execute(query).scalar_one()
        if seal:
            changed = _text(int(seal, 16) + amounts[key])
            connection.execute(sa.update(table).where(table.c.evidence_key == key).values(seal=changed))


def first(sha256: str, origin: str, fetched_at: int, headers: str) -> str:
    """The seal of a piece of evidence from which nothing was read yet."""
    return _text(amount_of("file", (sha256, origin, fetched_at, headers)))


def verify(connection: sa.Connection) -> None:
    """Raise StoreDamaged naming a file whose own entry, or something that was read from it, is not as it was stored."""
    amounts = Amounts()
    for kind, table, columns in _SEALED:
        cells = [table.c[name] for name in columns]
        for key, *row in connection.execute(sa.select(table.c.evidence_key, *cells)):
            amounts[key] += amount_of(kind, row)
    shelf = tables.evidence
    own = (shelf.c.sha256, shelf.c.origin, shelf.c.fetched_at, shelf.c.headers)
    for key, seal, *row in connection.execute(sa.select(shelf.c.evidence_key, shelf.c.seal, *own)):
        if seal and _text(amounts[key] + amount_of("file", row)) != seal:
            raise StoreDamaged(
                f"evidence {row[0][:16]} ({row[1]!r}): its origin or time, or a figure or document that was read from "
                "it, is not as it was stored; restore the store from a copy made before, and keep this one as evidence"
            )


def _text(seal: int) -> str:
    return f"{seal % _MODULUS:0{2 * _BYTES}x}"


_SEALED = (
    (
        "figure",
        tables.observations,
        ("series_key", "occurred_at", "known_at", "value", "evidence_key", "row", "is_provisional"),
    ),
    ("document", tables.notices, ("issuer", "number", "known_at", "record")),
    ("hazard", tables.hazards, ("event_id", "known_at", "record")),
)
