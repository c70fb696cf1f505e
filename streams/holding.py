"""Signals of one situation → which of them count, from when to when, as seen before and after each revision.

What a revision takes back counts at no moment that is judged after it, however long ago; what was judged before it
stays as it was judged. So the fold over signals knows at each of them only what was known then.
"""

import math
from collections.abc import Sequence

from streams.assessments import Situation
from streams.observations import SECONDS_A_DAY
from streams.signals import Phase, Signal
from streams.situations import AssessParameters, Book, Held, bears_on, fades_until, members

Place = tuple[int, str]
"""A place in the order in which signals are folded: (known_at, signal id)."""


def place_of(signal: Signal) -> Place:
    """Where a signal is folded."""
    return signal.known_at, signal.signal_id


class Holding:
    """The signals of one situation at a moment."""

    def __init__(self, parameters: AssessParameters, book: Book, situation: Situation, at: int) -> None:
        self._parameters = parameters
        self._book = book
        self._situation = situation
        self._at = at
        self._signals = members(book, situation)
        self._fades = {signal.signal_id: self._fades_until(signal) for signal in self._signals}
        self._revisions = [s for s in self._signals if s.phase is Phase.REVISED and s.withdraws]
        self._views: dict[int, Sequence[Held]] = {}
        self.all = self._view(0)
        """Every signal in order, as if nothing had been taken back."""

    def seen_at(self, place: Place) -> Sequence[Held]:
        """The signals without those that revisions up to this place have taken back."""
        return self._view(sum(place_of(revision) <= place for revision in self._revisions))

    def _view(self, revisions: int) -> Sequence[Held]:
        """Each signal that the first so many revisions have left, with the moment at which it stops counting."""
        if revisions in self._views:
            return self._views[revisions]
        gone = {name for revision in self._revisions[:revisions] for name in revision.withdraws}
        for signal in self._signals:  # in order: what rests on what is gone is gone too
            if gone.intersection(signal.rests_on):
                gone.add(signal.signal_id)
        signals = [signal for signal in self._signals if signal.signal_id not in gone]
        clears: dict[tuple[str, str], list[Signal]] = {}
        for signal in signals:
            if signal.phase is Phase.CLEARED:
                clears.setdefault((signal.detector, signal.subject), []).append(signal)
        held = []
        for signal in signals:
            until = self._fades[signal.signal_id]
            for clear in clears.get((signal.detector, signal.subject), ()):
                if clear.occurred_at >= signal.occurred_at and clear.known_at >= signal.known_at:
                    until = min(until, clear.known_at + 1)  # what became known at that very moment still counts
            held.append(Held(signal, not bears_on(signal, self._situation), until))
        self._views[revisions] = held
        return held

    def _fades_until(self, signal: Signal) -> float:
        clock = self._book.clocks.get(signal.subject)
        lasting_s = max(self._lasting_s(signal), 0 if clock is None else clock.next_s)
        return fades_until(signal.known_at, lasting_s, clock, self._at)

    def _lasting_s(self, signal: Signal) -> float:
        """Seconds of heard time until the faded score falls below the holding score."""
        ratio = signal.score / self._parameters.hold_score
        if ratio <= 1:
            return 0.0
        half_life_s = self._parameters.half_life_days[signal.family] * SECONDS_A_DAY
        return half_life_s * math.log2(ratio)
