"""Tests of dates and numbers as files write them."""

import pytest
from msgspec.structs import replace

from services.clock import iso_time
from services.feeds.cells import NumberReader, in_unit
from services.feeds.manifest import DateFormat, Dates, FileEntry, read_manifest
from services.feeds.periods import PeriodReader, known_after, known_at_of
from streams.errors import BadObservation
from streams.observations import Measure
from streams.reasons import Reason
from tests.feeding import NOW, PRICES

PRESS = Dates(
    column="date",
    also=(
        DateFormat(pattern="%Y-%m (*", period="month"),
        DateFormat(pattern="%Y-Q%q (avg)", period="quarter"),
        DateFormat(pattern="%Y (avg)", period="year"),
        DateFormat(pattern="%b %Y", period="month"),
        DateFormat(pattern="%YM%m", period="month"),
    ),
)


def entry(**changes: str | tuple[str, ...]) -> FileEntry:
    """A file entry that writes numbers in its own way."""
    return replace(read_manifest(PRICES.encode()).files[0], **changes)


@pytest.mark.parametrize(
    ("text", "starts", "last_day"),
    [
        ("2011-09-09", "2011-09-09", "2011-09-09"),
        ("2011-10 (approx, article date)", "2011-10-01", "2011-10-31"),
        ("2011-01 (start of year)", "2011-01-01", "2011-01-31"),
        ("2011-Q2 (avg)", "2011-04-01", "2011-06-30"),
        ("2008 (avg)", "2008-01-01", "2008-12-31"),
        ("Feb 2024", "2024-02-01", "2024-02-29"),
        ("1960M01", "1960-01-01", "1960-01-31"),
        (" 2011-09-09 ", "2011-09-09", "2011-09-09"),
    ],
)
def test_a_date_is_read_as_its_period(text: str, starts: str, last_day: str) -> None:
    """Odd ways of writing are read as the period they mean: its first instant and its last day."""
    span = PeriodReader(PRESS, NOW).read(text)
    assert iso_time(span.starts_at) == f"{starts}T00:00:00Z"
    assert iso_time(span.last_day_at) == f"{last_day}T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2011-02-30", Reason.DATE_UNREADABLE),
        ("2011-13-01", Reason.DATE_UNREADABLE),
        ("2010-01..2010-11", Reason.DATE_UNREADABLE),
        ("yesterday", Reason.DATE_UNREADABLE),
        ("", Reason.DATE_UNREADABLE),
        ("２０１１-09-09", Reason.DATE_UNREADABLE),
        ("0001-01-01", Reason.DATE_OUT_OF_RANGE),
        ("9999-12-31", Reason.DATE_OUT_OF_RANGE),
        ("2099-01-01", Reason.DATE_OUT_OF_RANGE),
        ("0000-01-01", Reason.DATE_UNREADABLE),
    ],
)
def test_a_date_that_cannot_be_is_refused_with_its_reason(text: str, reason: Reason) -> None:
    """A day that is not in the calendar, before the earliest or in the future is a dead letter, not a guess."""
    with pytest.raises(BadObservation) as caught:
        PeriodReader(PRESS, NOW).read(text)
    assert caught.value.reason is reason


def test_known_is_the_end_of_a_day() -> None:
    """A row is known at 23:59:00 UTC, so many days after its period's last day."""
    span = PeriodReader(PRESS, NOW).read("2011-Q2 (avg)")
    assert iso_time(known_after(span.last_day_at, 10)) == "2011-07-10T23:59:00Z"


def test_known_may_stand_in_the_row() -> None:
    """A day or a time with its zone says when a row became known; a time without a zone says nothing."""
    assert iso_time(known_at_of("2011-07-10")) == "2011-07-10T23:59:00Z"
    assert iso_time(known_at_of("2011-07-10T09:00:00+09:00")) == "2011-07-10T00:00:00Z"
    for text in ("2011-07-10T09:00:00", "soon", "2011-13-10", ""):
        with pytest.raises(BadObservation):
            known_at_of(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12.0), (" 12.50 ", 12.5), ("1e3", 1000.0), ("-0", 0.0), ("", None), ("n.a.", None), ("…", None)],
)
def test_numbers_and_missing_marks(text: str, value: float | None) -> None:
    """A number is a number, a missing mark is unknown."""
    found = NumberReader(entry(missing=("", "n.a.", "…"))).read(text)
    assert found == value
    assert str(found) != "-0.0"


@pytest.mark.parametrize("text", ["nan", "NaN", "inf", "-Infinity", "1_000", "１２", "=1+1", "12 t", "0x10", "1,000"])
def test_what_is_no_number_is_refused(text: str) -> None:
    """What Python would take for a number, and a statistic would not, is refused."""
    with pytest.raises(BadObservation) as caught:
        NumberReader(entry()).read(text)
    assert caught.value.reason is Reason.VALUE_NOT_A_NUMBER


@pytest.mark.parametrize("text", ["1e400", "-1e400", "1e19"])
def test_what_is_beyond_counting_is_refused(text: str) -> None:
    """A number beyond anything that is counted is out of range, and never infinity."""
    with pytest.raises(BadObservation) as caught:
        NumberReader(entry()).read(text)
    assert caught.value.reason is Reason.VALUE_OUT_OF_RANGE


def test_grouped_and_foreign_numbers() -> None:
    """Marks of thousands must stand where thousands stand; a decimal comma is read where it is declared."""
    grouped = NumberReader(entry(thousands=","))
    assert grouped.read("22,400") == 22400.0
    assert grouped.read("1,234,567.5") == 1234567.5
    for text in ("2,24,00", "1,23", ",5"):
        with pytest.raises(BadObservation):
            grouped.read(text)
    german = NumberReader(entry(thousands=".", decimal=","))
    assert german.read("22.400,5") == 22400.5
    assert german.read("3,5") == 3.5
    with pytest.raises(BadObservation):
        german.read("3.5")


def test_scale_leaves_no_dust() -> None:
    """34.15 of ten thousand is 341,500, not 341,499.99…; a count below zero is no count."""
    assert in_unit(34.15, 10_000.0, Measure.PRICE) == 341_500.0
    assert in_unit(-1.0, 1.0, Measure.INDEX) == -1.0
    with pytest.raises(BadObservation):
        in_unit(-1.0, 1.0, Measure.COUNT)
