"""A source that says nothing more: told within its cadence budget, once, and nothing fades, clears or rings on it."""

import msgspec

from streams import reference, thresholds
from streams.engine import Engine, GroupState
from streams.observations import SECONDS_A_DAY, Cadence, ObservationBatch
from streams.signals import Hazard, Phase, Signal
from tests.streams.detectors.made_series import counts, days, price, run, transits, walk

DAY = SECONDS_A_DAY
LIMITS = thresholds.packaged()
ENGINE = Engine(LIMITS, reference.packaged(), ("USA", "JPN"))
BUDGET = int(LIMITS.assess.stale_days[Cadence.DAILY] * DAY)


def silence(signals: list[Signal]) -> list[tuple[Phase, int]]:
    """What was said of silence, and when."""
    return [(s.phase, s.known_at) for s in signals if s.detector == "X1"]


def ticks(state: GroupState, group: str, first: int, number: int) -> list[Signal]:
    """A tick a day."""
    found: list[Signal] = []
    for day in range(number):
        found += ENGINE.apply(state, ObservationBatch(group=group, feed="", tick_at=first + day * DAY)).signals
    return found


def test_a_source_from_which_nothing_comes_is_told_within_one_budget_and_once() -> None:
    """On the first day beyond the budget, never before it and never again; it ends with the next figure."""
    state, moments = GroupState(), days("2020-01-01", 201)
    rows = run(price(), moments, walk(201, 0.01))
    assert not ENGINE.is_live(state, moments[0])
    ENGINE.apply(state, ObservationBatch(group="tin", feed="made", runs=[rows.part(0, 200)]))
    last = rows.known_at[199]
    assert ENGINE.is_live(state, last + BUDGET + 1), "time alone may show its absence"
    found = ticks(state, "tin", last + DAY, 120)
    ((phase, at),) = silence(found)
    assert phase is Phase.RAISED
    assert last + BUDGET < at <= last + BUDGET + DAY
    assert {s.hazard for s in found if s.detector == "X1"} == {Hazard.NONE}
    state = ENGINE.restore(ENGINE.snapshot(state))
    later = msgspec.structs.replace(rows.part(200, 201), occurred_at=[at + 90 * DAY], known_at=[at + 90 * DAY])
    again = ENGINE.apply(state, ObservationBatch(group="tin", feed="made", runs=[later]))
    assert silence(list(again.signals)) == [(Phase.CLEARED, at + 90 * DAY)]


def test_an_alert_whose_source_falls_silent_says_since_when_and_stays() -> None:
    """Traffic fell, then nothing more is heard of it: the alert stands for ever, and names the day."""
    values = counts(420, 50.0, 7.0)
    values[400:] = [3.0] * 20
    rows = run(transits(), days("2020-01-01", 420), values)
    state = GroupState()
    (opened,) = ENGINE.apply(state, ObservationBatch(group="chokepoint1", feed="made", runs=[rows])).assessments
    found = [
        outcome
        for day in range(1, 400)
        for outcome in ENGINE.apply(
            state, ObservationBatch(group="chokepoint1", feed="", tick_at=rows.known_at[-1] + day * DAY)
        ).assessments
    ]
    assert (found[-1].stale, found[-1].stale_since) == (("made:count",), rows.known_at[-1])
    assert (found[-1].level, found[-1].resolved) == (opened.level, False)
    assert found[-1].rings == opened.rings, "silence wakes nobody"


def test_rows_that_repeat_the_last_price_fade_nothing() -> None:
    """While a price stands frozen its alert stands: that time does not count."""
    values = walk(300, 0.01)
    for row in range(290, 300):
        values[row] = round((values[289] or 0.0) * 1.8 + row, 1)
    frozen = [*values, *[values[-1]] * 60]
    rows = run(price(), days("2020-01-01", 360), frozen)
    state = GroupState()
    (opened,) = ENGINE.apply(state, ObservationBatch(group="tin", feed="made", runs=[rows])).assessments
    assert opened.rings
    found = ENGINE.apply(state, ObservationBatch(group="tin", feed="", tick_at=rows.known_at[-1] + DAY)).assessments
    latest = found[-1] if found else opened
    assert not latest.resolved
    assert latest.stale == ("made:price",)
    assert latest.stale_since < rows.known_at[-1]


def test_rows_without_a_value_are_no_sign_of_life() -> None:
    """An empty field day after day: unknown is never zero, and its silence is told within the budget."""
    rows = run(price(), days("2020-01-01", 260), [*walk(200, 0.01), *[None] * 60])
    state = GroupState()
    ENGINE.apply(state, ObservationBatch(group="tin", feed="made", runs=[rows]))
    found = ticks(state, "tin", rows.known_at[-1] + DAY, 1)
    assert [phase for phase, _ in silence(found)] == [Phase.RAISED]
