"""Figures → finding: a level held against its own long band, which several detectors share.

The level is the news, not its change, so that what drifts slowly is seen as well as what jumps. A band is learned from
rows far apart, for a week of one level is one observation and not five; an anomaly teaches nothing until it has lasted
so long that it is the usual. Levels are whole numbers of a unit that the caller chooses.
"""

import msgspec

from streams.baselines import centre_and_spread
from streams.detectors.findings import Hold, HoldRule
from streams.signals import Direction, Phase

OUT_OF_REACH = 0.99  # of the threshold: what is not confirmed raises nothing


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rule for one cadence."""

    stride: int  # rows: every so many one is taken into the band
    sample: int  # taken rows kept
    warm_up: int  # usable rows before the first signal
    raise_z: float  # spreads of the band
    smallest: float  # log ratio to the middle of the band that matters
    confirm: tuple[int, int]  # n of the last m rows
    relearn_after: int  # usable rows after which what is still raised is the new usual
    hold: HoldRule

    def check(self, where: str) -> None:
        """Raise ValueError naming the fields whose relation cannot hold."""
        if not 16 <= self.sample <= 128:
            raise ValueError(f"{where}.sample must lie between 16 and 128")
        if self.stride < 1 or self.warm_up < 16 * self.stride:
            raise ValueError(f"{where}.warm_up must be at least 16 strides: fewer make no band")
        if min(self.raise_z, self.smallest) <= 0:
            raise ValueError(f"{where}.raise_z and {where}.smallest must be above 0")
        if not 1 <= self.confirm[0] <= self.confirm[1] <= 8:
            raise ValueError(f"{where}.confirm must be n of m with 1 <= n <= m <= 8")
        self.hold.check(f"{where}.hold")


class BandState(msgspec.Struct, kw_only=True):
    """What is remembered of one series."""

    rows: int = 0
    taken: list[int] = []
    centre: float = 0.0
    spread: float = 0.0
    ups: int = 0  # bits of the last rows that reached the threshold, newest lowest
    downs: int = 0
    hold: Hold = msgspec.field(default_factory=Hold)


class Outlier(msgspec.Struct, frozen=True):
    """What is to be said of a level: the middle of its band, and how far from it the threshold lies."""

    phase: Phase
    score: float
    direction: Direction
    centre: float
    limit: float

    @property
    def raises_at(self) -> float:
        """The level from which on this one raises, on its side."""
        return self.centre + (self.limit if self.direction is Direction.UP else -self.limit)


def step(state: BandState, level: int, band: Band, smallest: float) -> Outlier | None:
    """Take one usable row: judge it, then let it teach. `smallest` is `band.smallest` in the unit of the level."""
    state.rows += 1
    found = _judged(state, level, band, smallest) if state.spread else None
    hold = state.hold
    if state.rows % band.stride == 0 and (not hold.direction or hold.lasted > band.relearn_after):
        state.taken.append(level)
        del state.taken[: -band.sample]
        if state.rows >= band.warm_up:
            centre, spread = centre_and_spread(state.taken)
            state.centre, state.spread = float(centre), max(spread, 1.0)  # a constant level has a band too
    return found


def _judged(state: BandState, level: int, band: Band, smallest: float) -> Outlier | None:
    """The distance of one row from the middle of the band, confirmed, held or cleared."""
    hold, off = state.hold, level - state.centre
    limit = max(state.spread * band.raise_z, smallest)
    score = abs(off) / limit
    direction = Direction.UP if off > 0 else Direction.DOWN
    newest = (1 << band.confirm[1]) - 1
    state.ups = ((state.ups << 1) | (off >= limit)) & newest
    state.downs = ((state.downs << 1) | (-off >= limit)) & newest
    if hold.direction and score < 1.0 and direction is not hold.direction:
        score, direction = 0.0, hold.direction
    bits = state.ups if direction is Direction.UP else state.downs
    if bits.bit_count() < band.confirm[0]:
        score = min(score, hold.top if hold.direction is direction else OUT_OF_REACH)
    phase = hold.step(score, direction, band.hold)
    return None if phase is None else Outlier(phase, score, direction, state.centre, limit)
