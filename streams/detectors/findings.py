"""Observation → **signal**: raise, hold and clear with hysteresis, and the signal that says so with its evidence."""

import msgspec

from streams.baselines import is_number
from streams.observations import Run, Series
from streams.signals import Certainty, Direction, Evidence, Hazard, Phase, Signal, signal_id_of

SCORE_LIMIT = 6.0  # beyond this a larger score says nothing more, and each growth by half would ring again


class HoldRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a raised detector lasts and ends."""

    clear: float  # of the raise threshold: below this a row is calm
    calm_rows: int  # calm rows in a row before it is cleared
    remind_rows: int  # says that it lasts at least so often, in usable rows
    growth: float  # or when the score has grown by this factor since it last spoke

    def check(self, where: str) -> None:
        """Raise ValueError naming the fields that cannot hold."""
        if not 0 < self.clear < 1:
            raise ValueError(f"{where}.clear must lie between 0 and 1: a part of the raise threshold, never above")
        if self.calm_rows < 1 or self.remind_rows < 1:
            raise ValueError(f"{where}.calm_rows and {where}.remind_rows must be at least 1")
        if self.growth <= 1:
            raise ValueError(f"{where}.growth must be above 1, else every row speaks")


class Hold(msgspec.Struct, kw_only=True):
    """Whether a detector is raised on one series, and what it last said."""

    direction: Direction = Direction.NONE  # NONE while it is not raised
    top: float = 0.0  # the highest score said
    calm: int = 0
    unsaid: int = 0  # usable rows since it last spoke
    lasted: int = 0  # usable rows since it was raised

    def step(self, score: float, direction: Direction, rule: HoldRule) -> Phase | None:
        """Take the score of one usable row; returns what is to be said. `direction` is that of the score."""
        if self.direction is Direction.NONE or (direction is not self.direction and score >= 1.0):
            if score < 1.0:
                return None
            self.direction, self.top = direction, score
            self.calm = self.unsaid = self.lasted = 0
            return Phase.RAISED
        own = score if direction is self.direction else 0.0
        self.lasted += 1
        self.unsaid += 1
        if own < rule.clear:
            self.calm += 1
            if self.calm >= rule.calm_rows:
                self.direction, self.top = Direction.NONE, 0.0
                return Phase.CLEARED
            return None
        self.calm = 0
        if own >= self.top * rule.growth or self.unsaid >= rule.remind_rows:
            self.top = max(self.top, own)
            self.unsaid = 0
            return Phase.CONTINUING
        return None


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """One row that a detector has seen, kept so that evidence does not depend on where a run was cut."""

    sha256: str
    row: int
    occurred_at: int
    known_at: int
    value: float


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a detector says of one row. Values are in the unit of the series; `window` counts observations."""

    phase: Phase
    score: float
    direction: Direction
    window: int
    observed: float | None = None
    expected: float | None = None
    band_low: float | None = None
    band_high: float | None = None
    raises_at: float | None = None  # on the side of `direction`


class Voice(msgspec.Struct, frozen=True):
    """What is the same in every signal of a detector."""

    detector: str
    hazard: Hazard
    claims: Certainty
    rows: int  # of evidence in a signal, at most
    rising: Hazard | None = None  # of a finding upward, where that is another thing than one downward

    def signal(self, trail: list[Seen], run: Run, index: int, finding: Finding) -> Signal:
        """The signal that `finding` gives at row `index`; `trail` holds the rows seen before this run."""
        series = run.series
        if run.legs:
            found = [_part(leg, index) for leg in run.legs]
        else:
            found = [
                evidence_of(series, seen.sha256, seen.row, (seen.occurred_at, seen.known_at, seen.value))
                for seen in self._newest(trail, run, index)
            ]
        occurred_at = run.occurred_at[index]
        return Signal(
            signal_id=signal_id_of(self.detector, series.series_id, finding.phase, occurred_at),
            detector=self.detector,
            hazard=self.rising if self.rising and finding.direction is Direction.UP else self.hazard,
            group=series.group,
            subject=series.series_id,
            family=series.family,
            phase=finding.phase,
            occurred_at=occurred_at,
            known_at=run.known_at[index],
            score=round(min(finding.score, SCORE_LIMIT), 4),
            claims=self.claims,
            minerals=series.minerals,
            origin=series.origin,
            destination=series.destination,
            route=series.route,
            direction=finding.direction,
            observed=finding.observed,
            expected=finding.expected,
            band_low=finding.band_low,
            band_high=finding.band_high,
            raises_at=finding.raises_at,
            unit=series.unit,
            window=finding.window,
            provisional=run.provisional[index],
            evidence=tuple(found),
        )

    def kept(self, trail: list[Seen], run: Run) -> list[Seen]:
        """The trail after this run."""
        return self._newest(trail, run, len(run.values) - 1)

    def _newest(self, trail: list[Seen], run: Run, index: int) -> list[Seen]:
        newest: list[Seen] = []
        for at in range(index, -1, -1):
            value = run.values[at]
            if value is not None and is_number(value):
                newest.append(Seen(run.evidence, run.rows[at], run.occurred_at[at], run.known_at[at], value))
                if len(newest) == self.rows:
                    break
        newest.reverse()
        lacking = self.rows - len(newest)
        return [*trail[-lacking:], *newest] if lacking else newest


def _part(leg: Run, index: int) -> Evidence:
    """One of the figures that a derived one came from; it may be unknown."""
    return evidence_of(
        leg.series, leg.evidence, leg.rows[index], (leg.occurred_at[index], leg.known_at[index], leg.values[index])
    )


def evidence_of(series: Series, sha256: str, row: int, figure: tuple[int, int, float | None]) -> Evidence:
    """A row of a series as evidence; `figure` is (occurred_at, known_at, value)."""
    occurred_at, known_at, value = figure
    return Evidence(
        sha256=sha256,
        row=row,
        subject=series.series_id,
        occurred_at=occurred_at,
        known_at=known_at,
        value=value,
        unit=series.unit,
        publisher=series.publisher,
        publication=series.publication,
        address=series.address,
    )
