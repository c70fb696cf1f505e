"""The rows of the benchmark as a table for a person."""

from collections.abc import Iterable

from rich.table import Table

from benchmarks.cluster.measuring import Row


def table(rows: Iterable[Row]) -> Table:
    """One line each: what, in which layout, how fast, at what cost, and whether it was the same answer."""
    shown = Table(title="Twinbell's engine and its peers (this machine, this run, one broker)", title_justify="left")
    for heading in (
        "name",
        "layout",
        "processes",
        "median",
        "min to max",
        "unit",
        "CPU s/M",
        "broker",
        "same set",
        "aim",
    ):
        shown.add_column(heading, justify="left" if heading in ("name", "layout", "unit", "aim") else "right")
    for row in rows:
        digits = 0 if row.median >= 100 else 3
        met = "" if row.is_met is None else (" met" if row.is_met else " MISSED")
        shown.add_row(
            row.name,
            row.layout,
            str(row.processes),
            f"{row.median:,.{digits}f}",
            f"{row.min:,.{digits}f} to {row.max:,.{digits}f}",
            row.unit,
            _cost(row.cpu_s_per_million),
            _cost(row.broker_cpu_s_per_million),
            {None: "", True: "yes", False: "NO"}[row.same_set],
            row.aim + met,
        )
    return shown


def _cost(value: float | None) -> str:
    return "" if value is None else f"{value:,.2f}"
