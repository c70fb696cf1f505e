"""P2, landed prices → signal: a price has fallen through a published floor.

A fact, whatever its cause: the landed price against the floor in force, both in USD/kg. The observed value is the
landed price and the expected one the floor, so the border adjustment is what lies between them. Where a part of the
landed price is not known it is a bound, and what is said is likely and not observed.
"""

from math import log
from typing import ClassVar

import msgspec

from streams.baselines import is_number
from streams.detectors.base import Parameters
from streams.detectors.findings import Finding, Hold, HoldRule, Voice
from streams.observations import Family, Measure, Run, Series
from streams.relations.floor import BOUND, FLOOR
from streams.signals import Certainty, Direction, Hazard, Signal

OUT_OF_REACH = 0.99  # of the threshold: what is not confirmed raises nothing


class P2Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of P2."""

    tolerance: float  # part of the floor by which a price may lie below it
    confirm: tuple[int, int]  # n of the last m rows below that
    hold: HoldRule

    def check(self) -> None:
        """Relations between fields."""
        if not 0 < self.tolerance < 1:
            raise ValueError("tolerance must lie between 0 and 1")
        if not 1 <= self.confirm[0] <= self.confirm[1] <= 60:
            raise ValueError("confirm must be [n, m] with 1 <= n <= m <= 60")
        self.hold.check("hold")


class P2State(msgspec.Struct, kw_only=True, tag="P2"):
    """What P2 remembers of one price."""

    below: int = 0  # bits of the last rows below the threshold, newest lowest
    hold: Hold = msgspec.field(default_factory=Hold)


class P2:
    """Breach of a price floor: alone Observed, cause unknown."""

    code: ClassVar[str] = "P2"
    Parameters: ClassVar[type[P2Parameters]] = P2Parameters
    State: ClassVar[type[P2State]] = P2State
    voice: ClassVar[Voice] = Voice("P2", Hazard.DUMPING, Certainty.OBSERVED, 1)

    def watches(self, series: Series) -> bool:
        """Landed prices of minerals that have a floor."""
        priced = series.family is Family.PRICES and series.measure is Measure.PRICE
        return priced and series.relation == "floor" and not series.partial

    def observe(self, state: P2State, run: Run, parameters: P2Parameters) -> list[Signal]:
        """Apply the rows of `run`; prices that are not above zero, and rows without a floor, are unknown."""
        signals: list[Signal] = []
        nothing: list[float | None] = [None] * len(run.values)
        floors, bounds = run.context.get(FLOOR, nothing), run.context.get(BOUND, nothing)
        newest = (1 << parameters.confirm[1]) - 1
        for index, (value, floor) in enumerate(zip(run.values, floors, strict=True)):
            if value is None or floor is None or not (is_number(value) and is_number(floor)) or min(value, floor) <= 0:
                continue
            score = max(log(floor / value) / -log(1.0 - parameters.tolerance), 0.0)
            state.below = ((state.below << 1) | (score >= 1.0)) & newest
            if state.below.bit_count() < parameters.confirm[0] and not state.hold.direction:
                score = min(score, OUT_OF_REACH)
            phase = state.hold.step(score, Direction.DOWN, parameters.hold)
            if phase is None:
                continue
            finding = Finding(
                phase=phase,
                score=score,
                direction=Direction.DOWN,
                window=1,
                observed=value,
                expected=floor,
                raises_at=floor * (1.0 - parameters.tolerance),
            )
            signal = self.voice.signal([], run, index, finding)
            signals.append(msgspec.structs.replace(signal, claims=Certainty.LIKELY) if bounds[index] else signal)
        return signals
