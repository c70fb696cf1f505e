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
from streams.detectors.findings import Finding, Hold, Seen, Voice
from streams.detectors.paces import ENOUGH, Pace
from streams.detectors.quotes import Quoted, quotes
from streams.market_moves import COMMON_MOVE
from streams.observations import Cadence, Family, Measure, Run, Series
from streams.signals import Certainty, Direction, Hazard, Phase, Signal

UNIT = 1e5  # log prices are kept as whole hundred-thousandths: finer than any price moves, a third of a float's bytes
REFRESH = 32  # new changes of a horizon after which its baseline is worked out again
LARGEST_MOVE = 5.0  # log change of all metals in one row: more is an error of the context
FOLLOWS_PACE = 0.01  # of learning how far a series follows the common move: a hundred rows
FOLLOWS_FIRST = 1e-4  # a hundredth squared: before it is learned, one follows the other in full
FOLLOWS_LEAST = 1e-9  # keeps the ratio finite where the common move stands still
FOLLOWS_CUT = 0.1  # log change of its own beyond which a row teaches no more
LARGEST_LOG = 700.0  # beyond it exp overflows
_ROWS = 4
OUT_OF_REACH = 0.99  # of the threshold: what is not confirmed raises nothing
HAIR = 0.999999  # of a threshold: what lies below it no rounding brings to it
_NEAREST = 1.5 * 2**52  # added and taken away again it leaves the nearest whole number, half to even


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
            signals = _rows(state, run, parameters.daily if daily else parameters.monthly, self.voice)
        state.trail = self.voice.kept(state.trail, run)
        return signals


def _rows(state: P1State, run: Run, pace: Pace, voice: Voice) -> list[Signal]:
    """Row after row of a steady series. What counts and compares here has types of C in p1.pxd, for the compiled build.

    A value that was boxed is named before it is used, so that it is one number there.
    """
    signals: list[Signal] = []
    if not state.changes:
        state.changes = [[] for _ in pace.horizons]
    logs, drifts, levels, hold = state.logs, state.drifts, state.levels, state.hold
    rows, same, still, recent, cut = state.rows, state.same, state.still, state.recent, 3.0 * state.usual
    gates, taught, longest = _gates(state, pace), _taught(state, pace), pace.horizons[-1]
    warm_up, stride, frozen_after, frozen_share = pace.warm_up, pace.level_stride, pace.frozen_after, pace.frozen_share
    leap, cycle = _leap(state, pace), len(taught)
    watchful = bool(state.ups or state.downs or hold.direction)
    wholes, followed = _levels(state, run, pace.follow_limit)
    for index, known in enumerate(wholes):
        if known is None:
            continue
        whole, drift = known, followed[index]
        level = whole - drift
        if logs:
            before, drifted = logs[-1], drifts[-1]
            if whole != before + drifted:
                same = 0
                still *= 0.98
            else:
                same += 1
                if same >= frozen_after and still < frozen_share:
                    continue  # neither calm nor news: the market is closed or the feed stands still
                still += 0.02 * (1.0 - still)
            if not -leap < level - before < leap and _taken_back(state, level, leap):
                rows -= 1
        logs.append(level)
        drifts.append(drift)
        rows += 1
        if rows > warm_up:
            for back, low, high in gates:
                then = logs[back]
                if not low < level - then < high:
                    watchful = True
                    break
            if watchful:
                state.recent = recent
                finding = _judged(state, pace)
                watchful = bool(state.ups or state.downs or hold.direction)
                if finding is not None:
                    signals.append(voice.signal(state.trail, run, index, finding))
            then = logs[-2]
            move = level - then if level > then else then - level
            recent += 0.05 * ((move if move < cut else cut) - recent)
        if not watchful or not hold.direction or hold.lasted > pace.relearn_after:
            for back, sample in taught[rows % cycle]:
                if rows > longest or len(logs) >= -back:
                    then = logs[back]
                    sample.append(level - then)
        if not rows % stride:
            levels.append(whole)
            del levels[: -pace.levels]
        if (not rows % REFRESH and rows >= warm_up) or rows == warm_up:
            _refresh(state, pace, rows)
            gates, cut, recent = _gates(state, pace), 3.0 * state.usual, recent or state.usual
            leap = _leap(state, pace)
    state.rows, state.same, state.still, state.recent = rows, same, still, recent
    del logs[: -longest - 1], drifts[: -longest - 1]
    return signals


def _levels(state: P1State, run: Run, limit: float) -> tuple[list[int | None], list[int]]:
    """By row the log price, None where it is unknown, and what was followed of the common move until then.

    How far a series follows is learned as it goes: the share before a row is taken out of that row.
    """
    wholes = _logged(run.values)
    common, drift = run.context.get(COMMON_MOVE), state.drift
    if common is None:
        for known in reversed(wholes):
            if known is not None:
                state.last = known
                break
        return wholes, [drift] * len(wholes)
    followed: list[int] = []
    is_first, last = state.last is None, state.last or 0
    together, follows, swings = state.together, state.follows, state.swings
    for known, told in zip(wholes, common, strict=True):
        if told is not None:
            move = told
            if -LARGEST_MOVE < move < LARGEST_MOVE:
                together += move
        if known is not None:
            level = known
            change = 0.0 if is_first else (level - last) / UNIT
            share = follows / swings
            followed_now = (0.0 if share < 0.0 else share if share < limit else limit) * together * UNIT
            drift += int((followed_now + _NEAREST) - _NEAREST)
            change = FOLLOWS_CUT if change > FOLLOWS_CUT else -FOLLOWS_CUT if change < -FOLLOWS_CUT else change
            follows += FOLLOWS_PACE * (change * together - follows)
            swings += FOLLOWS_PACE * (together * together - swings) + FOLLOWS_LEAST
            together, last, is_first = 0.0, level, False
        followed.append(drift)
    state.drift, state.last = drift, None if is_first else last
    state.together, state.follows, state.swings = together, follows, swings
    return wholes, followed


def _logged(values: list[float | None]) -> list[int | None]:
    """The log prices in whole `UNIT`s; None for what is none."""
    found: list[int | None] = []
    for value in values:
        number = 0.0 if value is None else value
        if 0.0 < number < LARGEST:
            number = log(number) * UNIT
            found.append(int((number + _NEAREST) - _NEAREST))
        else:
            found.append(None)
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
