"""P1: what a price must do to be news, and what it must not."""

from itertools import pairwise
from math import exp, log

import msgspec
import pytest

from streams.detectors.p1 import P1, P1State
from streams.observations import Cadence, Family, Measure
from streams.signals import Certainty, Direction, Hazard, Phase
from tests.streams.detectors.made_series import (
    THRESHOLDS,
    day_of,
    days,
    kit_column,
    months,
    phases,
    price,
    run,
    signals,
    walk,
)

P1_ = P1()


def test_a_squeeze_of_two_days_rises_and_is_cleared_on_data() -> None:
    """A price that doubles in two days raises upward at once, claims the market only, and clears when it is calm."""
    values = walk(400, 0.012)
    for row, factor in ((300, 1.45), (301, 1.9)):
        values[row] = (values[299] or 0.0) * factor
    for row in range(302, 400):
        values[row] = (values[299] or 0.0) * (1.0 + 0.001 * (row % 7))
    found = signals(P1_, run(price(), days("2015-01-01", 400), values))
    first = found[0]
    assert (first.phase, first.direction, first.hazard, first.claims) == (
        Phase.RAISED,
        Direction.UP,
        Hazard.MARKET,
        Certainty.POSSIBLE,
    )
    assert first.occurred_at in days("2015-01-01", 302)[-2:]
    assert first.observed is not None
    assert first.band_high is not None
    assert first.observed > first.band_high
    assert found[-1].phase is Phase.CLEARED


def test_a_climb_of_many_weeks_is_seen_by_the_long_horizon() -> None:
    """No single day is unusual, but a rise of a half in sixty days is: the longest horizons find it."""
    values = walk(500, 0.008, seed=3)
    for row in range(400, 460):
        values[row] = (values[row] or 0.0) * exp(0.0075 * (row - 399))
    for row in range(460, 500):
        values[row] = (values[row] or 0.0) * exp(0.0075 * 60)
    found = signals(P1_, run(price(), days("2015-01-01", 500), values))
    assert found
    assert found[0].direction is Direction.UP
    assert found[0].window >= 20
    assert found[0].phase is Phase.RAISED


def test_a_fall_is_marked_as_a_fall() -> None:
    """A collapse raises downward, and its score is held against the higher threshold of a fall."""
    values = walk(400, 0.01)
    up, down = list(values), list(values)
    for row in range(300, 400):
        up[row] = (values[row] or 0.0) * 1.14
        down[row] = (values[row] or 0.0) / 1.14
    risen = signals(P1_, run(price(), days("2015-01-01", 400), up))
    fallen = signals(P1_, run(price(), days("2015-01-01", 400), down))
    assert {signal.direction for signal in risen} == {Direction.UP}
    assert {signal.direction for signal in fallen} == {Direction.DOWN}
    assert max(signal.score for signal in fallen) < max(signal.score for signal in risen)


def test_a_move_too_small_to_matter_is_no_news_however_unusual() -> None:
    """A price that hardly ever moves and then moves by two per cent is unusual and nobody's business."""
    values = walk(400, 0.0003)
    for row in range(300, 400):
        values[row] = (values[row] or 0.0) * 1.02
    assert signals(P1_, run(price(), days("2015-01-01", 400), values)) == []


def test_the_same_move_is_news_in_a_calm_series_and_none_in_a_wild_one() -> None:
    """The threshold is in the spread of the series itself."""
    found = []
    for spread in (0.008, 0.05):
        values = walk(400, spread, seed=5)
        for row in range(300, 400):
            values[row] = (values[row] or 0.0) * 1.22
        found.append(signals(P1_, run(price(), days("2015-01-01", 400), values)))
    calm, wild = found
    assert calm
    assert not [signal for signal in wild if signal.occurred_at == days("2015-01-01", 301)[-1]]


def test_one_wrong_print_is_not_confirmed() -> None:
    """A single row ten times as high and back is a misplaced unit: nothing rises."""
    values = walk(400, 0.01)
    values[300] = (values[300] or 0.0) * 10
    assert signals(P1_, run(price(), days("2015-01-01", 400), values)) == []


def test_a_price_that_stands_still_is_unknown_and_not_calm() -> None:
    """Raised, then frozen for twenty rows: no row of them clears it, and the first moving rows still may."""
    values = walk(400, 0.012, seed=7)
    for row in range(300, 400):
        values[row] = (values[row] or 0.0) * 1.6
    frozen = list(values)
    frozen[304:330] = [values[304]] * 26
    moments = days("2015-01-01", 400)
    found = signals(P1_, run(price(), moments, frozen))
    assert found[0].phase is Phase.RAISED
    assert not [signal for signal in found if moments[308] <= signal.occurred_at < moments[330]]


def test_a_series_that_often_stands_still_is_not_frozen() -> None:
    """A price that is set once a week repeats itself: that is its way and no fault, so its rows go on counting."""
    weekly = walk(80, 0.02, seed=9)
    values = [value for value in weekly for _ in range(5)]
    state = P1State()
    made = run(price(), days("2015-01-01", 400), values)
    P1_.observe(state, made, THRESHOLDS.parameters("P1", made.series))
    assert state.rows >= 380


def test_an_anomaly_does_not_teach() -> None:
    """While it is raised nothing is learned: the spread after a month of frenzy is what it was before."""
    values = walk(420, 0.01, seed=11)
    wild = list(values)
    for row in range(300, 330):
        wild[row] = (values[row] or 0.0) * (2.2 if row % 2 else 1.7)
    made = run(price(), days("2015-01-01", 420), wild)
    parameters = THRESHOLDS.parameters("P1", made.series)
    calm, shaken = P1State(), P1State()
    P1_.observe(calm, run(price(), made.occurred_at, values), parameters)
    P1_.observe(shaken, made, parameters)
    assert shaken.spreads[0] == pytest.approx(calm.spreads[0], rel=0.25)


def test_what_all_prices_did_together_is_taken_out() -> None:
    """A fall that all metals share is no news of this one; without the context column it would be."""
    values, common = walk(600, 0.006, seed=13), [0.0] * 600
    moves = walk(600, 0.01, seed=14)
    level = 0.0
    for row in range(1, 600):
        step = log((moves[row] or 1.0) / (moves[row - 1] or 1.0)) + (0.08 if 450 <= row < 456 else 0.0)
        level += step
        common[row] = step
        values[row] = (values[row] or 0.0) * exp(level)
    moments = days("2014-01-01", 600)
    without = signals(P1_, run(price(), moments, values))
    within = signals(P1_, run(price(), moments, values, context={"common_move": common}))

    def near(found: list) -> list[float]:
        return [signal.score for signal in found if moments[450] <= signal.occurred_at <= moments[470]]

    assert near(without)
    assert not near(within)


def test_a_series_of_its_own_is_not_made_noisy_by_the_common_move() -> None:
    """Where a series never followed the common move, next to nothing of it is taken out."""
    own = walk(900, 0.005, seed=15)
    moves = walk(900, 0.015, seed=16)
    common = [0.0, *(log((b or 1.0) / (a or 1.0)) for a, b in pairwise(moves))]
    made = run(price(), days("2013-01-01", 900), own, context={"common_move": common})
    state = P1State()
    P1_.observe(state, made, THRESHOLDS.parameters("P1", made.series))
    assert abs(state.follows / state.swings) < 0.25


def test_monthly_prices_use_months() -> None:
    """A monthly series that climbs for ten months is raised within the climb, by a horizon of months."""
    values = walk(80, 0.03, seed=17)
    for row in range(60, 80):
        values[row] = (values[row] or 0.0) * exp(0.08 * min(row - 59, 10))
    found = signals(P1_, run(price(Cadence.MONTHLY), months("2010-01", 80), values))
    assert found[0].phase is Phase.RAISED
    assert found[0].direction is Direction.UP
    assert found[0].window in (1, 3, 6, 12)
    assert found[0].occurred_at < months("2010-01", 72)[-1]


def test_the_way_back_from_one_wrong_month_is_no_news() -> None:
    """A monthly price at its height that is printed at a half for one month has not risen when it is back."""
    values = [100.0 * exp(0.01 * row + 0.02 * (row % 3)) for row in range(90)]
    values[80] = values[80] * 0.5
    found = signals(P1_, run(price(Cadence.MONTHLY), months("2010-01", 90), values))
    assert {signal.direction for signal in found} == {Direction.DOWN}
    values[81:] = [values[81] * 2.0] * 9
    risen = signals(P1_, run(price(Cadence.MONTHLY), months("2010-01", 90), values))
    assert Direction.UP in {signal.direction for signal in risen}


def test_a_monthly_price_that_stays_high_is_said_once() -> None:
    """After a step up a monthly price that stands there for a year is not said again: high is no new news."""
    values = [100.0 * exp(0.02 * (row % 5)) for row in range(100)]
    values[70:] = [value * 2.2 for value in values[70:]]
    found = signals(P1_, run(price(Cadence.MONTHLY), months("2010-01", 100), values))
    assert phases(found) == [Phase.RAISED, Phase.CLEARED]
    assert months("2010-01", 100).index(found[1].occurred_at) >= 80


def test_prices_quoted_now_and_then_are_held_against_a_stated_volatility() -> None:
    """From 8.7 to 135 dollars within three years is news; a third more a year later is none."""
    series = price(Cadence.IRREGULAR)
    moments = [days("2008-12-31", 1)[0], days("2011-06-30", 1)[0], days("2012-06-30", 1)[0]]
    found = signals(P1_, run(series, moments, [8.7, 135.0, 175.0]))
    assert (found[0].phase, day_of(found[0])) == (Phase.RAISED, "2011-06-30")
    assert found[0].direction is Direction.UP
    assert found[0].expected == 8.7
    assert signals(P1_, run(series, moments[1:], [135.0, 175.0])) == []


def test_it_speaks_again_only_slowly_or_when_it_grows() -> None:
    """While it lasts, reminders keep their distance unless the score has grown."""
    values = walk(400, 0.01, seed=19)
    for row in range(300, 400):
        values[row] = (values[row] or 0.0) * 1.5
    moments = days("2015-01-01", 400)
    pace = THRESHOLDS.parameters("P1", price()).daily
    found = signals(P1_, run(price(), moments, values))
    last = None
    for signal in found:
        if last is not None and signal.phase is Phase.CONTINUING and signal.score < pace.hold.growth * last.score:
            assert moments.index(signal.occurred_at) - moments.index(last.occurred_at) >= pace.hold.remind_rows
        last = signal
    assert phases(found)[0] is Phase.RAISED


def test_what_it_watches() -> None:
    """Prices and indices; not stocks, not vintages for reading, not flows."""
    assert P1_.watches(price())
    assert not P1_.watches(msgspec.structs.replace(price(), measure=Measure.STOCK))
    assert not P1_.watches(msgspec.structs.replace(price(), partial=True))
    assert not P1_.watches(msgspec.structs.replace(price(), family=Family.CUSTOMS))


def test_nickel_of_march_2022_is_raised_and_its_frozen_days_are_unknown() -> None:
    """On the real series: raised on the first days of the squeeze; the eleven equal days neither clear nor speak."""
    moments, values = kit_column("data/prices/lme_daily/nickel.csv", "date", "cash_settlement")
    found = signals(P1_, run(price(), moments, values))
    squeeze = [signal for signal in found if "2022-03-01" <= day_of(signal) <= "2022-03-25"]
    assert squeeze[0].phase is Phase.RAISED
    assert day_of(squeeze[0]) <= "2022-03-08"
    assert squeeze[0].direction is Direction.UP
    still = [day for day, value in zip(moments, values, strict=True) if values.count(value) > 8 and value]
    frozen = [signal for signal in squeeze if signal.occurred_at in still[3:]]
    assert frozen == []


def test_the_way_back_to_the_usual_is_no_news() -> None:
    """After five years about one level a price halves, which is told; when it is back a quarter later, nothing is."""
    values = walk(1_300, 0.002, seed=5)
    usual = sorted(value for value in values[:1_100] if value)[550]
    for row in range(1_100, 1_200):
        values[row] = usual / 2.0 * (1.0 + 0.001 * (row % 7))
    for row in range(1_200, 1_300):
        values[row] = usual * (0.98 + 0.001 * (row % 7))
    found = signals(P1_, run(price(), days("2015-01-01", 1_300), values))
    assert {signal.direction for signal in found} == {Direction.DOWN}
    for row in range(1_200, 1_300):
        values[row] = usual * (1.9 + 0.001 * (row % 7))
    beyond = signals(P1_, run(price(), days("2015-01-01", 1_300), values))
    assert Direction.UP in {signal.direction for signal in beyond}, "beyond what was usual it is news"
