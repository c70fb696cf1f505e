"""Observation → signal: a batch of one group in, its signals out; the one entry to detection."""

from math import inf
from operator import lt

import msgspec

from streams.detectors import DETECTORS, HAZARD_DETECTORS, NOTICE_DETECTORS, DetectorState, HazardState
from streams.detectors.base import Detector, HazardDetector
from streams.observations import HazardObservation, ObservationBatch, Run, Series
from streams.reasons import Reason
from streams.reference import Reference, packaged
from streams.relate import RelateState, Relating
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
    relations: RelateState = msgspec.field(default_factory=RelateState)


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What one batch gave: signals in order of runs and detectors, and how many rows were taken or left, by reason.

    `derived` are the runs that followed from several series together; their rows are not counted.
    """

    signals: list[Signal]
    derived: list[Run]
    counts: dict[Reason, int]


class Pipeline:
    """All registered detectors under one set of thresholds."""

    def __init__(self, thresholds: Thresholds, reference: Reference | None = None) -> None:
        """`reference` says which group a mineral belongs to; without it the reference data that ships."""
        reference = reference if reference is not None else packaged()
        self._thresholds = thresholds
        self._relating = Relating(reference)
        self._readers = tuple(kind(reference) for kind in NOTICE_DETECTORS)
        self._lookouts = tuple(kind(reference) for kind in HAZARD_DETECTORS)

    def signals(self, state: PipelineState, batch: ObservationBatch) -> list[Signal]:
        """Apply `batch` to `state` and return the signals found."""
        return self.apply(state, batch).signals

    def apply(self, state: PipelineState, batch: ObservationBatch) -> Applied:
        """The same with counts: a row not newer than what was applied is LATE, and changes nothing."""
        found: list[Signal] = []
        taken: list[Run] = []
        for run in batch.runs:
            fresh = self._taken(state, run)
            if fresh.values:
                found += self._found(state, fresh)
                taken.append(fresh)
        derived = []
        for run in self._relating.relate(state.relations, taken, _time_of(batch)):
            fresh = self._taken(state, run)
            if fresh.values:
                found += self._found(state, fresh)
                derived.append(fresh)
        for notice in batch.notices:
            for reader in self._readers:
                parameters = self._thresholds.parameters(reader.code, None)
                found += reader.observe(notice, batch.group, parameters)
        late = 0
        for hazard in batch.hazards:
            told = [self._told(lookout, state, hazard, batch.group) for lookout in self._lookouts]
            late += any(signals is None for signals in told)
            found += [signal for signals in told for signal in signals or ()]
        digest = self._thresholds.digest
        stamped = [msgspec.structs.replace(signal, thresholds=digest) for signal in found]
        late += sum(len(run.values) for run in batch.runs) - sum(len(run.values) for run in taken)
        came = sum(len(run.values) for run in batch.runs) + len(batch.notices) + len(batch.hazards)
        counts = {Reason.ACCEPTED: came - late, Reason.LATE: late}
        counts = {reason: count for reason, count in counts.items() if count}
        return Applied(signals=stamped, derived=derived, counts=counts)

    @staticmethod
    def _taken(state: PipelineState, run: Run) -> Run:
        """The rows of a run that are newer than what was applied."""
        held = state.series.get(run.series.series_id)
        if held is None:
            held = state.series[run.series.series_id] = SeriesState()
        return newer(run, held.last)

    def _found(self, state: PipelineState, run: Run) -> list[Signal]:
        """What the detectors that read this series find in new rows."""
        held = state.series[run.series.series_id]
        held.last = run.occurred_at[-1]
        return [
            signal
            for detector in DETECTORS
            if detector.watches(run.series)
            for signal in self._observed(detector, held, run)
        ]

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


def _time_of(batch: ObservationBatch) -> int | None:
    """The newest time that the batch has news of; None for an empty one. What is known at a tick has been delivered."""
    known = [at for run in batch.runs for at in run.known_at]
    known += [notice.known_at for notice in batch.notices]
    known += [hazard.known_at for hazard in batch.hazards]
    if batch.tick_at is not None:
        known.append(batch.tick_at + 1)
    return max(known, default=None)


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
    return run.chosen(chosen)
