"""Thresholds times a factor: a figure that scored s scores s / factor, and nothing else is another."""

import pytest

from streams.detectors.base import Detector
from streams.detectors.l1 import L1
from streams.detectors.p1 import P1
from streams.detectors.v1 import V1
from streams.detectors.v2 import V2
from streams.detectors.v3 import V3
from streams.lowering import lowered
from streams.observations import Cadence, Run
from streams.signals import Phase, Signal
from streams.thresholds import packaged
from tests.streams.detectors.made_concentrations import concentration, wavering
from tests.streams.detectors.made_series import counts, days, flow, months, price, run, transits, walk

SHIPPED = packaged()


def stopping_traffic() -> Run:
    """Fifty ships a day, then a sixth of them."""
    values = counts(500, 50.0, 9.0)
    values[400:] = [8.0] * 100
    return run(transits(), days("2019-01-01", 500), values)


def doubled_price() -> Run:
    """A daily price that is up by nine tenths in one day and stays there."""
    values = walk(300, 0.01)
    values[280:] = [(value or 0.0) * 1.9 for value in values[280:]]
    return run(price(), days("2019-01-01", 300), values)


def doubled_month() -> Run:
    """The same by month."""
    values = walk(60, 0.03)
    values[50:] = [(value or 0.0) * 1.8 for value in values[50:]]
    return run(price(Cadence.MONTHLY), months("2015-01", 60), values)


def fallen_flow() -> Run:
    """A flow to a twentieth."""
    values = counts(60, 1_000.0, 60.0)
    values[50:] = [50.0] * 10
    return run(flow(), months("2015-01", 60), values)


def stopped_flow() -> Run:
    """A flow to nothing."""
    values = counts(60, 1_000.0, 60.0)
    values[50:] = [0.0] * 10
    return run(flow(), months("2015-01", 60), values)


CASES = [
    pytest.param(L1(), stopping_traffic(), id="L1"),
    pytest.param(P1(), doubled_price(), id="P1 daily"),
    pytest.param(P1(), doubled_month(), id="P1 monthly"),
    pytest.param(V1(), fallen_flow(), id="V1"),
    pytest.param(V2(), stopped_flow(), id="V2"),
    pytest.param(V3(), concentration([*wavering(40), *wavering(20, 4_500.0)]), id="V3"),
]


def first_raised(detector: Detector, made: Run, factor: float) -> Signal:
    """What raises first under the thresholds times a factor."""
    thresholds = SHIPPED if factor == 1.0 else lowered(SHIPPED, factor)
    found = detector.observe(detector.State(), made, thresholds.parameters(detector.code, made.series))
    return next(signal for signal in found if signal.phase is Phase.RAISED)


@pytest.mark.parametrize(("detector", "made"), CASES)
@pytest.mark.parametrize("factor", [0.9, 0.7, 0.5])
def test_the_same_figure_scores_more_by_the_factor(detector: Detector, made: Run, factor: float) -> None:
    """Where the same figure raises under both, its score is that of the thresholds in force over the factor."""
    plain, lower = first_raised(detector, made, 1.0), first_raised(detector, made, factor)
    assert lower.occurred_at <= plain.occurred_at
    if lower.occurred_at == plain.occurred_at and lower.score < 6.0 and lower.window == plain.window:
        assert lower.score == pytest.approx(plain.score / factor, rel=1e-3)
        assert lower.expected == plain.expected


def test_some_figure_raises_under_both() -> None:
    """The rule above is tried by each detector for at least one factor, not passed by for want of a case."""
    for case in CASES:
        detector, made = case.values
        assert any(
            first_raised(detector, made, factor).occurred_at == first_raised(detector, made, 1.0).occurred_at
            for factor in (0.9, 0.7, 0.5)
        )


def test_overrides_are_lowered_and_what_is_no_scale_is_not() -> None:
    """Small flows stay nobody's business, documents stay documents, and the digest names what no file holds."""
    lower = lowered(SHIPPED, 0.5)
    gallium = flow(minerals=("gallium",))
    before, after = (each.parameters("V1", gallium) for each in (SHIPPED, lower))
    assert after.smallest == before.smallest
    assert [window.fall for window in after.windows] == [window.fall / 2 for window in before.windows]
    assert lower.parameters("C1", None) == SHIPPED.parameters("C1", None)
    assert lower.assess == SHIPPED.assess
    assert lower.digest == f"{SHIPPED.digest} × 0.5"
