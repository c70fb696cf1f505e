"""Promise: stored bytes can be read again by a later version: what changes is a revision, and nothing is asked for."""

import msgspec
import sqlalchemy as sa

from services import tables
from services.archive import Archive
from services.feeds.parsing import Parser
from services.reparse import Reparsed, known_parsers, reparse, unknown_parsers
from tests.feeding import NOW, REFERENCE, archive_in_memory, read_title
from tests.live import LiveRig, rig_of

TIN = "pink_sheet/monthly:price:tin:world_bank_monthly"
DAY = 86_400


def again(rig: LiveRig, archive: Archive, database: sa.Engine, scale: float | None, now: int) -> list[Reparsed]:
    """Read the evidence again, with a parser that gives prices another scale."""
    manifest = rig.feed.source.manifest({})
    entry = manifest.files[0]
    values = tuple(msgspec.structs.replace(value, scale=scale) for value in entry.values)
    changed = msgspec.structs.replace(manifest, files=(msgspec.structs.replace(entry, values=values),))
    parsers = known_parsers([(Parser(changed, REFERENCE, read_title), archive.cursor("pink_sheet"))])
    assert unknown_parsers(database, parsers) == ()
    return [*reparse(database, archive, parsers, now, (lambda done, of: None, False))]


def test_a_later_version_revises_what_an_earlier_one_read() -> None:
    """The corrected figures are known from the day of the correction; before it stands what was known then."""
    rig = rig_of("pink_sheet")
    with archive_in_memory() as (archive, database):
        poll = rig.feed.poll("")
        with database.begin() as connection:
            archive.store(connection, poll)
            connection.execute(sa.insert(tables.group_states).values(group_name="tin", state=b"x"))
        assert again(rig, archive, database, None, NOW + DAY) == []
        (done,) = again(rig, archive, database, 0.5, NOW + DAY)
        assert (done.pieces, done.new, done.revised) == (1, 0, 20)
        assert archive.as_known_at(TIN, NOW + DAY - 1).values == [33000.0, 105.0]
        assert archive.as_known_at(TIN, NOW + DAY).values == [16500.0, 52.5]
        assert archive.state("tin") is None
        assert archive.cursor("pink_sheet") == poll.cursor
        assert again(rig, archive, database, 0.5, NOW + 2 * DAY) == []
    assert len(rig.web.asked) == 2


def test_the_newest_bytes_have_the_last_word() -> None:
    """Two pieces that tell of the same month are read in the order in which they were fetched."""
    rig = rig_of("pink_sheet")
    with archive_in_memory() as (archive, database):
        first = rig.feed.poll("")
        rig.player.state = "more"
        rig.now = NOW + DAY
        rig.time.wait(DAY)
        second = rig.feed.poll(first.cursor)
        for poll in (first, second):
            with database.begin() as connection:
                archive.store(connection, poll)
        (done,) = again(rig, archive, database, 2.0, NOW + 2 * DAY)
        assert done.pieces == 2
        assert archive.as_known_at(TIN, NOW + 3 * DAY).values == [66000.0, 210.0, 66200.0]


def test_evidence_of_a_parser_that_is_not_there_is_named() -> None:
    """A manifest that is no longer configured: its evidence stays, and is said to be left."""
    rig = rig_of("pink_sheet")
    with archive_in_memory() as (archive, database):
        with database.begin() as connection:
            archive.store(connection, rig.feed.poll(""))
        assert unknown_parsers(database, {}) == ("pink_sheet/monthly",)
        assert [*reparse(database, archive, {}, NOW, (lambda done, of: None, True))] == []
