"""P1, prices → signal: a price moved more than this series moves, over several horizons at once.

The robust z of the log change is taken over each horizon against the series' own past changes of the same length, so
that both the two-day squeeze and the ten-month climb are seen. What all metals did together (context column
`common_move`, the log change of one row) is taken out first, as far as this one has followed it so far. A price that
has stopped moving is unknown, not calm.
"""

from math import exp, lcm, log, log1p, sqrt
from typing import ClassVar

import msgspec

from streams.baselines import LARGEST, centre_and_spread
from streams.detectors.base import Parameters
from streams.detectors.findings import Finding, Hold, HoldRule, Seen, Voice
from streams.detectors.quotes import Quoted, quotes
from streams.market_moves import COMMON_MOVE
from streams.observations import Cadence, Family, Measure, Run, Series
from streams.signals import Certainty, Direction, Hazard, Phase, Signal

UNIT = 1e5  # log prices are kept as whole hundred-thousandths: finer than any price moves, a third of a float's bytes
REFRESH = 32  # new changes of a horizon after which its baseline is worked out again
ENOUGH = 16  # changes below which a horizon leans on the spread of its shortest one
LARGEST_MOVE = 5.0  # log change of all metals in one row: more is an error of the context
FOLLOWS_PACE = 0.01  # of learning how far a series follows the common move: a hundred rows
FOLLOWS_FIRST = 1e-4  # a hundredth squared: before it is learned, one follows the other in full
FOLLOWS_LEAST = 1e-9  # keeps the ratio finite where the common move stands still
FOLLOWS_CUT = 0.1  # log change of its own beyond which a row teaches no more
LARGEST_LOG = 700.0  # beyond it exp overflows
_ROWS = 4
OUT_OF_REACH = 0.99  # of the threshold: what is not confirmed raises nothing
HAIR = 0.999999  # of a threshold: what lies below it no rounding brings to it


class Pace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rule for series of one cadence. Tuples hold one value per horizon."""

    horizons: tuple[int, ...]  # rows
    smallest: tuple[float, ...]  # a change below this part of the price is nobody's business
    strides: tuple[int, ...]  # every so many rows a change is taken into the baseline: neighbours say the same
    sample: int  # changes kept per horizon
    warm_up: int  # usable rows before the first signal
    raise_z: tuple[float, ...]  # by horizon: a longer one is tried less often, so less is due to chance
    down_factor: float  # a fall needs this many times the threshold of a rise
    confirm: tuple[int, int]  # n of the last m rows …
    at_once: float  # … or one row with this score
    jump_limit: float  # but a one-row change beyond this log ratio is more often a unit than a market: wait
    quiet_share: float  # spread of a long horizon is at least this share of a random walk's
    least_spread: float  # log change of one row, floor of the spread
    follow_limit: float  # at most this much of the common move is taken out
    turbulence: float  # power of (recent / usual absolute change) by which the threshold grows
    frozen_after: int  # equal prices in a row after which a series that usually moves is unknown
    frozen_share: float  # … usually moves: fewer than this share of its rows are equal to the one before
    relearn_after: int  # rows after which what is still raised is the new usual
    level_stride: int  # every so many rows the level itself is remembered …
    levels: int  # … so many of them
    novel: float  # a rise is news above this part of them, a fall below it: the way back to the usual is none
    hold: HoldRule

    def check(self, where: str) -> None:
        """Raise ValueError naming the fields whose relation cannot hold."""
        if not len(self.horizons) == len(self.smallest) == len(self.strides) == len(self.raise_z) > 0:
            raise ValueError(f"{where}.horizons, .smallest, .strides and .raise_z must have one value per horizon")
        if list(self.horizons) != sorted(set(self.horizons)) or self.horizons[0] != 1:
            raise ValueError(f"{where}.horizons must start at 1 and rise: the first gives the spread of the others")
        if self.strides[0] != 1 or min(self.strides) < 1 or lcm(*self.strides) > 1_000:
            raise ValueError(f"{where}.strides must start at 1, lie above 0 and have a common multiple up to 1000")
        if self.sample < self.warm_up:
            raise ValueError(f"{where}.sample ({self.sample}) is shorter than {where}.warm_up ({self.warm_up})")
        if self.warm_up < 2 * ENOUGH:
            raise ValueError(f"{where}.warm_up must be at least {2 * ENOUGH} rows")
        if self.warm_up < self.horizons[-1]:
            raise ValueError(f"{where}.warm_up ({self.warm_up}) is shorter than the longest of {where}.horizons")
        if not 1 <= self.confirm[0] <= self.confirm[1] <= 60:
            raise ValueError(f"{where}.confirm must be [n, m] with 1 <= n <= m <= 60")
        if min(*self.raise_z, *self.smallest, self.least_spread, self.down_factor) <= 0:
            raise ValueError(f"{where}.raise_z, .least_spread, .smallest and .down_factor must be above 0")
        if self.level_stride < 1 or not ENOUGH <= self.levels <= 128:
            raise ValueError(f"{where}.level_stride must be at least 1 and {where}.levels between {ENOUGH} and 128")
        if not 0.5 <= self.novel <= 1:
            raise ValueError(f"{where}.novel must lie between 0.5 and 1: a part of the levels")
        self.hold.check(f"{where}.hold")


class P1Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of P1 by cadence."""

    daily: Pace
    monthly: Pace
    quoted: Quoted

    def check(self) -> None:
        """Relations between fields."""
        self.daily.check("daily")
        self.monthly.check("monthly")
        self.quoted.check("quoted")


class P1State(msgspec.Struct, kw_only=True, tag="P1"):
    """What P1 remembers of one series. Log prices are in `UNIT`, less the common move since the first row."""

    rows: int = 0
    logs: list[int] = []
    last: int | None = None  # the newest known log price
    drift: int = 0  # what this series followed of the common move since the first row
    together: float = 0.0  # common move of the rows since the last usable one
    follows: float = FOLLOWS_FIRST  # running product of own and common change of a row …
    swings: float = FOLLOWS_FIRST  # … and running square of the common one: the ratio is how far the series follows
    drifts: list[int] = []  # … as it was at the rows of `logs`
    changes: list[list[int]] = []  # by horizon
    centres: list[float] = []
    spreads: list[float] = []
    same: int = 0
    still: float = 0.5  # share of rows equal to the one before, running
    recent: float = 0.0  # running mean absolute change of one row, cut at three times the usual
    usual: float = 0.0
    levels: list[int] = []  # log prices of the past years, the common move in them
    ups: int = 0  # bits of the last rows that reached the threshold, newest lowest
    downs: int = 0
    hold: Hold = msgspec.field(default_factory=Hold)
    trail: list[Seen] = []


class P1:
    """Price spike or collapse: alone no more than Possible, and about the market only."""

    code: ClassVar[str] = "P1"
    Parameters: ClassVar[type[P1Parameters]] = P1Parameters
    State: ClassVar[type[P1State]] = P1State
    voice: ClassVar[Voice] = Voice("P1", Hazard.MARKET, Certainty.POSSIBLE, _ROWS)

    def watches(self, series: Series) -> bool:
        """Prices and price indices that are not kept for reading only."""
        priced = series.measure in (Measure.PRICE, Measure.INDEX)
        return series.family is Family.PRICES and priced and not series.partial and not series.relation

    def observe(self, state: P1State, run: Run, parameters: P1Parameters) -> list[Signal]:
        """Apply the rows of `run`; values that are not above zero are unknown."""
        if run.series.cadence is Cadence.IRREGULAR:
            signals = quotes(state.hold, state.trail, run, parameters.quoted, self.voice)
        else:
            daily = run.series.cadence is Cadence.DAILY
            signals = self._rows(state, run, parameters.daily if daily else parameters.monthly)
        state.trail = self.voice.kept(state.trail, run)
        return signals

    def _rows(self, state: P1State, run: Run, pace: Pace) -> list[Signal]:
        signals: list[Signal] = []
        if not state.changes:
            state.changes = [[] for _ in pace.horizons]
        logs, drifts, levels, hold = state.logs, state.drifts, state.levels, state.hold
        rows, same, still, recent, cut = state.rows, state.same, state.still, state.recent, 3.0 * state.usual
        gates, taught, longest = _gates(state, pace), _taught(state, pace), pace.horizons[-1]
        leap, cycle = _leap(state, pace), len(taught)
        watchful = bool(state.ups or state.downs or hold.direction)
        for index, (whole, drift) in enumerate(_levels(state, run, pace.follow_limit)):
            if whole is None:
                continue
            level = whole - drift
            if logs:
                if whole != logs[-1] + drifts[-1]:
                    same = 0
                    still *= 0.98
                else:
                    same += 1
                    if same >= pace.frozen_after and still < pace.frozen_share:
                        continue  # neither calm nor news: the market is closed or the feed stands still
                    still += 0.02 * (1.0 - still)
                if not -leap < level - logs[-1] < leap and _taken_back(state, level, leap):
                    rows -= 1
            logs.append(level)
            drifts.append(drift)
            rows += 1
            if rows > pace.warm_up:
                for back, low, high in gates:
                    if not low < level - logs[back] < high:
                        watchful = True
                        break
                if watchful:
                    state.recent = recent
                    finding = _judged(state, pace)
                    watchful = bool(state.ups or state.downs or hold.direction)
                    if finding is not None:
                        signals.append(self.voice.signal(state.trail, run, index, finding))
                move = abs(level - logs[-2])
                recent += 0.05 * ((move if move < cut else cut) - recent)
            if not watchful or not hold.direction or hold.lasted > pace.relearn_after:
                for back, sample in taught[rows % cycle]:
                    if rows > longest or len(logs) >= -back:
                        sample.append(level - logs[back])
            if not rows % pace.level_stride:
                levels.append(whole)
                del levels[: -pace.levels]
            if (not rows % REFRESH and rows >= pace.warm_up) or rows == pace.warm_up:
                _refresh(state, pace, rows)
                gates, cut, recent = _gates(state, pace), 3.0 * state.usual, recent or state.usual
                leap = _leap(state, pace)
        state.rows, state.same, state.still, state.recent = rows, same, still, recent
        del logs[: -longest - 1], drifts[: -longest - 1]
        return signals


def _levels(state: P1State, run: Run, limit: float) -> list[tuple[int | None, int]]:
    """Per row the log price, None where it is unknown, and what was followed of the common move until then.

    How far a series follows is learned as it goes: the share before a row is taken out of that row.
    """
    common = run.context.get(COMMON_MOVE)
    drift, last = state.drift, state.last
    if common is None:
        found: list[tuple[int | None, int]] = [
            (round(log(value) * UNIT) if value is not None and 0.0 < value < LARGEST else None, drift)
            for value in run.values
        ]
        state.last = next((level for level, _ in reversed(found) if level is not None), last)
        return found
    together, follows, swings = state.together, state.follows, state.swings
    found = []
    for value, move in zip(run.values, common, strict=True):
        if move is not None and -LARGEST_MOVE < move < LARGEST_MOVE:
            together += move
        if value is None or not 0.0 < value < LARGEST:
            found.append((None, drift))
            continue
        level = round(log(value) * UNIT)
        change = (level - last) / UNIT if last is not None else 0.0
        share = follows / swings
        drift += round((0.0 if share < 0.0 else share if share < limit else limit) * together * UNIT)
        change = FOLLOWS_CUT if change > FOLLOWS_CUT else -FOLLOWS_CUT if change < -FOLLOWS_CUT else change
        follows += FOLLOWS_PACE * (change * together - follows)
        swings += FOLLOWS_PACE * (together * together - swings) + FOLLOWS_LEAST
        together, last = 0.0, level
        found.append((level, drift))
    state.drift, state.last = drift, last
    state.together, state.follows, state.swings = together, follows, swings
    return found


def _leap(state: P1State, pace: Pace) -> float:
    """The change of one row that is a leap: it would raise, or lies beyond the limit of jumps."""
    least = max(log1p(pace.smallest[0]) * UNIT, pace.raise_z[0] * state.spreads[0]) if state.spreads else LARGEST
    return min(least, pace.jump_limit * UNIT)


def _taken_back(state: P1State, level: int, leap: float) -> bool:
    """Whether `level` is a usual change away from that before a leap of one row: a wrong print, which is forgotten.

    The way back from it would be told as a move else.
    """
    logs, drifts = state.logs, state.drifts
    near = state.spreads[0] if state.spreads else leap / 2.0
    if len(logs) < 2 or abs(logs[-1] - logs[-2]) < leap or abs(level - logs[-2]) > near:
        return False
    del logs[-1], drifts[-1]
    return True


def _gates(state: P1State, pace: Pace) -> list[tuple[int, float, float]]:
    """Per horizon: index into the logs, and the changes between which a row raises nothing, whatever else holds."""
    lower = HAIR * min(pace.down_factor, 1.0)
    return [
        (-1 - horizon, centre - spread * raise_z * lower, centre + spread * raise_z * HAIR)
        for horizon, centre, spread, raise_z in zip(
            pace.horizons, state.centres, state.spreads, pace.raise_z, strict=False
        )
    ]


def _taught(state: P1State, pace: Pace) -> list[list[tuple[int, list[int]]]]:
    """By row number in the cycle of the strides: index into the logs and the sample that the change goes to."""
    rungs = list(zip(pace.horizons, pace.strides, state.changes, strict=True))
    return [
        [(-1 - horizon, sample) for horizon, stride, sample in rungs if not row % stride]
        for row in range(lcm(*pace.strides))
    ]


def _refresh(state: P1State, pace: Pace, rows: int) -> None:
    """Work out the baselines that had enough new changes since; the shortest horizon is a floor of the others."""
    first = not state.centres
    if first:
        state.centres, state.spreads = [0.0] * len(pace.horizons), [0.0] * len(pace.horizons)
    least = pace.least_spread * UNIT
    for at, (horizon, stride, sample) in enumerate(zip(pace.horizons, pace.strides, state.changes, strict=True)):
        if not first and rows % (REFRESH * stride):
            continue
        del sample[: -pace.sample]
        centre, spread = centre_and_spread(sample) if len(sample) >= ENOUGH else (0.0, 0.0)
        if at == 0:
            state.usual = sum(map(abs, sample)) / len(sample) if sample else least
            walk = 0.0
        else:
            walk = state.spreads[0] * sqrt(horizon) * (pace.quiet_share if len(sample) >= ENOUGH else 1.0)
        state.centres[at], state.spreads[at] = float(centre), max(spread, walk, least * sqrt(horizon))


def _judged(state: P1State, pace: Pace) -> Finding | None:
    """Take the newest row: the greater of all horizons and directions, confirmed, held or cleared."""
    logs, hold = state.logs, state.hold
    turbulence = max(1.0, state.recent / state.usual) ** pace.turbulence if state.usual else 1.0
    (up, up_at), (down, down_at) = _scores(state, pace, turbulence)
    if hold.direction or up >= 1.0 or down >= 1.0:
        low, high = _usual_levels(state, pace)
        whole = logs[-1] + state.drifts[-1]
        up, down = up if whole >= high else 0.0, down if whole <= low else 0.0
    newest = (1 << pace.confirm[1]) - 1
    state.ups = ((state.ups << 1) | (up >= 1.0)) & newest
    state.downs = ((state.downs << 1) | (down >= 1.0)) & newest
    direction = Direction.UP if up >= down else Direction.DOWN
    if hold.direction and max(up, down) < 1.0:
        direction = hold.direction
    score, at, bits = (up, up_at, state.ups) if direction is Direction.UP else (down, down_at, state.downs)
    leap = abs(logs[-1] - logs[-2]) > pace.jump_limit * UNIT
    if bits.bit_count() < pace.confirm[0] and (leap or score < pace.at_once):
        score = min(score, hold.top if hold.direction is direction else OUT_OF_REACH)
    phase = hold.step(score, direction, pace.hold)
    if phase is None:
        return None
    return _finding(state, pace, at, (phase, score, direction), turbulence)


def _usual_levels(state: P1State, pace: Pace) -> tuple[float, float]:
    """The log prices below which a fall is news and above which a rise is; any is where too few are known."""
    known = sorted(state.levels)
    if len(known) < ENOUGH:
        return LARGEST, -LARGEST
    above = int(pace.novel * (len(known) - 1))
    return known[len(known) - 1 - above], known[above]


def _scores(state: P1State, pace: Pace, turbulence: float) -> tuple[tuple[float, int], tuple[float, int]]:
    """The highest score upward and downward of the newest row, each with the number of its horizon.

    A score is the smaller of two parts: of the threshold in the series' own spread, and of the smallest change that
    matters.
    """
    logs, drifts = state.logs, state.drifts
    level, drift, known = logs[-1], drifts[-1], len(logs)
    up = down = 0.0
    up_at = down_at = 0
    for at, horizon in enumerate(pace.horizons):
        if known <= horizon:
            break
        own = level - logs[-1 - horizon]
        whole, excess = own + drift - drifts[-1 - horizon], own - state.centres[at]
        score = excess / (state.spreads[at] * turbulence * pace.raise_z[at])
        size = whole / (log1p(pace.smallest[at]) * UNIT)
        if score > up and size > up:
            up, up_at = min(score, size), at
        elif -score > down * pace.down_factor and -size > down * pace.down_factor:
            down, down_at = min(-score, -size) / pace.down_factor, at
    return (up, up_at), (down, down_at)


def _finding(state: P1State, pace: Pace, at: int, said: tuple[Phase, float, Direction], turbulence: float) -> Finding:
    """What is said, with the price that was to be expected over the winning horizon and its band."""
    phase, score, direction = said
    back = -1 - pace.horizons[at]
    then = state.logs[back] + state.drifts[-1]  # the common move since is expected
    band = state.spreads[at] * turbulence * pace.raise_z[at]
    size, start = log1p(pace.smallest[at]) * UNIT, state.logs[back] + state.drifts[back]
    if direction is Direction.UP:
        raises = max(then + state.centres[at] + band, start + size)
    else:
        raises = min(then + state.centres[at] - band * pace.down_factor, start - size * pace.down_factor)
    return Finding(
        phase=phase,
        score=score,
        direction=direction,
        window=pace.horizons[at],
        observed=_price(state.logs[-1] + state.drifts[-1]),
        expected=_price(then + state.centres[at]),
        band_low=_price(then + state.centres[at] - band),
        band_high=_price(then + state.centres[at] + band),
        raises_at=_price(raises),
    )


def _price(level: float) -> float:
    """A log price in hundred-thousandths as a price, to six digits."""
    return float(f"{exp(min(level / UNIT, LARGEST_LOG)):.6g}")
