"""L1: when the traffic of a route fell, quickly or slowly, and when it only wobbles."""

import pytest

from streams.detectors.l1 import L1
from streams.observations import Cadence, Family, Measure
from streams.signals import Certainty, Direction, Hazard, Phase, Signal
from tests.streams.detectors.made_series import (
    counts,
    day_of,
    days,
    kit_column,
    months,
    phases,
    run,
    signals,
    transits,
)

L1_ = L1()
CHOKEPOINTS = "data/shipments/portwatch_daily_chokepoints.csv"
SHANGHAI = "data/shipments/portwatch_daily_ports_shanghai.csv"


def test_a_closed_canal_is_seen_within_three_days() -> None:
    """Fifty ships a day, then next to none: the quick gate raises within days, Likely, logistics, on the route."""
    values = counts(500, 50.0, 9.0)
    values[400:406] = [14.0, 2.0, 1.0, 0.0, 2.0, 3.0]
    moments = days("2019-01-01", 500)
    found = signals(L1_, run(transits(), moments, values))
    assert found[0].phase is Phase.RAISED
    assert moments[401] <= found[0].occurred_at <= moments[402]
    assert (found[0].hazard, found[0].claims, found[0].direction, found[0].route) == (
        Hazard.LOGISTICS,
        Certainty.LIKELY,
        Direction.DOWN,
        "chokepoint1",
    )
    assert found[-1].phase is Phase.CLEARED
    assert found[-1].occurred_at < moments[430]


def test_an_absurd_count_hides_no_later_fall() -> None:
    """After a misprint so large that a sum with it counts ships by the thirty-two, a week of 17 for 40 is seen."""
    values = counts(500, 40.0, 2.0)
    values[390] = 2e17
    values[400:409] = [17.0] * 9
    moments = days("2019-01-01", 500)
    found = signals(L1_, run(transits(), moments, values))
    assert Phase.RAISED in [signal.phase for signal in found if moments[402] <= signal.occurred_at <= moments[408]]


def test_the_value_that_raises_is_where_the_score_is_one() -> None:
    """What is missing, in the part of it that would have raised, is the score itself."""
    values = counts(500, 50.0, 9.0)
    values[400:440] = [14.0] * 40
    found = signals(L1_, run(transits(), days("2019-01-01", 500), values))
    parts = [
        ((signal.expected - signal.observed) / (signal.expected - signal.raises_at), signal.score)
        for signal in found
        if signal.raises_at and signal.expected is not None and signal.observed is not None and signal.score < 6.0
    ]
    assert len(parts) > 3
    for part, score in parts:
        assert part == pytest.approx(score, rel=1e-3)


def test_ships_that_go_another_way_for_weeks_are_seen_by_the_slow_gate() -> None:
    """Two ships in five that go another way are raised within weeks, though no single day is extreme."""
    values = counts(500, 60.0, 9.0, seed=2)
    for row in range(400, 500):
        values[row] = round((values[row] or 0.0) * 0.6)
    moments = days("2019-01-01", 500)
    found = signals(L1_, run(transits(), moments, values))
    assert found[0].phase is Phase.RAISED
    assert moments[405] <= found[0].occurred_at <= moments[425]
    assert Phase.CLEARED not in phases(found)


def test_what_is_expected_stands_still_while_it_lasts() -> None:
    """Half a year of fall is still a fall: the baseline is not taught by it, and it clears only on recovery."""
    values = counts(800, 60.0, 8.0, seed=3)
    for row in range(400, 600):
        values[row] = round((values[row] or 0.0) * 0.4)
    moments = days("2019-01-01", 800)
    found = signals(L1_, run(transits(), moments, values))
    assert phases(found) == [Phase.RAISED, Phase.CLEARED]
    assert moments[600] <= found[-1].occurred_at <= moments[640]
    assert len([signal for signal in found if signal.phase is Phase.CONTINUING]) > 10


def test_a_season_that_comes_every_year_is_no_news() -> None:
    """Three thin weeks at the same time each year raise the first time at most, not once a year before is known."""
    values = counts(365 * 4, 50.0, 7.0, seed=4)
    for year in range(4):
        for row in range(365 * year + 200, 365 * year + 221):
            values[row] = round((values[row] or 0.0) * 0.6)
    moments = days("2015-01-01", 365 * 4)
    found = signals(L1_, run(transits(), moments, values))
    assert [signal for signal in found if signal.occurred_at > moments[365 + 190]] == []


def test_a_storm_of_two_days_is_no_closure() -> None:
    """Half of the ships waiting out two days is weather."""
    values = counts(500, 240.0, 20.0, seed=5)
    values[400:402] = [118.0, 115.0]
    assert signals(L1_, run(transits(), days("2019-01-01", 500), values)) == []


def test_small_traffic_is_left_to_chance() -> None:
    """Where three ships pass a day, days without one are no news."""
    values = counts(500, 3.0, 1.7, seed=6)
    values[400:407] = [0.0] * 7
    assert signals(L1_, run(transits(), days("2019-01-01", 500), values)) == []


def test_the_spread_is_that_of_the_counts_not_of_poisson() -> None:
    """Counts that swing between ten and ninety are no news at twenty."""
    values: list[float | None] = [90.0 if row % 4 < 2 else 10.0 for row in range(500)]
    assert signals(L1_, run(transits(), days("2019-01-01", 500), values)) == []


def test_days_without_a_count_are_unknown() -> None:
    """Two weeks without data neither raise nor clear, whether the rows are there and empty or not there at all."""
    values = counts(500, 50.0, 8.0, seed=7)
    values[400:414] = [None] * 14
    moments = days("2019-01-01", 500)
    assert signals(L1_, run(transits(), moments, values)) == []
    kept = [row for row in range(500) if values[row] is not None]
    absent = run(transits(), [moments[row] for row in kept], [values[row] for row in kept])
    assert signals(L1_, absent) == []


def test_provisional_rows_count_and_are_marked() -> None:
    """A fall on provisional days is told as such and claims no more than Likely."""
    values = counts(500, 50.0, 8.0, seed=8)
    values[490:500] = [2.0] * 10
    provisional = [row >= 440 for row in range(500)]
    found = signals(L1_, run(transits(), days("2019-01-01", 500), values, provisional=provisional))
    assert found
    assert all(signal.provisional and signal.claims is Certainty.LIKELY for signal in found)


def test_monthly_counts_use_months() -> None:
    """A canal that must let a third fewer ships pass is raised within two months."""
    values = counts(72, 1_100.0, 30.0, seed=9)
    for row in range(60, 72):
        values[row] = round((values[row] or 0.0) * 0.65)
    moments = months("2014-01", 72)
    found = signals(L1_, run(transits(cadence=Cadence.MONTHLY), moments, values))
    assert found[0].phase is Phase.RAISED
    assert found[0].occurred_at in moments[60:62]


def test_what_it_watches() -> None:
    """Counts of ships at straits, canals and ports."""
    assert L1_.watches(transits())
    assert L1_.watches(transits(Family.PORT_CALLS))
    assert not L1_.watches(_with(Measure.CAPACITY))
    assert not L1_.watches(transits(cadence=Cadence.IRREGULAR))


def _with(measure: Measure):  # type: ignore[no-untyped-def]
    import msgspec

    return msgspec.structs.replace(transits(), measure=measure)


def _of_route(name: str, column: str = "n_total") -> list[Signal]:
    moments, values = kit_column(CHOKEPOINTS, "date", column, portname=name)
    return signals(L1_, run(transits(), moments, values))


def test_suez_of_march_2021_is_raised_while_it_is_shut() -> None:
    """On the real counts: raised by the rows up to 26 March, which were known on 3 April."""
    found = [signal for signal in _of_route("Suez Canal") if "2021-03-20" <= day_of(signal) <= "2021-04-30"]
    assert found[0].phase is Phase.RAISED
    assert "2021-03-24" <= day_of(found[0]) <= "2021-03-26"


def test_taiwan_strait_of_august_2022_stays_quiet() -> None:
    """On the real counts: four days of drills moved ships aside and did not stop them."""
    for column in ("n_total", "n_container", "n_tanker"):
        found = _of_route("Taiwan Strait", column)
        assert [signal for signal in found if "2022-08-01" <= day_of(signal) <= "2022-08-31"] == []


@pytest.mark.parametrize("column", ["portcalls", "portcalls_container"])
def test_the_shanghai_lockdown_stays_quiet(column: str) -> None:
    """On the real port calls: the lockdown of spring 2022 hardly moved them."""
    moments, values = kit_column(SHANGHAI, "date", column)
    found = signals(L1_, run(transits(Family.PORT_CALLS), moments, values))
    assert [signal for signal in found if "2022-03-28" <= day_of(signal) <= "2022-06-01"] == []
