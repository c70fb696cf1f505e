"""N1, news volume → signal: far more is written of a mineral than usual.

It bears on what is open and opens nothing. The newest days are held against the median of the days before them, in
their own spread; the days of a surge teach nothing until it has lasted so long that it is the usual.
"""

from math import log, sqrt
from typing import ClassVar

import msgspec

from streams.baselines import is_number, median, spread_about
from streams.detectors.base import Parameters
from streams.detectors.findings import Finding, Hold, HoldRule, Seen, Voice
from streams.observations import Cadence, Family, Measure, Run, Series
from streams.signals import Certainty, Direction, Hazard, Signal

_ROWS = 7


class N1Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of N1, for daily figures."""

    window: int  # newest rows
    sample: int  # rows before them
    times: float  # the mean of the window must be so many times the median of the sample
    raise_z: float  # and so many spreads of a mean of the window above it
    smallest: float  # articles a day, of a series that counts them: below it three articles are a surge
    relearn_after: int  # rows after which what is still raised is the new usual
    hold: HoldRule

    def check(self) -> None:
        """Relations between fields."""
        if not 1 <= self.window <= _ROWS:
            raise ValueError(f"window must lie between 1 and {_ROWS} rows")
        if self.sample < 28:
            raise ValueError("sample must be at least 28 rows: four weeks, since less is written at week-ends")
        if self.times <= 1 or self.raise_z <= 0 or self.smallest < 0:
            raise ValueError("times must be above 1, raise_z above 0, smallest not below")
        self.hold.check("hold")


class N1State(msgspec.Struct, kw_only=True, tag="N1"):
    """What N1 remembers of one series."""

    newest: list[float] = []
    sample: list[float] = []  # usable rows before them that teach
    hold: Hold = msgspec.field(default_factory=Hold)
    trail: list[Seen] = []


class N1:
    """News surge: alone Possible, and alone it is nothing."""

    code: ClassVar[str] = "N1"
    Parameters: ClassVar[type[N1Parameters]] = N1Parameters
    State: ClassVar[type[N1State]] = N1State
    voice: ClassVar[Voice] = Voice("N1", Hazard.NONE, Certainty.POSSIBLE, _ROWS)

    def watches(self, series: Series) -> bool:
        """Daily counts or shares of articles."""
        return (
            series.family is Family.NEWS
            and series.measure in (Measure.COUNT, Measure.VOLUME, Measure.INDEX)
            and series.cadence is Cadence.DAILY
            and not series.partial
        )

    def observe(self, state: N1State, run: Run, parameters: N1Parameters) -> list[Signal]:
        """Apply the rows of `run`; negative values are unknown."""
        signals: list[Signal] = []
        smallest = parameters.smallest if run.series.measure is Measure.COUNT else 0.0
        for index, value in enumerate(run.values):
            if value is None or not is_number(value) or value < 0.0:
                continue
            hold = state.hold
            state.newest.append(value)
            if len(state.newest) > parameters.window:
                gone = state.newest.pop(0)
                if not hold.direction or hold.lasted > parameters.relearn_after:
                    state.sample.append(gone)
                    del state.sample[: -parameters.sample]
            finding = _judged(state, smallest, parameters) if len(state.sample) >= parameters.sample else None
            if finding is not None:
                signals.append(self.voice.signal(state.trail, run, index, finding))
        state.trail = self.voice.kept(state.trail, run)
        return signals


def _judged(state: N1State, smallest: float, parameters: N1Parameters) -> Finding | None:
    """What is to be said of the newest rows; None where it is nothing, or nothing usual is known."""
    usual = median(state.sample) or sum(state.sample) / len(state.sample)
    if usual <= 0.0:
        return None
    mean = sum(state.newest) / len(state.newest)
    band = spread_about(state.sample, usual) * parameters.raise_z / sqrt(len(state.newest))
    score = 0.0
    if mean > usual and mean >= smallest:
        size = log(mean / usual) / log(parameters.times)
        score = min(size, (mean - usual) / band) if band > 0.0 else size
    phase = state.hold.step(score, Direction.UP, parameters.hold)
    if phase is None:
        return None
    return Finding(
        phase=phase,
        score=score,
        direction=Direction.UP,
        window=parameters.window,
        observed=mean,
        expected=usual,
        band_low=max(usual - band, 0.0),
        band_high=usual + band,
    )
