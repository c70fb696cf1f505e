"""Observation → signal: a batch of one group in, its signals out; the one entry to detection."""

from collections.abc import Mapping
from math import inf
from operator import lt
from typing import Final

import msgspec

from streams.detectors import (
    CALENDAR_DETECTORS,
    DETECTORS,
    HAZARD_DETECTORS,
    NOTICE_DETECTORS,
    CalendarState,
    DetectorState,
    HazardState,
)
from streams.detectors.base import Detector, HazardDetector, Parameters
from streams.observations import HazardObservation, ObservationBatch, Run, Series
from streams.reasons import Reason
from streams.recent import MOST_REACHES, REACH, Recent, changed
from streams.reference import Reference, packaged
from streams.relate import RelateState, Relating
from streams.revisions import judged, said_of
from streams.signals import Signal
from streams.thresholds import Thresholds


class SeriesState(msgspec.Struct, kw_only=True):
    """What is remembered of one series: the newest period applied, each detector's own state, and the newest rows."""

    last: int | None = None  # occurred_at
    states: dict[str, DetectorState] = {}
    recent: Recent = msgspec.field(default_factory=Recent)


class PipelineState(msgspec.Struct, kw_only=True):
    """What is remembered of one group. Owned by the caller; encodes and decodes to itself."""

    series: dict[str, SeriesState] = {}
    hazards: dict[str, HazardState] = {}  # by detector
    calendars: dict[str, CalendarState] = {}  # by detector
    relations: RelateState = msgspec.field(default_factory=RelateState)


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What one batch gave: signals in order of runs, and how many rows and revised signals there were, by reason.

    `derived` are the runs that followed from several series together; their rows are not counted.
    """

    signals: list[Signal]
    derived: list[Run]
    counts: dict[Reason, int]


class _Watching(msgspec.Struct, frozen=True):
    """Who reads a series, with what parameters: asked once, since a series is described in the same words for ever."""

    series: Series
    detectors: tuple[tuple[Detector, Parameters], ...]
    reach: int  # rows that a revision may reach back


_SNAPSHOT: Final = msgspec.msgpack.Encoder()
_RESTORE: Final = msgspec.msgpack.Decoder(dict[str, DetectorState])


class Pipeline:
    """All registered detectors under one set of thresholds."""

    def __init__(self, thresholds: Thresholds, reference: Reference | None = None) -> None:
        """`reference` says which group a mineral belongs to; without it the reference data that ships."""
        reference = reference if reference is not None else packaged()
        self._thresholds = thresholds
        self._relating = Relating(reference)
        self._readers = tuple(kind(reference) for kind in NOTICE_DETECTORS)
        self._lookouts = tuple(kind(reference) for kind in HAZARD_DETECTORS)
        self._calendars = tuple(kind(reference) for kind in CALENDAR_DETECTORS)
        self._watching: dict[str, _Watching] = {}

    def signals(self, state: PipelineState, batch: ObservationBatch) -> list[Signal]:
        """Apply `batch` to `state` and return the signals found."""
        return self.apply(state, batch).signals

    def apply(self, state: PipelineState, batch: ObservationBatch) -> Applied:
        """The same with counts. A row that is not newer than what was applied revises it, as far as rows are kept."""
        found: list[Signal] = []
        counts: dict[Reason, int] = {}
        taken: list[Run] = []
        for run in batch.runs:
            signals, news = self._run(state, run, counts)
            found += signals
            taken += news
        derived: list[Run] = []
        is_related = self._relating.concerns(state.relations, taken)
        for run in self._relating.relate(state.relations, taken, _time_of(batch)) if is_related else ():
            signals, news = self._run(state, run, counts)
            found += signals
            derived += news
        if batch.notices or batch.hazards or batch.tick_at is not None:
            found += self._documents(state, batch, counts)
        digest = self._thresholds.digest
        stamped = [msgspec.structs.replace(signal, thresholds=digest) for signal in found]
        counts = {reason: count for reason, count in counts.items() if count}
        return Applied(signals=stamped, derived=derived, counts=counts)

    def _documents(self, state: PipelineState, batch: ObservationBatch, counts: dict[Reason, int]) -> list[Signal]:
        """What is said by documents, by the days that they name, and by natural events."""
        found: list[Signal] = []
        for notice in batch.notices:
            for reader in self._readers:
                parameters = self._thresholds.parameters(reader.code, None)
                found += reader.observe(notice, batch.group, parameters)
        found += self._due(state, batch)
        late = 0
        for hazard in batch.hazards:
            told = [self._told(lookout, state, hazard, batch.group) for lookout in self._lookouts]
            late += any(signals is None for signals in told)
            found += [signal for signals in told for signal in signals or ()]
        came = len(batch.notices) + len(batch.hazards)
        _count(counts, {Reason.ACCEPTED: came - late, Reason.OUTDATED: late})
        return found

    def is_waiting(self, state: PipelineState, at: int) -> bool:
        """Whether a day that a document names is still to come."""
        held = ((calendar, state.calendars.get(calendar.code)) for calendar in self._calendars)
        return any(own is not None and calendar.is_waiting(own, at) for calendar, own in held)

    def _due(self, state: PipelineState, batch: ObservationBatch) -> list[Signal]:
        """Note the documents of a batch; at a tick, say which of the days that they name draw near."""
        found: list[Signal] = []
        for calendar in self._calendars:
            own = state.calendars.get(calendar.code)
            if own is None:
                if not batch.notices:
                    continue
                own = state.calendars[calendar.code] = calendar.State()
            for notice in batch.notices:
                calendar.note(own, notice, batch.group)
            if batch.tick_at is not None:
                parameters = self._thresholds.parameters(calendar.code, None)
                found += calendar.due(own, batch.tick_at, batch.group, parameters)
        return found

    def _told(
        self, lookout: HazardDetector, state: PipelineState, hazard: HazardObservation, group: str
    ) -> list[Signal] | None:
        own = state.hazards.get(lookout.code)
        if own is None:
            own = state.hazards[lookout.code] = lookout.State()
        return lookout.observe(own, hazard, group, self._thresholds.parameters(lookout.code, None))

    def _run(self, state: PipelineState, run: Run, counts: dict[Reason, int]) -> tuple[list[Signal], list[Run]]:
        """Row after row, new ones together and old ones together; the signals, and the rows that are news."""
        name, watching = run.series.series_id, self._watching_of(run.series)
        held = state.series.get(name)
        if held is None:
            held = state.series[name] = SeriesState()
        found: list[Signal] = []
        news: list[Run] = []
        for is_new, rows in sorted_out(run, held.last):
            if is_new:
                found += _taken(held, rows, watching)
                held.last = rows.occurred_at[-1]
                news.append(rows)
                if not run.legs:
                    counts[Reason.ACCEPTED] = counts.get(Reason.ACCEPTED, 0) + len(rows.values)
            else:
                signals, revised = _revised(held, rows, watching, counts)
                found += signals
                news += revised
        return found, news

    def _watching_of(self, series: Series) -> _Watching:
        held = self._watching.get(series.series_id)
        if held is None or held.series != series:
            own = (detector for detector in DETECTORS if detector.watches(series))
            chosen = tuple((detector, self._thresholds.parameters(detector.code, series)) for detector in own)
            held = self._watching[series.series_id] = _Watching(series, chosen, REACH[series.family])
        return held


def _taken(held: SeriesState, run: Run, watching: _Watching) -> list[Signal]:
    """Apply rows that are newer than all before, and keep the newest."""
    recent, reach, count = held.recent, watching.reach, len(run.values)
    found: list[Signal] = []
    if count > MOST_REACHES * reach:
        head, run = run.part(0, count - reach), run.part(count - reach, count)
        found = _observed(held.states, head, watching)
        recent.heard(map(said_of, found))
        recent.restart(_SNAPSHOT.encode(held.states))
    elif recent.count >= reach:  # so many rows have come since the newer snapshot
        recent.turn(_SNAPSHOT.encode(held.states))
    signals = _observed(held.states, run, watching)
    recent.extend(run)
    if signals:
        recent.heard(map(said_of, signals))
    return found + signals


def _revised(
    held: SeriesState, run: Run, watching: _Watching, counts: dict[Reason, int]
) -> tuple[list[Signal], list[Run]]:
    """Put old rows into their places and run the detectors again; the signals, and the rows that changed."""
    recent, series, rows = held.recent, run.series, held.recent.rows
    touched = recent.take(rows, run, watching.reach)
    if not run.legs:
        _count(counts, touched.counts)
    if not touched.indexes:
        return [], []
    held.states = _restored(recent.older)
    again = [s for run in rows.runs(series, 0, recent.mark) for s in _observed(held.states, run, watching)]
    if recent.mark:
        recent.newer = _SNAPSHOT.encode(held.states)
    again += [s for run in rows.runs(series, recent.mark, len(rows)) for s in _observed(held.states, run, watching)]
    recent.keep(rows)
    verdict = judged(series, recent, rows, again, touched)
    recent.said, recent.vintage = verdict.said, verdict.vintage
    _count(counts, verdict.counts)
    return verdict.signals, changed(series, rows, touched)


def _observed(states: dict[str, DetectorState], run: Run, watching: _Watching) -> list[Signal]:
    found: list[Signal] = []
    for detector, parameters in watching.detectors:
        own = states.get(detector.code)
        if own is None:
            own = states[detector.code] = detector.State()
        found += detector.observe(own, run, parameters)
    return found


def _restored(states: bytes) -> dict[str, DetectorState]:
    """Nothing is the state before the first row."""
    return _RESTORE.decode(states) if states else {}


def _count(counts: dict[Reason, int], more: Mapping[Reason, int]) -> None:
    for reason, count in more.items():
        counts[reason] = counts.get(reason, 0) + count


def _time_of(batch: ObservationBatch) -> int | None:
    """The newest time that the batch has news of; None for an empty one. What is known at a tick has been delivered."""
    known = [max(run.known_at) for run in batch.runs if run.known_at]
    known += [notice.known_at for notice in batch.notices]
    known += [hazard.known_at for hazard in batch.hazards]
    if batch.tick_at is not None:
        known.append(batch.tick_at + 1)
    return max(known, default=None)


def watched(series: Series) -> tuple[str, ...]:
    """The codes of the detectors that read a series; empty where none does."""
    return tuple(detector.code for detector in DETECTORS if detector.watches(series))


def sorted_out(run: Run, last: int | None) -> list[tuple[bool, Run]]:
    """The rows of `run` in their order, cut where new periods, after `last` and ascending, and old ones meet."""
    occurred_at = run.occurred_at
    if not occurred_at:
        return []
    newest = -inf if last is None else last
    if occurred_at[0] > newest and all(map(lt, occurred_at, occurred_at[1:])):
        return [(True, run)]
    cut: list[tuple[bool, list[int]]] = []
    for index, at in enumerate(occurred_at):
        is_new = at > newest
        newest = max(newest, at)
        if not cut or cut[-1][0] is not is_new:
            cut.append((is_new, []))
        cut[-1][1].append(index)
    return [(is_new, run.chosen(rows)) for is_new, rows in cut]
