"""Text of a date → **period**: its first instant and its last day, or a reason why it cannot be read."""

import calendar
import datetime

import msgspec

from services.feeds.manifest import DateFormat, Dates
from services.feeds.patterns import Period, compile_pattern
from streams.errors import BadObservation
from streams.observations import SECONDS_A_DAY
from streams.reasons import Reason

_EPOCH_ORDINAL = datetime.date(1970, 1, 1).toordinal()
_END_OF_DAY_S = 23 * 3_600 + 59 * 60  # 23:59:00 UTC
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}


class Span(msgspec.Struct, frozen=True):
    """A period: the first second of its first day and of its last day, UTC."""

    starts_at: int
    last_day_at: int


def known_after(last_day_at: int, days: int) -> int:
    """23:59:00 UTC, so many days after a period's last day."""
    return last_day_at + days * SECONDS_A_DAY + _END_OF_DAY_S


def day_at(year: int, month: int, day: int) -> int:
    """The first second of a day, UTC. Raises ValueError for a day that is not in the calendar."""
    return (datetime.date(year, month, day).toordinal() - _EPOCH_ORDINAL) * SECONDS_A_DAY


class PeriodReader:
    """Reads the dates of one file entry; `now` bounds them from above (a figure is not about tomorrow)."""

    def __init__(self, dates: Dates, now: int) -> None:
        formats = (DateFormat(pattern=dates.pattern, period=dates.period), *dates.also)
        self._formats = [(compile_pattern(f.pattern, f.period), f.period) for f in formats]
        self._patterns = " or ".join(repr(f.pattern) for f in formats)
        self._earliest = _iso_day(dates.earliest)
        self._latest = now + SECONDS_A_DAY
        self._read: dict[str, Span] = {}

    def read(self, text: str) -> Span:
        """The period that `text` names. Raises BadObservation: unreadable, or out of range."""
        known = self._read.get(text)
        if known is None:
            known = self._read[text] = self._parse(text)
        return known

    def _parse(self, text: str) -> Span:
        for expression, period in self._formats:
            match = expression.fullmatch(text.strip())
            if match is None:
                continue
            try:
                span = _span(match.groupdict(), period)
            except (ValueError, KeyError):
                break
            if not self._earliest <= span.starts_at <= self._latest:
                detail = f"{text[:60]!r} lies outside what the manifest and the clock allow; see dates.earliest"
                raise BadObservation(Reason.DATE_OUT_OF_RANGE, detail)
            return span
        raise BadObservation(Reason.DATE_UNREADABLE, f"{text[:60]!r} is no day of the form {self._patterns}")


def _span(fields: dict[str, str], period: Period) -> Span:
    if "L" in fields:
        at = int(fields["L"]) // 1_000 // SECONDS_A_DAY * SECONDS_A_DAY
        return Span(at, at)
    year = int(fields["Y"])
    if period == "year":
        return Span(day_at(year, 1, 1), day_at(year, 12, 31))
    if period == "quarter":
        first = 3 * int(fields["q"]) - 2
        return Span(day_at(year, first, 1), _last_day_at(year, first + 2))
    month = int(fields["m"]) if "m" in fields else _month(fields["b"])
    if period == "month":
        return Span(day_at(year, month, 1), _last_day_at(year, month))
    at = day_at(year, month, int(fields["d"]))
    return Span(at, at)


def _last_day_at(year: int, month: int) -> int:
    return day_at(year, month, calendar.monthrange(year, month)[1])


def _month(name: str) -> int:
    found = [number for full, number in _MONTHS.items() if full.startswith(name.lower())]
    if len(found) != 1:
        raise ValueError(name)
    return found[0]


def _iso_day(text: str) -> int:
    return day_at(int(text[:4]), int(text[5:7]), int(text[8:10]))


def known_at_of(text: str) -> int:
    """The instant in a column that says when a row became known: an ISO day (23:59:00 UTC) or a time with its zone."""
    try:
        if len(text) == 10:
            return known_after(_iso_day_strict(text), 0)
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadObservation(Reason.DATE_UNREADABLE, f"known at {text[:60]!r}: write a day, or a time with its zone")
    return int(moment.timestamp() // 1)


def _iso_day_strict(text: str) -> int:
    parsed = datetime.date.fromisoformat(text)
    return day_at(parsed.year, parsed.month, parsed.day)
