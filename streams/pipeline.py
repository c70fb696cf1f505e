"""Observation → signal: a batch of one group in, its signals out; the one entry to detection."""

from math import inf
from operator import lt

import msgspec

from streams.detectors import DETECTORS, HAZARD_DETECTORS, NOTICE_DETECTORS, DetectorState, HazardState
from streams.detectors.base import Detector, HazardDetector
from streams.observations import HazardObservation, ObservationBatch, Run, Series
from streams.reasons import Reason
from streams.reference import Reference
from streams.signals import Signal
from streams.thresholds import Thresholds


class SeriesState(msgspec.Struct, kw_only=True):
    """What is remembered of one series: the newest period applied, and each detector's own state."""

    last: int | None = None  # occurred_at
    states: dict[str, DetectorState] = {}


class PipelineState(msgspec.Struct, kw_only=True):
    """What is remembered of one group. Owned by the caller; encodes and decodes to itself."""

    series: dict[str, SeriesState] = {}
    hazards: dict[str, HazardState] = {}  # by detector


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What one batch gave: signals in order of runs and detectors, and how many rows were taken or left, by reason."""

    signals: list[Signal]
    counts: dict[Reason, int]


class Pipeline:
    """All registered detectors under one set of thresholds."""

    def __init__(self, thresholds: Thresholds, reference: Reference | None = None) -> None:
        """`reference` says which group a mineral belongs to; without it the reference data that ships."""
        self._thresholds = thresholds
        self._readers = tuple(kind(reference) for kind in NOTICE_DETECTORS)
        self._lookouts = tuple(kind(reference) for kind in HAZARD_DETECTORS)

    def signals(self, state: PipelineState, batch: ObservationBatch) -> list[Signal]:
        """Apply `batch` to `state` and return the signals found."""
        return self.apply(state, batch).signals

    def apply(self, state: PipelineState, batch: ObservationBatch) -> Applied:
        """The same with counts: a row not newer than what was applied is LATE, and changes nothing."""
        found: list[Signal] = []
        accepted = late = 0
        for run in batch.runs:
            held = state.series.get(run.series.series_id)
            if held is None:
                held = state.series[run.series.series_id] = SeriesState()
            fresh = newer(run, held.last)
            accepted += len(fresh.values)
            late += len(run.values) - len(fresh.values)
            if not fresh.values:
                continue
            for detector in DETECTORS:
                if detector.watches(run.series):
                    found += self._observed(detector, held, fresh)
            held.last = fresh.occurred_at[-1]
        for notice in batch.notices:
            for reader in self._readers:
                parameters = self._thresholds.parameters(reader.code, None)
                found += reader.observe(notice, batch.group, parameters)
        for hazard in batch.hazards:
            told = [self._told(lookout, state, hazard, batch.group) for lookout in self._lookouts]
            late += any(signals is None for signals in told)
            accepted += all(signals is not None for signals in told)
            found += [signal for signals in told for signal in signals or ()]
        digest = self._thresholds.digest
        stamped = [msgspec.structs.replace(signal, thresholds=digest) for signal in found]
        counts = {Reason.ACCEPTED: accepted + len(batch.notices), Reason.LATE: late}
        return Applied(signals=stamped, counts={reason: count for reason, count in counts.items() if count})

    def _told(
        self, lookout: HazardDetector, state: PipelineState, hazard: HazardObservation, group: str
    ) -> list[Signal] | None:
        own = state.hazards.get(lookout.code)
        if own is None:
            own = state.hazards[lookout.code] = lookout.State()
        return lookout.observe(own, hazard, group, self._thresholds.parameters(lookout.code, None))

    def _observed(self, detector: Detector, held: SeriesState, run: Run) -> list[Signal]:
        own = held.states.get(detector.code)
        if own is None:
            own = held.states[detector.code] = detector.State()
        return detector.observe(own, run, self._thresholds.parameters(detector.code, run.series))


def watched(series: Series) -> tuple[str, ...]:
    """The codes of the detectors that read a series; empty where none does."""
    return tuple(detector.code for detector in DETECTORS if detector.watches(series))


def newer(run: Run, last: int | None) -> Run:
    """The rows of `run` after `last` that ascend: what is older than a row already applied is left out."""
    occurred_at = run.occurred_at
    if not occurred_at:
        return run
    ascends = all(map(lt, occurred_at, occurred_at[1:]))
    if ascends and (last is None or occurred_at[0] > last):
        return run
    newest = -inf if last is None else last
    chosen: list[int] = []
    for index, at in enumerate(occurred_at):
        if at > newest:
            newest = at
            chosen.append(index)
    return Run(
        series=run.series,
        evidence=run.evidence,
        occurred_at=[run.occurred_at[i] for i in chosen],
        known_at=[run.known_at[i] for i in chosen],
        values=[run.values[i] for i in chosen],
        rows=[run.rows[i] for i in chosen],
        provisional=[run.provisional[i] for i in chosen],
        context={name: [column[i] for i in chosen] for name, column in run.context.items()},
    )
