"""Tests of `twinbell import`: counts that say what became of every row, twice changes nothing, loud stops."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import typer
from typer.testing import CliRunner

from services.archive import Archive
from services.commands.imports import import_
from services.exit_codes import ExitCode
from services.feeds.importing import check_files
from streams.reasons import Reason
from tests.feeding import CUSTOMS, PRICES, archive_in_memory, feed_of, imported, write

GOOD = "day,price\n2024-01-01,100\n2024-01-02,\n2024-01-02,\nx,1\n"


@pytest.fixture
def stored() -> Iterator[tuple[Archive, sa.Engine]]:
    """An empty archive."""
    with archive_in_memory() as made:
        yield made


def test_the_report_counts_every_row(stored: tuple[Archive, sa.Engine], tmp_path: Path) -> None:
    """Rows, new, unknown, duplicates and dead letters by reason; files that are not there are named."""
    manifest = PRICES + CUSTOMS.partition('name = "own"')[2]
    report = imported(stored, feed_of(write(tmp_path, {"prices.csv": GOOD}), manifest))
    file = report.files[0]
    assert (file.path, file.rows, file.new, file.values, file.unknown) == ("prices.csv", 4, 2, 1, 1)
    assert (file.duplicates, file.bad_rows, file.dead_letters) == (1, 1, {Reason.DATE_UNREADABLE: 1})
    assert file.problem.startswith("row 4: date_unreadable: 'x' is no day")
    assert report.notes == ("exports*.csv: not there (exports)",)
    assert report.failed == ()


def test_importing_twice_changes_nothing(stored: tuple[Archive, sa.Engine], tmp_path: Path) -> None:
    """The second time there is nothing to read; with the cursor lost, everything read is a duplicate."""
    archive, database = stored
    feed = feed_of(write(tmp_path, {"prices.csv": GOOD}), PRICES)
    imported(stored, feed)
    before = dump(database)
    assert imported(stored, feed).files == ()
    assert dump(database) == before
    with database.begin() as connection:
        connection.execute(sa.text("DELETE FROM cursors"))
    again = imported(stored, feed)
    assert (again.files[0].new, again.files[0].revised, again.files[0].duplicates) == (0, 0, 3)
    assert dump(database) == before
    assert len(archive.dead_letters()) == 1


def dump(database: sa.Engine) -> list[list[tuple[object, ...]]]:
    """Everything that an archive holds."""
    names = ("evidence", "series", "observations", "notices", "dead_letters", "cursors")
    with database.connect() as connection:
        return [[tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}"))] for name in names]


def test_a_check_writes_nothing(stored: tuple[Archive, sa.Engine], tmp_path: Path) -> None:
    """`--check` says what an import would bring."""
    feed = feed_of(write(tmp_path, {"prices.csv": GOOD}), PRICES)
    checked = check_files(feed, lambda done, of, report: None)
    done = imported(stored, feed)
    assert checked.checked
    assert not done.checked
    assert (checked.files[0].new, checked.files[0].rows) == (done.files[0].new, done.files[0].rows)


def test_a_broken_file_does_not_stop_the_others(stored: tuple[Archive, sa.Engine], tmp_path: Path) -> None:
    """A file of which nothing can be used is named with what to do; those after it are read."""
    manifest = PRICES.replace('"prices.csv"', '"*.csv"')
    files = {"a.csv": "day,cost\n2024-01-01,1\n", "b.csv": "day,price\n2024-01-01,1\n"}
    report = imported(stored, feed_of(write(tmp_path, files), manifest))
    assert [(f.path, f.outcome) for f in report.files] == [("a.csv", "failed"), ("b.csv", "read")]
    assert "no column 'price'" in report.failed[0].problem
    assert stored[0].evidence(next(iter(evidence_of(stored[1], "a.csv")))).content == b"day,cost\n2024-01-01,1\n"


def evidence_of(database: sa.Engine, origin: str) -> list[str]:
    """The hashes of what was read of a file."""
    with database.connect() as connection:
        query = sa.text("SELECT sha256 FROM evidence WHERE origin = :origin")
        return list(connection.execute(query, {"origin": origin}).scalars())


def test_past_the_limit_nothing_of_a_file_is_used(stored: tuple[Archive, sa.Engine], tmp_path: Path) -> None:
    """Past the limit a file is named and only its bytes and letters are kept; the others are read."""
    rows = [f"2024-01-{d:02},1" for d in range(1, 29)] * 20 + [f"x{i},1" for i in range(150)]
    good = "day,price\n2024-01-01,1\n"
    files = {"a.csv": good, "b.csv": "day,price\n" + "\n".join(rows) + "\n", "c.csv": good.replace("01-01", "02-01")}
    feed = feed_of(write(tmp_path, files), PRICES.replace('"prices.csv"', '"*.csv"'))
    report = imported(stored, feed)
    assert [(f.path, f.outcome) for f in report.files] == [("a.csv", "read"), ("b.csv", "stopped"), ("c.csv", "read")]
    assert report.failed[0].problem.startswith("row 561: date_unreadable")
    assert len(evidence_of(stored[1], "b.csv")) == 1
    assert len(stored[0].dead_letters()) > 100
    assert len(stored[0].as_known_at("own/prices:price:antimony:spot", feed_time()).values) == 2
    assert [f.path for f in imported(stored, feed).failed] == ["b.csv"]


def feed_time() -> int:
    """After everything was read."""
    return 2_000_000_000


def test_states_of_groups_with_new_rows_are_made_again(stored: tuple[Archive, sa.Engine], tmp_path: Path) -> None:
    """An import changes the past of its groups, so that their saved states no longer hold; others stay."""
    archive, database = stored
    with database.begin() as connection:
        archive.save_state(connection, "antimony", b"old")
        archive.save_state(connection, "tin", b"old")
    imported(stored, feed_of(write(tmp_path, {"prices.csv": GOOD}), PRICES))
    assert (archive.state("antimony"), archive.state("tin")) == (None, b"old")


def command(*arguments: str | Path) -> tuple[int, str, str]:
    """Run the command's body as a program of its own."""
    app = typer.Typer()
    app.command()(import_)
    result = CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


def test_the_command_reports_and_exits_with_meaning(tmp_path: Path) -> None:
    """Done is 0; a file of which nothing could be used is bad input; --json is the whole report."""
    write(tmp_path, {"own.toml": PRICES, "data/prices.csv": GOOD})
    store = f"sqlite:///{tmp_path}/var/t.db"
    arguments = (tmp_path / "own.toml", "--data", tmp_path / "data", "--store", store)
    code, shown, _ = command(*arguments, "--check")
    assert (code, "would be new" in shown, (tmp_path / "var").exists()) == (ExitCode.DONE, True, False)
    code, shown, told = command(*arguments)
    assert (code, told) == (ExitCode.DONE, "1/1 prices.csv\n")
    assert "own: 2 observations new, 0 revised, 1 files read" in shown
    assert "date_unreadable 1; the first: row 4" in shown
    assert f"Next: `twinbell run --config FILE --store {store}` judges it and rings" in shown
    code, shown, _ = command(*arguments)
    assert (code, "Next: " in shown) == (ExitCode.DONE, False)
    code, shown, _ = command(*arguments, "--json")
    assert (code, json.loads(shown)["files"]) == (ExitCode.DONE, [])
    write(tmp_path, {"data/prices.csv": "nothing\n1\n"})
    code, shown, _ = command(*arguments)
    assert code == ExitCode.BAD_INPUT
    assert "NOTHING OF THE FILE WAS USED" in shown


def test_rows_that_no_detector_watches_are_said_in_one_line(tmp_path: Path) -> None:
    """Stocks are kept and ring nobody: the command says how many; not of what is for reading only."""
    entry = PRICES.partition("[[files.values]]")[2]
    stocks = '[[files.values]]\ncolumn = "held"\nmeasure = "stock"\nunit = "t"\n'
    read = '[[files.values]]\ncolumn = "read"\nmeasure = "capacity"\nunit = "t"\npartial = true\n'
    (tmp_path / "own.toml").write_text(
        PRICES.partition("[[files.values]]")[0] + "[[files.values]]" + entry + stocks + read
    )
    (tmp_path / "prices.csv").write_text("day,price,held,read\n2024-01-01,100,7,1\n2024-01-02,101,6,1\n")
    app = typer.Typer()
    app.command()(import_)
    arguments = [str(tmp_path / "own.toml"), "--data", str(tmp_path), "--store", f"sqlite:///{tmp_path}/own.db"]
    for options in (["--check"], []):
        told = CliRunner().invoke(app, [*arguments, *options])
        assert told.exit_code == 0, told.output
        (line,) = [line for line in told.output.splitlines() if "no detector watches" in line]
        assert "(stock 2)" in line
    checked = json.loads(CliRunner().invoke(app, [*arguments, "--check", "--json"]).stdout)
    assert checked["unwatched"] == {"stock": 2}
    assert "no detector" not in CliRunner().invoke(app, arguments).output, "nothing new was read"
