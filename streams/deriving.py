"""Signals → **derived signals**: what the signals, the acts in force and the flows of a group mean together.

The detectors of patterns (C3, C4) look at everything that the group knows, whenever something of it changes. What they
say is a function of that set: a signal that comes late changes it as if it had come in time.
"""

from collections.abc import Sequence

from streams import comparisons, conditions
from streams.assessments import Situation
from streams.detectors import PATTERN_DETECTORS
from streams.detectors.base import Known
from streams.detectors.patterns import FALLS, GAPS
from streams.observations import Run
from streams.signals import Phase, Signal
from streams.situations import Book, situation_of
from streams.thresholds import Thresholds


class Deriving:
    """The detectors of patterns under one set of thresholds, for flows to these participants."""

    def __init__(self, thresholds: Thresholds, participants: Sequence[str]) -> None:
        self._thresholds = thresholds
        self._participants = tuple(participants)

    def derive(self, book: Book, runs: Sequence[Run], signals: Sequence[Signal]) -> tuple[list[Signal], set[Situation]]:
        """Take what is new of the group; return the signals that now follow and did not, and the situations touched."""
        if not (runs or signals):
            return [], set()
        acts = [signal for signal in signals if conditions.is_act(signal)]
        if acts:
            held = {act.signal_id: act for act in (*book.acts, *acts)}
            book.acts = conditions.kept(held.values())
        compared = comparisons.taken(book.comparisons, runs, self._participants)
        is_new = compared != book.comparisons
        book.comparisons = compared
        if not (acts or is_new or any(s.detector in (*FALLS, *GAPS) or s.phase is Phase.REVISED for s in signals)):
            return [], set()
        return self._replaced(book)

    def _replaced(self, book: Book) -> tuple[list[Signal], set[Situation]]:
        known = Known(
            signals=tuple(book.signals.values()),
            acts=tuple(book.acts),
            comparisons=tuple(c for own in book.comparisons.values() for c in own),
        )
        found: dict[str, Signal] = {}
        for detector in PATTERN_DETECTORS:
            for signal in detector.derive(known, self._thresholds.parameters(detector.code, None)):
                found[signal.signal_id] = signal
        fresh = [signal for name, signal in sorted(found.items()) if name not in book.derived]
        gone = [signal for name, signal in sorted(book.derived.items()) if name not in found]
        if gone:
            book.folded.clear()  # what was folded may have held them
        book.derived = found
        touched = {own for signal in (*fresh, *gone) if (own := situation_of(signal)) is not None}
        return fresh, touched
