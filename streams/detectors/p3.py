"""P3, relations of prices → signal: two prices of one thing stand farther apart than they ever do.

The logarithm of the ratio is held against its own long band: its level is the news, not its change, so that a gap that
opens slowly is seen as well as one that opens in a day. A band is learned from rows far apart, for a week of one gap is
one observation and not five.
"""

from math import exp, log
from typing import ClassVar

import msgspec

from streams.baselines import centre_and_spread, is_number
from streams.detectors.base import Parameters
from streams.detectors.findings import Finding, Hold, HoldRule, Voice
from streams.observations import Cadence, Family, Measure, Run, Series
from streams.signals import Certainty, Direction, Hazard, Signal

GAP = "gap"
MILLIONTHS = 1e6  # log ratios are kept as whole millionths: half the bytes of a float
LARGEST_LOG = 50.0  # two prices of one thing never stand so far apart: an error of the context or the unit
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


class P3Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of P3 by cadence."""

    daily: Band
    monthly: Band

    def check(self) -> None:
        """Relations between fields."""
        self.daily.check("daily")
        self.monthly.check("monthly")


class P3State(msgspec.Struct, kw_only=True, tag="P3"):
    """What P3 remembers of one relation. Log ratios are in millionths."""

    rows: int = 0
    taken: list[int] = []
    centre: float = 0.0
    spread: float = 0.0
    ups: int = 0  # bits of the last rows that reached the threshold, newest lowest
    downs: int = 0
    hold: Hold = msgspec.field(default_factory=Hold)


class P3:
    """Gap between the price at home and the world's: alone Likely."""

    code: ClassVar[str] = "P3"
    Parameters: ClassVar[type[P3Parameters]] = P3Parameters
    State: ClassVar[type[P3State]] = P3State
    # Dear at home is a want at home; dear abroad is what a restriction of the home country does.
    voice: ClassVar[Voice] = Voice("P3", Hazard.RESTRICTION, Certainty.LIKELY, 1, rising=Hazard.MARKET)

    def watches(self, series: Series) -> bool:
        """Ratios that the relation of home and world gives."""
        return (
            series.relation == GAP
            and series.family is Family.PRICES
            and series.measure is Measure.RATIO
            and series.cadence is not Cadence.IRREGULAR
            and not series.partial
        )

    def observe(self, state: P3State, run: Run, parameters: P3Parameters) -> list[Signal]:
        """Apply the rows of `run`; ratios that are not above zero are unknown."""
        band = parameters.daily if run.series.cadence is Cadence.DAILY else parameters.monthly
        signals: list[Signal] = []
        hold = state.hold
        for index, value in enumerate(run.values):
            if value is None or not is_number(value) or value <= 0.0:
                continue
            level = log(value)
            if not -LARGEST_LOG < level < LARGEST_LOG:
                continue
            whole = round(level * MILLIONTHS)
            state.rows += 1
            if state.spread:
                finding = _judged(state, whole, value, band)
                if finding is not None:
                    signals.append(self.voice.signal([], run, index, finding))
            if state.rows % band.stride == 0 and (not hold.direction or hold.lasted > band.relearn_after):
                state.taken.append(whole)
                del state.taken[: -band.sample]
                if state.rows >= band.warm_up:
                    centre, spread = centre_and_spread(state.taken)
                    state.centre, state.spread = float(centre), max(spread, 1.0)  # a constant ratio has a band too
        return signals


def _judged(state: P3State, whole: int, value: float, band: Band) -> Finding | None:
    """Take one row: its distance from the middle of the band, confirmed, held or cleared."""
    hold, off = state.hold, whole - state.centre
    limit = max(state.spread * band.raise_z, band.smallest * MILLIONTHS)
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
    if phase is None:
        return None
    edge = limit if direction is Direction.UP else -limit
    return Finding(
        phase=phase,
        score=score,
        direction=direction,
        window=1,
        observed=_ratio(value),
        expected=_ratio(exp(state.centre / MILLIONTHS)),
        band_low=_ratio(exp((state.centre - limit) / MILLIONTHS)),
        band_high=_ratio(exp((state.centre + limit) / MILLIONTHS)),
        raises_at=_ratio(exp((state.centre + edge) / MILLIONTHS)),
    )


def _ratio(value: float) -> float:
    """A ratio to six digits."""
    return float(f"{value:.6g}")
