"""P3, relations of prices → signal: two prices of one thing stand farther apart than they ever do.

The logarithm of the ratio is held against its own long band (`streams.detectors.bands`): its level is the news, not its
change, so that a gap that opens slowly is seen as well as one that opens in a day.
"""

from math import exp, log
from typing import ClassVar

from streams.baselines import is_number
from streams.detectors.bands import Band, BandState, Outlier, step
from streams.detectors.base import Parameters
from streams.detectors.findings import Finding, Voice
from streams.observations import Cadence, Family, Measure, Run, Series
from streams.signals import Certainty, Hazard, Signal

GAP = "gap"
MILLIONTHS = 1e6  # log ratios are kept as whole millionths: half the bytes of a float
LARGEST_LOG = 50.0  # two prices of one thing never stand so far apart: an error of the context or the unit


class P3Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of P3 by cadence."""

    daily: Band
    monthly: Band

    def check(self) -> None:
        """Relations between fields."""
        self.daily.check("daily")
        self.monthly.check("monthly")


class P3State(BandState, kw_only=True, tag="P3"):
    """What P3 remembers of one relation. Log ratios are in millionths."""


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
        for index, value in enumerate(run.values):
            if value is None or not is_number(value) or value <= 0.0:
                continue
            level = log(value)
            if not -LARGEST_LOG < level < LARGEST_LOG:
                continue
            outlier = step(state, round(level * MILLIONTHS), band, band.smallest * MILLIONTHS)
            if outlier is not None:
                signals.append(self.voice.signal([], run, index, finding_of(outlier, value)))
        return signals


def finding_of(outlier: Outlier, value: float) -> Finding:
    """What is said of a ratio whose logarithm in millionths lies so far outside its band."""
    low, high = outlier.centre - outlier.limit, outlier.centre + outlier.limit
    return Finding(
        phase=outlier.phase,
        score=outlier.score,
        direction=outlier.direction,
        window=1,
        observed=_ratio(value),
        expected=_ratio(exp(outlier.centre / MILLIONTHS)),
        band_low=_ratio(exp(low / MILLIONTHS)),
        band_high=_ratio(exp(high / MILLIONTHS)),
        raises_at=_ratio(exp(outlier.raises_at / MILLIONTHS)),
    )


def _ratio(value: float) -> float:
    """A ratio to six digits."""
    return float(f"{value:.6g}")
