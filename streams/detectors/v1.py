"""V1, customs flows → signal: an import or export fell, per HS code, origin and destination, or for all destinations.

The last month and the last three are held against the same months of the years before AND the twelve months before, so
that a season is no news; small flows are nobody's business; January and February count together where the Chinese New
Year moves between them. A rush before a control is the same event as the fall that follows: it raises, and the fall
then speaks of what is already raised.
"""

from math import exp, log
from typing import ClassVar, NamedTuple

import msgspec

from streams.baselines import Months, is_number, median, month_of, spread_of
from streams.detectors.base import Parameters
from streams.detectors.findings import Finding, Hold, HoldRule, Seen, Voice
from streams.observations import SECONDS_A_DAY, Cadence, Family, Measure, Run, Series
from streams.signals import Certainty, Direction, Hazard, Phase, Signal

ALL = "WLD"  # destination of the flow to all destinations
_ROWS = 4
RATIOS_KEPT = 36
LUMPS_TAUGHT = 4  # months, the one that clears among them
LEAST_RATIO = 0.01  # of what was expected: a zero is a large fall and not an infinite one
_LEAST_SPREAD = 0.1  # log ratio: no flow is steadier than this, whatever 24 months say


class FlowFall(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One window of V1: over `months` the flow must fall by `fall` of what was expected."""

    months: int
    fall: float


class QuotedFlow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rule for single months quoted by the press: against the median of those quoted shortly before."""

    fall: float
    needed: int  # quoted months before
    longest_days: float
    hold: HoldRule

    def check(self, where: str) -> None:
        """Raise ValueError naming the fields that cannot hold."""
        if not 0 < self.fall < 1:
            raise ValueError(f"{where}.fall must lie between 0 and 1")
        if not 1 <= self.needed <= _ROWS:
            raise ValueError(f"{where}.needed must lie between 1 and {_ROWS}")
        self.hold.check(f"{where}.hold")


class V1Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of V1."""

    measures: tuple[Measure, ...]
    windows: tuple[FlowFall, ...]
    raise_z: float  # of the log ratio to what was expected, in its own spread
    rush: float  # of the flow to all destinations: a rise by this part of the larger expectation raises too
    warm_up: int  # months
    years: int  # before, of the same months
    needed: int  # of the 12 months before
    relearn_after: int  # months after which what is still raised is the new usual
    smallest: dict[str, float]  # by unit, expected a month: below it a flow is nobody's business
    paired_new_year: tuple[str, ...]  # countries whose January and February count together
    quoted: QuotedFlow
    hold: HoldRule

    def check(self) -> None:
        """Relations between fields."""
        for window in self.windows:
            if not 1 <= window.months <= 3:
                raise ValueError("windows.months must lie between 1 and 3")
            if not 0 < window.fall < 1:
                raise ValueError("windows.fall must lie between 0 and 1")
        if self.warm_up < 24:
            raise ValueError("warm_up must be at least 24 months: shorter it knows no season")
        if not 1 <= self.years <= 3:
            raise ValueError("years must lie between 1 and 3")
        if not 6 <= self.needed <= 12:
            raise ValueError("needed must lie between 6 and 12 months")
        if self.raise_z <= 0 or self.rush <= 0 or any(value < 0 for value in self.smallest.values()):
            raise ValueError("raise_z and rush must be above 0, smallest not below")
        self.quoted.check("quoted")
        self.hold.check("hold")


class V1State(msgspec.Struct, kw_only=True, tag="V1"):
    """What V1 remembers of one flow."""

    rows: int = 0
    months: Months = msgspec.field(default_factory=Months)
    ratios: list[float] = []  # log ratios of single months to what was expected, the newest 36 that teach
    lumps: list[float] = []  # those of what is raised now
    hold: Hold = msgspec.field(default_factory=Hold)
    trail: list[Seen] = []


class V1:
    """Fall of a customs flow: alone Likely."""

    code: ClassVar[str] = "V1"
    Parameters: ClassVar[type[V1Parameters]] = V1Parameters
    State: ClassVar[type[V1State]] = V1State
    voice: ClassVar[Voice] = Voice("V1", Hazard.RESTRICTION, Certainty.LIKELY, _ROWS)

    def watches(self, series: Series) -> bool:
        """Flows by quantity or value; a pooled code can prove nothing about one mineral."""
        return (
            series.family is Family.CUSTOMS
            and series.measure in (Measure.QUANTITY, Measure.VALUE)
            and not series.pooled
            and not series.partial
        )

    def observe(self, state: V1State, run: Run, parameters: V1Parameters) -> list[Signal]:
        """Apply the rows of `run`; negative values are unknown."""
        if run.series.measure not in parameters.measures:
            return []
        if run.series.cadence is Cadence.IRREGULAR:
            signals = self._quotes(state, run, parameters)
        else:
            signals = self._months(state, run, parameters)
        state.trail = self.voice.kept(state.trail, run)
        return signals

    def _months(self, state: V1State, run: Run, parameters: V1Parameters) -> list[Signal]:
        signals: list[Signal] = []
        series = run.series
        paired = series.origin in parameters.paired_new_year or series.destination in parameters.paired_new_year
        smallest = parameters.smallest.get(series.unit, 0.0)
        for index, (occurred_at, value) in enumerate(zip(run.occurred_at, run.values, strict=True)):
            usable = value is not None and is_number(value) and value >= 0.0
            judged = state.months.add(month_of(occurred_at), value if usable else None, paired)
            if not usable:
                continue
            state.rows += 1
            if not judged:
                continue
            finding = self._judged(state, parameters, smallest, series.destination == ALL)
            if finding is not None:
                signals.append(self.voice.signal(state.trail, run, index, finding))
        return signals

    def _judged(self, state: V1State, parameters: V1Parameters, smallest: float, rushes: bool) -> Finding | None:
        """Hold the newest months against both expectations. A rush and the fall after it are one event, held as one."""
        months, hold = state.months, state.hold
        spread = _spread(state.ratios)
        best = Look(0.0, Direction.DOWN, 1, 0.0, 0.0)
        known = False
        for window in parameters.windows:
            recent, year = months.recent(window.months), months.year_before(window.months, parameters.needed)
            if recent is None or year is None or year <= 0.0:
                continue
            season = months.season(window.months, parameters.years)
            low, high = (year, year) if season is None else (min(year, season), max(year, season))
            if window.months == 1 and low > 0.0:
                beyond = recent / low if recent < low else max(recent / high, 1.0)
                state.lumps.append(round(log(max(beyond, LEAST_RATIO)), 4))
            if state.rows <= parameters.warm_up or low < smallest or low <= 0.0:
                continue
            known = True
            best = max(best, _fall(window, recent, low, spread * parameters.raise_z), key=_score)
            if rushes and window.months == 1:
                best = max(best, _rush(parameters.rush, recent, high, spread * parameters.raise_z), key=_score)
        if not known:
            _teach(state)
            return None
        phase = hold.step(best.score, hold.direction or best.direction, parameters.hold)
        if hold.direction and hold.lasted <= parameters.relearn_after:
            months.untaught(best.window if phase is Phase.RAISED else 1)
        _teach(state)
        if phase is None:
            return None
        band = spread * parameters.raise_z
        return Finding(
            phase=phase,
            score=best.score,
            direction=best.direction,
            window=best.window,
            observed=best.observed,
            expected=best.expected,
            band_low=best.expected * exp(-band),
            band_high=best.expected * exp(band),
        )

    def _quotes(self, state: V1State, run: Run, parameters: V1Parameters) -> list[Signal]:
        signals: list[Signal] = []
        rule, series = parameters.quoted, run.series
        paired = series.origin in parameters.paired_new_year or series.destination in parameters.paired_new_year
        before = [(seen.occurred_at, seen.value) for seen in state.trail]
        for index, (occurred_at, value) in enumerate(zip(run.occurred_at, run.values, strict=True)):
            if value is None or not is_number(value) or value < 0.0:
                continue
            if paired and month_of(occurred_at) % 12 < 2:
                continue  # alone, neither January nor February says anything
            near = [then for when, then in before if occurred_at - when <= rule.longest_days * SECONDS_A_DAY]
            usual = median(near) if near else 0.0
            if len(near) >= rule.needed and usual > 0.0 and usual >= parameters.smallest.get(series.unit, 0.0):
                score = max((1.0 - value / usual) / rule.fall, 0.0)
                phase = state.hold.step(score, Direction.DOWN, rule.hold)
                if phase is not None:
                    finding = Finding(
                        phase=phase,
                        score=score,
                        direction=Direction.DOWN,
                        window=1,
                        observed=value,
                        expected=usual,
                    )
                    signals.append(self.voice.signal(state.trail, run, index, finding))
            before = [*before, (occurred_at, value)][-_ROWS:]
        return signals


def _teach(state: V1State) -> None:
    """Months of an anomaly teach nothing, unless it was over within a quarter: then it is how lumpy this flow is."""
    if state.hold.direction:
        return
    if len(state.lumps) <= LUMPS_TAUGHT:
        state.ratios = [*state.ratios, *state.lumps][-RATIOS_KEPT:]
    state.lumps = []


def _spread(ratios: list[float]) -> float:
    """Spread of log ratios about zero: about their middle a flow that always falls would be usual."""
    if len(ratios) < 6:
        return _LEAST_SPREAD
    return max(_LEAST_SPREAD, spread_of([abs(ratio) for ratio in ratios]))


class Look(NamedTuple):
    """One window held against what was expected; values a month, in the unit of the series."""

    score: float
    direction: Direction
    window: int
    observed: float
    expected: float


def _score(look: Look) -> float:
    return look.score


def _fall(window: FlowFall, recent: float, expected: float, band: float) -> Look:
    """Both the part that is missing and its size in the flow's own spread must reach their thresholds."""
    part = (1.0 - recent / expected) / window.fall
    size = -log(max(recent / expected, LEAST_RATIO)) / band
    return Look(max(min(part, size), 0.0), Direction.DOWN, window.months, recent, expected)


def _rush(rise: float, recent: float, expected: float, band: float) -> Look:
    """The same upward, against the larger expectation."""
    part = (recent / expected - 1.0) / rise
    size = log(max(recent / expected, LEAST_RATIO)) / band
    return Look(max(min(part, size), 0.0), Direction.UP, 1, recent, expected)
