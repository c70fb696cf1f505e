"""Dead letters in the store: what could not be used, from files, sources and Kafka, for people to look at."""

import msgspec
import sqlalchemy as sa

from services import tables
from services.errors import NothingFound
from services.feeds.base import DeadLetter
from streams.reasons import Reason
from streams.topics import TopicName


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One dead letter as it lies in the store. `put_back_at` is None as long as it was not put back."""

    letter_id: str
    read_at: int
    put_back_at: int | None
    letter: DeadLetter


class Place(msgspec.Struct, frozen=True):
    """Where on the broker a letter's record lies."""

    topic: TopicName
    partition: int
    offset: int


def origin_of(topic: str, partition: int) -> str:
    """How a letter names the partition that its record lies in."""
    return f"{topic}/{partition}"


def place_of(letter: DeadLetter) -> Place | None:
    """Where its record lies; None of a row of a file or of a source."""
    name, _, partition = letter.origin.partition("/")
    known = name in TopicName.__members__.values() and partition.isdecimal()
    return Place(TopicName(name), int(partition), letter.row) if known else None


def kept(database: sa.Engine, beginning: str = "") -> list[Kept]:
    """The letters of the store whose id begins so, by when they were read, then where they stood."""
    table = tables.dead_letters
    query = sa.select(table).where(table.c.letter_id.startswith(beginning, autoescape=True))
    query = query.order_by(table.c.read_at, table.c.feed, table.c.origin, table.c.row, table.c.letter_id)
    with database.execution_options(reading=True).connect() as connection:
        return [_kept(row) for row in connection.execute(query)]


def the_letter(database: sa.Engine, beginning: str) -> Kept:
    """The one letter whose id begins so. Raises NothingFound when there is none, or more than one."""
    found = kept(database, beginning)
    if len(found) == 1 and beginning:
        return found[0]
    if not found or not beginning:
        raise NothingFound(f"no dead letter has the id {beginning[:40]!r}: `twinbell deadletters list` names them")
    raise NothingFound(f"{len(found)} dead letters begin with {beginning!r}: write more of the id")


def mark_put_back(database: sa.Engine, kept: Kept, now: int) -> None:
    """Note that a letter is on its topic again."""
    table = tables.dead_letters
    with database.begin() as connection:
        connection.execute(sa.update(table).where(table.c.letter_id == kept.letter_id).values(put_back_at=now))


def _kept(row: sa.Row[tuple[object, ...]]) -> Kept:
    cells = row._mapping
    letter = DeadLetter(
        **{name: cells[name] for name in DeadLetter.__struct_fields__ if name != "reason"},
        reason=Reason(cells["reason"]),
    )
    return Kept(letter_id=cells["letter_id"], read_at=cells["read_at"], put_back_at=cells["put_back_at"], letter=letter)
