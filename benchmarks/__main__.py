"""`make bench`: run every benchmark, print the table, write var/bench.json; `… benchmarks notices`: one alone."""

import sys
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks import bench_history, bench_notices, bench_pipeline, bench_storm
from benchmarks.rows import Row

OUTPUT = Path("var/bench.json")
BENCHMARKS = {"pipeline": bench_pipeline, "notices": bench_notices, "storm": bench_storm, "history": bench_history}


def table(rows: list[Row]) -> Table:
    """The rows as a table for a person."""
    shown = Table(title="Twinbell benchmarks (this machine, this run)")
    for heading in ("name", "value", "unit", "against", "ratio"):
        shown.add_column(heading, justify="right" if heading in ("value", "ratio") else "left")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        shown.add_row(row.name, f"{row.value:,.2f}", row.unit, row.against, ratio)
    return shown


def main() -> None:
    """Run those named on the command line, or all; print; write the table of all."""
    console = Console()
    names = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"{', '.join(unknown)}: no such benchmark; there are {', '.join(BENCHMARKS)}")
    rows: list[Row] = []
    for name in names:
        console.print(f"[dim]{name} …[/dim]")
        rows += BENCHMARKS[name].rows()
    console.print(table(rows))
    if names != list(BENCHMARKS):
        return
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=1) + b"\n")
    console.print(f"written to {OUTPUT}")


if __name__ == "__main__":
    main()
