"""Each benchmark runs, at a tiny size, so that it cannot rot; no time is asserted here."""

import io
import math

import pytest
from rich.console import Console

from benchmarks import bench_history, bench_storm
from benchmarks.__main__ import table
from benchmarks.rows import Row


def printed(rows: list[Row]) -> str:
    """The table as a person reads it; every figure in it is one that can be printed, under a name of its own."""
    assert len({row.name for row in rows}) == len(rows)
    assert all(math.isfinite(row.value) for row in rows)
    console = Console(width=250, file=io.StringIO(), record=True)
    console.print(table(rows))
    return console.export_text()


@pytest.fixture(scope="module")
def storm() -> dict[str, float]:
    """A storm of two hundred, told to both sides by the actual channels over loopback."""
    rows = bench_storm.rows(situations=200, portion=50)
    assert "first notice at a receiver" in printed(rows)
    return {row.name: row.value for row in rows}


def test_the_storm_leaves_no_alert_untold(storm: dict[str, float]) -> None:
    """Every one of the burst is named to both sides, in fewer messages than notices."""
    untold = [value for name, value in storm.items() if name.startswith("storm") and "not told of" in name]
    assert untold == [0]
    assert 0 < next(value for name, value in storm.items() if "messages to both sides" in name) < 400


def test_the_history_reads_the_shipped_episodes() -> None:
    """The history benchmark imports and plays what ships, where no kit lies beside the checkout."""
    rows = bench_history.rows(["suez-2021"])
    shown = printed(rows)
    assert "1 shipped episodes" in shown
    kept = next(row.against for row in rows if row.name.endswith("import"))
    assert "763 rows" in kept
