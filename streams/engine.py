"""Batch in, signals and assessments out: what every harness runs for one group, whatever plumbing is around it."""

import zlib

import msgspec

from streams.assess import Assessor
from streams.assessments import Assessment, Situation
from streams.deriving import Deriving
from streams.detectors.c4 import C4, C4Parameters
from streams.observations import ObservationBatch
from streams.panel import Panels
from streams.pipeline import Pipeline, PipelineState
from streams.reasons import Reason
from streams.reference import Reference
from streams.signals import Signal
from streams.silence import DETECTOR as SILENCE
from streams.silence import fallen_silent, freeze, heard_again
from streams.situations import HORIZON_S, Book, situations, take_batch, take_runs, take_signals
from streams.thresholds import Thresholds

_FASTEST = 1
STATE_FORMAT = 3  # one more whenever a snapshot could not be restored by the version before: states are then made again


class GroupState(msgspec.Struct, kw_only=True):
    """Everything that one group remembers: the detectors' states and the book of its situations."""

    pipeline: PipelineState = msgspec.field(default_factory=PipelineState)
    book: Book = msgspec.field(default_factory=Book)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one batch gave: new signals, and the assessments that changed, in order of situation id."""

    signals: tuple[Signal, ...]
    assessments: tuple[Assessment, ...]
    counts: dict[Reason, int]  # rows taken and left, by reason


class Engine:
    """One set of thresholds, one reference, one list of participants (ISO alpha-3)."""

    def __init__(self, thresholds: Thresholds, reference: Reference, participants: tuple[str, ...]) -> None:
        self._parameters = thresholds.assess
        self._pipeline = Pipeline(thresholds, reference)
        self._assessor = Assessor(thresholds.assess, thresholds.impact, reference, participants, thresholds.digest)
        self._deriving = Deriving(thresholds, participants)
        selective = thresholds.parameters(C4.code, None)
        assert isinstance(selective, C4Parameters)
        self._panels = Panels(selective, thresholds.impact.single_point_share_percent, participants)
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(GroupState)

    def apply(self, state: GroupState, batch: ObservationBatch) -> Outcome:
        """Apply one batch of the group to its state. A tick batch lets time pass: levels fall, alerts end, on data."""
        take_batch(state.book, batch, self._parameters)
        applied = self._pipeline.apply(state.pipeline, batch)
        take_runs(state.book, applied.derived, self._parameters)
        silence = self._silence(state, batch, applied.signals)
        found = [signal for signal in applied.signals if signal.detector != SILENCE]
        touched = take_signals(state.book, found)
        derived, changed_by = self._deriving.derive(state.book, applied.derived, found)
        touched |= changed_by
        if batch.tick_at is not None:
            touched |= situations(state.book)
        ordered = sorted(touched, key=lambda s: s.situation_id)
        changed = [a for s in ordered if (a := self._changed(state.book, s)) is not None]
        if batch.tick_at is not None:
            self._forget(state.book)
        signals = (*applied.signals, *derived, *silence)
        return Outcome(signals=signals, assessments=tuple(changed), counts=applied.counts)

    def snapshot(self, state: GroupState) -> bytes:
        """The state as bytes; `restore` gives an equal one.

        Packed: what is kept for revisions repeats most of what is in force.
        """
        return zlib.compress(self._encoder.encode(state), _FASTEST)

    def restore(self, content: bytes) -> GroupState:
        """The state that `snapshot` made."""
        return self._decoder.decode(zlib.decompress(content))

    def judged(self, state: GroupState, situation: Situation, at: int) -> Assessment | None:
        """What the signals taken so far mean at `at`; None where no spell was opened. For who looks back."""
        return self._judged(state.book, situation, at)

    def is_live(self, state: GroupState, at: int) -> bool:
        """Whether time that passes until `at` can change something: there are signals, or a series may be silent."""
        book = state.book
        return (
            bool(book.signals or book.derived)
            or self._pipeline.is_waiting(state.pipeline, book.now)
            or (bool(book.clocks) and book.quiet_until < at)
        )

    @staticmethod
    def _silence(state: GroupState, batch: ObservationBatch, signals: list[Signal]) -> list[Signal]:
        """What has fallen silent by now, and what speaks again."""
        came = [run.series.series_id for run in batch.runs]
        freeze(state.book, state.pipeline, came, signals)
        found = heard_again(state.book, batch.group, came)
        return found + (fallen_silent(state.book, batch.group) if batch.tick_at is not None else [])

    def _changed(self, book: Book, situation: Situation) -> Assessment | None:
        """The assessment of the situation if it differs from the one given out last."""
        assessment = self._judged(book, situation, book.now)
        if assessment is None or book.published.get(situation.situation_id) == assessment.revision:
            return None
        book.published[situation.situation_id] = assessment.revision
        return assessment

    def _judged(self, book: Book, situation: Situation, at: int) -> Assessment | None:
        found = self._assessor.assess(book, situation, at)
        return self._panels.added(book, found) if found is not None else None

    def _forget(self, book: Book) -> None:
        """Seal and drop the signals that are older than the horizon."""
        horizon = book.now - HORIZON_S
        old = [s for s in book.signals.values() if s.known_at <= horizon]
        if not old:
            return
        live = situations(book)
        needed = {name for signal in book.derived.values() if signal.known_at > horizon for name in signal.rests_on}
        for situation in live:
            needed |= self._assessor.seal(book, situation)
        for signal in old:
            if signal.signal_id not in needed:
                del book.signals[signal.signal_id]
        for situation in live - situations(book):
            for summary in (book.published, book.sealed, book.folded):
                summary.pop(situation.situation_id, None)
