"""L1, daily and monthly counts → signal: traffic of a strait, a canal or a port fell.

Gates of several lengths at once: a quick one for a route that is shut within days, a slow one for ships that go another
way for weeks. Each is held against the days 22 to 56 before AND the same weeks of the year before, in the spread of the
counts themselves, which is wider than Poisson's. What is expected stands still while the fall lasts.
"""

from itertools import accumulate
from math import sqrt
from typing import ClassVar, NamedTuple

import msgspec

from streams.baselines import LARGEST, Months, centre_and_spread, is_number, month_of
from streams.detectors.base import Parameters
from streams.detectors.findings import Finding, Hold, HoldRule, Seen, Voice
from streams.observations import SECONDS_A_DAY, Cadence, Family, Measure, Run, Series
from streams.signals import Certainty, Direction, Hazard, Phase, Signal

DAYS_KEPT = 56
LONGEST_GATE = 21  # days: the newest, which the baseline leaves out
WEEKS_KEPT = 54
HAIR = 1e-6  # of what is expected a day: running totals are no further off …
EXACT = 1e6  # … up to so many times of it
LEAST_KNOWN = 0.6  # of a window: with fewer known days it is unknown
_ROWS = 7


class Gate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Over `window` observations the mean must fall by `fall` of what was expected."""

    window: int
    fall: float


class Counts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rule for series of one cadence."""

    gates: tuple[Gate, ...]
    raise_z: float  # of the mean of the window, in the spread of the counts
    smallest: float  # expected count a day or month: below it chance alone makes falls
    warm_up: int
    relearn_after: int  # observations after which what is still raised is the new usual
    hold: HoldRule

    def check(self, where: str, longest: int, least: int) -> None:
        """Raise ValueError naming the fields whose relation cannot hold."""
        if not self.gates:
            raise ValueError(f"{where}.gates must not be empty")
        for gate in self.gates:
            if not 1 <= gate.window <= longest:
                raise ValueError(f"{where}.gates.window must lie between 1 and {longest}")
            if not 0 < gate.fall < 1:
                raise ValueError(f"{where}.gates.fall must lie between 0 and 1")
        if self.warm_up < least:
            raise ValueError(f"{where}.warm_up must be at least {least}: the window of the baseline is as long")
        if self.raise_z <= 0 or self.smallest < 0:
            raise ValueError(f"{where}.raise_z must be above 0 and {where}.smallest not below")
        self.hold.check(f"{where}.hold")


class L1Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of L1 by cadence."""

    daily: Counts
    monthly: Counts
    ship_classes: tuple[str, ...]  # the others are kept for reading: fewer ships, more chance
    clustering: float  # variance of a mean of days, in that of independent days: ships come in convoys and storms last

    def check(self) -> None:
        """Relations between fields."""
        self.daily.check("daily", LONGEST_GATE, DAYS_KEPT)
        self.monthly.check("monthly", 6, 24)
        if self.clustering < 1:
            raise ValueError("clustering must be at least 1: counts are never steadier than independent ones")


class L1State(msgspec.Struct, kw_only=True, tag="L1"):
    """What L1 remembers of one series. Days and weeks run without gaps: an absent one is None."""

    rows: int = 0
    day: int = 0  # number of the newest day since 1970
    days: list[float | None] = []
    usual: list[float | None] = []  # what may teach: not the days of an anomaly
    weeks: list[float | None] = []  # daily means of the weeks before this one, anomalies too: they may be the season
    week_total: float = 0.0
    week_days: int = 0
    expected: float = 0.0
    variance: float = 0.0  # of one day about what is expected
    months: Months = msgspec.field(default_factory=Months)
    hold: Hold = msgspec.field(default_factory=Hold)
    trail: list[Seen] = []


class Look(NamedTuple):
    """One gate: score at which it stands, its window, the mean over it."""

    score: float
    window: int
    observed: float
    raises_at: float | None = None


class L1:
    """Fall of traffic: alone Likely."""

    code: ClassVar[str] = "L1"
    Parameters: ClassVar[type[L1Parameters]] = L1Parameters
    State: ClassVar[type[L1State]] = L1State
    voice: ClassVar[Voice] = Voice("L1", Hazard.LOGISTICS, Certainty.LIKELY, _ROWS)

    def watches(self, series: Series) -> bool:
        """Counts of ships at a route or port; capacity says the same less steadily."""
        return (
            series.family in (Family.CHOKEPOINT_TRANSITS, Family.PORT_CALLS)
            and series.measure is Measure.COUNT
            and series.cadence is not Cadence.IRREGULAR
            and not series.partial
        )

    def observe(self, state: L1State, run: Run, parameters: L1Parameters) -> list[Signal]:
        """Apply the rows of `run`; negative counts are unknown."""
        if run.series.ship_class not in parameters.ship_classes:
            return []
        if run.series.cadence is Cadence.DAILY:
            signals = self._days(state, run, parameters.daily, parameters.clustering)
        else:
            signals = self._months(state, run, parameters.monthly)
        state.trail = self.voice.kept(state.trail, run)
        return signals

    def _days(self, state: L1State, run: Run, rule: Counts, clustering: float) -> list[Signal]:
        signals: list[Signal] = []
        hold, days, usual = state.hold, state.days, state.usual
        sums, calm = _sums(days), list[tuple[int, float]]()
        for index, (occurred_at, value) in enumerate(zip(run.occurred_at, run.values, strict=True)):
            if value is None or not 0.0 <= value < LARGEST:
                continue
            day = occurred_at // SECONDS_A_DAY
            if day == state.day + 1 and day % 7:
                state.day = day
            elif _open_day(state, day):
                sums = [0.0]
            days.append(value)
            sums.append(sums[-1] + value)
            state.rows += 1
            state.week_total += value
            state.week_days += 1
            if not hold.direction or hold.lasted > rule.relearn_after:
                usual.append(value)
                if not state.expected or not state.rows % 7:
                    _expect(state)
                    calm = []
            else:
                usual.append(None)
            if state.rows <= rule.warm_up or state.expected < rule.smallest or not state.expected:
                continue
            newest = sums[-1]
            if not hold.direction and len(sums) > LONGEST_GATE and newest < EXACT * state.expected:
                calm = calm or _calm(state, rule, clustering)
                for back, total in calm:
                    if newest - sums[back] <= total:
                        break
                else:
                    continue  # no gate is anywhere near
            best = self._deepest(state, rule, clustering)
            if best.score >= rule.hold.clear or hold.direction:
                phase = hold.step(best.score, Direction.DOWN, rule.hold)
                if phase is not None:
                    finding = _finding(phase, best, state.expected, sqrt(state.variance * clustering / best.window))
                    signals.append(self.voice.signal(state.trail, run, index, finding))
                if phase is Phase.RAISED:
                    usual[-best.window :] = [None] * len(usual[-best.window :])
        del days[:-LONGEST_GATE], usual[:-DAYS_KEPT]
        return signals

    @staticmethod
    def _deepest(state: L1State, rule: Counts, clustering: float) -> Look:
        """The gate that stands highest."""
        days, expected, variance = state.days, state.expected, state.variance * clustering
        best = Look(0.0, rule.gates[0].window, expected)
        for gate in rule.gates:
            window = gate.window
            chosen = days[-window:]
            if None in chosen:
                known = [value for value in chosen if value is not None]
                if len(known) < LEAST_KNOWN * window:
                    continue
            else:
                known = chosen  # type: ignore[assignment]  # None is not in it
            mean = sum(known) / len(known)
            missing = expected - mean
            if missing <= 0.0:
                continue
            wide = sqrt(variance / len(known)) * rule.raise_z
            score = min(missing / expected / gate.fall, missing / wide)
            if score > best.score:
                best = Look(score, window, mean, expected - max(expected * gate.fall, wide))
        return best

    def _months(self, state: L1State, run: Run, rule: Counts) -> list[Signal]:
        signals: list[Signal] = []
        for index, (occurred_at, value) in enumerate(zip(run.occurred_at, run.values, strict=True)):
            usable = value is not None and is_number(value) and value >= 0.0
            if not state.months.add(month_of(occurred_at), value if usable else None, False):
                continue
            state.rows += 1
            best, expected, spread = Look(0.0, 1, 0.0), 0.0, 0.0
            for gate in rule.gates:
                year = state.months.year_before(gate.window, 9)
                recent, season = state.months.recent(gate.window), state.months.season(gate.window, 1)
                if recent is None or year is None:
                    continue
                low = year if season is None else min(year, season)
                if low < rule.smallest or low <= 0.0 or state.rows <= rule.warm_up:
                    continue
                wide = state.months.spread_before(gate.window) or sqrt(low)
                score = min((1.0 - recent / low) / gate.fall, (low - recent) / (wide * rule.raise_z))
                if score > best.score or not expected:
                    raises_at = low - max(low * gate.fall, wide * rule.raise_z)
                    best, expected, spread = Look(max(score, 0.0), gate.window, recent, raises_at), low, wide
            if not expected:
                continue
            phase = state.hold.step(best.score, Direction.DOWN, rule.hold)
            if state.hold.direction and state.hold.lasted <= rule.relearn_after:
                state.months.untaught(best.window if phase is Phase.RAISED else 1)
            if phase is not None:
                signals.append(self.voice.signal(state.trail, run, index, _finding(phase, best, expected, spread)))
        return signals


def _calm(state: L1State, rule: Counts, clustering: float) -> list[tuple[int, float]]:
    """Per gate an index into sums of days, and the total since above which its score lies below that of a calm day."""
    found = []
    for gate in rule.gates:
        wide = sqrt(state.variance * clustering / gate.window) * rule.raise_z
        least = state.expected - rule.hold.clear * max(state.expected * gate.fall, wide)
        found.append((-1 - gate.window, gate.window * (least + HAIR * state.expected)))
    return found


def _sums(days: list[float | None]) -> list[float]:
    """Running totals of the days since the last unknown one, from 0: the difference of two is what came between."""
    known = days[len(days) - days[::-1].index(None) :] if None in days else days
    return list(accumulate(known, initial=0.0))  # type: ignore[arg-type]  # None is not in it


def _open_day(state: L1State, day: int) -> bool:
    """Bring the rings to the day before `day`; days that did not come are unknown. Returns whether there are such."""
    gap = day - state.day - 1 if state.day else 0
    if gap > 0:
        unknown = [None] * min(gap, DAYS_KEPT)
        state.days.extend(unknown)
        state.usual.extend(unknown)
    if state.day:
        _close_weeks(state, state.day // 7, day // 7)
    state.day = day
    return gap > 0


def _close_weeks(state: L1State, last: int, now: int) -> None:
    """Keep the mean of a week that is over, and None for each that did not come."""
    if now == last:
        return
    mean = round(state.week_total / state.week_days, 2) if state.week_days >= 4 else None
    state.weeks.append(mean)
    state.weeks.extend([None] * min(now - last - 1, WEEKS_KEPT))
    del state.weeks[:-WEEKS_KEPT]
    state.week_total, state.week_days = 0.0, 0


def _expect(state: L1State) -> None:
    """What a day is expected to bring: the smaller of the days 22 to 56 before and the same weeks of last year."""
    known = [value for value in state.usual[-DAYS_KEPT:-LONGEST_GATE] if value is not None]
    if len(known) < 14:
        return
    expected, wide = centre_and_spread(known)
    last_year = [week for week in state.weeks[-53:-50] if week is not None] if len(state.weeks) >= 53 else []
    if last_year:
        expected = min(expected, sum(last_year) / len(last_year))
    state.expected = round(expected, 3)
    state.variance = round(max(wide * wide, expected), 3)


def _finding(phase: Phase, look: Look, expected: float, spread: float) -> Finding:
    """What is said of a window; the band is two spreads of its mean wide on either side."""
    return Finding(
        phase=phase,
        score=look.score,
        direction=Direction.DOWN,
        window=look.window,
        observed=round(look.observed, 3),
        expected=round(expected, 3),
        band_low=round(max(expected - 2.0 * spread, 0.0), 3),
        band_high=round(expected + 2.0 * spread, 3),
        raises_at=None if look.raises_at is None else round(max(look.raises_at, 0.0), 3),
    )
