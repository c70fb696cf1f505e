"""V2, customs flows → signal: a flow that was regular has stopped.

So many zero months in a row are held against the flow's own history of zero months: one that is often zero is no news.
Small lots are nobody's business, and a pooled code proves nothing about one mineral. A month that is absent is a zero
only where the feed says so; else it is unknown and changes nothing.
"""

from math import log
from typing import ClassVar

import msgspec

from streams.baselines import is_number, median
from streams.detectors.base import Parameters
from streams.detectors.findings import Finding, Hold, HoldRule, Seen, Voice
from streams.observations import Cadence, Family, Measure, Run, Series
from streams.signals import Certainty, Direction, Hazard, Signal

_ROWS = 4
AMOUNTS_KEPT = 24
USUAL_EVERY = 6  # months after which the usual month is worked out again


class V2Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of V2."""

    raise_probability: float  # of so many zero months under the flow's own history
    often_zero: float  # share of zero months from which on one more is no news, whatever the probability of a run
    zero_share: float  # a month below this share of the usual month is as good as zero
    warm_up: int  # known months
    relearn_after: int  # zero months after which there is no flow any more that could stop
    smallest: dict[str, float]  # by unit: the usual month must reach it
    hold: HoldRule

    def check(self) -> None:
        """Relations between fields."""
        if not 0 < self.raise_probability < 0.5:
            raise ValueError("raise_probability must lie between 0 and 0.5")
        if not (0 <= self.zero_share < 0.5 and 0 < self.often_zero <= 1):
            raise ValueError("zero_share must lie in [0, 0.5) and often_zero in (0, 1]")
        if self.warm_up < 12:
            raise ValueError("warm_up must be at least 12 months: less without a zero proves nothing")
        if self.relearn_after < 12:
            raise ValueError("relearn_after must be at least 12 months")
        self.hold.check("hold")


class V2State(msgspec.Struct, kw_only=True, tag="V2"):
    """What V2 remembers of one flow. Counts leave out the zero months that run now and those of a raised halt."""

    months: int = 0
    zeros: int = 0
    follows: int = 0  # months that followed a zero month …
    stays: int = 0  # … and were zero again
    streak: int = 0
    amounts: list[float] = []  # the newest months that were not zero …
    usual: float = 0.0  # … and their middle
    hold: Hold = msgspec.field(default_factory=Hold)
    trail: list[Seen] = []


class V2:
    """Halt of a regular flow: alone Likely."""

    code: ClassVar[str] = "V2"
    Parameters: ClassVar[type[V2Parameters]] = V2Parameters
    State: ClassVar[type[V2State]] = V2State
    voice: ClassVar[Voice] = Voice("V2", Hazard.RESTRICTION, Certainty.LIKELY, _ROWS)

    def watches(self, series: Series) -> bool:
        """Monthly flows that are not pooled: single quoted months have no history of zeros."""
        return (
            series.family is Family.CUSTOMS
            and series.measure is Measure.QUANTITY
            and series.cadence is Cadence.MONTHLY
            and not (series.pooled or series.partial or series.relation)
        )

    def observe(self, state: V2State, run: Run, parameters: V2Parameters) -> list[Signal]:
        """Apply the rows of `run`; negative values are unknown."""
        signals: list[Signal] = []
        smallest = parameters.smallest.get(run.series.unit, 0.0)
        for index, value in enumerate(run.values):
            if value is None or not is_number(value) or value < 0.0:
                continue
            usual = state.usual
            score = _take(state, value, usual, parameters)
            if usual < smallest or usual <= 0.0:
                continue
            phase = state.hold.step(score, Direction.DOWN, parameters.hold)
            if phase is not None:
                window = max(state.streak, 1)
                finding = Finding(
                    phase=phase, score=score, direction=Direction.DOWN, window=window, observed=value, expected=usual
                )
                signals.append(self.voice.signal(state.trail, run, index, finding))
        state.trail = self.voice.kept(state.trail, run)
        return signals


def _take(state: V2State, value: float, usual: float, parameters: V2Parameters) -> float:
    """Count one known month; returns the score of the zero months that run now, 0.0 where there are none."""
    if value > parameters.zero_share * usual:
        if not state.hold.direction:
            state.zeros += state.streak
            state.months += state.streak
            if state.streak:
                state.follows += state.streak
                state.stays += state.streak - 1
        state.months += 1
        state.streak = 0
        state.amounts.append(value)
        if state.months % USUAL_EVERY == 0 or state.months < parameters.warm_up:
            del state.amounts[:-AMOUNTS_KEPT]
            state.usual = median(state.amounts)
        return 0.0
    state.streak += 1
    if state.streak > parameters.relearn_after:
        state.amounts, state.usual, state.hold = [], 0.0, Hold()
        state.months = state.zeros = state.follows = state.stays = 0
        return 0.0
    if state.months < parameters.warm_up or state.zeros > parameters.often_zero * state.months:
        return 0.0
    once = (state.zeros + 0.5) / (state.months + 1)
    again = max(once, (state.stays + 0.5) / (state.follows + 2))
    return (log(once) + (state.streak - 1) * log(again)) / log(parameters.raise_probability)
