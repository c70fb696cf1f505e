"""X1 on rows that come and say nothing: a frozen price is unknown, a calm one is not."""

from streams.detectors.x1 import X1
from streams.observations import Cadence
from streams.signals import Certainty, Hazard, Phase
from tests.streams.detectors.made_series import day_of, days, kit_column, phases, price, run, signals, walk

X1_ = X1()


def test_a_price_that_stops_moving_is_silent_until_it_moves_again() -> None:
    """The third equal row says so, the first other one ends it; it opens nothing and claims nothing."""
    values = walk(300, 0.01)
    values[200:212] = [values[200]] * 12
    moments = days("2019-01-01", 300)
    found = signals(X1_, run(price(), moments, values))
    assert [(s.phase, s.occurred_at) for s in found] == [(Phase.RAISED, moments[203]), (Phase.CLEARED, moments[212])]
    assert {(s.hazard, s.claims) for s in found} == {(Hazard.NONE, Certainty.UNKNOWN)}


def test_a_closed_market_is_not_silence() -> None:
    """Eleven days without a row, over a new year, and then the price that stood before: nothing is said."""
    values = walk(300, 0.01)
    values[200] = values[199]
    moments = [*days("2019-01-01", 200), *days("2019-07-31", 100)]
    assert signals(X1_, run(price(), moments, values)) == []


def test_a_price_that_often_repeats_itself_is_not_frozen() -> None:
    """Assessed and contract prices stand still for weeks as a matter of course."""
    values = [value for value in walk(60, 0.02) for _ in range(5)]
    assert signals(X1_, run(price(), days("2019-01-01", 300), values)) == []


def test_a_row_without_a_value_neither_begins_nor_ends_it() -> None:
    """Missing is left to the cadence of the series."""
    values = walk(300, 0.01)
    values[200:204] = [values[200]] * 4
    values[204:208] = [None] * 4
    found = signals(X1_, run(price(), days("2019-01-01", 300), values))
    assert phases(found) == [Phase.RAISED, Phase.CLEARED]
    assert found[1].evidence[-1].value == values[208]


def test_nickel_of_march_2022_stood_still() -> None:
    """Eleven trading days at 30,800 with an empty three-month field: silent from 11 March, heard again on the 23rd."""
    moments, cash = kit_column("data/prices/lme_daily/nickel.csv", "date", "cash_settlement")
    found = [s for s in signals(X1_, run(price(Cadence.DAILY), moments, cash)) if day_of(s) > "2022-01-01"]
    assert [(s.phase, day_of(s)) for s in found[:2]] == [(Phase.RAISED, "2022-03-11"), (Phase.CLEARED, "2022-03-23")]
    _, far = kit_column("data/prices/lme_daily/nickel.csv", "date", "three_month")
    assert far[moments.index(found[0].occurred_at)] is None
