"""Thresholds times a factor: a figure that scored s scores s / factor, and nothing else is another."""

import pytest
from msgspec.structs import replace

from streams.detectors.base import Detector
from streams.detectors.g1 import G1
from streams.detectors.l1 import L1
from streams.detectors.p1 import P1
from streams.detectors.p2 import P2
from streams.detectors.p3 import P3
from streams.detectors.v1 import V1
from streams.detectors.v2 import V2
from streams.detectors.v3 import V3
from streams.detectors.v4 import V4
from streams.lowering import lowered
from streams.observations import Cadence, Measure, Run
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


def derived(relation: str, measure: Measure, values: list[float | None], beside: dict[str, list[float | None]]) -> Run:
    """Monthly rows of a relation of flows, or of prices where it is a floor's."""
    own = price(Cadence.MONTHLY) if relation in ("floor", "gap") else flow()
    series = replace(own, series_id=f"{relation}:made", relation=relation, measure=measure)
    return replace(run(series, months("2015-01", len(values)), values), context=beside)


def price_below_its_floor() -> Run:
    """A price of 120, then of 80, and a floor of 110."""
    values: list[float | None] = [120.0] * 10 + [80.0] * 10
    return derived("floor", Measure.PRICE, values, {"floor": [110.0] * 20})


def open_gap() -> Run:
    """A ratio about one, then about two."""
    values = [(value or 0.0) / 1_000.0 for value in counts(60, 1_000.0, 60.0)]
    return derived("gap", Measure.RATIO, [*values[:50], *(2.0 * value for value in values[50:])], {})


def mirrored() -> Run:
    """The same of two sources of a flow; its parts count a thousand tonnes."""
    one = replace(open_gap(), series=replace(flow(), relation="mirror"))
    return replace(one, legs=(replace(one, values=[1_000.0] * 60),))


def surging_third_country() -> Run:
    """A flow to twelve times its own."""
    values = counts(60, 100.0, 6.0)
    values[50:] = [1_200.0] * 10
    return derived("surge", Measure.QUANTITY, values, {"share": [0.5] * 60})


def spike() -> Run:
    """A level about zero, and one row far from it."""
    values = [(value or 0.0) - 100.0 for value in counts(300, 100.0, 6.0)]
    values[250] = 200.0
    return run(replace(price(), measure=Measure.LEVEL), days("2019-01-01", 300), [*values])


CASES = [
    pytest.param(L1(), stopping_traffic(), id="L1"),
    pytest.param(P1(), doubled_price(), id="P1 daily"),
    pytest.param(P1(), doubled_month(), id="P1 monthly"),
    pytest.param(V1(), fallen_flow(), id="V1"),
    pytest.param(V2(), stopped_flow(), id="V2"),
    pytest.param(P2(), price_below_its_floor(), id="P2"),
    pytest.param(P3(), open_gap(), id="P3"),
    pytest.param(V4(), surging_third_country(), id="V4 surge"),
    pytest.param(V4(), mirrored(), id="V4 mirror"),
    pytest.param(V4(), replace(price_below_its_floor(), series=replace(flow(), relation="worth")), id="V4 worth"),
    pytest.param(G1(), spike(), id="G1"),
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


def test_a_day_that_draws_near_is_said_earlier() -> None:
    """Half the threshold is twice the days ahead."""
    plain, lower = (each.parameters("C5", None) for each in (SHIPPED, lowered(SHIPPED, 0.5)))
    assert lower.ends_days == tuple(2 * each for each in plain.ends_days)
    assert lower.starts_days == tuple(2 * each for each in plain.starts_days)


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
