"""G1, any series of numbers → signal: a level of whatever sign and unit stands where it never stood, or swings wider.

For series of which nothing is known but their own past: spreads, temperatures, rates, counts with many zeros. The
middle of the newest rows is held against the middle of the rows before them, over several windows at once, so that a
spike, a step and a slope are each seen; the newest row against the same rows of the rounds before, where the series
goes round, and against the row before; and the typical change from row to row against itself. Each of these looks is
judged among its own past values, so a season, a trend or a walk is part of what is usual. Rows are counted, never time;
nothing is in a unit: a thousand times the figures give the same signals.
"""

from itertools import pairwise
from math import sqrt
from typing import ClassVar, NamedTuple

import msgspec

from streams.baselines import centre_and_spread, is_number, median
from streams.detectors.base import Parameters
from streams.detectors.findings import SCORE_LIMIT, Finding, Hold, HoldRule, Seen, Voice
from streams.observations import Measure, Run, Series
from streams.signals import Certainty, Direction, Hazard, Phase, Signal

_ROWS = 4
FEWEST_BEFORE = 3  # rows that make a middle
SLOW = 5  # rows: a window longer than this is looked at every so many rows
SLOWEST = 25  # rows in the middle of many: more tell no more of where it lies
REFRESH = 8  # samples after which a middle and a spread are worked out again
LEAST_SHARE = 0.75  # of the spread that independent rows would give the middle of a window: counts are coarse
MEDIAN_WIDER = 1.2533  # the middle scatters so much more than the mean: sqrt(pi / 2), for a normal distribution
SWING_SHARE = 0.2  # of the usual swing: as much as chance makes of a middle of 25
ALONE = 50  # equal rows that make a single other one news: before, it may be a series that is mostly zero
ROUND_EVERY = 512  # rows after which it is asked anew how long a round is, and at each power of two before
ROUND_CLOSER = 0.5  # of the distance of rows elsewhere: rows of one place in the round lie so near
ROUND_LONGER = 0.9  # a longer round has to be nearer by a tenth
STEADY = 512  # rows over which the running square is a mean
DUST = 1e-12  # of the value: what a float cannot hold is no change


class G1Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of G1. Tuples hold one value per window, and three for the round, the jump and the swings."""

    windows: tuple[int, ...]  # rows
    before: tuple[int, ...]  # rows before the window that it is held against
    raise_z: tuple[float, ...]  # spreads of the look's own past
    beyond: tuple[float, ...]  # and so many times the farthest that it has been
    few: float  # samples: with as many, the threshold in spreads is twice as high
    sample: int  # values of each look kept: first all, then every second, fourth … row
    widest: int  # rows between samples at most
    warm_up: int  # usable rows
    forget_rows: int  # rows after which the farthest counts half
    relearn_after: int  # usable rows after which what is still raised is the new usual
    hold: HoldRule

    def check(self) -> None:
        """Relations between fields."""
        if not len(self.windows) + 3 == len(self.before) + 3 == len(self.raise_z) == len(self.beyond) > 3:
            raise ValueError("raise_z and beyond must have one value per window and three more, before one per window")
        if list(self.windows) != sorted(set(self.windows)) or self.windows[0] != 1:
            raise ValueError("windows must start at 1 and rise")
        if any(rows < 3 * window for window, rows in zip(self.windows, self.before, strict=True)):
            raise ValueError("before must be at least three times the window: a middle needs more rows than it judges")
        if sum((self.windows[-1], self.before[-1])) > 160:
            raise ValueError("the last of windows and before must not exceed 160 rows together: they are remembered")
        if min(*self.raise_z) <= 0 or min(self.beyond) <= 1 or self.few < 0:
            raise ValueError("raise_z must be above 0, beyond above 1 and few not below 0")
        if not 16 <= self.sample <= 64 or self.widest < 1 or self.warm_up < 8:
            raise ValueError("sample must lie between 16 and 64, widest be at least 1 and warm_up at least 8")
        if self.forget_rows < 1 or self.relearn_after < 1:
            raise ValueError("forget_rows and relearn_after must be at least 1")
        self.hold.check("hold")


class Look(msgspec.Struct, array_like=True):
    """The past of one way to look at the newest rows."""

    sample: list[float] = []
    stride: int = 1  # looks between samples
    seen: int = 0  # looks that taught
    centre: float = 0.0
    spread: float = 0.0
    square: float = 0.0  # running mean square about the centre: rare large values count in it
    up: float = 0.0  # farthest above the centre …
    down: float = 0.0  # … and below it
    off: float = 0.0  # of the newest look
    score: float = 0.0  # of the newest look, with its sign
    high: float = 0.0  # farthest above the centre while something is raised …
    low: float = 0.0  # … and below it


class G1State(msgspec.Struct, kw_only=True, tag="G1"):
    """What G1 remembers of one series."""

    rows: int = 0
    values: list[float] = []
    period: int = 0  # rows of a round; 0 where it does not go round
    looks: list[Look] = []
    hold: Hold = msgspec.field(default_factory=Hold)
    trail: list[Seen] = []


class _Best(NamedTuple):
    score: float
    direction: Direction
    at: int


class G1:
    """Any level: alone Possible; it bears on what is open and opens nothing."""

    code: ClassVar[str] = "G1"
    Parameters: ClassVar[type[G1Parameters]] = G1Parameters
    State: ClassVar[type[G1State]] = G1State
    voice: ClassVar[Voice] = Voice("G1", Hazard.NONE, Certainty.POSSIBLE, _ROWS)

    def watches(self, series: Series) -> bool:
        """Levels of which nothing else is said."""
        return series.measure is Measure.LEVEL and not (series.partial or series.relation)

    def observe(self, state: G1State, run: Run, parameters: G1Parameters) -> list[Signal]:
        """Apply the rows of `run`; what is no number is unknown."""
        signals: list[Signal] = []
        if not state.looks:
            state.looks = [Look() for _ in parameters.raise_z]
        longest, kept = parameters.windows[-1] + parameters.before[-1], state.values
        for index, value in enumerate(run.values):
            if value is None or not is_number(value):
                continue
            kept.append(value)
            if len(kept) > 2 * longest:
                del kept[:-longest]
            state.rows += 1
            if state.rows % ROUND_EVERY == 0 or (state.rows >= 32 and state.rows & (state.rows - 1) == 0):
                _go_round(state, kept[-longest:])
            _look(state, parameters)
            finding = _judged(state, parameters) if state.rows > parameters.warm_up else None
            if finding is not None:
                signals.append(self.voice.signal(state.trail, run, index, finding))
        del kept[:-longest]
        state.trail = self.voice.kept(state.trail, run)
        return signals


def _look(state: G1State, parameters: G1Parameters) -> None:
    """Look at the newest row in each way that is due, and let what is not raised teach."""
    values, windows, last = state.values, parameters.windows, len(parameters.windows)
    teaches = not state.hold.direction or state.hold.lasted > parameters.relearn_after
    is_due = not state.rows % SLOW
    for at, look in enumerate(state.looks):
        if at < last:
            off = _off(values, windows[at], parameters.before[at]) if is_due or windows[at] <= SLOW else None
        elif at == last:
            off = _round(values, state.period)
        elif at == last + 1:
            off = values[-1] - values[-2] if len(values) > 1 else None
        else:
            off = _swing(values, windows[-1]) if is_due else None
        if off is None:
            continue
        look.off = off
        size = off - look.centre
        limit = max(_limit(state, at, size > 0.0, parameters), DUST * abs(values[-1]))
        if look.seen < parameters.warm_up or (at in (0, last + 1) and not look.spread and look.seen < ALONE):
            look.score = 0.0
        else:
            look.score = max(-SCORE_LIMIT, min(size / limit, SCORE_LIMIT)) if limit > 0.0 else 0.0
        if at == last + 1 and state.hold.direction:
            look.score = 0.0  # a jump begins something, and the way back is no other event
        if at > last + 1:
            look.score = max(look.score, 0.0)  # that it swings less is no news
        look.high, look.low = max(look.high, size), max(look.low, -size)
        if teaches and abs(look.score) < 1.0:
            _teach(look, parameters)


def _limit(state: G1State, at: int, is_up: bool, parameters: G1Parameters) -> float:
    """How far from its centre a look has to be, in its own spread and past the farthest that it has been."""
    look, last = state.looks[at], len(parameters.windows)
    spread = max(look.spread, sqrt(look.square))
    if 0 < at < last:
        own, window = state.looks[0], parameters.windows[at]
        spread = max(spread, LEAST_SHARE * MEDIAN_WIDER * own.spread / sqrt(window))
    elif at > last + 1:
        spread = max(spread, SWING_SHARE * look.centre)
    few = 1.0 + parameters.few / max(look.seen, 1)
    farthest = look.up if is_up else look.down
    return max(spread * parameters.raise_z[at] * few, farthest * parameters.beyond[at])


def _go_round(state: G1State, values: list[float]) -> None:
    """Ask after how many rows the series comes back to where it was: twice as near as after half of them."""
    apart = [0.0]
    for lag in range(1, len(values) // 3 + 1):
        far = sum([abs(after - before) for after, before in zip(values[lag:], values, strict=False)])
        apart.append(far / (len(values) - lag))
    least, period = ROUND_CLOSER * median(apart[1:]), 0
    for lag in range(2, len(apart)):
        if apart[lag] < least and apart[lag] < ROUND_CLOSER * apart[lag // 2]:
            least, period = apart[lag] * ROUND_LONGER, lag
    if period != state.period:
        state.period, state.looks[-3] = period, Look()


def _round(values: list[float], period: int) -> float | None:
    """The newest row less the middle of the same rows of the three rounds before; None where two are not known."""
    past = values[-1 - period : -1 - 3 * period - 1 : -period] if period else []
    return values[-1] - median(past) if len(past) > 1 else None


def _off(values: list[float], window: int, before: int) -> float | None:
    """The middle of the newest rows less the middle of those before; None while too few are known."""
    past = values[-window - before : -window]
    if len(past) < max(FEWEST_BEFORE, 2 * window if window > 1 else 0) or len(values) < window:
        return None
    if before > 2 * SLOWEST:
        past = past[:: before // SLOWEST]
    newest = values[-1] if window == 1 else median(values[-window:])
    return newest - median(past)


def _swing(values: list[float], window: int) -> float | None:
    """The middle change from row to row over the newest rows; None while too few are known."""
    if len(values) <= window:
        return None
    newest = values[-window - 1 :]
    return median([abs(after - before) for before, after in pairwise(newest)])


def _teach(look: Look, parameters: G1Parameters) -> None:
    """Take the newest look into what is usual."""
    size = look.off - look.centre
    look.seen += 1
    pace = 1.0 / min(look.seen, STEADY)
    look.square += pace * (size * size - look.square)
    forget = 0.5 ** (1.0 / parameters.forget_rows)
    look.up, look.down = max(look.up * forget, size), max(look.down * forget, -size)
    if look.seen % look.stride:
        return
    look.sample.append(look.off)
    if len(look.sample) > parameters.sample:
        if look.stride < parameters.widest:
            look.sample, look.stride = look.sample[1::2], look.stride * 2
        else:
            del look.sample[0]
    if len(look.sample) < 2 * REFRESH or not look.seen // look.stride % REFRESH:
        centre, look.spread = centre_and_spread(look.sample)
        look.centre = float(centre)


def _judged(state: G1State, parameters: G1Parameters) -> Finding | None:
    """The look that stands highest: held, said or cleared."""
    hold, looks = state.hold, state.looks
    best = _Best(0.0, hold.direction or Direction.UP, 0)
    for at, look in enumerate(looks):
        if abs(look.score) > best.score:
            best = _Best(abs(look.score), Direction.UP if look.score > 0.0 else Direction.DOWN, at)
    if not hold.direction and best.score < 1.0:
        for look in looks:
            look.high = look.low = 0.0
        return None
    own = [
        (abs(look.score), at) for at, look in enumerate(looks) if (look.score > 0.0) is (hold.direction is Direction.UP)
    ]
    if hold.direction and best.direction is not hold.direction:  # one event may swing: what is raised speaks first
        score, at = max(own, default=(0.0, best.at))
        if score >= 1.0 or best.score < 1.0:
            best = _Best(score, hold.direction, at)
    before = hold.direction
    phase = hold.step(best.score, best.direction, parameters.hold)
    if before and hold.direction is not before:  # over, or turned: what only ever turns never clears
        _learned(looks, hold.direction)
    return None if phase is None else _finding(state, best, phase, parameters)


def _learned(looks: list[Look], still: Direction) -> None:
    """What is over has happened: how far it went, but on the side still raised, belongs to what this series does."""
    for look in looks:
        if still is not Direction.UP:
            look.up, look.high = max(look.up, look.high), 0.0
        if still is not Direction.DOWN:
            look.down, look.low = max(look.down, look.low), 0.0


def _finding(state: G1State, best: _Best, phase: Phase, parameters: G1Parameters) -> Finding:
    """What is said, with what was to be expected and from where on it raises."""
    look, is_up, last = state.looks[best.at], best.direction is Direction.UP, len(parameters.windows)
    limit = max(_limit(state, best.at, is_up, parameters), DUST * abs(state.values[-1]))
    if best.at > last + 1:
        window, observed, expected = parameters.windows[-1], look.off, look.centre
    else:
        window = parameters.windows[best.at] if best.at < last else 1
        observed = state.values[-1] if window == 1 else median(state.values[-window:])
        expected = observed - look.off + look.centre
    return Finding(
        phase=phase,
        score=best.score,
        direction=best.direction,
        window=window,
        observed=observed,
        expected=expected,
        band_low=expected - limit,
        band_high=expected + limit,
        raises_at=expected + limit if is_up else expected - limit,
    )
