"""N1: when far more is written than usual, and that it opens nothing."""

import msgspec
import pytest

from streams.detectors.n1 import N1
from streams.observations import Cadence, Family, Measure, Series
from streams.signals import Certainty, Direction, Hazard, Phase
from tests.streams.detectors.made_series import THRESHOLDS, counts, days, phases, run, signals

N1_ = N1()


def news(measure: Measure = Measure.COUNT) -> Series:
    """Articles a day about gallium."""
    return Series(
        series_id="made:news",
        feed="made",
        family=Family.NEWS,
        group="gallium",
        measure=measure,
        unit="articles",
        cadence=Cadence.DAILY,
        minerals=("gallium",),
    )


def test_a_surge_raises_and_ends_on_data() -> None:
    """Ten times as much for a week: Possible, upward, about nothing of its own; calm again it is cleared."""
    values = counts(200, 20.0, 5.0)
    values[150:157] = [200.0] * 7
    found = signals(N1_, run(news(), days("2019-01-01", 200), values))
    assert phases(found) == [Phase.RAISED, Phase.CLEARED]
    first = found[0]
    assert (first.hazard, first.claims, first.direction, first.family) == (
        Hazard.NONE,
        Certainty.POSSIBLE,
        Direction.UP,
        Family.NEWS,
    )
    assert first.expected == pytest.approx(20.0, abs=3.0)


@pytest.mark.parametrize("values", [[20.0] * 150 + [45.0] * 20, [1.0] * 150 + [4.0] * 20, [20.0] * 150 + [0.0] * 20])
def test_twice_as_much_a_handful_and_silence_are_no_surge(values: list[float | None]) -> None:
    """Less than three times, fewer than five articles, and nothing written at all."""
    assert signals(N1_, run(news(), days("2019-01-01", len(values)), values)) == []


def test_what_has_lasted_for_a_season_is_the_usual() -> None:
    """A subject that stays in the news is raised once and then learned."""
    values: list[float | None] = [20.0] * 100 + [100.0] * 300
    found = signals(N1_, run(news(), days("2019-01-01", 400), values))
    assert phases(found) == [Phase.RAISED, Phase.CLEARED]


def test_a_share_of_all_articles_has_no_smallest_number() -> None:
    """Shares are small numbers, and are judged by their own history only."""
    values: list[float | None] = [0.02 + 0.001 * (n % 3) for n in range(150)]
    values[140:] = [0.2] * 10
    assert signals(N1_, run(news(Measure.INDEX), days("2019-01-01", 150), values))


def test_thresholds_that_cannot_hold_are_refused() -> None:
    """The message names the field."""
    given = THRESHOLDS.parameters("N1", None)
    for changes in ({"window": 8}, {"sample": 27}, {"times": 1.0}, {"raise_z": 0.0}, {"smallest": -1.0}):
        with pytest.raises(ValueError, match=next(iter(changes))):
            msgspec.structs.replace(given, **changes).check()
