"""`twinbell scan FILE.csv`: any series of numbers through the general detectors, without store, mineral or manifest."""

import csv
import io
import math
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.clock import iso_time
from services.commands.desk import configured
from services.commands.options import ConfigOption, JsonOption
from services.commands.printing import print_json, print_table
from services.errors import FeedError, NothingFound
from services.wiring import reference_of, thresholds_of
from streams.codec import digest
from streams.observations import Cadence, Family, Measure, ObservationBatch, Run, Series
from streams.pipeline import Pipeline, PipelineState


class Kind(StrEnum):
    """What the numbers are like, which decides the detectors."""

    LEVEL = "level"  # any numbers: G1
    PRICE = "price"  # above zero, moves by parts of itself: P1
    COUNT = "count"  # how many in each period: L1
    FLOW = "flow"  # amounts by month, which may be zero: V1, V2


_AS = {
    Kind.LEVEL: (Family.PRICES, Measure.LEVEL, Cadence.DAILY),
    Kind.PRICE: (Family.PRICES, Measure.PRICE, Cadence.DAILY),
    Kind.COUNT: (Family.CHOKEPOINT_TRANSITS, Measure.COUNT, Cadence.DAILY),
    Kind.FLOW: (Family.CUSTOMS, Measure.QUANTITY, Cadence.MONTHLY),
}


def scan(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file with a header, a row for each period.")],
    time: Annotated[str, typer.Option("--time", metavar="COLUMN", help="Its times; else the first column.")] = "",
    value: Annotated[str, typer.Option("--value", metavar="COLUMN", help="Its numbers; else the second column.")] = "",
    kind: Annotated[Kind, typer.Option("--as", help="What the numbers are like.")] = Kind.LEVEL,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run any CSV through the general detectors and list the signals. Nothing is stored and nobody is rung.

    Times are ISO days or times (UTC where no zone is given) or seconds since 1970; rows may come at any pace. A cell
    that is no number is unknown, never zero.
    """
    configuration = configured(config)
    run, left_out = _read(file, (time, value), kind)
    pipeline = Pipeline(thresholds_of(configuration), reference_of(configuration))
    found = pipeline.signals(PipelineState(), ObservationBatch(group=run.series.group, feed="scan", runs=[run]))
    if as_json:
        print_json(found)
        return
    print_table(
        ("time", "detector", "phase", "direction", "score", "observed", "expected"),
        [
            (
                iso_time(s.occurred_at),
                s.detector,
                s.phase,
                s.direction,
                f"{s.score:.2f}",
                "" if s.observed is None else f"{s.observed:g}",
                "" if s.expected is None else f"{s.expected:g}",
            )
            for s in found
        ],
        f"no signal in {len(run.values):,} rows",
    )
    unknown = sum(figure is None for figure in run.values)
    if unknown:
        print(f"unknown: {unknown:,} of {len(run.values):,} rows, their cell is no number")
    if left_out:
        print(f"left out: {left_out:,} rows, with too few cells or with a time that another row has")


def _read(file: Path, columns: tuple[str, str], kind: Kind) -> tuple[Run, int]:
    """The rows of the file in order of their times, the first of equal ones; and how many were left out.

    Raises NothingFound and FeedError.
    """
    if not file.is_file():
        raise NothingFound(f"{file} is {'a directory' if file.is_dir() else 'not there'}: name a CSV file")
    content = file.read_bytes()
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise FeedError(f"{file} is no CSV file in UTF-8: {problem}") from None
    if len(rows) < 2 or len(rows[0]) < 2:
        raise FeedError(f"{file} needs a header with at least two columns and a row below it")
    time_at, value_at = (_place(file, rows[0], name, place) for place, name in enumerate(columns))
    figures: dict[int, tuple[int, float | None]] = {}
    for number, row in enumerate(rows[1:], 1):
        if len(row) > max(time_at, value_at):
            figures.setdefault(_time(file, number, row[time_at]), (number, _number(row[value_at])))
    family, measure, cadence = _AS[kind]
    name = rows[0][value_at]
    series = Series(
        series_id=f"scan:{name}",
        feed="scan",
        family=family,
        group="scan",
        measure=measure,
        unit="",
        cadence=cadence,
        ship_class="total" if kind is Kind.COUNT else "",
    )
    times = sorted(figures)
    run = Run(
        series=series,
        evidence=digest(content),
        occurred_at=times,
        known_at=times,
        values=[figures[at][1] for at in times],
        rows=[figures[at][0] for at in times],
        provisional=[False] * len(times),
    )
    return run, len(rows) - 1 - len(times)


def _place(file: Path, header: list[str], name: str, default: int) -> int:
    if not name:
        return default
    if name not in header:
        raise FeedError(f"{file} has no column {name!r}; there are: {', '.join(header)}")
    return header.index(name)


def _time(file: Path, row: int, cell: str) -> int:
    """Seconds since 1970 of a cell."""
    text = cell.strip()
    try:
        if text.replace(".", "", 1).isdigit():
            return int(float(text))
        moment = datetime.fromisoformat(text.replace("/", "-"))
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        raise FeedError(
            f"{file}, row {row}: {cell!r} is no time; write 2024-01-31, 2024-01-31T05:00:00Z or seconds since 1970"
        ) from None


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
