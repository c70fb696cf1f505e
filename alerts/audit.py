"""The chain that makes the record provable: each author's facts are numbered and hashed onto the one before."""

from collections.abc import Iterable, Mapping

import msgspec

from alerts.errors import StoreDamaged
from streams.codec import digest, encode

WHOLE = "*"
"""The head under this name is of the whole record: its last position and the hash of the fact there."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row of the record as it lies in the store. `position` is 1, 2, 3 … in the order of arrival at this store."""

    position: int
    author: str
    sequence: int
    at: int
    alert_id: str
    kind: str  # the tag of the body
    body: bytes  # canonical JSON
    previous: str
    hash: str


class Head(msgspec.Struct, frozen=True, gc=False):
    """The last fact of an author: its sequence number and hash."""

    sequence: int
    hash: str


FIRST = Head(0, "")


def hash_of(author: str, sequence: int, at: int, alert_id: str, body: bytes, previous: str) -> str:
    """SHA-256 over author, sequence, time, alert, body as stored and the hash of the author's fact before."""
    return digest(encode((author, sequence, at, alert_id, previous)) + body)


def verify(entries: Iterable[Entry], heads: Mapping[str, Head]) -> int:
    """The number of facts, when every one is as it was written. Raises StoreDamaged naming the first that is not.

    `entries` come in the order of their positions. A fact that was changed, moved, left out, added or cut off at the
    end is found: the positions have no gap, each hash follows from the row and the one before, and the heads agree.
    """
    last: dict[str, Head] = {}
    whole = FIRST
    for entry in entries:
        before = last.get(entry.author, FIRST)
        fault = _fault(entry, before, whole.sequence + 1)
        if fault:
            raise StoreDamaged(
                f"fact {entry.sequence} of {entry.author} (position {entry.position}, alert {entry.alert_id}): "
                f"{fault}; restore the store from a copy made before, and keep this one as evidence"
            )
        last[entry.author] = Head(entry.sequence, entry.hash)
        whole = Head(entry.position, entry.hash)
    if whole.sequence:
        last[WHOLE] = whole
    for author in sorted({*last, *heads}):
        if last.get(author, FIRST) != heads.get(author, FIRST):
            raise StoreDamaged(
                f"the record of {author} ends at fact {last.get(author, FIRST).sequence}, its head says "
                f"{heads.get(author, FIRST).sequence}: facts are missing at the end, or the head was changed"
            )
    return whole.sequence


def _fault(entry: Entry, before: Head, position: int) -> str:
    if entry.position != position:
        return f"position {position} is missing"
    if not isinstance(entry.body, bytes) or not isinstance(entry.at, int) or not isinstance(entry.sequence, int):
        return "a column holds another type than was written"
    if entry.sequence != before.sequence + 1:
        return f"fact {before.sequence + 1} of this author is missing"
    if entry.previous != before.hash:
        return "it does not follow the author's fact before it"
    if entry.hash != hash_of(entry.author, entry.sequence, entry.at, entry.alert_id, entry.body, entry.previous):
        return "its content is not what was hashed"
    if not entry.body.startswith(b'{"type":"%s"' % entry.kind.encode()):
        return f"it is kept as {entry.kind}, which its body is not"
    return ""
