"""Promise: a source's past is read window by window, its newest days again and again, and a break loses nothing."""

from hypothesis import given
from hypothesis import strategies as st

from services.feeds.sources.marks import Known, Mark, Pace, cursor_of, day_number, day_of, mark_of, seen_with, windows

PACE = Pace(days=10, overlap=3, most=2)


def days_read(mark: Mark, since: str, today: str, pace: Pace, polls: int = 500) -> tuple[set[int], Mark, int]:
    """The days that readings ask for until there is no more, the mark in the end, and how many readings that were."""
    days: set[int] = set()
    for poll in range(1, polls):
        found, more = windows(mark_of(cursor_of(mark)), since, today, pace)
        assert len(found) <= pace.most
        for window in found:
            assert window.done[0] <= window.done[1]
            days |= set(range(day_number(window.first), day_number(window.last) + 1))
            mark = window.after
        if not more:
            return days, mark, poll
    raise AssertionError("it never ends")


def test_the_first_reading_walks_from_since_to_today() -> None:
    """Windows follow each other without a gap; a reading takes two and says that there is more."""
    found, more = windows(Mark(), "2026-09-01", "2026-09-25", PACE)
    assert [(w.first, w.last, w.done) for w in found] == [
        ("2026-09-01", "2026-09-10", (1, 3)),
        ("2026-09-11", "2026-09-20", (2, 3)),
    ]
    assert more
    found, more = windows(found[-1].after, "2026-09-01", "2026-09-25", PACE)
    assert [(w.first, w.last) for w in found] == [("2026-09-17", "2026-09-25")]
    assert not more
    assert found[-1].after == Mark(since="2026-09-01", reached="2026-09-25")


def test_later_readings_take_the_newest_days_again() -> None:
    """What a source corrects in its last days is seen."""
    found, more = windows(Mark(since="2026-09-01", reached="2026-09-25"), "2026-09-01", "2026-09-26", PACE)
    assert [(w.first, w.last, w.after.reached) for w in found] == [("2026-09-22", "2026-09-26", "2026-09-26")]
    assert not more


def test_an_earlier_since_is_filled_in_after_what_is_new() -> None:
    """The newest days come first, then the past from its beginning, as far as it was not held."""
    mark = Mark(since="2026-09-01", reached="2026-09-25")
    found, _ = windows(mark, "2026-08-05", "2026-09-25", PACE)
    assert [(w.first, w.last, w.after.back) for w in found] == [
        ("2026-09-22", "2026-09-25", ""),
        ("2026-08-05", "2026-08-14", "2026-08-15"),
    ]
    days, last, _ = days_read(mark, "2026-08-05", "2026-09-25", PACE)
    assert set(range(day_number("2026-08-05"), day_number("2026-09-01"))) <= days
    assert last == Mark(since="2026-08-05", reached="2026-09-25")


DAYS = st.integers(day_number("2019-01-01"), day_number("2026-12-31")).map(day_of)


@given(DAYS, DAYS, DAYS, st.integers(1, 40), st.integers(0, 20), st.integers(1, 9))
def test_nothing_is_left_out_whatever_the_days(
    first: str, since: str, today: str, days: int, lap: int, most: int
) -> None:
    """From any day, to any day, with any pace: every day from the earlier `since` on is asked for, and then no more."""
    first, today = min(first, today), max(first, today)
    since = min(since, today)
    pace = Pace(days=days, overlap=min(lap, days - 1), most=most + 1)
    held, mark, _ = days_read(Mark(), first, today, pace, 10_000)
    more, mark, _ = days_read(mark, since, today, pace, 10_000)
    assert set(range(day_number(min(first, since)), day_number(today) + 1)) <= held | more
    assert (mark.since, mark.reached, mark.back) == (min(first, since), today, "")


def test_a_damaged_cursor_is_an_empty_mark_and_old_answers_are_forgotten() -> None:
    """Junk costs a reading, not the data; the mark does not grow for ever."""
    assert [mark_of(text) for text in ("", "\0", "[]", '{"since": 3}')] == [Mark()] * 4
    mark = Mark()
    for number in range(200):
        mark = seen_with(mark, {str(number): Known("x")})
    assert list(mark.seen)[-1] == "199"
    assert len(mark.seen) == 60
