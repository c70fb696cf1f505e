"""The book of a group: clocks that tell data from silence, and which situation a signal opens or bears on."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.observations import SECONDS_A_DAY, Cadence, Family, Measure, ObservationBatch, Run, Series
from streams.signals import Certainty, Hazard, Phase, Signal
from streams.situations import (
    AssessParameters,
    Book,
    bears_on,
    fades_until,
    is_stale,
    members,
    situation_of,
    situations,
    take_batch,
    take_runs,
    take_signals,
)

DAY = SECONDS_A_DAY
PARAMETERS = AssessParameters(
    half_life_days=dict.fromkeys(Family, 20.0),
    hold_score=0.5,
    dwell_days=14.0,
    press_days=30.0,
    ring_growth=1.5,
    strong_score=1.5,
    stale_days={Cadence.DAILY: 10.0},
    next_figure_days={},
    expected_within_days=30.0,
    cover_short_days=30.0,
    levels={},
)


def series(cadence: Cadence = Cadence.DAILY) -> Series:
    """A price series."""
    return Series(
        series_id="s",
        feed="f",
        family=Family.PRICES,
        group="gallium",
        measure=Measure.PRICE,
        unit="USD/kg",
        cadence=cadence,
    )


def heard_on(days: list[int], cadence: Cadence = Cadence.DAILY) -> Book:
    """A book whose one series delivered on these days, each in a batch of its own."""
    book = Book()
    for day in days:
        at = day * DAY
        run = Run(
            series=series(cadence),
            evidence="e",
            occurred_at=[at],
            known_at=[at],
            values=[1.0],
            rows=[1],
            provisional=[False],
        )
        take_batch(book, ObservationBatch(group="gallium", feed="f", runs=[run]), PARAMETERS)
    return book


def signal(name: str, hazard: Hazard, known_day: int = 1, origin: str = "") -> Signal:
    """A signal with this id."""
    return Signal(
        signal_id=name,
        detector="P1",
        hazard=hazard,
        group="gallium",
        subject="s",
        family=Family.PRICES,
        phase=Phase.RAISED,
        occurred_at=known_day * DAY,
        known_at=known_day * DAY,
        score=2.0,
        claims=Certainty.POSSIBLE,
        origin=origin,
    )


def test_fading_stops_while_the_series_is_silent() -> None:
    """A signal known on day 1 that lasts 15 days does not end while nothing has come since day 5 and its budget."""
    book = heard_on([1, 2, 3, 4, 5])
    clock = book.clocks["s"]
    assert is_stale(clock, 16 * DAY)
    assert fades_until(DAY, 15 * DAY, clock, 200 * DAY) == float("inf")


def test_silence_is_not_counted_after_it_has_ended() -> None:
    """Time in which the series was silent beyond its budget is added to the end when it is heard again."""
    book = heard_on([1, 2, 40, 41])
    clock = book.clocks["s"]
    assert clock.gaps == [(12 * DAY, 40 * DAY)]
    assert fades_until(DAY, 15 * DAY, clock, 41 * DAY) == 44 * DAY


def test_an_irregular_series_is_never_silent() -> None:
    """A series that promises no cadence fades by the clock: its absence says nothing."""
    book = heard_on([1], Cadence.IRREGULAR)
    assert not is_stale(book.clocks["s"], 900 * DAY)
    assert fades_until(DAY, 15 * DAY, book.clocks["s"], 900 * DAY) == 16 * DAY


@given(st.lists(st.integers(1, 120), min_size=1, max_size=6, unique=True))
@settings(max_examples=200, deadline=None)
def test_order_of_arrival_changes_no_silence(days: list[int]) -> None:
    """Figures that arrive late fill the silence: the gaps are the same in every order of arrival."""
    expected = heard_on(sorted(days)).clocks["s"]
    for order in itertools.islice(itertools.permutations(days), 24):
        assert heard_on(list(order)).clocks["s"] == expected


@given(st.lists(st.sampled_from([0, 1, 1, 1, 1, 9, 10, 11, 40]), min_size=1, max_size=80), st.sets(st.integers(0, 79)))
@settings(max_examples=300, deadline=None)
def test_many_rows_at_once_move_the_clock_as_row_after_row(steps: list[int], unknown: set[int]) -> None:
    """A silence among many rows is found wherever it lies; a row without a value is no sign of life."""
    times = [day * DAY for day in itertools.accumulate(steps)]
    values = [None if place in unknown else 1.0 for place in range(len(times))]
    whole = Run(
        series=series(),
        evidence="e",
        occurred_at=times,
        known_at=times,
        values=values,
        rows=list(range(len(times))),
        provisional=[False] * len(times),
    )
    at_once, by_row = heard_on([0]), heard_on([0])
    take_runs(at_once, [whole], PARAMETERS)
    take_runs(by_row, [whole.part(place, place + 1) for place in range(len(times))], PARAMETERS)
    assert at_once == by_row


@pytest.mark.parametrize(
    ("hazard", "origin", "expected"),
    [
        (Hazard.RESTRICTION, "CHN", ("restriction", "gallium", "CHN", "")),
        (Hazard.MARKET, "CHN", ("market", "gallium", "", "")),
    ],
)
def test_a_signal_opens_the_situation_of_its_hazard(
    hazard: Hazard, origin: str, expected: tuple[str, str, str, str]
) -> None:
    """Restriction is about group and origin, market about the group alone."""
    own = situation_of(signal("a", hazard, origin=origin))
    assert own is not None
    assert (own.hazard, own.group, own.origin, own.route) == expected


def test_a_price_bears_on_supply_situations_and_news_opens_nothing() -> None:
    """P1 corroborates what is open in its group; a signal without hazard opens no situation."""
    book = Book()
    take_signals(book, [signal("act", Hazard.RESTRICTION, origin="CHN"), signal("price", Hazard.MARKET)])
    take_signals(book, [signal("news", Hazard.NONE)])
    restriction = next(s for s in situations(book) if s.hazard is Hazard.RESTRICTION)
    market = next(s for s in situations(book) if s.hazard is Hazard.MARKET)
    assert [s.signal_id for s in members(book, restriction)] == ["act", "news", "price"]
    assert [s.signal_id for s in members(book, market)] == ["price"]
    assert not bears_on(signal("act", Hazard.RESTRICTION), restriction)


def test_a_signal_taken_twice_is_one_signal() -> None:
    """A re-delivered signal touches nothing."""
    book = Book()
    first = signal("a", Hazard.MARKET)
    assert take_signals(book, [first])
    assert not take_signals(book, [first])
