"""Series made for the tests of the detectors: columns of values, one row a day or a month, and what they give."""

import csv
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

from streams.detectors.base import Detector
from streams.observations import SECONDS_A_DAY, Cadence, Family, Measure, Run, Series
from streams.signals import Phase, Signal
from streams.thresholds import packaged
from tests.shared import shared_path

THRESHOLDS = packaged()


def at(day: str) -> int:
    """The first second of an ISO day."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def day_of(signal: Signal) -> str:
    """The ISO day of the period that a signal is about."""
    return datetime.fromtimestamp(signal.occurred_at, UTC).date().isoformat()


def days(start: str, count: int) -> list[int]:
    """So many days in a row."""
    first = date.fromisoformat(start)
    return [at((first + timedelta(days=number)).isoformat()) for number in range(count)]


def months(start: str, count: int) -> list[int]:
    """The first instants of so many months in a row; `start` is YYYY-MM."""
    first = int(start[:4]) * 12 + int(start[5:7]) - 1
    return [at(f"{number // 12:04d}-{number % 12 + 1:02d}-01") for number in range(first, first + count)]


def price(cadence: Cadence = Cadence.DAILY, **names: Any) -> Series:
    """A price series."""
    return Series(
        series_id="made:price",
        feed="made",
        family=Family.PRICES,
        group="tin",
        measure=Measure.PRICE,
        unit="USD/t",
        cadence=cadence,
        minerals=("tin",),
        **names,
    )


def flow(destination: str = "JPN", origin: str = "CHN", **names: Any) -> Series:
    """A monthly customs flow in tonnes."""
    given = {"cadence": Cadence.MONTHLY, "unit": "t", "minerals": ("antimony",), "measure": Measure.QUANTITY}
    return Series(
        series_id=f"made:flow:{destination}",
        feed="made",
        family=Family.CUSTOMS,
        group="antimony",
        origin=origin,
        destination=destination,
        **(given | names),
    )


def transits(family: Family = Family.CHOKEPOINT_TRANSITS, cadence: Cadence = Cadence.DAILY) -> Series:
    """Counts of ships a day or a month."""
    return Series(
        series_id="made:count",
        feed="made",
        family=family,
        group="chokepoint1",
        measure=Measure.COUNT,
        unit="ships",
        cadence=cadence,
        route="chokepoint1",
        ship_class="total",
    )


def run(series: Series, occurred_at: list[int], values: list[float | None], **columns: Any) -> Run:
    """A run of rows, each known a day after its period began."""
    given: dict[str, Any] = {"provisional": [False] * len(values), "context": {}}
    return Run(
        series=series,
        evidence="ab" * 32,
        occurred_at=occurred_at,
        known_at=[moment + SECONDS_A_DAY for moment in occurred_at],
        values=values,
        rows=list(range(1, len(values) + 1)),
        **(given | columns),
    )


def walk(count: int, spread: float, seed: int = 1, start: float = 20_000.0) -> list[float | None]:
    """A random walk of prices with a spread of log changes."""
    rng = random.Random(seed)
    values: list[float | None] = []
    level = start
    for _ in range(count):
        level *= rng.lognormvariate(0.0, spread)
        values.append(round(level, 1))
    return values


def counts(count: int, level: float, spread: float, seed: int = 1) -> list[float | None]:
    """Whole counts about a level."""
    rng = random.Random(seed)
    return [float(max(0, round(rng.gauss(level, spread)))) for _ in range(count)]


def signals(detector: Detector, made: Run, **changes: Any) -> list[Signal]:
    """What a detector finds in one run from an empty state, with the shipped thresholds."""
    parameters = THRESHOLDS.parameters(detector.code, made.series)
    return detector.observe(detector.State(), made, parameters)


def phases(found: list[Signal]) -> list[Phase]:
    """The phases in order, without reminders."""
    return [signal.phase for signal in found if signal.phase is not Phase.CONTINUING]


def kit_column(path: str, day: str, value: str, **where: str) -> tuple[list[int], list[float | None]]:
    """Days and values of a file of the kit; an empty cell is unknown. `where` keeps rows with these cells."""
    found: dict[int, float | None] = {}
    with shared_path(path).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if all(row[name] == wanted for name, wanted in where.items()):
                found[at(row[day][:10].replace("/", "-"))] = float(row[value]) if row[value] else None
    moments = sorted(found)
    return moments, [found[moment] for moment in moments]
