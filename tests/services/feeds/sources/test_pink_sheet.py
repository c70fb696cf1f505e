"""Promise: the Pink Sheet is found wherever it moves to, read however it is laid out, and one series with a file."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from services.clock import iso_day
from services.errors import SourceFailed
from services.feeds.files import FileFeed
from services.feeds.manifest import read_manifest
from services.reasons import Reason
from streams.reasons import Reason as RowReason
from tests.fakes.loopback import Answer, Request
from tests.fakes.sources.base import found, path_of
from tests.fakes.sources.pink_sheet import FILE, NAMES, ROWS, PinkSheetPlayer, workbook
from tests.feeding import NOW, REFERENCE, archive_in_memory, read_title, runs_of
from tests.live import LiveRig, rig_of

KIT = Path(__file__).parents[4] / "benchmarks" / "shared_data.toml"


class Laid(PinkSheetPlayer):
    """The sheet with another layout."""

    def __init__(self, book: bytes) -> None:
        super().__init__()
        self.book = book

    def answer(self, request: Request) -> Answer:
        return found(self.book) if path_of(request) == FILE else super().answer(request)


def copper(rig: LiveRig) -> dict[str, float | None]:
    """What a reading says of copper, by month."""
    run = runs_of(rig.feed.poll(""))["price:copper:world_bank_monthly"]
    return dict(zip(map(iso_day, run.occurred_at), run.values, strict=True))


def test_figures_come_with_their_month_and_are_known_when_read() -> None:
    """A month's average is known three days after its end, and never later than it was read; … is unknown, not zero."""
    rig = rig_of("pink_sheet")
    rig.player.state = "more"
    poll = rig.feed.poll("")
    runs = runs_of(poll)
    assert runs["price:nickel:world_bank_monthly"].values == [15000.0, 104.0, 15100.0]
    assert copper(rig) == {"2026-06-01": 9000.0, "2026-07-01": 102.0, "2026-08-01": None}
    assert [iso_day(at) for at in runs["price:tin:world_bank_monthly"].known_at] == [
        "2026-07-03",
        "2026-08-03",
        "2026-09-03",
    ]
    assert poll.evidence[0].origin.endswith("CMO-Historical-Data-Monthly.xlsx")


def test_the_link_is_found_anew_each_time() -> None:
    """The hash and the year in the address change: the page says where it is today, in whatever form of link."""
    rig = rig_of("pink_sheet")
    first = rig.feed.poll("")
    player = rig.player
    assert isinstance(player, PinkSheetPlayer)
    other = FILE.replace("0050012026", "0050012027")
    player.page = f"<a href='https://thedocs.worldbank.org{other}?download'>x</a>".encode()
    asked: list[str] = []
    plain = player.answer

    def answer(request: Request) -> Answer:
        asked.append(path_of(request))
        return plain(Request("GET", FILE, {}, b"") if path_of(request) == other else request)

    player.answer = answer  # type: ignore[method-assign]
    again = rig.feed.poll(first.cursor)
    assert asked[-1] == other
    assert (again.dead_letters, len(again.evidence)) == ((), 1)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"<p>We have moved</p>", Reason.MOVED),
        (b" ", Reason.MOVED),
        (b"<a href='https://evil.example/CMO-Historical-Data-Monthly.xlsx'>x</a>", Reason.HOST_NOT_ALLOWED),
        (b"<a href='http://thedocs.worldbank.org/CMO-Historical-Data-Monthly.xlsx'>x</a>", Reason.HOST_NOT_ALLOWED),
        (b"<a href='file:///etc/CMO-Historical-Data-Monthly.xlsx'>x</a>", Reason.HOST_NOT_ALLOWED),
        (b"<a href='http://[::1/CMO-Historical-Data-Monthly.xlsx'>x</a>", Reason.HOST_NOT_ALLOWED),
    ],
)
def test_a_page_without_a_link_of_its_own_is_said(page: bytes, reason: Reason) -> None:
    """No link, or one that leads elsewhere: the reading fails loudly with its reason, and nothing else is fetched."""
    rig = rig_of("pink_sheet")
    player = rig.player
    assert isinstance(player, PinkSheetPlayer)
    player.page = page
    with pytest.raises(SourceFailed) as failed:
        rig.feed.poll("")
    assert failed.value.reason is reason
    assert len(rig.web.asked) == 1


@pytest.mark.parametrize("above", [0, 1, 3, 6])
def test_a_header_that_has_moved_is_found(above: int) -> None:
    """Names stand "around" row five: some rows higher or lower, the units below them all the same."""
    assert copper(rig_of("pink_sheet", Laid(workbook(ROWS["some"], above=above))))["2026-06-01"] == 9000.0


def test_columns_in_another_order_are_read_by_their_names() -> None:
    """What is copper is what the header calls so, not what stood there last time."""
    turned = tuple((row[0], *reversed(row[1:9]), *row[9:]) for row in ROWS["some"])
    names = (*reversed(NAMES[:8]), *NAMES[8:])
    assert copper(rig_of("pink_sheet", Laid(workbook(turned, names)))) == {"2026-06-01": 9000.0, "2026-07-01": 102.0}


def test_a_metal_that_is_gone_from_the_sheet_stops_the_reading_loudly() -> None:
    """A renamed column is a letter that says which; nothing of the file is used, and the mark stays."""
    names = tuple("Cuprum" if name == "Copper" else name for name in NAMES)
    rig = rig_of("pink_sheet", Laid(workbook(ROWS["some"], names)))
    poll = rig.feed.poll("")
    assert (poll.batches, poll.dead_letters[0].reason) == ((), RowReason.COLUMN_MISSING)
    assert "Copper" in poll.dead_letters[0].detail
    assert rig.feed.poll(poll.cursor).dead_letters == poll.dead_letters


def test_what_was_imported_and_what_is_polled_is_one_series(tmp_path: Path) -> None:
    """The same sheet read by the kit's manifest and then live: the same series, and nothing of it is new."""
    rig = rig_of("pink_sheet")
    live = rig.feed.poll("")
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "worldbank_CMO-Historical-Data-Monthly.xlsx").write_bytes(live.evidence[0].content)
    imported = FileFeed(read_manifest(KIT.read_bytes()), tmp_path, REFERENCE, lambda: NOW, read_title).poll("")
    with archive_in_memory() as (archive, database):
        with database.begin() as connection:
            assert archive.keep(connection, imported)
            assert archive.keep(connection, live) == []
            rig.player.state = "more"
            fresh = archive.keep(connection, rig.feed.poll(live.cursor))
        before = archive.as_known_at("pink_sheet/monthly:price:tin:world_bank_monthly", NOW - 40 * 86_400)
    assert before.values == [33000.0, 105.0]
    assert {run.occurred_at[0] for batch in fresh for run in batch.runs} == {1785542400}
    assert {run.series for batch in imported.batches for run in batch.runs} == {
        run.series for batch in live.batches for run in batch.runs
    }


def test_a_unit_that_has_changed_is_not_read_as_the_old_one() -> None:
    """Prices by the kilogram under the same name: a letter says which column, and only that one is left out."""
    units = ("($/kg)", *("($/mt)",) * 7, *("($/troy oz)",) * 2)
    poll = rig_of("pink_sheet", Laid(workbook(ROWS["some"], units=units))).feed.poll("")
    assert "aluminium" not in {batch.group for batch in poll.batches}
    assert runs_of(poll)["price:copper:world_bank_monthly"].values == [9000.0, 102.0]
    assert "'Aluminum' is in '($/kg)'" in poll.dead_letters[0].detail


def test_a_sheet_of_another_name_is_said() -> None:
    """A workbook without `Monthly Prices` is a letter, and the next reading tries again."""
    book = load_workbook(io.BytesIO(workbook(ROWS["some"])))
    book["Monthly Prices"].title = "Prices"
    buffer = io.BytesIO()
    book.save(buffer)
    rig = rig_of("pink_sheet", Laid(buffer.getvalue()))
    poll = rig.feed.poll("")
    assert (poll.batches, len(poll.dead_letters)) == ((), 1)
    assert "Monthly Prices" in poll.dead_letters[0].detail
    assert rig.feed.poll(poll.cursor).dead_letters == poll.dead_letters
