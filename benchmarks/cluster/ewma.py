"""The bare job as a detector like any other: exponentially weighted mean and variance, a signal where |z| > limit.

It is registered for the benchmark only, by the seam that every detector goes through: this file, one line in the list
of detectors, one in the union of their states, one section of the thresholds (`register`).
"""

from math import isfinite
from typing import ClassVar

import msgspec

from streams import detectors, thresholds
from streams.baselines import is_number
from streams.detectors.base import Parameters
from streams.detectors.findings import Finding, Voice
from streams.observations import Run, Series
from streams.signals import Certainty, Direction, Hazard, Phase, Signal

FEED = "bench"
SECTION = b"\n[detectors.EWMA]\nalpha = 0.05\nwarm_up = 30\nlimit = 6.0\n"


class EwmaParameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The job: weight of the newest row, rows before anything is said, and how many deviations are too many."""

    alpha: float
    warm_up: int
    limit: float


class EwmaState(msgspec.Struct, kw_only=True, tag="EWMA"):
    """What is remembered of one series."""

    seen: int = 0
    mean: float = 0.0
    variance: float = 0.0


class Ewma:
    """A row far from the running mean, judged before it is folded in."""

    code: ClassVar[str] = "EWMA"
    Parameters: ClassVar[type[EwmaParameters]] = EwmaParameters
    State: ClassVar[type[EwmaState]] = EwmaState
    voice: ClassVar[Voice] = Voice("EWMA", Hazard.NONE, Certainty.UNKNOWN, 1)

    def watches(self, series: Series) -> bool:
        """The benchmark's own series."""
        return series.feed == FEED

    def observe(self, state: EwmaState, run: Run, parameters: EwmaParameters) -> list[Signal]:
        """Apply the rows of `run` in one folded loop; rows without a number are left out of it beforehand."""
        folded = _folded(state, run.values, parameters)
        if folded is None:
            known = [at for at, value in enumerate(run.values) if value is not None and is_number(value)]
            folded = _folded(state, [run.values[at] for at in known], parameters)
            assert folded is not None
            return [self._signal(run, known[at]) for at in folded]
        return [self._signal(run, at) for at in folded]

    def _signal(self, run: Run, at: int) -> Signal:
        finding = Finding(phase=Phase.RAISED, score=1.0, direction=Direction.NONE, window=1, observed=run.values[at])
        return self.voice.signal([], run, at, finding)


def _folded(state: EwmaState, values: list[float | None], parameters: EwmaParameters) -> list[int] | None:
    """The places of what is far off, the state moved on; None, and the state as it was, if one is no number."""
    if not values:
        return []
    alpha, keep = parameters.alpha, 1.0 - parameters.alpha
    limit = parameters.limit * parameters.limit
    mean, variance = state.mean, state.variance
    found: list[int] = []
    silent = parameters.warm_up - state.seen
    try:
        if not state.seen:
            mean = values[0] + 0.0
        for at, value in enumerate(values):
            off = value - mean
            square = off * off
            if square > limit * variance and at >= silent:
                found.append(at)
            mean += alpha * off
            variance = keep * (variance + alpha * square)
    except TypeError:
        return None
    if not (isfinite(mean) and isfinite(variance)):
        return None
    state.seen, state.mean, state.variance = state.seen + len(values), mean, variance
    return found


def register() -> None:
    """Put the detector into this process's lists. Before anything else of Twinbell is imported: they are read once."""
    shipped = thresholds.packaged_bytes()
    detectors.DETECTORS = (*detectors.DETECTORS, Ewma())
    detectors.DetectorState = detectors.DetectorState | EwmaState
    thresholds.DETECTORS = detectors.DETECTORS
    thresholds.packaged_bytes = lambda: shipped + SECTION
