"""Tests of the archive: what was known when, evidence that leads back to the row, replay in order of knowing."""

import datetime
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy.dialects import postgresql

from alerts.errors import StoreDamaged
from services import tables
from services.archive import Archive
from services.clock import iso_time
from services.errors import FeedError, NothingFound
from services.feeds.base import Poll
from services.feeds.periods import known_at_of
from services.instants import Replay
from services.vintages import Vintage, decide
from streams.market_moves import COMMON_MOVE
from streams.observations import ObservationBatch
from streams.reasons import Reason
from tests.feeding import CUSTOMS, NOTICES, NOW, PRICES, archive_in_memory, feed_of, poll_of, write

SPOT = "own/prices:price:antimony:spot"
LATER = NOW + 10 * 86_400
Stored = tuple[Archive, sa.Engine]


@pytest.fixture
def stored() -> Iterator[Stored]:
    """An empty archive."""
    with archive_in_memory() as made:
        yield made


def keep(stored: Stored, poll: Poll) -> list[ObservationBatch]:
    """Keep a poll in a transaction of its own."""
    with stored[1].begin() as connection:
        return stored[0].keep(connection, poll)


def prices(directory: Path, *rows: str, now: int = NOW) -> Poll:
    """A first poll of a price file with these rows."""
    return poll_of(directory, PRICES, {"prices.csv": "\n".join(["day,price", *rows, ""])}, now)


def at(day: str) -> int:
    """23:59:00 UTC of a day."""
    return known_at_of(day)


def test_the_same_again_is_dropped_and_another_value_is_a_revision(stored: Stored, tmp_path: Path) -> None:
    """A series keeps what was known when: the first value stays beside the later one."""
    archive = stored[0]
    assert keep(stored, prices(tmp_path, "2024-01-01,100", "2024-01-02,101"))
    assert keep(stored, prices(tmp_path, "2024-01-01,100.0", "2024-01-02,101")) == []
    fresh = keep(stored, prices(tmp_path, "2024-01-01,100", "2024-01-02,90", now=LATER))
    assert [(run.values, run.known_at) for batch in fresh for run in batch.runs] == [([90.0], [LATER])]
    before, after = archive.as_known_at(SPOT, LATER - 1), archive.as_known_at(SPOT, LATER)
    assert (before.values, after.values) == ([100.0, 101.0], [100.0, 90.0])
    assert archive.as_known_at(SPOT, at("2024-01-01")).values == [100.0]
    vintages = archive.vintages(SPOT, before.occurred_at[1])
    assert [(v.value, v.known_at) for v in vintages] == [(101.0, at("2024-01-02")), (90.0, LATER)]
    assert len({v.evidence for v in vintages}) == 2


def test_an_old_file_read_again_is_no_news(stored: Stored, tmp_path: Path) -> None:
    """Bytes that are stored already cannot revise what came after them, whatever order they are read in."""
    first, second = prices(tmp_path, "2024-01-01,100"), prices(tmp_path, "2024-01-01,90", now=LATER)
    keep(stored, first)
    keep(stored, second)
    assert keep(stored, replace(first, polled_at=LATER + 5)) == []
    back = prices(tmp_path, "2024-01-01,100", "2024-01-02,5", now=LATER + 9)
    keep(stored, back)  # new bytes that say the first value again are a revision
    assert stored[0].as_known_at(SPOT, LATER + 9).values == [100.0, 5.0]


def test_an_unknown_says_nothing_new(stored: Stored, tmp_path: Path) -> None:
    """A value that goes missing in a later file stays; an unknown that becomes a value is a revision."""
    keep(stored, prices(tmp_path, "2024-01-01,100", "2024-01-02,"))
    keep(stored, prices(tmp_path, "2024-01-01,", "2024-01-02,7", now=LATER))
    assert stored[0].as_known_at(SPOT, LATER).values == [100.0, 7.0]
    assert stored[0].as_known_at(SPOT, NOW).values == [100.0, None]


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from([None, 1.0, 2.0, 3.0]), st.booleans()), min_size=1, max_size=12
    )
)
def test_vintages_of_a_period_stay_in_order(found: list[tuple[int, float | None, bool]]) -> None:
    """Whatever comes in, no two vintages share a time, and what has just been read is what is known then."""
    vintages: list[Vintage] = []
    for read_at, (known_at, value, is_fresh) in enumerate(found, start=10):
        reason, when = decide(vintages, Vintage(known_at, value), read_at, is_fresh)
        if reason is Reason.DUPLICATE:
            continue
        vintages = sorted([*vintages, Vintage(when, value)], key=lambda v: v.known_at)
        assert len({v.known_at for v in vintages}) == len(vintages)
        assert reason is (Reason.ACCEPTED if len(vintages) == 1 else Reason.REVISED)


def test_every_figure_leads_to_its_bytes_and_row(stored: Stored, tmp_path: Path) -> None:
    """The hash gives the bytes as read, with origin and time; the row gives the text that the figure stands in."""
    keep(stored, prices(tmp_path, "2024-01-01,100", "2024-01-02,101"))
    run = stored[0].as_known_at(SPOT, NOW)
    evidence = stored[0].evidence(run.evidence[:8])
    assert (evidence.sha256, evidence.origin, evidence.fetched_at) == (run.evidence, "prices.csv", NOW)
    assert evidence.content == (tmp_path / "prices.csv").read_bytes()
    assert stored[0].row_text(run.evidence, run.rows[1]) == "day,price\n2024-01-02,101"
    assert stored[0].row_text(run.evidence, 0).startswith("day,price\n")


@pytest.mark.parametrize("sha256", ["", "ab", "zz" * 32, "0" * 64, "%", "_" * 64])
def test_a_hash_that_is_not_stored_is_not_found(stored: Stored, tmp_path: Path, sha256: str) -> None:
    """A wrong, a short or an odd hash is answered, never guessed."""
    keep(stored, prices(tmp_path, "2024-01-01,100"))
    with pytest.raises(NothingFound):
        stored[0].evidence(sha256)
    with pytest.raises(NothingFound):
        stored[0].as_known_at("own/prices:nothing", NOW)


def test_replay_gives_what_keep_gave(stored: Stored, tmp_path: Path) -> None:
    """A live reading and a replay hand over the same batches: by instant, then group, nothing twice."""
    rows = "month,partner,code,kg,usd_per_kg\n2024-01,Japan,1,10,5\n2024-01,Chile,1,4,5\n2024-02,Chile,1,7,6\n"
    acts = '{"no": "1", "published": "2024-02-20", "title": "Ban on gallium, germanium", "text": "", "at": ""}'
    kept = keep(stored, prices(tmp_path / "a", "2024-02-20,100", "2024-02-21,"))
    kept += keep(stored, poll_of(tmp_path / "b", CUSTOMS, {"exports.csv": rows}))
    kept += keep(stored, poll_of(tmp_path / "c", NOTICES, {"acts.jsonl": acts}))
    replayed = list(stored[0].batches(0, NOW))
    instants = [(iso_time(when), batch.group) for when, batch in replayed]
    assert instants == sorted(instants)
    assert len(set(instants)) == len(instants)
    assert instants[0] == ("2024-02-20T23:59:00Z", "antimony")

    def figures(batches: list[ObservationBatch]) -> set[tuple[str, int, int, float | None, str, int]]:
        return {
            (run.series.series_id, *row, run.evidence, number)
            for batch in batches
            for run in batch.runs
            for *row, number in zip(run.occurred_at, run.known_at, run.values, run.rows, strict=True)
        }

    assert figures([batch for _, batch in replayed]) == figures(kept)
    together = next(batch for when, batch in replayed if batch.group == "gallium")
    assert [n.document_id for n in together.notices] == ["ministry:1"]
    assert {run.series.destination for run in together.runs} == {"JPN", "CHL", "WLD"}
    half = at("2024-02-20")
    assert [*stored[0].batches(0, half), *stored[0].batches(half, NOW)] == replayed
    assert stored[0].groups() == ("antimony", "gallium", "germanium")


def test_replay_pages_do_not_cut_an_instant(stored: Stored, tmp_path: Path) -> None:
    """However small a page is, every instant is whole."""
    rows = [f"2024-0{m}-{d:02},{m * d}" for m in range(1, 6) for d in range(1, 28)]
    manifest = PRICES + '[[files.values]]\ncolumn = "price"\nmeasure = "price"\nunit = "USD/kg"\nmarket = "other"\n'
    keep(stored, poll_of(tmp_path, manifest, {"prices.csv": "\n".join(["day,price", *rows, ""])}))
    for page in (1, 2, 3, 7, 1_000):
        found = list(Replay(stored[1].connect, page).batches(0, NOW))
        assert len(found) == len(rows)
        assert all(len(batch.runs) == 2 for _, batch in found)


MARKET = """
name = "own"
[[files]]
id = "market"
path = "market*.csv"
family = "prices"
publisher = "A desk"
publication = "Its prices"
cadence = "daily"
minerals = ["{metal}"]
market = "spot"
dates = { column = "day" }
known = { column = "seen" }
[[files.values]]
column = "price"
measure = "price"
unit = "USD/t"
"""


def market_files() -> dict[str, str]:
    """Prices of seven metals over more than a year, in three files, some of them seen a day late."""
    numbers = random.Random(7)
    metals = ("tin", "zinc", "copper", "lead", "nickel", "aluminium", "antimony")
    start = datetime.date(2022, 12, 1)
    files: dict[str, list[str]] = {}
    for i in range(460):
        day = start + datetime.timedelta(days=i)
        for metal in metals:
            if metal == "lead" and 20 < i < 440:
                continue  # silent for longer than the memory
            seen = day + datetime.timedelta(days=numbers.randrange(2))
            price = 100 * 1.01 ** numbers.randrange(-9, 9)
            files.setdefault(f"market-{i // 160}.csv", ["day,metal,price,seen"]).append(f"{day},{metal},{price},{seen}")
    return {name: "\n".join([*rows, ""]) for name, rows in files.items()}


def test_the_common_move_is_the_same_live_and_replayed(stored: Stored, tmp_path: Path) -> None:
    """What all prices did together is known from what was known then, in one reading, in three, and in a replay."""
    files = market_files()
    feed = feed_of(tmp_path, MARKET)
    live: list[ObservationBatch] = []
    for name in sorted(files):
        write(tmp_path, {name: files[name]})
        live += keep(stored, feed.poll(stored[0].cursor("own")))
    replayed = list(stored[0].batches(0, NOW))

    def moves(batches: list[ObservationBatch]) -> dict[tuple[str, int], float | None]:
        return {
            (run.series.series_id, at): move
            for batch in batches
            for run in batch.runs
            for at, move in zip(run.occurred_at, run.context[COMMON_MOVE], strict=True)
        }

    told = moves([batch for _, batch in replayed])
    assert moves(live) == told
    assert sum(move is not None for move in told.values()) > 1_500
    middle = replayed[len(replayed) // 2][0]
    assert [*stored[0].batches(0, middle), *stored[0].batches(middle, NOW)] == replayed
    for group in stored[0].groups():
        own = [found for found in replayed if found[1].group == group]
        assert list(stored[0].batches(0, NOW, group)) == own


def test_series_for_reading_and_undated_documents_are_never_replayed(stored: Stored, tmp_path: Path) -> None:
    """They are stored, and can be asked for; no harness gets them."""
    manifest = PRICES.replace("market", "partial = true\nmarket")
    poll = poll_of(tmp_path / "a", manifest, {"prices.csv": "day,price\n2024-01-01,1\n"})
    acts = '{"no": "1", "published": "", "title": "Ban on gallium", "text": "", "at": ""}'
    assert keep(stored, poll) == []
    assert keep(stored, poll_of(tmp_path / "b", NOTICES, {"acts.jsonl": acts})) == []
    assert list(stored[0].batches(-(10**12), NOW)) == []
    assert stored[0].as_known_at(SPOT, NOW).values == [1.0]
    assert [n.number for n in stored[0].notices()] == ["1"]


def test_a_document_is_kept_once_wherever_it_stands(stored: Stored, tmp_path: Path) -> None:
    """Issuer and number are its identity: a second file with the same document adds nothing."""
    act = '{"no": "1", "published": "2024-01-01", "title": "Ban on gallium", "text": "", "at": ""}'
    assert len(keep(stored, poll_of(tmp_path, NOTICES, {"acts.jsonl": act}))) == 1
    assert keep(stored, poll_of(tmp_path, NOTICES, {"acts.jsonl": act.replace("Ban", "New ban")})) == []


def test_a_unit_never_changes_under_a_series(stored: Stored, tmp_path: Path) -> None:
    """Tonnes and kilograms are not two vintages of one figure: the reading is refused with what to do."""
    keep(stored, prices(tmp_path, "2024-01-01,100"))
    with pytest.raises(FeedError, match="give the file entry of the manifest another id"):
        keep(stored, poll_of(tmp_path, PRICES.replace("USD/t", "USD/kg"), {}))
    assert stored[0].as_known_at(SPOT, NOW).series.unit == "USD/t"


def test_what_a_manifest_says_anew_of_a_series_is_written_down(stored: Stored, tmp_path: Path) -> None:
    """A better name of the publisher reaches the series that is stored already."""
    keep(stored, prices(tmp_path, "2024-01-01,100"))
    keep(stored, poll_of(tmp_path, PRICES.replace("A desk", "The desk"), {}))
    assert [s.publisher for s in stored[0].series()] == ["The desk"]


def test_letters_cursor_and_states(stored: Stored, tmp_path: Path) -> None:
    """Dead letters are kept once with their bytes, the cursor where the feed was read to, states by group."""
    archive, database = stored
    poll = prices(tmp_path, "2024-01-01,100", "x,1", "2024-01-03,4")
    keep(stored, poll)
    keep(stored, replace(poll, polled_at=NOW + 5))
    letters = archive.dead_letters()
    assert [(x.row, x.reason, x.content) for x in letters] == [(2, Reason.DATE_UNREADABLE, b"x,1\n")]
    assert archive.cursor("own") == poll.cursor
    assert archive.cursor("another") == ""
    assert archive.content_at("own") == at("2024-01-03")
    with database.begin() as connection:
        archive.save_state(connection, "antimony", b"1")
        archive.save_state(connection, "antimony", b"2")
        archive.save_state(connection, "tin", b"3")
        archive.forget_states(connection, ["tin"])
    assert (archive.state("antimony"), archive.state("tin")) == (b"2", None)


def test_a_reading_that_fails_half_way_leaves_nothing(stored: Stored, tmp_path: Path) -> None:
    """Everything of a poll is one transaction of the caller's."""
    poll = prices(tmp_path, "2024-01-01,100")
    with stored[1].connect() as connection, connection.begin() as transaction:
        stored[0].keep(connection, poll)
        transaction.rollback()
    assert (stored[0].groups(), stored[0].cursor("own"), stored[0].dead_letters()) == ((), "", ())
    assert keep(stored, poll)


def test_the_tables_are_valid_on_postgresql() -> None:
    """Every table can be made on PostgreSQL too."""
    for table in tables.archive_metadata.sorted_tables:
        assert "CREATE TABLE" in str(sa.schema.CreateTable(table).compile(dialect=postgresql.dialect()))


def test_the_same_bytes_read_in_two_ways_show_both_rows(stored: Stored, tmp_path: Path) -> None:
    """Where two entries read one file with different layouts, the row is shown as each of them read it."""
    second = PRICES.partition('name = "own"')[2].replace('"prices"\npath', '"b"\npath')
    manifest = PRICES + second.replace("market", "layout = { first_row = 3 }\nmarket")
    keep(stored, poll_of(tmp_path, manifest, {"prices.csv": "day,price\n2024-01-01,1\n2024-01-02,2\n"}))
    run = stored[0].as_known_at(SPOT, NOW)
    assert stored[0].row_text(run.evidence, 1) == "day,price\n2024-01-01,1\n\nday,price\n2024-01-02,2"


CHANGES = [
    ("evidence", "origin"),
    ("evidence", "fetched_at"),
    ("evidence", "headers"),
    ("evidence", "content"),
    *(("observations", c.name) for c in tables.observations.columns if not c.foreign_keys),
    *(("notices", name) for name in ("issuer", "number", "known_at", "record")),
]


@pytest.mark.parametrize(("table", "column"), CHANGES)
def test_verify_finds_one_changed_cell_of_what_was_read(
    stored: Stored, tmp_path: Path, table: str, column: str
) -> None:
    """Origin, time, bytes, a figure, its row or a document: whichever is changed, verify names the file."""
    for rows in (["2024-01-01,100", "2024-01-02,101"], ["2024-01-01,100", "2024-01-02,102", "2024-01-03,-"]):
        keep(stored, prices(tmp_path, *rows))
    act = '{"no": "1", "published": "2024-01-01", "title": "Ban on gallium", "text": "", "at": ""}'
    keep(stored, poll_of(tmp_path, NOTICES, {"acts.jsonl": act}))
    assert stored[0].verify() == 3
    with stored[1].begin() as connection:
        values = connection.execute(sa.text(f"SELECT {column} FROM {table} LIMIT 1")).scalar_one()
        changed = (
            values + b" " if isinstance(values, bytes) else f"{values}1" if isinstance(values, str) else values + 1
        )
        where = f"{column} = (SELECT {column} FROM {table} LIMIT 1)"
        connection.execute(sa.text(f"UPDATE {table} SET {column} = :changed WHERE {where}"), {"changed": changed})
    with pytest.raises(StoreDamaged, match=r"evidence [0-9a-f]{16} \('"):
        stored[0].verify()


def test_a_figure_that_was_taken_out_is_found(stored: Stored, tmp_path: Path) -> None:
    """A row that is missing is a change too; bytes that are read again by another entry keep their seal."""
    second = PRICES.partition('name = "own"')[2].replace('"prices"\npath', '"b"\npath')
    rows = "day,price\n2024-01-01,1\n2024-01-02,2\n"
    keep(stored, poll_of(tmp_path, PRICES, {"prices.csv": rows}))
    keep(stored, poll_of(tmp_path, PRICES + second, {"prices.csv": rows}))
    assert stored[0].verify() == 1
    with stored[1].begin() as connection:
        connection.execute(sa.text("DELETE FROM observations WHERE value = 2"))
    with pytest.raises(StoreDamaged, match=r"prices\.csv"):
        stored[0].verify()


def test_a_feed_reads_on_where_the_archive_stopped(stored: Stored, tmp_path: Path) -> None:
    """The stored cursor is what the next poll begins with, in another process too."""
    keep(stored, prices(tmp_path, "2024-01-01,100"))
    feed = feed_of(write(tmp_path, {}), PRICES)
    assert feed.poll(stored[0].cursor("own")).read == 0
