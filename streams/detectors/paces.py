"""The thresholds of P1 for prices of one cadence."""

from math import lcm

import msgspec

from streams.detectors.findings import HoldRule

ENOUGH = 16  # changes below which a horizon leans on the spread of its shortest one


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
