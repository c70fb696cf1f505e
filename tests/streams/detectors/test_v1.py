"""V1: when a customs flow fell, and when it only looks so."""

import random

import msgspec
import pytest

from streams.detectors.v1 import V1, V1State
from streams.observations import Cadence, Measure
from streams.signals import Certainty, Direction, Hazard, Phase
from tests.streams.detectors.made_series import (
    THRESHOLDS,
    at,
    day_of,
    flow,
    kit_column,
    months,
    phases,
    run,
    signals,
)

V1_ = V1()


def steady(count: int, level: float = 1_000.0, spread: float = 0.12, seed: int = 1) -> list[float | None]:
    """A flow of lots of like size."""
    rng = random.Random(seed)
    return [round(level * rng.lognormvariate(0.0, spread), 1) for _ in range(count)]


@pytest.mark.parametrize("seed", range(6))
def test_a_fall_by_four_fifths_is_raised_in_its_first_month_and_cleared_when_it_is_over(seed: int) -> None:
    """A regular flow that loses four fifths raises at once, Likely, restriction, down, and clears on data."""
    values = steady(72, seed=seed)
    for month in range(50, 56):
        values[month] = (values[month] or 0.0) * 0.2
    moments = months("2014-01", 72)
    found = signals(V1_, run(flow(), moments, values))
    assert (found[0].phase, found[0].occurred_at) == (Phase.RAISED, moments[50])
    assert (found[0].hazard, found[0].claims, found[0].direction) == (
        Hazard.RESTRICTION,
        Certainty.LIKELY,
        Direction.DOWN,
    )
    assert phases(found) == [Phase.RAISED, Phase.CLEARED]
    assert moments[56] <= found[-1].occurred_at <= moments[59]
    assert found[0].observed == values[50]
    assert found[0].expected is not None
    assert 800 < found[0].expected < 1_200


@pytest.mark.parametrize("seed", range(6))
def test_a_flow_that_halves_for_good_is_raised_by_the_three_months(seed: int) -> None:
    """Half of a steady flow gone for a quarter is raised by the longer window, and lasts while it lasts."""
    values = steady(72, spread=0.08, seed=seed)
    for month in range(50, 60):
        values[month] = (values[month] or 0.0) * 0.45
    moments = months("2014-01", 72)
    found = signals(V1_, run(flow(), moments, values))
    assert found[0].phase is Phase.RAISED
    assert found[0].window == 3
    assert moments[50] <= found[0].occurred_at <= moments[52]


def test_a_season_is_no_news() -> None:
    """A flow that all but stops every August is not abnormal in August."""
    rng = random.Random(4)
    values: list[float | None] = [
        round(1_000.0 * (0.1 if number % 12 == 7 else 1.0) * rng.lognormvariate(0.0, 0.1), 1) for number in range(84)
    ]
    assert signals(V1_, run(flow(), months("2014-01", 84), values)) == []


def test_a_flow_that_has_been_falling_for_a_year_is_held_against_that_year_too() -> None:
    """Below the years before but not below the twelve months before: an old story, not raised anew."""
    values = [*steady(48, 1_000.0, 0.05), *(1_000.0 * 0.94**number for number in range(30))]
    assert signals(V1_, run(flow(), months("2014-01", 78), values)) == []


def test_the_chinese_new_year_moves_between_january_and_february() -> None:
    """One of the two months a quarter of the other, in turn, is no fall; from elsewhere the same would be one."""
    values = steady(84, spread=0.05)
    for year in range(7):
        thin = 12 * year + (1 if year % 2 else 0)
        values[thin] = (values[thin] or 0.0) * 0.15
    values[72:74] = [1_850.0, 130.0]
    moments = months("2014-01", 84)
    assert signals(V1_, run(flow(origin="CHN"), moments, values)) == []


def test_january_alone_says_nothing_of_china() -> None:
    """January is judged with February, not before: an empty January is unknown until then."""
    values = steady(60, spread=0.05)
    values[48] = 0.0
    moments = months("2014-01", 60)
    until_january = run(flow(), moments[:49], values[:49])
    assert signals(V1_, until_january) == []


def test_small_lots_are_nobodys_business() -> None:
    """The fall of a flow of a tonne a month is silent; per mineral the least differs: gallium moves in kilograms."""
    values = steady(60, level=1.0)
    values[50:56] = [0.0] * 6
    moments = months("2014-01", 60)
    assert signals(V1_, run(flow(), moments, values)) == []
    gallium = flow(minerals=("gallium",))
    assert signals(V1_, run(gallium, moments, [value * 5.0 if value else value for value in values]))


def test_a_flow_that_comes_in_lots_is_not_abnormal_when_a_month_is_empty() -> None:
    """Where one month in four is empty by custom, one more empty month is no fall."""
    rng = random.Random(8)
    values: list[float | None] = [
        0.0 if rng.random() < 0.25 else round(1_000.0 * rng.lognormvariate(0.0, 0.4), 1) for _ in range(96)
    ]
    assert signals(V1_, run(flow(), months("2014-01", 96), values)) == []


def test_a_rush_before_a_control_and_the_fall_after_it_are_one_event() -> None:
    """Threefold in one month and a fifth in the next: raised once, upward, and the fall continues what is raised."""
    values = steady(60, spread=0.08)
    values[50:53] = [3_200.0, 220.0, 240.0]
    moments = months("2014-04", 60)
    found = signals(V1_, run(flow("WLD"), moments, values))
    assert (found[0].phase, found[0].direction, found[0].occurred_at) == (Phase.RAISED, Direction.UP, moments[50])
    fall = next(signal for signal in found if signal.occurred_at == moments[51])
    assert (fall.phase, fall.direction) == (Phase.CONTINUING, Direction.DOWN)
    assert phases(found).count(Phase.RAISED) == 1


def test_a_rush_to_one_destination_is_a_large_lot() -> None:
    """Only the flow to all destinations tells a rush: one buyer's big month is his own business."""
    values = steady(60, spread=0.08)
    values[50] = 3_200.0
    assert signals(V1_, run(flow("USA"), months("2014-04", 60), values)) == []


def test_the_month_after_a_rush_is_not_held_against_it() -> None:
    """A flow that rises threefold and is back at its usual level has not fallen."""
    values = steady(60, spread=0.05)
    values[50] = 3_000.0
    found = signals(V1_, run(flow("WLD"), months("2014-04", 60), values))
    assert [signal for signal in found if signal.direction is Direction.DOWN and signal.phase is Phase.RAISED] == []


def test_unknown_months_are_not_zero() -> None:
    """A quarter without figures neither raises nor clears, and nor does a window that has one in it."""
    values = steady(60)
    values[50:53] = [None, None, None]
    assert signals(V1_, run(flow(), months("2014-01", 60), values)) == []
    fallen = steady(60)
    fallen[48] = 150.0
    fallen[49:55] = [None] * 6
    found = signals(V1_, run(flow(origin="IDN"), months("2014-01", 60), fallen))
    assert phases(found)[0] is Phase.RAISED
    assert not [signal for signal in found if signal.occurred_at <= months("2014-01", 55)[-1]][1:]


def test_a_permanent_fall_becomes_the_new_usual_in_the_end() -> None:
    """What lasts beyond a year teaches again and clears: an act in force is no open alert for ten years."""
    values = [*steady(50, seed=2), *steady(46, 200.0, seed=3)]
    found = signals(V1_, run(flow(origin="IDN"), months("2010-01", 96), values))
    assert phases(found) == [Phase.RAISED, Phase.CLEARED]


def test_single_quoted_months_are_held_against_those_just_before() -> None:
    """A press-quoted flow that falls by four fifths is raised; a January alone, or a quote years back, says nothing."""
    series = flow(cadence=Cadence.IRREGULAR)
    found = signals(V1_, run(series, [at("2010-09-01"), at("2010-10-01")], [3_660.0, 640.0]))
    assert [(signal.phase, day_of(signal)) for signal in found] == [(Phase.RAISED, "2010-10-01")]
    assert signals(V1_, run(series, [at("2012-12-01"), at("2013-01-01")], [3_200.0, 300.0])) == []
    assert signals(V1_, run(series, [at("2010-09-01"), at("2013-05-01")], [3_200.0, 300.0])) == []


def test_what_it_watches() -> None:
    """Quantities that are not pooled and not kept for reading."""
    assert V1_.watches(flow())
    assert not V1_.watches(flow(pooled=True))
    assert not V1_.watches(flow(partial=True))
    assert not V1_.watches(flow(measure=Measure.VALUE))
    assert not V1_.watches(msgspec.structs.replace(flow(), cadence=Cadence.DAILY))


def test_the_spread_of_a_flow_is_learned_from_what_was_over_within_a_quarter() -> None:
    """A dip of one month teaches how lumpy the flow is; a fall of seven months does not."""
    short, long = steady(60, seed=5), steady(60, seed=5)
    short[40] = 100.0
    long[40:47] = [100.0] * 7
    learned = []
    for values in (short, long):
        state = V1State()
        made = run(flow(origin="IDN"), months("2014-01", 60), values)
        V1_.observe(state, made, THRESHOLDS.parameters("V1", made.series))
        learned.append(min(state.ratios))
    assert learned[0] < -1.5 < learned[1]


def test_graphite_of_2023_is_raised_once() -> None:
    """On the real flow to all partners: the rush of November and the fall of December 2023 are one event."""
    path = "data/shipments/china_exports_hs6_monthly_by_partner.csv"
    moments, values = _all_partners(path, "250410")
    series = flow("WLD", minerals=("graphite_natural",), unit="kg")
    found = [signal for signal in signals(V1_, run(series, moments, values)) if signal.occurred_at >= at("2023-07-01")]
    assert (day_of(found[0]), found[0].phase, found[0].direction) == ("2023-11-01", Phase.RAISED, Direction.UP)
    assert phases(found).count(Phase.RAISED) == 1


def _all_partners(path: str, code: str) -> tuple[list[int], list[float | None]]:
    """The sum over partners by month."""
    totals: dict[int, float] = {}
    for partner in sorted(_partners(path, code)):
        for moment, value in zip(*kit_column(path, "period_dt", "qty", hs6=code, partner_name=partner), strict=True):
            totals[moment] = totals.get(moment, 0.0) + (value or 0.0)
    return sorted(totals), [totals[moment] for moment in sorted(totals)]


def _partners(path: str, code: str) -> set[str]:
    import csv

    from tests.shared import shared_path

    with shared_path(path).open(encoding="utf-8-sig", newline="") as file:
        return {row["partner_name"] for row in csv.DictReader(file) if row["hs6"] == code} - {"World"}
