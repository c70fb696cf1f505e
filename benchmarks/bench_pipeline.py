"""Batch bytes in to signals out with the whole detector set on one core, beside the limit of the same run.

The limit is what Python can do with the same bytes at all: columns decoded by msgspec and one folded loop of
exponentially weighted mean and variance, with no detector, no evidence and no state that outlives the series.
"""

import gc
import random
import time
from collections.abc import Callable
from math import sqrt

import msgspec

from benchmarks.rows import Row
from streams import reference
from streams.codec import encode
from streams.engine import Engine, GroupState
from streams.observations import SECONDS_A_DAY, Cadence, Family, Measure, ObservationBatch, Run, Series
from streams.pipeline import Pipeline, PipelineState
from streams.thresholds import packaged

AIM_PER_SECOND = 200_000
DAYS = 1_500
MONTHS = 120
REPEATS = 3
ALPHA, WARM_UP, RAISE = 0.05, 30, 6.0  # of the folded loop
SEED = 20261123


def rows() -> list[Row]:
    """The figures of this benchmark: medians of three passes over the same bytes, by the CPU time of this process."""
    runs = daily_prices(120) + daily_counts(60) + monthly_flows(120)
    observations = sum(len(run.values) for run in runs)
    found: list[Row] = []
    pipeline = Pipeline(packaged())
    rates: dict[int, tuple[float, float]] = {}
    for size in (1_000, 50):
        packed = [encode(batch) for batch in batches(runs, size)]
        rates[size] = (
            _rate(lambda held=packed: _detect(pipeline, held), observations),
            _rate(lambda held=packed: _fold(held), observations),
        )
    for size, (detected, folded) in rates.items():
        name = f"pipeline, bytes to signals, all detectors, {size} observations a run"
        against = f"decoded columns and one folded loop, {folded:,.0f} a second"
        found.append(Row(name=name, value=detected, unit="observations/s", against=against, ratio=detected / folded))
    whole = rates[1_000][0]
    aim = f"aim of {AIM_PER_SECOND:,} a second"
    found.append(
        Row(
            name="pipeline against its aim",
            value=whole,
            unit="observations/s",
            against=aim,
            ratio=whole / AIM_PER_SECOND,
        )
    )
    found += [_by_kind(pipeline, name, kind) for name, kind in _KINDS]
    found += _state_sizes(runs)
    return found


def _by_kind(pipeline: Pipeline, name: str, kind: Callable[[int], list[Run]]) -> Row:
    runs = kind(40)
    packed = [encode(batch) for batch in batches(runs, 1_000)]
    rate = _rate(lambda: _detect(pipeline, packed), sum(len(run.values) for run in runs))
    return Row(name=f"pipeline, {name} only", value=rate, unit="observations/s")


def _state_sizes(runs: list[Run]) -> list[Row]:
    """Bytes that a series keeps in a snapshot, with what a revision may need: on average, and the largest alone."""
    engine = Engine(packaged(), reference.packaged(), ())
    states: dict[str, GroupState] = {}
    for batch in batches(runs, 1_000):
        engine.apply(states.setdefault(batch.group, GroupState()), batch)
    sizes = [len(engine.snapshot(GroupState(pipeline=state.pipeline))) for state in states.values()]
    return [
        Row(name=name, value=value, unit="bytes", against="aim of 4096 bytes", ratio=value / 4096)
        for name, value in (
            ("state of a series, average", sum(sizes) / len(sizes)),
            ("state of a series, largest", float(max(sizes))),
        )
    ]


def _rate(work: Callable[[], int], observations: int) -> float:
    taken = []
    for _ in range(REPEATS):
        gc.collect()
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return observations / sorted(taken)[REPEATS // 2]


def _detect(pipeline: Pipeline, packed: list[bytes]) -> int:
    decoder = msgspec.json.Decoder(ObservationBatch)
    states: dict[str, PipelineState] = {}
    found = 0
    for content in packed:
        batch = decoder.decode(content)
        state = states.setdefault(batch.group, PipelineState())
        found += len(pipeline.signals(state, batch))
    return found


def _fold(packed: list[bytes]) -> int:
    decoder = msgspec.json.Decoder(ObservationBatch)
    states: dict[str, tuple[int, float, float]] = {}
    found = 0
    for content in packed:
        for run in decoder.decode(content).runs:
            seen, mean, variance = states.get(run.series.series_id, (0, 0.0, 0.0))
            for value in run.values:
                if value is None:
                    continue
                seen += 1
                off = value - mean
                if seen > WARM_UP and off * off > RAISE * RAISE * variance:
                    found += 1
                mean += ALPHA * off
                variance = (1.0 - ALPHA) * (variance + ALPHA * off * off)
            states[run.series.series_id] = (seen, mean, variance)
    return found


def batches(runs: list[Run], size: int) -> list[ObservationBatch]:
    """Each series on its own group, cut into runs of `size`, the first runs of all series before the second ones."""
    longest = max(len(run.values) for run in runs)
    made = []
    for start in range(0, longest, size):
        for run in runs:
            if start < len(run.values):
                made.append(
                    ObservationBatch(group=run.series.series_id, feed="bench", runs=[run.part(start, start + size)])
                )
    return made


def daily_prices(count: int) -> list[Run]:
    """Random walks with a jump here and there, and the common move of all metals beside them."""
    made = []
    for number in range(count):
        rng = random.Random(SEED + number)
        price, values = 100.0 * (number + 1), list[float | None]()
        for _ in range(DAYS):
            price *= 1.0 + rng.gauss(0.0, 0.015) + (0.12 if rng.random() < 0.002 else 0.0)
            values.append(round(price, 2))
        series = Series(
            series_id=f"bench:price:{number}",
            feed="bench",
            family=Family.PRICES,
            group=f"mineral {number}",
            measure=Measure.PRICE,
            unit="USD/t",
            cadence=Cadence.DAILY,
        )
        made.append(
            _run(series, values, SECONDS_A_DAY, {"common_move": [round(rng.gauss(0.0, 0.008), 6) for _ in values]})
        )
    return made


def daily_counts(count: int) -> list[Run]:
    """Counts a day about a level of its own, with three closed days in one of three series."""
    made = []
    for number in range(count):
        rng = random.Random(SEED + 1_000 + number)
        level = 20.0 + number
        values: list[float | None] = [float(max(0, round(rng.gauss(level, 1.4 * sqrt(level))))) for _ in range(DAYS)]
        if number % 3 == 0:
            values[900:903] = [1.0, 0.0, 2.0]
        series = Series(
            series_id=f"bench:count:{number}",
            feed="bench",
            family=Family.CHOKEPOINT_TRANSITS,
            group=f"route {number}",
            measure=Measure.COUNT,
            unit="ships",
            cadence=Cadence.DAILY,
            route=f"route {number}",
        )
        made.append(_run(series, values, SECONDS_A_DAY, {}))
    return made


def monthly_flows(count: int) -> list[Run]:
    """Customs flows with lots of their own size; one in four stops for a quarter."""
    made = []
    for number in range(count):
        rng = random.Random(SEED + 2_000 + number)
        values: list[float | None] = [round(1_000.0 * rng.lognormvariate(0.0, 0.3), 1) for _ in range(MONTHS)]
        if number % 4 == 0:
            values[90:93] = [0.0, 0.0, 0.0]
        series = Series(
            series_id=f"bench:flow:{number}",
            feed="bench",
            family=Family.CUSTOMS,
            group=f"mineral {number}",
            measure=Measure.QUANTITY,
            unit="t",
            cadence=Cadence.MONTHLY,
            origin="CHN",
            destination="JPN",
        )
        made.append(_run(series, values, 2_629_746, {}))
    return made


def _run(series: Series, values: list[float | None], step: int, context: dict[str, list[float | None]]) -> Run:
    occurred_at = [1_262_304_000 + step * n for n in range(len(values))]
    return Run(
        series=series,
        evidence="0" * 64,
        occurred_at=occurred_at,
        known_at=[at + SECONDS_A_DAY for at in occurred_at],
        values=values,
        rows=list(range(1, len(values) + 1)),
        provisional=[False] * len(values),
        context=context,
    )


_KINDS: tuple[tuple[str, Callable[[int], list[Run]]], ...] = (
    ("daily prices", daily_prices),
    ("daily counts", daily_counts),
    ("monthly flows", monthly_flows),
)
