"""What is usual: robust centre and spread, and a calendar of months without gaps."""

import random
from datetime import UTC, datetime

import pytest

from streams.baselines import MONTHS_KEPT, Months, centre_and_spread, is_number, median, month_of, spread_about


def test_median_of_odd_and_even() -> None:
    """The middle, or the mean of the two in the middle."""
    assert median([3.0, 1.0, 2.0]) == 2.0
    assert median([4.0, 1.0, 2.0, 3.0]) == 2.5


@pytest.mark.parametrize("seed", range(5))
def test_the_spread_of_a_normal_sample_is_its_standard_deviation(seed: int) -> None:
    """Within sampling error, and one sample in twenty of ten times the size moves it little."""
    rng = random.Random(seed)
    values = [rng.gauss(5.0, 2.0) for _ in range(400)]
    centre, spread = centre_and_spread(values)
    assert centre == pytest.approx(5.0, abs=0.4)
    assert spread == pytest.approx(2.0, rel=0.2)
    spoiled = [*values[20:], *([60.0] * 20)]
    assert centre_and_spread(spoiled)[1] == pytest.approx(2.0, rel=0.4)


def test_values_that_stand_still_on_most_days_have_the_spread_of_their_steps() -> None:
    """Where more than half are equal the middle says nothing and the tail speaks; where all are equal it is zero."""
    steps = [0.0] * 80 + [1.0, -1.0] * 10
    assert centre_and_spread(steps)[1] == pytest.approx(1.0 / 1.6449)
    rare = [0.0] * 98 + [1.0, -1.0]
    assert 0.0 < centre_and_spread(rare)[1] < 0.1
    assert centre_and_spread([7.0] * 50) == (7.0, 0.0)
    assert spread_about([0.0], 0.0) == 0.0


@pytest.mark.parametrize("seed", range(5))
def test_the_spread_is_that_of_all_deviations_in_order(seed: int) -> None:
    """Whatever lies on which side of the centre: the same to the last bit as from every deviation worked out."""
    rng = random.Random(seed)
    for count in range(1, 60):
        values = [round(rng.gauss(0.0, 3.0), rng.choice((0, 4))) for _ in range(count)]
        for centre in (median(values), sum(values) / count, 20.0):
            ordered = sorted(abs(value - centre) for value in values)
            tail = ordered[int(0.9 * count)] / 1.6449
            expected = max(1.4826 * median(ordered), tail) or 1.2533 * sum(ordered) / count
            assert spread_about(values, centre) == expected


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), float("-inf"), 1e300])
def test_what_is_no_number(value: float | None) -> None:
    """None, NaN, infinities and what would overflow are unknown."""
    assert not is_number(value)
    assert is_number(0.0)


def test_months_of_times() -> None:
    """The running number of a month agrees with the calendar, before 1970 too."""
    for year in (1960, 1969, 1970, 1999, 2000, 2024, 2100):
        for month in range(1, 13):
            for day in (1, 28):
                moment = int(datetime(year, month, day, 23, 59, 59, tzinfo=UTC).timestamp())
                assert month_of(moment) == (year - 1970) * 12 + month - 1


def filled(values: list[float | None], first: int = 0) -> Months:
    """Months from `first` on."""
    months = Months()
    for number, value in enumerate(values):
        months.add(first + number, value, paired=False)
    return months


def test_the_year_before_leaves_out_the_window_and_needs_enough_months() -> None:
    """Twelve months before the newest ones; with fewer known than needed it is unknown."""
    months = filled([10.0] * 12 + [1.0] * 3)
    assert months.year_before(3, 9) == 10.0
    assert filled([10.0] * 8 + [1.0] * 3).year_before(3, 9) is None


def test_an_anomaly_does_not_teach_and_the_year_before_it_stands() -> None:
    """Months that are taken out of what teaches are replaced by those before them."""
    months = filled([10.0] * 14 + [1.0] * 6)
    months.untaught(6)
    assert months.year_before(1, 9) == 10.0
    assert months.recent(3) == 1.0


def test_the_season_is_the_same_months_of_the_years_before() -> None:
    """Three Augusts of 4 among months of 10."""
    months = filled([4.0 if number % 12 == 7 else 10.0 for number in range(44)])
    assert months.season(1, 3) == 4.0
    assert filled([10.0] * 12).season(1, 3) is None


def test_a_gap_is_unknown_months_and_a_long_one_a_new_beginning() -> None:
    """Missing months take their place; after four years of nothing there is no history."""
    months = filled([10.0] * 5)
    months.add(7, 3.0, paired=False)
    assert months.values == [10.0] * 5 + [None, None, 3.0]
    assert months.recent(2) is None
    months.add(7, 9.0, paired=False)
    assert months.values[-1] == 3.0
    months.add(400, 2.0, paired=False)
    assert months.values == [2.0]


def test_memory_is_bounded() -> None:
    """However long the flow."""
    months = filled([1.0] * 500)
    assert len(months.values) == len(months.usual) == MONTHS_KEPT


def test_january_and_february_count_as_their_mean() -> None:
    """January waits for February; an unknown one of the two makes both unknown."""
    months = Months()
    assert months.add(11, 10.0, paired=True)
    assert not months.add(12, 2.0, paired=True)
    assert months.add(13, 8.0, paired=True)
    assert months.values == [10.0, 5.0, 5.0]
    assert months.usual == [10.0, 5.0, 5.0]
    later = Months()
    later.add(12, None, paired=True)
    assert not later.add(13, 8.0, paired=True)
    assert later.usual == [None, None]
