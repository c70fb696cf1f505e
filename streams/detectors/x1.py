"""X1, prices → signal: a price that usually moves stands still, so its source has stopped saying anything.

It opens nothing and bears on nothing: its subject is unknown until the price moves again (`streams/silence.py` has the
other half, sources from which nothing comes). A series that often repeats itself, as assessed and contract prices do,
is not frozen; a row without a value is left to the cadence of its series.
"""

from operator import eq
from typing import ClassVar

import msgspec

from streams.baselines import is_number
from streams.detectors.base import Parameters
from streams.detectors.findings import Finding, Seen, Voice
from streams.observations import Cadence, Family, Measure, Run, Series
from streams.signals import Certainty, Direction, Hazard, Phase, Signal

PACE = 0.02  # of learning how often a row repeats the one before: fifty rows
_ROWS = 4


class Stillness(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rule for series of one cadence."""

    frozen_after: int  # equal rows in a row
    frozen_share: float  # of a series fewer of whose rows than this repeat the one before
    warm_up: int  # rows before it can be told how often they do

    def check(self, where: str) -> None:
        """Raise ValueError naming the fields that cannot hold."""
        if self.frozen_after < 2 or self.warm_up < 24 or not 0 < self.frozen_share < 0.5:
            raise ValueError(
                f"{where}.frozen_after must be at least 2, {where}.warm_up 24 and {where}.frozen_share in (0, 0.5)"
            )


class X1Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of X1 by cadence."""

    daily: Stillness
    monthly: Stillness

    def check(self) -> None:
        """Relations between fields."""
        self.daily.check("daily")
        self.monthly.check("monthly")


class X1State(msgspec.Struct, kw_only=True, tag="X1"):
    """What X1 remembers of one series."""

    rows: int = 0
    last: float | None = None
    same: int = 0
    still: float = 0.0  # share of rows equal to the one before, running, as it was when one last was …
    moved: int = 0  # … and the rows since
    is_frozen: bool = False
    trail: list[Seen] = []


class X1:
    """Source silence, of a series whose rows still come: it claims nothing about the world."""

    code: ClassVar[str] = "X1"
    Parameters: ClassVar[type[X1Parameters]] = X1Parameters
    State: ClassVar[type[X1State]] = X1State
    voice: ClassVar[Voice] = Voice("X1", Hazard.NONE, Certainty.UNKNOWN, _ROWS)

    def watches(self, series: Series) -> bool:
        """Prices and price indices published at a steady pace: counts and flows may stand at zero for good reason."""
        priced = series.family is Family.PRICES and series.measure in (Measure.PRICE, Measure.INDEX)
        return priced and series.cadence is not Cadence.IRREGULAR and not series.partial and not series.relation

    def observe(self, state: X1State, run: Run, parameters: X1Parameters) -> list[Signal]:
        """Apply the rows of `run`."""
        rule = parameters.daily if run.series.cadence is Cadence.DAILY else parameters.monthly
        values = run.values
        if not values:
            return []
        signals: list[Signal] = []
        moves = not state.same and values[0] != state.last and not any(map(eq, values, values[1:]))
        if moves and all(map(is_number, values)):
            state.rows += len(values)
            state.moved += len(values)
            state.last = values[-1]
        else:
            signals = self._judged(state, run, rule)
        state.trail = self.voice.kept(state.trail, run)
        return signals

    def _judged(self, state: X1State, run: Run, rule: Stillness) -> list[Signal]:
        signals: list[Signal] = []
        for index, value in enumerate(run.values):
            if value is None or not is_number(value):
                continue
            state.rows += 1
            state.same = state.same + 1 if value == state.last else 0
            state.last = value
            phase = None
            if not state.same:
                state.moved += 1
                phase = Phase.CLEARED if state.is_frozen else None
                state.is_frozen = False
            elif not state.is_frozen:
                still = state.still * (1.0 - PACE) ** state.moved
                moved_before = still < rule.frozen_share and state.rows > rule.warm_up and value != 0.0
                if moved_before and state.same >= rule.frozen_after:
                    phase, state.is_frozen = Phase.RAISED, True
                else:
                    state.still, state.moved = still + PACE * (1.0 - still), 0
            if phase is not None:
                score = 1.0 if phase is Phase.RAISED else 0.0
                finding = Finding(
                    phase=phase, score=score, direction=Direction.NONE, window=state.same + 1, observed=value
                )
                signals.append(self.voice.signal(state.trail, run, index, finding))
        return signals
