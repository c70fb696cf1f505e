"""V3, concentration of flows → signal: supply comes from, or goes to, fewer countries than a year ago.

The index of the rolling year is held against that of the year before, which shares no month with it. What is news is a
rise that is large by itself and large among the flow's own changes, to a level at which few countries decide; where the
largest partner crosses the share from which no group of others can fill in, a smaller rise will do.
"""

from typing import ClassVar

import msgspec

from streams.baselines import month_of
from streams.detectors.base import Parameters
from streams.detectors.findings import Finding, Hold, HoldRule, Voice
from streams.observations import Cadence, Family, Measure, Run, Series
from streams.relations.concentration import FLOW, SCALE, TOP, Concentration
from streams.signals import Certainty, Direction, Hazard, Phase, Signal

_YEAR = 12
CHANGES_KEPT = 36
FEWEST_CHANGES = 12  # a year of changes: with fewer the largest of them says nothing
FRESH = 12  # newest changes, whose years overlap that of the next: a rise of a year would hide behind its own beginning


class V3Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of V3; index points are those of Herfindahl and Hirschman, 0 to 10,000."""

    rise: float  # points against the year before
    rise_crossing: float  # the same where the share of the largest partner has crossed `top_share`
    top_share: float  # 0 to 1
    concentrated: float  # points: below this level there are countries enough to turn to
    times: float  # the largest change of the three years before, in either direction
    smallest: dict[str, float]  # by unit, of all partners a month: below it a flow is nobody's business
    hold: HoldRule

    def check(self) -> None:
        """Relations between fields."""
        if not 0 < self.rise_crossing <= self.rise:
            raise ValueError("rise_crossing must lie above 0 and not above rise: a crossing asks for less")
        if not 0 < self.top_share < 1:
            raise ValueError("top_share must lie between 0 and 1")
        if not 0 <= self.concentrated < SCALE:
            raise ValueError(f"concentrated must lie in [0, {SCALE:.0f})")
        if self.times <= 0 or any(value < 0 for value in self.smallest.values()):
            raise ValueError("times must be above 0, smallest not below")
        self.hold.check("hold")


class Level(msgspec.Struct, frozen=True, array_like=True):
    """The index of one rolling year and the share of its largest partner; None where they are not known."""

    points: int | None
    top: float | None


class V3State(msgspec.Struct, kw_only=True, tag="V3"):
    """What V3 remembers of one concentration."""

    last: int = 0  # month_of the newest level
    levels: list[Level] = []  # of the newest 13 months, without gaps
    fresh: list[int] = []  # points against the year before, which teach nothing yet …
    changes: list[int] = []  # … and those older, without those of an anomaly
    hold: Hold = msgspec.field(default_factory=Hold)


class V3:
    """Concentration jump: alone Possible."""

    code: ClassVar[str] = "V3"
    Parameters: ClassVar[type[V3Parameters]] = V3Parameters
    State: ClassVar[type[V3State]] = V3State
    voice: ClassVar[Voice] = Voice("V3", Hazard.RESTRICTION, Certainty.POSSIBLE, 1)

    def watches(self, series: Series) -> bool:
        """What the relation of concentration gives; it leaves pooled codes out, and so does a reader of its figures."""
        return (
            series.relation == Concentration.code
            and series.family is Family.CUSTOMS
            and series.measure is Measure.INDEX
            and series.cadence is Cadence.MONTHLY
            and not series.pooled
            and not series.partial
        )

    def observe(self, state: V3State, run: Run, parameters: V3Parameters) -> list[Signal]:
        """Apply the rows of `run`; what lies outside 0 to 10,000 points is unknown."""
        signals: list[Signal] = []
        nothing: list[float | None] = [None] * len(run.values)
        tops, flows = run.context.get(TOP, nothing), run.context.get(FLOW, nothing)
        smallest = parameters.smallest.get(run.legs[0].series.unit, 0.0) if run.legs else 0.0
        for index, (value, top, flow) in enumerate(zip(run.values, tops, flows, strict=True)):
            points = round(value) if value is not None and 0.0 < value <= SCALE else None
            before = _take(state, month_of(run.occurred_at[index]), Level(points, top))
            if points is None or before is None or before.points is None:
                continue
            change = points - before.points
            if len(state.changes) >= FEWEST_CHANGES and flow is not None and flow >= smallest:
                limit = _limit(state, before, top, parameters)
                score = change / limit if points >= parameters.concentrated else 0.0
                phase = state.hold.step(max(score, 0.0), Direction.UP, parameters.hold)
                if phase is Phase.RAISED:
                    state.fresh = []
                if phase is not None:
                    raises_at = max(before.points + limit, parameters.concentrated)
                    finding = Finding(
                        phase=phase,
                        score=max(score, 0.0),
                        direction=Direction.UP,
                        window=_YEAR,
                        observed=float(points),
                        expected=float(before.points),
                        band_low=max(before.points - limit, 0.0),
                        band_high=raises_at,
                        raises_at=raises_at,
                    )
                    signals.append(self.voice.signal([], run, index, finding))
            if not state.hold.direction:
                state.fresh.append(change)
                state.changes += state.fresh[:-FRESH]
                del state.fresh[:-FRESH], state.changes[:-CHANGES_KEPT]
        return signals


def _take(state: V3State, month: int, level: Level) -> Level | None:
    """Put one level into its month; the level of twelve months before, None where there is none.

    After a year without a figure others may be counted than before: everything is learned anew.
    """
    gap = month - state.last - 1
    if state.levels and gap >= _YEAR:
        state.levels, state.fresh, state.changes, state.hold = [], [], [], Hold()
    elif state.levels:
        state.levels.extend([Level(None, None)] * gap)
    state.levels.append(level)
    del state.levels[: -_YEAR - 1]
    state.last = month
    return state.levels[0] if len(state.levels) > _YEAR else None


def _limit(state: V3State, before: Level, top: float | None, parameters: V3Parameters) -> float:
    """The rise in points that is news, given what was before."""
    is_crossing = top is not None and before.top is not None and before.top < parameters.top_share <= top
    rise = parameters.rise_crossing if is_crossing else parameters.rise
    return max(rise, parameters.times * max(map(abs, state.changes)))
