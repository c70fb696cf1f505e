"""V2: when a regular flow has stopped, and when a zero is no news."""

import random

import pytest

from streams.detectors.v2 import V2
from streams.observations import Cadence, Measure
from streams.signals import Certainty, Direction, Hazard, Phase
from tests.streams.detectors.made_series import flow, months, phases, run, signals

V2_ = V2()


def regular(count: int, level: float = 500.0, empty: float = 0.0, seed: int = 1) -> list[float | None]:
    """A flow with lots of like size, and a share of empty months."""
    rng = random.Random(seed)
    return [0.0 if rng.random() < empty else round(level * rng.lognormvariate(0.0, 0.4), 1) for _ in range(count)]


def test_a_regular_flow_at_zero_for_two_months_is_a_halt() -> None:
    """Five years without an empty month, then two: raised, Likely, and cleared by the first month that flows again."""
    values = regular(72)
    values[60:65] = [0.0] * 5
    moments = months("2014-01", 72)
    found = signals(V2_, run(flow(), moments, values))
    assert found[0].phase is Phase.RAISED
    assert found[0].occurred_at == moments[61]
    assert (found[0].hazard, found[0].claims, found[0].direction) == (
        Hazard.RESTRICTION,
        Certainty.LIKELY,
        Direction.DOWN,
    )
    assert found[0].observed == 0.0
    assert found[0].window == 2
    assert (found[-1].phase, found[-1].occurred_at) == (Phase.CLEARED, moments[65])


def test_the_longer_it_lasts_the_louder() -> None:
    """The probability of one more zero month falls, so the score rises."""
    values = regular(72)
    values[60:70] = [0.0] * 10
    found = signals(V2_, run(flow(), months("2014-01", 72), values))
    scores = [signal.score for signal in found if signal.phase is not Phase.CLEARED]
    assert scores == sorted(scores)
    assert len(scores) > 3


@pytest.mark.parametrize("empty", [0.3, 0.5])
def test_a_flow_that_is_often_zero_is_no_news(empty: float) -> None:
    """One month in three is empty by custom: two or three in a row prove nothing."""
    for seed in range(8):
        values = regular(96, empty=empty, seed=seed)
        values[90:92] = [0.0, 0.0]
        assert signals(V2_, run(flow(), months("2012-01", 96), values)) == []


def test_small_lots_are_nobodys_business() -> None:
    """Twenty kilograms a month that stop are no halt of supply."""
    values = [20.0 if number < 60 else 0.0 for number in range(72)]
    assert signals(V2_, run(flow(unit="kg"), months("2014-01", 72), values)) == []


def test_unknown_is_not_zero() -> None:
    """Months without a figure are no zero months, and do not end a halt either."""
    values = regular(72)
    values[60:66] = [None] * 6
    assert signals(V2_, run(flow(), months("2014-01", 72), values)) == []
    halted = regular(72)
    halted[56:60] = [0.0] * 4
    halted[60:72] = [None] * 12
    assert phases(signals(V2_, run(flow(), months("2014-01", 72), halted))) == [Phase.RAISED]


def test_a_trickle_is_as_good_as_zero() -> None:
    """A sample of a few kilograms in a halted month does not end the halt."""
    values = regular(72)
    values[60:66] = [0.0, 0.0, 0.05, 0.0, 0.02, 0.0]
    assert phases(signals(V2_, run(flow(), months("2014-01", 72), values))) == [Phase.RAISED, Phase.CLEARED]


def test_a_flow_that_ended_for_good_is_a_flow_no_more() -> None:
    """After three years of nothing it falls silent, and a single lot then does not make it regular again."""
    values = [*regular(60), *[0.0] * 60, 300.0, *[0.0] * 20]
    moments = months("2005-01", len(values))
    found = signals(V2_, run(flow(), moments, values))
    assert found[0].phase is Phase.RAISED
    assert max(signal.occurred_at for signal in found) <= moments[60 + 37]


def test_what_it_watches() -> None:
    """Monthly quantities that are not pooled: gallium's stop cannot be seen in a code that pools it with others."""
    assert V2_.watches(flow())
    assert not V2_.watches(flow(pooled=True))
    assert not V2_.watches(flow(measure=Measure.VALUE))
    assert not V2_.watches(flow(cadence=Cadence.IRREGULAR))
