"""V4, relations of customs flows → signal: trade figures that show goods below their floor or on another way.

Three tells, each a relation of its own: the landed unit value of a flow lies below the floor in force (`worth`); two
sources of one flow no longer agree as they used to (`mirror`); a country that sent little sends far more than it ever
did (`surge`). Grades, lots and delays make each of them a weak witness alone, and what each means is for a person.
"""

from math import exp, log
from typing import ClassVar

import msgspec

from streams.baselines import is_number
from streams.detectors.bands import Band, BandState, step
from streams.detectors.base import Parameters
from streams.detectors.findings import Finding, HoldRule, Voice
from streams.detectors.p3 import MILLIONTHS, finding_of
from streams.observations import Cadence, Family, Measure, Run, Series
from streams.relations.floor import FLOOR
from streams.relations.mirror import Mirror
from streams.relations.surge import SHARE, WINDOW, Surge
from streams.relations.worth import Worth
from streams.signals import Certainty, Direction, Hazard, Signal

OUT_OF_REACH = 0.99  # of the threshold: what is not confirmed raises nothing
_TOLD = ((Worth.code, Measure.UNIT_VALUE), (Mirror.code, Measure.RATIO), (Surge.code, Measure.QUANTITY))
SMOOTHED = 3  # months: what leaves in one may arrive in the next


class Below(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rule for unit values against a floor."""

    tolerance: float  # part of the floor by which a unit value may lie below it
    confirm: tuple[int, int]  # n of the last m months below that
    hold: HoldRule


class Rise(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rule for what a third country sends."""

    times: float  # of the largest quarter of its own past
    share: float  # of what the buyer takes, from which on it is of account
    past: int  # months kept
    warm_up: int  # known months
    relearn_after: int  # months after which what is still raised is the new usual
    hold: HoldRule


class V4Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of V4 by tell."""

    worth: Below
    mirror: Band
    surge: Rise
    smallest: dict[str, float]  # by unit, a month: below it a flow is nobody's business

    def check(self) -> None:
        """Relations between fields."""
        if not 0 < self.worth.tolerance < 1:
            raise ValueError("worth.tolerance must lie between 0 and 1")
        if not 1 <= self.worth.confirm[0] <= self.worth.confirm[1] <= 12:
            raise ValueError("worth.confirm must be [n, m] with 1 <= n <= m <= 12")
        if self.surge.times <= 1 or not 0 < self.surge.share < 1:
            raise ValueError("surge.times must be above 1, and surge.share lie between 0 and 1")
        if not 12 <= self.surge.warm_up <= self.surge.past <= 60:
            raise ValueError("surge.warm_up must be at least 12 months, and surge.past from there to 60")
        if any(value < 0 for value in self.smallest.values()):
            raise ValueError("smallest must not be below 0")
        self.worth.hold.check("worth.hold")
        self.mirror.check("mirror")
        self.surge.hold.check("surge.hold")


class V4State(BandState, kw_only=True, tag="V4"):
    """What V4 remembers of one relation: for `mirror` its band, for `worth` bits in `downs`, for `surge` the past."""

    newest: list[int] = msgspec.field(default_factory=list)  # `mirror`: the newest log ratios, which are taken together
    past: list[float] = msgspec.field(default_factory=list)  # `surge`: figures that may teach …
    fresh: list[float] = msgspec.field(default_factory=list)  # … and the newest, whose months overlap that of the next


class V4:
    """Goods below their floor or on another way: alone Possible."""

    code: ClassVar[str] = "V4"
    Parameters: ClassVar[type[V4Parameters]] = V4Parameters
    State: ClassVar[type[V4State]] = V4State
    voice: ClassVar[Voice] = Voice("V4", Hazard.DUMPING, Certainty.POSSIBLE, 1)

    def watches(self, series: Series) -> bool:
        """What the three relations give."""
        return (
            series.family is Family.CUSTOMS
            and (series.relation, series.measure) in _TOLD
            and series.cadence is Cadence.MONTHLY
            and not (series.pooled or series.partial)
        )

    def observe(self, state: V4State, run: Run, parameters: V4Parameters) -> list[Signal]:
        """Apply the rows of `run`; values that are not above zero are unknown, but for a surge, where zero is none."""
        nothing: list[float | None] = [None] * len(run.values)
        beside = run.context.get(FLOOR if run.series.relation == Worth.code else SHARE, nothing)
        signals: list[Signal] = []
        for index, value in enumerate(run.values):
            if value is None or not is_number(value) or value < 0.0:
                continue
            if run.series.relation == Worth.code:
                finding = _worth(state, value, beside[index], parameters.worth)
            elif run.series.relation == Mirror.code:
                finding = _mirror(state, value, parameters.mirror) if _matters(run, index, parameters) else None
            else:
                smallest = parameters.smallest.get(run.series.unit, 0.0)
                finding = _surge(state, value, beside[index], (parameters.surge, smallest))
            if finding is not None:
                signals.append(self.voice.signal([], run, index, finding))
        return signals


def _worth(state: V4State, value: float, floor: float | None, rule: Below) -> Finding | None:
    """A landed unit value against the floor in force, in USD/kg."""
    if floor is None or not is_number(floor) or min(value, floor) <= 0.0:
        return None
    score = max(log(floor / value) / -log(1.0 - rule.tolerance), 0.0)
    state.downs = ((state.downs << 1) | (score >= 1.0)) & ((1 << rule.confirm[1]) - 1)
    if state.downs.bit_count() < rule.confirm[0] and not state.hold.direction:
        score = min(score, OUT_OF_REACH)
    phase = state.hold.step(score, Direction.DOWN, rule.hold)
    if phase is None:
        return None
    return Finding(
        phase=phase,
        score=score,
        direction=Direction.DOWN,
        window=1,
        observed=value,
        expected=floor,
        raises_at=floor * (1.0 - rule.tolerance),
    )


def _mirror(state: V4State, value: float, band: Band) -> Finding | None:
    """The ratio of two sources of one flow, the mean of three months' logarithms, against its own band."""
    if value <= 0.0:
        return None
    state.newest.append(round(log(value) * MILLIONTHS))
    del state.newest[:-SMOOTHED]
    if len(state.newest) < SMOOTHED:
        return None
    level = round(sum(state.newest) / SMOOTHED)
    outlier = step(state, level, band, band.smallest * MILLIONTHS)
    if outlier is None:
        return None
    return msgspec.structs.replace(finding_of(outlier, exp(level / MILLIONTHS)), window=SMOOTHED)


def _matters(run: Run, index: int, parameters: V4Parameters) -> bool:
    """Whether one of the two sources counts as much as matters."""
    counted = [(leg.values[index] or 0.0, leg.series.unit) for leg in run.legs]
    return any(value >= parameters.smallest.get(unit, 0.0) for value, unit in counted)


def _surge(state: V4State, value: float, share: float | None, rules: tuple[Rise, float]) -> Finding | None:
    """A quarter of a third country against the largest of its own past, where it is of account."""
    rule, smallest = rules
    state.rows += 1
    largest = max(state.past, default=0.0)
    usual = max(largest, smallest)
    finding = None
    if state.rows > rule.warm_up and usual > 0.0 and share is not None:
        score = log(max(value / usual, 1.0)) / log(rule.times) if share >= rule.share else 0.0
        phase = state.hold.step(score, Direction.UP, rule.hold)
        if phase is not None:
            finding = Finding(
                phase=phase,
                score=score,
                direction=Direction.UP,
                window=WINDOW,
                observed=value,
                expected=largest,
                raises_at=usual * rule.times,
            )
    if not state.hold.direction or state.hold.lasted > rule.relearn_after:
        state.fresh.append(value)
        state.past += state.fresh[:-WINDOW]
        del state.fresh[:-WINDOW], state.past[: -rule.past]
    return finding
