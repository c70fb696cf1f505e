"""The common move: the median over groups of what became known by then, beside every market price."""

import math

import msgspec
import pytest

from streams.market_moves import COMMON_MOVE, MarketMoves
from streams.observations import SECONDS_A_DAY, Cadence, Family, Measure, ObservationBatch, Run, Series


def batch(group: str, day: int, value: float | None, name: str = "", **names: object) -> ObservationBatch:
    """One row of one series of a group."""
    given = {"cadence": Cadence.DAILY, "measure": Measure.PRICE, "family": Family.PRICES}
    series = Series(series_id=name or group, feed="made", group=group, unit="USD/t", **(given | names))  # type: ignore[arg-type]
    run = Run(
        series=series,
        evidence="0" * 64,
        occurred_at=[day * SECONDS_A_DAY],
        known_at=[day * SECONDS_A_DAY + 86_340],
        values=[value],
        rows=[1],
        provisional=[False],
    )
    return ObservationBatch(group=group, feed="made", runs=[run])


GROUPS = ("aluminium", "copper", "lead", "nickel", "tin", "zinc")


def column(batches: list[ObservationBatch], group: str) -> list[float | None]:
    """The common move beside the run of a group."""
    return next(run.context[COMMON_MOVE] for one in batches for run in one.runs if one.group == group)


def test_the_median_over_groups() -> None:
    """One metal that doubles does not move what all did together."""
    moves = MarketMoves()
    moves.attach([batch(group, 1, 100.0) for group in GROUPS])
    second = moves.attach([batch(group, 2, 200.0 if group == "nickel" else 101.0) for group in GROUPS])
    for group in GROUPS:
        assert column(second, group) == [pytest.approx(math.log(1.01))]


def test_many_series_of_one_group_count_as_one() -> None:
    """Four oxides of one group are one voice."""
    moves = MarketMoves()
    names = ("la", "ce", "pr", "nd")

    def day(number: int, metal: float, oxide: float) -> list[ObservationBatch]:
        oxides = [batch("rare_earths", number, oxide, name) for name in names]
        return moves.attach([*(batch(group, number, metal) for group in GROUPS), *oxides])

    day(1, 100.0, 100.0)
    assert column(day(2, 101.0, 150.0), "tin") == [pytest.approx(math.log(1.01))]


def test_too_few_groups_are_no_market() -> None:
    """With fewer than five groups the common move is unknown, not zero."""
    moves = MarketMoves()
    moves.attach([batch(group, 1, 100.0) for group in GROUPS[:4]])
    assert column(moves.attach([batch(group, 2, 90.0) for group in GROUPS[:4]]), "tin" if False else "lead") == [None]


def test_only_what_is_known_by_then() -> None:
    """A price that becomes known later does not reach back into a column that was given out."""
    moves = MarketMoves()
    moves.attach([batch(group, 1, 100.0) for group in GROUPS])
    early = moves.attach([batch(group, 2, 101.0) for group in GROUPS[:4]])
    late = moves.attach([batch(group, 2, 101.0) for group in GROUPS[4:]])
    assert column(early, "copper") == [None]
    assert column(late, "zinc") == [pytest.approx(math.log(1.01), abs=1e-8)]


def test_cadences_do_not_meet_and_other_series_are_left_alone() -> None:
    """A monthly price is no daily one; flows, stocks, quotes and vintages for reading pass through unchanged."""
    moves = MarketMoves()
    moves.attach([batch(group, 1, 100.0) for group in GROUPS])
    monthly = batch("silver", 2, 5.0, cadence=Cadence.MONTHLY)
    stock = batch("silver", 2, 5.0, "stock", measure=Measure.STOCK)
    quoted = batch("silver", 2, 5.0, "quoted", cadence=Cadence.IRREGULAR)
    reading = batch("silver", 2, 5.0, "reading", partial=True)
    flow = batch("silver", 2, 5.0, "flow", family=Family.CUSTOMS, measure=Measure.QUANTITY)
    found = moves.attach([monthly, stock, quoted, reading, flow])
    assert column(found[:1], "silver") == [None]
    assert found[1:] == [stock, quoted, reading, flow]
    assert moves.attach([stock]) == [stock]


def test_an_unknown_price_moves_nothing_and_the_next_is_held_against_the_last_known() -> None:
    """None and nonsense are skipped; a row of the past is no move."""
    moves = MarketMoves()
    moves.attach([batch(group, 1, 100.0) for group in GROUPS])
    moves.attach([batch(group, 2, None) for group in GROUPS])
    moves.attach([batch(group, 2, float("nan")) for group in GROUPS])
    third = moves.attach([batch(group, 3, 102.0) for group in GROUPS])
    assert column(third, "lead") == [pytest.approx(math.log(1.02), abs=1e-8)]
    again = moves.attach([batch(group, 3, 110.0) for group in GROUPS])
    assert column(again, "lead") == [pytest.approx(math.log(1.02), abs=1e-8)]


def test_a_restart_is_primed_with_the_newest_prices() -> None:
    """What was known before the first batch gives the first batch its moves."""
    moves = MarketMoves()
    for group in GROUPS:
        one = batch(group, 1, 100.0).runs[0]
        moves.prime(one.series, one.occurred_at[0], one.values[0])
    assert column(moves.attach([batch(group, 2, 101.0) for group in GROUPS]), "tin") == [
        pytest.approx(math.log(1.01), abs=1e-8)
    ]


def test_memory_is_bounded() -> None:
    """Years of days leave a handful of periods."""
    moves = MarketMoves()
    for day in range(1, 400):
        moves.attach([batch(group, day, 100.0 + day) for group in GROUPS])
    assert msgspec.json.encode(moves._moves).count(b"tin") < 20
