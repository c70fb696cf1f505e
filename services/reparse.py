"""Evidence → **archive**, again: stored bytes read by the parsers of today, for those that other versions read.

What a later version reads otherwise is a revision, known from now on; what it finds new was known when the bytes came.
The mark of the feed stays: nothing is asked of anybody.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
import sqlalchemy as sa

from services import tables
from services.archive import Archive
from services.feeds.base import Poll
from services.feeds.manifest import FileEntry
from services.feeds.parsing import Parser, Piece, Seen


class Reparsed(msgspec.Struct, frozen=True, kw_only=True):
    """What reading the evidence of one parser again gave."""

    parser: str
    pieces: int
    new: int
    revised: int
    unusable: int


class Known(msgspec.Struct, frozen=True):
    """A parser of today and the entry that it reads by."""

    parser: Parser
    entry: FileEntry
    cursor: str  # of its feed, kept as it is


def known_parsers(parsers: Sequence[tuple[Parser, str]]) -> dict[str, Known]:
    """Parsers with the cursors of their feeds, by the names under which evidence knows them."""
    return {
        f"{parser.manifest.name}/{entry.id}": Known(parser, entry, cursor)
        for parser, cursor in parsers
        for entry in parser.manifest.files
    }


def reparse(
    database: sa.Engine,
    archive: Archive,
    parsers: Mapping[str, Known],
    now: int,
    how: tuple[Callable[[int, int], None], bool],
) -> Iterator[Reparsed]:
    """Read again what another version read, each parser's pieces in one transaction.

    `how` is what is told of each piece (done, of how many), and whether what this version has read is read again too.
    The states of groups that have something new are dropped, so that a run judges them anew.
    """
    on_piece, every = how
    wanted = _wanted(database, parsers, every)
    total, done = sum(len(keys) for keys in wanted.values()), 0
    for name, keys in sorted(wanted.items()):
        known = parsers[name]
        new = revised = unusable = 0
        with database.begin() as connection:
            for key in keys:  # in order of fetching: the newest bytes have the last word
                poll = _read(connection, known, key, now)
                kept = archive.store(connection, poll)
                archive.forget_states(connection, kept.groups)
                new += sum(tally.new for tally in kept.tallies.values())
                revised += sum(tally.revised for tally in kept.tallies.values())
                unusable += len(poll.dead_letters)
                done += 1
                on_piece(done, total)
        yield Reparsed(parser=name, pieces=len(keys), new=new, revised=revised, unusable=unusable)


def unknown_parsers(database: sa.Engine, parsers: Mapping[str, Known]) -> tuple[str, ...]:
    """Parsers that read evidence and that are not there today: of a manifest that is not configured."""
    with database.execution_options(reading=True).connect() as connection:
        found = connection.execute(sa.select(tables.readings.c.parser).distinct()).scalars()
        return tuple(sorted(set(found) - parsers.keys()))


def _wanted(database: sa.Engine, parsers: Mapping[str, Known], every: bool) -> dict[str, list[int]]:
    readings, evidence = tables.readings, tables.evidence
    query = (
        sa.select(readings.c.evidence_key, readings.c.parser, readings.c.version)
        .join(evidence, evidence.c.evidence_key == readings.c.evidence_key)
        .order_by(evidence.c.fetched_at, evidence.c.evidence_key)
    )
    wanted: dict[str, list[int]] = {}
    with database.execution_options(reading=True).connect() as connection:
        for key, name, version in connection.execute(query):
            known = parsers.get(name)
            if known is not None and (every or known.parser.version(known.entry) != version):
                wanted.setdefault(name, []).append(key)
    return wanted


def _read(connection: sa.Connection, known: Known, key: int, now: int) -> Poll:
    """One piece read as if it had just been fetched, stored as of now."""
    row = connection.execute(sa.select(tables.evidence).where(tables.evidence.c.evidence_key == key)).one()
    piece = Piece(
        origin=row.origin,
        content=row.content,
        fetched_at=row.fetched_at,
        headers=msgspec.json.decode(row.headers, type=tuple[tuple[str, str], ...]),
    )
    reading = known.parser.parse(known.entry, [piece], row.fetched_at, Seen())
    return msgspec.structs.replace(reading.poll, cursor=known.cursor, polled_at=now)
