"""P1, V1, V2 and L1 on series of any field: what they say hangs on no unit, no calendar, no length; G1 has its own."""

import random
from collections.abc import Callable

import pytest

from streams.detectors.base import Detector
from streams.detectors.l1 import L1
from streams.detectors.p1 import P1
from streams.detectors.v1 import V1
from streams.detectors.v2 import V2
from streams.observations import SECONDS_A_DAY, Run
from streams.signals import Phase, Signal
from tests.streams.detectors.made_series import (
    THRESHOLDS,
    counts,
    days,
    flow,
    months,
    price,
    run,
    signals,
    transits,
    walk,
)

Values = list[float | None]


def lots(rng: random.Random, count: int) -> Values:
    """A monthly flow of lots of like size."""
    return [round(1_000.0 * rng.lognormvariate(0.0, 0.12), 1) for _ in range(count)]


def prices_with_a_squeeze(seed: int) -> Values:
    """A walk that doubles within three rows and stays there."""
    values = walk(700, 0.012, seed=seed)
    return [v and v * (1.0 if row < 600 else min(2.0, 1.4 + 0.3 * (row - 600))) for row, v in enumerate(values)]


def flow_that_falls(seed: int) -> Values:
    """A flow of which a tenth is left for half a year."""
    values = lots(random.Random(seed), 84)
    return [v and v * (0.1 if 60 <= row < 66 else 1.0) for row, v in enumerate(values)]


def flow_that_stops(seed: int) -> Values:
    """A flow that is nothing for five months."""
    return [0.0 if 60 <= row < 65 else v for row, v in enumerate(lots(random.Random(seed), 84))]


def traffic_that_stops(seed: int) -> Values:
    """Fifty in a period, then a tenth of them for ten periods."""
    values = counts(700, 50.0, 8.0, seed=seed)
    return [v and round(v * 0.1) if 600 <= row < 610 else v for row, v in enumerate(values)]


def prices(values: Values, later: int = 0) -> Run:
    """A price each day, from so many days later on."""
    return run(price(), moved(days("2015-01-01", len(values)), later), values)


def amounts(values: Values, later: int = 0) -> Run:
    """An amount each month, from so many years later on."""
    return run(flow(origin="BRA"), months(f"{1700 + later}-01", len(values)), values)


def traffic(values: Values, later: int = 0) -> Run:
    """A count each day, from so many days later on."""
    return run(transits(), moved(days("2015-01-01", len(values)), later), values)


def moved(moments: list[int], later: int) -> list[int]:
    """The same days, so many days later."""
    return [moment + later * SECONDS_A_DAY for moment in moments]


FIELDS: list[tuple[Detector, Callable[[Values, int], Run], Callable[[int], Values], int]] = [
    (P1(), prices, prices_with_a_squeeze, 600),
    (V1(), amounts, flow_that_falls, 60),
    (V2(), amounts, flow_that_stops, 60),
    (L1(), traffic, traffic_that_stops, 600),
]
"""Detector, its run of values that begins later, what is planted, and in which row."""
NAMES = [detector.code for detector, _, _, _ in FIELDS]
QUIET: list[tuple[Detector, Callable[[Values], Run], Callable[[int, int], Values]]] = [
    (P1(), prices, lambda count, seed: walk(count, 0.012, seed=seed)),
    (V1(), amounts, lambda count, seed: lots(random.Random(seed), count)),
    (V2(), amounts, lambda count, seed: lots(random.Random(seed), count)),
    (L1(), traffic, lambda count, seed: counts(count, 50.0, 8.0, seed=seed)),
]
"""Detector, its run of values, and quiet values by their number and seed."""


def said(found: list[Signal], made: Run) -> list[tuple[int, Phase, float]]:
    """In which row, what, and how loud."""
    return [(made.occurred_at.index(signal.occurred_at), signal.phase, signal.score) for signal in found]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("detector", "make", "plant", "at"), FIELDS, ids=NAMES)
def test_what_is_planted_is_the_first_that_is_said(
    detector: Detector, make: Callable[[Values, int], Run], plant: Callable[[int], Values], at: int, seed: int
) -> None:
    """Nothing before, and within three rows of it."""
    made = make(plant(seed), 0)
    first = said(signals(detector, made), made)[0]
    assert first[1] is Phase.RAISED
    assert at <= first[0] < at + 3


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("later", [1, 3, 11])
@pytest.mark.parametrize(("detector", "make", "plant", "at"), FIELDS, ids=NAMES)
def test_when_a_series_begins_changes_nothing(
    detector: Detector,
    make: Callable[[Values, int], Run],
    plant: Callable[[int], Values],
    at: int,
    later: int,
    seed: int,
) -> None:
    """Other weekdays and months for days, other years for months: the same, but for a leap day in the year before."""
    first, other = make(plant(seed), 0), make(plant(seed), later)
    plain, moved_on = said(signals(detector, first), first), said(signals(detector, other), other)
    assert [one[:2] for one in plain] == [one[:2] for one in moved_on]
    assert [one[2] for one in plain] == pytest.approx([one[2] for one in moved_on], abs=0.1)


@pytest.mark.parametrize("factor", [2.0**-20, 0.001, 1_000.0, 2.0**20])
def test_the_unit_of_a_price_changes_nothing(factor: float) -> None:
    """Cents, thousands, another currency at a fixed rate: the same rows, and the same scores but for rounding."""
    values = prices_with_a_squeeze(4)
    made = run(price(), days("2015-01-01", 700), values)
    scaled = run(price(), days("2015-01-01", 700), [v and v * factor for v in values])
    plain, other = said(signals(P1(), made), made), said(signals(P1(), scaled), scaled)
    assert [one[:2] for one in plain] == [one[:2] for one in other]
    assert [one[2] for one in plain] == pytest.approx([one[2] for one in other], rel=2e-3)


@pytest.mark.parametrize(("detector", "plant"), [(V1(), flow_that_falls), (V2(), flow_that_stops)], ids=["V1", "V2"])
def test_tonnes_and_kilograms_say_the_same(detector: Detector, plant: Callable[[int], Values]) -> None:
    """What is a small flow is known in both."""
    tonnes = amounts(plant(5))
    kilograms = run(flow(origin="BRA", unit="kg"), months("1700-01", 84), [v and v * 1_000.0 for v in plant(5)])
    plain, other = said(signals(detector, tonnes), tonnes), said(signals(detector, kilograms), kilograms)
    assert plain
    assert [one[:2] for one in plain] == [one[:2] for one in other]
    assert [one[2] for one in plain] == pytest.approx([one[2] for one in other], rel=1e-6)


@pytest.mark.parametrize("length", [60, 250, 1_000, 3_000])
@pytest.mark.parametrize(("detector", "make", "quiet"), QUIET, ids=NAMES)
def test_quiet_series_of_any_length_are_quiet(
    detector: Detector, make: Callable[[Values], Run], quiet: Callable[[int, int], Values], length: int
) -> None:
    """Five of each raise nothing that would ring by itself."""
    found = [signal for seed in range(5) for signal in signals(detector, make(quiet(length, seed)))]
    assert [signal for signal in found if signal.score >= THRESHOLDS.assess.strong_score] == []
