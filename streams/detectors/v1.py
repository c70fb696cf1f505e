"""V1, customs flows → signal: an import or export fell, per HS code, origin and destination, or for all destinations.

The last month and the last three are held against the same months of the years before AND the twelve months before, so
that a season is no news; small flows are nobody's business; January and February count together where the Chinese New
Year moves between them. A rush before a control is the same event as the fall that follows: it raises, and the fall
then speaks of what is already raised.
"""

from math import exp, log
from typing import ClassVar, NamedTuple

import msgspec

from streams.baselines import TAIL, Months, is_number, median, month_of
from streams.detectors.base import Parameters
from streams.detectors.findings import Finding, Hold, HoldRule, Seen, Voice
from streams.observations import SECONDS_A_DAY, Cadence, Family, Measure, Run, Series
from streams.signals import Certainty, Direction, Hazard, Phase, Signal

ALL = "WLD"  # destination of the flow to all destinations
_ROWS = 4
LONGEST_WINDOW = 3  # months: the newest, which the year before leaves out
FEBRUARY = 1
SPREAD_EVERY = 6  # months after which the spread is worked out again
RATIOS_KEPT = 36
LUMPS_TAUGHT = 6  # months, those that cleared it among them
LEAST_RATIO = 0.01  # of what was expected: a zero is a large fall and not an infinite one
LEAST_SIZES = 6
LEAST_SPREAD = 0.15  # log ratio: no flow is steadier than this, whatever 24 months say
ONE_SIDED_TAIL_TO_SIGMA = 1.2816  # quantile 0.9 of a normal distribution


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
            if not 1 <= window.months <= LONGEST_WINDOW:
                raise ValueError(f"windows.months must lie between 1 and {LONGEST_WINDOW}")
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
    spread: float = 0.0  # of the log ratios, on the side of falls …
    spread_up: float = 0.0  # … and of rises: a flow that grows by leaps does not therefore fall
    lumps: list[float] = []  # those of what is raised now
    hold: Hold = msgspec.field(default_factory=Hold)
    trail: list[Seen] = []


class Look(NamedTuple):
    """One window held against what was expected; values a month, in the unit of the series."""

    score: float
    direction: Direction
    window: int
    observed: float
    expected: float
    raises_at: float | None = None


class Rule(NamedTuple):
    """What holds for one series: the least that is expected a month in its unit, and whether a rush counts."""

    parameters: V1Parameters
    smallest: float
    rushes: bool


class V1:
    """Fall of a customs flow: alone Likely."""

    code: ClassVar[str] = "V1"
    Parameters: ClassVar[type[V1Parameters]] = V1Parameters
    State: ClassVar[type[V1State]] = V1State
    # A rush is part of the event and no loss: it bears on what is open, opens nothing and wakes nobody.
    voice: ClassVar[Voice] = Voice("V1", Hazard.RESTRICTION, Certainty.LIKELY, _ROWS, rising=Hazard.NONE)

    def watches(self, series: Series) -> bool:
        """Flows by quantity: values move with the price; a pooled code can prove nothing about one mineral."""
        return (
            series.family is Family.CUSTOMS
            and series.measure is Measure.QUANTITY
            and series.cadence is not Cadence.DAILY
            and not (series.pooled or series.partial or series.relation)
        )

    def observe(self, state: V1State, run: Run, parameters: V1Parameters) -> list[Signal]:
        """Apply the rows of `run`; negative values are unknown."""
        if run.series.cadence is Cadence.IRREGULAR:
            signals = self._quotes(state, run, parameters)
        else:
            signals = self._months(state, run, parameters)
        state.trail = self.voice.kept(state.trail, run)
        return signals

    def _months(self, state: V1State, run: Run, parameters: V1Parameters) -> list[Signal]:
        signals: list[Signal] = []
        series, months = run.series, state.months
        paired = series.origin in parameters.paired_new_year or series.destination in parameters.paired_new_year
        rule = Rule(parameters, parameters.smallest.get(series.unit, 0.0), series.destination == ALL)
        for index, (occurred_at, value) in enumerate(zip(run.occurred_at, run.values, strict=True)):
            usable = value is not None and is_number(value) and value >= 0.0
            judged = months.add(month_of(occurred_at), value if usable else None, paired)
            if not usable:
                continue
            state.rows += 1
            if not judged:
                continue
            if state.rows % SPREAD_EVERY == 0 or not state.spread:
                state.spread, state.spread_up = _spreads(state.ratios[-RATIOS_KEPT:])
            best = self._deepest(state, rule)
            if best is not None:
                phase = state.hold.step(best.score, state.hold.direction or best.direction, parameters.hold)
                if state.hold.direction and state.hold.lasted <= parameters.relearn_after:
                    both = paired and months.last % 12 == FEBRUARY
                    months.untaught(best.window if phase is Phase.RAISED else 1 + both)
                if phase is not None:
                    finding = _finding(phase, best, state.spread * parameters.raise_z)
                    signals.append(self.voice.signal(state.trail, run, index, finding))
            _teach(state)
        del state.ratios[:-RATIOS_KEPT]
        return signals

    @staticmethod
    def _deepest(state: V1State, rule: Rule) -> Look | None:
        """The newest months against both expectations, the window that stands highest; None where nothing is known.

        A rush and the fall after it are one event: whichever stands higher speaks for what is raised.
        """
        months, parameters = state.months, rule.parameters
        year = months.year_before(LONGEST_WINDOW, parameters.needed)
        if year is None or year <= 0.0:
            return None
        raised, best, known = bool(state.hold.direction), Look(0.0, Direction.DOWN, 1, 0.0, year), False
        ready, band = state.rows > parameters.warm_up and year >= rule.smallest, state.spread * parameters.raise_z
        clear = parameters.hold.clear
        for window in parameters.windows:
            recent = months.recent(window.months)
            if recent is None:
                continue
            calm = 1.0 - window.fall * clear  # of what was expected: above it nothing is raised
            if window.months > 1 and not raised and recent > year * calm:
                known = known or ready  # calm against one of the two is calm
                continue
            season = months.season(window.months, parameters.years)
            low, high = (year, year) if season is None else (min(year, season), max(year, season))
            if low <= 0.0:
                continue
            if window.months == 1:
                beyond = recent / low if recent < low else max(recent / high, 1.0)
                state.lumps.append(round(log(max(beyond, LEAST_RATIO)), 4))
            if not ready or low < rule.smallest:
                continue
            known = True
            if raised or recent <= low * calm:
                best = max(best, _fall(window, recent, low, band), key=_score)
            if rule.rushes and window.months == 1 and (raised or recent > high):
                wide = state.spread_up * parameters.raise_z
                best = max(best, _rush(parameters.rush, recent, high, wide), key=_score)
        return best if known else None

    def _quotes(self, state: V1State, run: Run, parameters: V1Parameters) -> list[Signal]:
        signals: list[Signal] = []
        rule, series = parameters.quoted, run.series
        paired = series.origin in parameters.paired_new_year or series.destination in parameters.paired_new_year

        def says(at: int, flow: float) -> bool:
            """Alone, neither January nor February says anything where New Year moves between them."""
            return flow >= 0.0 and not (paired and month_of(at) % 12 < 2)

        before = [(seen.occurred_at, seen.value) for seen in state.trail]
        for index, (occurred_at, value) in enumerate(zip(run.occurred_at, run.values, strict=True)):
            if value is None or not is_number(value):
                continue
            earlier, before = before, [*before, (occurred_at, value)][-_ROWS:]
            if not says(occurred_at, value):
                continue
            since = occurred_at - rule.longest_days * SECONDS_A_DAY
            near = [then for when, then in earlier if when >= since and says(when, then)]
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
                        raises_at=usual * (1.0 - rule.fall),
                    )
                    signals.append(self.voice.signal(state.trail, run, index, finding))
        return signals


def _teach(state: V1State) -> None:
    """Months of an anomaly teach nothing, unless it was soon over: then it is how lumpy this flow is."""
    if state.hold.direction:
        return
    if len(state.lumps) <= LUMPS_TAUGHT:
        state.ratios += state.lumps
    state.lumps = []


def _spreads(ratios: list[float]) -> tuple[float, float]:
    """Spread on the side of falls and on that of rises, each from its tail; a side that has none has the least.

    One month in ten went beyond it: for a normal distribution 1.28 spreads.
    """
    if len(ratios) < LEAST_SIZES:
        return LEAST_SPREAD, LEAST_SPREAD
    ordered, tail = sorted(ratios), int(TAIL * len(ratios))
    fallen, risen = -ordered[-1 - tail], ordered[tail]
    return max(LEAST_SPREAD, fallen / ONE_SIDED_TAIL_TO_SIGMA), max(LEAST_SPREAD, risen / ONE_SIDED_TAIL_TO_SIGMA)


def _score(look: Look) -> float:
    return look.score


def _fall(window: FlowFall, recent: float, expected: float, band: float) -> Look:
    """Both the part that is missing and its size in the flow's own spread must reach their thresholds."""
    part = (1.0 - recent / expected) / window.fall
    size = -log(max(recent / expected, LEAST_RATIO)) / band
    raises_at = expected * min(1.0 - window.fall, exp(-band))
    return Look(max(min(part, size), 0.0), Direction.DOWN, window.months, recent, expected, raises_at)


def _rush(rise: float, recent: float, expected: float, band: float) -> Look:
    """The same upward, against the larger expectation."""
    part = (recent / expected - 1.0) / rise
    size = log(max(recent / expected, LEAST_RATIO)) / band
    raises_at = expected * max(1.0 + rise, exp(band))
    return Look(max(min(part, size), 0.0), Direction.UP, 1, recent, expected, raises_at)


def _finding(phase: Phase, look: Look, band: float) -> Finding:
    """What is said, with the band of log ratios about what was expected."""
    return Finding(
        phase=phase,
        score=look.score,
        direction=look.direction,
        window=look.window,
        observed=look.observed,
        expected=look.expected,
        band_low=look.expected * exp(-band),
        band_high=look.expected * exp(band),
        raises_at=look.raises_at,
    )
