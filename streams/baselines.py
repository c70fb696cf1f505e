"""Observation → signal: what is usual for a series — robust centre and spread, and a calendar of months.

Everything here is counted in rows kept in the state, never in calls, so cutting a run anywhere changes nothing.
"""

from collections.abc import Sequence
from functools import lru_cache

import msgspec

LARGEST = 1e100  # beyond it a sum or a square could overflow
MAD_TO_SIGMA = 1.4826  # of a normal distribution: Rousseeuw and Croux 1993, JASA 88, section 1
MEAN_DEVIATION_TO_SIGMA = 1.2533  # sqrt(pi / 2); where more than half are equal (Iglewicz, Hoaglin 1993)
TAIL, TAIL_TO_SIGMA = 0.9, 1.6449  # nine in ten deviations are smaller: that quantile of |x| for a normal distribution
MONTHS_REMEMBERED = 4_096  # answers: every detector and relation asks for the month of the same rows
MONTHS_KEPT = 49  # the month itself, the 12 before and the same months of 3 years


def median(values: Sequence[float]) -> float:
    """The middle of `values`, which must not be empty."""
    return _middle(sorted(values))


def centre_and_spread(values: Sequence[float]) -> tuple[float, float]:
    """Median and a robust standard deviation, in the unit of `values`; the spread is 0.0 where all are equal."""
    ordered = sorted(values)
    centre = _middle(ordered)
    return centre, _spread(ordered, centre)


def spread_about(values: Sequence[float], centre: float) -> float:
    """Robust standard deviation of `values`, which must not be empty, about `centre`.

    The greater of what the middle and the tail of their deviations say: prices that are set now and then stand still on
    most days and flows come in lots, so that the middle alone would call every step an anomaly.
    """
    return _spread(sorted(values), centre)


def _middle(ordered: list[float]) -> float:
    half = len(ordered) >> 1
    if len(ordered) & 1:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2


def _spread(ordered: list[float], centre: float) -> float:
    count, half = len(ordered), len(ordered) >> 1
    middle = _deviation(ordered, centre, half)
    if not count & 1:
        middle = (_deviation(ordered, centre, half - 1) + middle) / 2
    spread = max(MAD_TO_SIGMA * middle, _deviation(ordered, centre, int(TAIL * count)) / TAIL_TO_SIGMA)
    return spread or MEAN_DEVIATION_TO_SIGMA * sum(sorted([abs(value - centre) for value in ordered])) / count


def _deviation(ordered: list[float], centre: float, rank: int) -> float:
    """The absolute deviation from `centre` that `rank` others are not above, found without working out all of them.

    The rank + 1 values nearest to the centre are neighbours in order; a search by halves says where they begin.
    """
    low, high = 0, len(ordered) - 1 - rank
    while low < high:
        at = (low + high) >> 1
        near, far = ordered[at], ordered[at + rank + 1]
        if centre - near > far - centre:
            low = at + 1
        else:
            high = at
    near, far = ordered[low], ordered[low + rank]
    return max(centre - near, far - centre)


def is_number(value: float | None) -> bool:
    """Whether a value says anything: None, NaN, infinities and what no publisher means are unknown."""
    return value is not None and -LARGEST < value < LARGEST


@lru_cache(maxsize=MONTHS_REMEMBERED)
def month_of(at: int) -> int:
    """The month in which a time lies, as a running number: 0 is January 1970, and January is always a multiple of 12.

    By the civil calendar of H. Hinnant, chrono-compatible low-level date algorithms, `civil_from_days`.
    """
    days = at // 86_400 + 719_468
    era, day_of_era = divmod(days, 146_097)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    march_month = (5 * day_of_year + 2) // 153
    return (era * 400 + year_of_era - 1970) * 12 + march_month + 2


class Months(msgspec.Struct, kw_only=True):
    """The newest months of a flow without gaps: an absent or unknown month is None, never zero.

    With `paired`, January and February count as their mean and are unknown until both are there: the Chinese New Year
    moves between them.
    """

    last: int = 0  # month_of the newest value
    values: list[float | None] = []
    usual: list[float | None] = []  # what may teach: not the months of an anomaly

    def add(self, month: int, value: float | None, paired: bool) -> bool:
        """Append the next month; returns whether it can be judged now."""
        if self.values:
            if month <= self.last:
                return False
            gap = month - self.last - 1
            if gap >= MONTHS_KEPT:
                self.values, self.usual = [], []
            else:
                self.values.extend([None] * gap)
                self.usual.extend([None] * gap)
        self.last = month
        if paired and month % 12 == 0:
            self._push(value, None)
            return False
        if paired and month % 12 == 1:
            january = self.values[-1] if self.values else None
            if value is None or january is None:
                self._push(None, None)
                return False
            both = (january + value) / 2
            self.values[-1] = both
            self.usual[-1] = both
            value = both
        self._push(value, value)
        return value is not None

    def _push(self, value: float | None, usual: float | None) -> None:
        self.values.append(value)
        self.usual.append(usual)
        if len(self.values) > MONTHS_KEPT:
            del self.values[0], self.usual[0]

    def untaught(self, months: int) -> None:
        """Let the newest `months` teach nothing: they belong to an anomaly."""
        for back in range(1, min(months, len(self.usual)) + 1):
            self.usual[-back] = None

    def recent(self, window: int) -> float | None:
        """Mean of the newest `window` months; None unless all are known."""
        chosen = self.values[-window:]
        if len(chosen) < window:
            return None
        total = 0.0
        for value in chosen:
            if value is None:
                return None
            total += value
        return total / window

    def year_before(self, window: int, needed: int) -> float | None:
        """Median of the newest 12 known of the 24 months before the newest `window`; None where fewer than `needed`.

        Twenty-four, so that a long anomaly, which teaches nothing, is still held against the year before it.
        """
        known = self._year_before(window)
        return median(known) if len(known) >= needed else None

    def season(self, window: int, years: int) -> float | None:
        """Mean of the same `window` months over up to `years` years before; None where no year has them all."""
        usual, means = self.usual, []
        for end in range(len(usual) - 12, max(window, len(usual) - 12 * years) - 1, -12):
            chosen = usual[end - window : end]
            if None not in chosen:
                means.append(sum(chosen) / window)  # type: ignore[arg-type]  # None is not in it
        return sum(means) / len(means) if means else None

    def spread_before(self, window: int) -> float | None:
        """Robust standard deviation of the months that `year_before` looks at; None where too few are known."""
        known = self._year_before(window)
        return centre_and_spread(known)[1] if len(known) >= 6 else None

    def _year_before(self, window: int) -> list[float]:
        year = self.usual[-window - 12 : -window]
        if len(year) == 12 and None not in year:
            return year  # type: ignore[return-value]  # None is not in it
        return [value for value in self.usual[-window - 24 : -window] if value is not None][-12:]
