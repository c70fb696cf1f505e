"""G1 on made series of other fields: a planted change is found in time, and the same without it is quiet."""

import math
import random
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.detectors.g1 import G1, G1Parameters, G1State
from streams.observations import Cadence, Family, Measure, Run, Series
from streams.signals import Phase, Signal
from streams.thresholds import packaged

PARAMETERS: G1Parameters = packaged().parameters("G1", None)
SERIES = Series(
    series_id="made:level",
    feed="made",
    family=Family.PRICES,
    group="made",
    measure=Measure.LEVEL,
    unit="",
    cadence=Cadence.IRREGULAR,
)
HOUR = 3_600
Maker = Callable[[random.Random, int], list[float]]


def run(values: list[float | None], step: int = HOUR) -> Run:
    """One row a step."""
    times = [step * number for number in range(len(values))]
    return Run(
        series=SERIES,
        evidence="ab" * 32,
        occurred_at=times,
        known_at=times,
        values=values,
        rows=list(range(1, len(values) + 1)),
        provisional=[False] * len(values),
    )


def g1(values: list[float | None], step: int = HOUR) -> list[Signal]:
    """What G1 says."""
    return G1().observe(G1State(), run(values, step), PARAMETERS)


def raised(values: list[float | None]) -> list[int]:
    """The rows at which it raises."""
    return [signal.occurred_at // HOUR for signal in g1(values) if signal.phase is Phase.RAISED]


def spread_about_zero(rng: random.Random, count: int) -> list[float]:
    """A spread of two rates: remembers nine tenths of itself, and is as often below zero as above."""
    level, made = 0.0, list[float]()
    for _ in range(count):
        level = 0.9 * level + rng.gauss(0.0, 1.0)
        made.append(level)
    return made


def walk(rng: random.Random, count: int) -> list[float]:
    """A walk without a middle."""
    level, made = 0.0, list[float]()
    for _ in range(count):
        level += rng.gauss(0.0, 1.0)
        made.append(level)
    return made


def noise(rng: random.Random, count: int) -> list[float]:
    """A sensor."""
    return [rng.gauss(0.0, 1.0) for _ in range(count)]


def temperature(rng: random.Random, count: int) -> list[float]:
    """Hours of days: ten degrees between night and noon."""
    return [5.0 * math.sin(number * math.tau / 24) + rng.gauss(0.0, 1.0) for number in range(count)]


def working_days(rng: random.Random, count: int) -> list[float]:
    """Days of weeks: the weekend is another level."""
    return [(10.0 if number % 7 < 5 else 3.0) + rng.gauss(0.0, 1.0) for number in range(count)]


def trend(rng: random.Random, count: int) -> list[float]:
    """It rises by half a spread every ten rows."""
    return [0.05 * number + rng.gauss(0.0, 1.0) for number in range(count)]


def counts(rng: random.Random, count: int) -> list[float]:
    """Poisson counts about three, in their spread."""
    made = []
    for _ in range(count):
        number, chance = 0, rng.random()
        while chance > math.exp(-3.0):
            chance *= rng.random()
            number += 1
        made.append(number / math.sqrt(3.0))
    return made


def rare_counts(rng: random.Random, count: int) -> list[float]:
    """Zero but for one row in twenty."""
    return [0.0 if rng.random() > 0.05 else 1.0 + int(rng.expovariate(1.5)) for _ in range(count)]


def still(_rng: random.Random, count: int) -> list[float]:
    """Always the same."""
    return [5.0] * count


# Of forty quiet series of 1,000 rows at most so many ring; a hundredth of a per cent of rows where none is named.
QUIET = [(noise, 1), (spread_about_zero, 1), (walk, 1), (temperature, 1), (working_days, 1), (trend, 1), (counts, 1)]
FIELDS = [maker for maker, _ in QUIET] + [still]


@pytest.mark.parametrize(("maker", "most"), [*QUIET, (still, 0), (rare_counts, 40)])
def test_quiet_series_are_quiet(maker: Maker, most: int) -> None:
    """Nothing is planted: at most one series of forty rings in 1,000 rows. Rare counts are themselves a surprise: the
    first after a long silence and each that is twice the largest may ring, 1.5 times in 1,000 rows on the mean."""
    rung = [raised([*maker(random.Random(seed), 1_000)]) for seed in range(40)]
    assert sum(map(bool, rung)) <= most
    assert sum(map(len, rung)) <= 1.5 * 40


@pytest.mark.parametrize("maker", [noise, spread_about_zero, counts])
@pytest.mark.parametrize("still_rows", [60, 300])
def test_what_stood_still_at_first_is_learned(maker: Maker, still_rows: int) -> None:
    """A sensor that is not yet switched on, a river before the rain: that it moves is news at first, not for ever."""
    for seed in range(10):
        values = [
            *still(random.Random(seed), still_rows),
            *(5.0 + value for value in maker(random.Random(seed), 1_000)),
        ]
        rung = raised([*values])
        assert any(row < still_rows + 5 for row in rung), seed
        assert len(rung) <= 10, seed


@pytest.mark.parametrize("maker", FIELDS)
@pytest.mark.parametrize("length", [300, 2_000])
def test_a_spike_is_found_at_once(maker: Maker, length: int) -> None:
    """One row fifteen spreads away; in nine series of ten, on that row."""
    found = 0
    for seed in range(10):
        values = maker(random.Random(seed), length)
        at = length * 4 // 5
        values[at] += 15.0 if seed % 2 else -15.0
        found += at in raised([*values])
    assert found >= 9


@pytest.mark.parametrize("maker", [noise, temperature, working_days, trend, counts, still])
def test_a_step_is_found_within_a_round(maker: Maker) -> None:
    """The level is another by ten spreads from a row on, up or down."""
    for seed in range(10):
        values, size = maker(random.Random(seed), 1_000), 10.0 if seed % 2 else -10.0
        values[800:] = [value + size for value in values[800:]]
        assert any(800 <= row < 825 for row in raised([*values])), seed


@pytest.mark.parametrize("maker", [noise, spread_about_zero, trend])
def test_wider_swings_are_found(maker: Maker) -> None:
    """The level stays, its changes are five times as large: found within fifty rows."""
    for seed in range(10):
        rng = random.Random(seed)
        values = maker(rng, 1_000)
        values[800:] = [value + rng.gauss(0.0, 5.0) for value in values[800:]]
        assert any(800 <= row < 850 for row in raised([*values])), seed


def test_a_slow_step_of_three_spreads_is_found_in_most() -> None:
    """Too small for one row: the middle of a window shows it, in more than half of the series."""
    found = 0
    for seed in range(20):
        values = noise(random.Random(seed), 2_000)
        values[1_600:] = [value + 3.0 for value in values[1_600:]]
        found += any(1_600 <= row < 1_640 for row in raised([*values]))
    assert found > 10


def test_a_series_of_twenty_rows_has_its_say() -> None:
    """Years or quarters: twelve rows are learned, and a row twenty spreads away is found; none of the quiet ones."""
    found = 0
    for seed in range(20):
        values = noise(random.Random(seed), 20)
        assert raised([*values]) == []
        values[16] += 20.0
        found += raised([*values]) == [16]
    assert found >= 17


def test_a_hundred_thousand_rows_leave_a_bounded_state() -> None:
    """One quiet walk of 100,000 rows: at most two rings, and no more remembered than of a thousand."""
    state, rng = G1State(), random.Random(3)
    found = G1().observe(state, run([*walk(rng, 100_000)]), PARAMETERS)
    assert sum(signal.phase is Phase.RAISED for signal in found) <= 2
    assert len(msgspec.msgpack.encode(state)) <= 4_096


def test_what_was_there_before_is_no_news() -> None:
    """The second spike of one size within a few hundred rows is what this series does; one twice as high is not."""
    values = noise(random.Random(8), 1_200)
    for at, size in ((800, 20.0), (900, 20.0), (1_000, 60.0)):
        values[at] += size
    assert raised([*values]) == [800, 1_000]


made = st.sampled_from([noise, spread_about_zero, walk, temperature, working_days, trend, counts, rare_counts])


@given(maker=made, seed=st.integers(0, 2**32), power=st.integers(-30, 30), size=st.floats(-40.0, 40.0))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_units_change_nothing(maker: Maker, seed: int, power: int, size: float) -> None:
    """The same figures in another unit, a power of two apart so that no float is rounded, give the same signals."""
    values, unit = maker(random.Random(seed), 300), 2.0**power
    values[250] += size
    plain, scaled = g1([*values]), g1([value * unit for value in values])
    assert [(s.occurred_at, s.phase, s.score, s.window, s.direction) for s in plain] == [
        (s.occurred_at, s.phase, s.score, s.window, s.direction) for s in scaled
    ]
    assert [s.expected and s.expected * unit for s in plain] == [s.expected for s in scaled]


@given(
    maker=made, seed=st.integers(0, 2**32), factor=st.sampled_from([1e-6, 1_000.0, 1e9]), size=st.floats(-40.0, 40.0)
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_thousand_times_the_figures_give_the_same_signals(
    maker: Maker, seed: int, factor: float, size: float
) -> None:
    """With units that floats round, but for figures that stand within the rounding of a threshold."""
    values = maker(random.Random(seed), 300)
    values[250] += size
    plain, scaled = g1([*values]), g1([value * factor for value in values])
    assert [(s.occurred_at, s.phase, s.direction) for s in plain] == [
        (s.occurred_at, s.phase, s.direction) for s in scaled
    ]
    for one, other in zip(plain, scaled, strict=True):
        assert one.score == pytest.approx(other.score, abs=2e-4)


@given(seed=st.integers(0, 2**32), step=st.sampled_from([1, 60, HOUR, 7 * 24 * HOUR, 91 * 24 * HOUR]))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_the_pace_changes_nothing(seed: int, step: int) -> None:
    """Rows are counted, not time: seconds and quarters give the same."""
    values: list[float | None] = [*spread_about_zero(random.Random(seed), 200)]
    values[150] = 30.0
    assert [s.score for s in g1(values, step)] == [s.score for s in g1(values)]


@given(seed=st.integers(0, 2**32), holes=st.lists(st.integers(0, 299), max_size=60))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_holes_are_passed_over(seed: int, holes: list[int]) -> None:
    """Rows that say nothing neither raise nor clear: what is said is what the others give."""
    whole = noise(random.Random(seed), 300)
    whole[200] += 30.0
    with_holes: list[float | None] = [None if at in holes else value for at, value in enumerate(whole)]
    known: list[float | None] = [value for value in with_holes if value is not None]
    with_nan = [math.nan if value is None else value for value in with_holes]
    for told in (with_holes, with_nan):
        assert [(s.phase, s.score) for s in g1([*told])] == [(s.phase, s.score) for s in g1(known)]


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"windows": (1, 5)}, "one value per window"),
        ({"windows": (2, 5, 25)}, "windows"),
        ({"before": (2, 20, 75)}, "before"),
        ({"before": (8, 20, 175)}, "160 rows"),
        ({"beyond": (1.0,) * 6}, "beyond"),
        ({"sample": 8}, "sample"),
        ({"relearn_after": 0}, "relearn_after"),
    ],
)
def test_parameters_that_cannot_hold_are_refused(changed: dict[str, object], names: str) -> None:
    """The field is named."""
    with pytest.raises(ValueError, match=names):
        msgspec.structs.replace(PARAMETERS, **changed).check()
