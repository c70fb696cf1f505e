"""Clocks of a group → signal (X1): a series from which nothing comes within its cadence budget, or comes again.

The budget covers weekends, holidays and closed markets. Silence opens nothing: what a silent series said does not fade,
alerts say since when it is unknown, and the operator is told.
"""

from collections.abc import Iterable
from math import inf
from typing import Final

from streams.detectors.x1 import X1State
from streams.pipeline import PipelineState
from streams.signals import Certainty, Hazard, Phase, Signal, signal_id_of
from streams.situations import MAX_GAPS, Book, SeriesClock, is_stale

DETECTOR: Final = "X1"


def fallen_silent(book: Book, group: str) -> list[Signal]:
    """One signal for each series whose budget is over and of which that has not been said."""
    if book.now <= book.quiet_until:
        return []
    found = []
    until: float = inf
    for series_id, clock in sorted(book.clocks.items()):
        if not clock.budget_s or clock.family is None or clock.silent_since:
            continue
        if is_stale(clock, book.now):
            clock.silent_since = clock.last_known
            found.append(_signal(series_id, clock, group, (Phase.RAISED, clock.last_known, book.now)))
        else:
            until = min(until, clock.last_known + clock.budget_s)
    book.quiet_until = until
    return found


def heard_again(book: Book, group: str, series_ids: Iterable[str]) -> list[Signal]:
    """One signal for each of these series that was said to be silent and no longer is."""
    found = []
    clocks = book.clocks
    silent = {name for name in series_ids if (clock := clocks.get(name)) is not None and clock.silent_since}
    for series_id in sorted(silent):
        clock = clocks[series_id]
        if clock.last_known > clock.silent_since:
            clock.silent_since = 0
            found.append(_signal(series_id, clock, group, (Phase.CLEARED, clock.last_known, clock.last_known)))
            book.quiet_until = 0
    return found


def turned(before: Book, signals: Iterable[Signal]) -> list[Signal]:
    """What signals of a memory that was made again say of silences that the memory before did not know, or thought on.

    Silences of the past that are over, and were never told, are no news.
    """
    newest = {signal.subject: signal for signal in signals if signal.detector == DETECTOR}
    silent = {name for name, clock in before.clocks.items() if clock.silent_since or clock.frozen_since}
    return [s for name, s in sorted(newest.items()) if (s.phase is Phase.RAISED) is not (name in silent)]


def freeze(book: Book, state: PipelineState, series_ids: Iterable[str], signals: Iterable[Signal]) -> None:
    """Let the clocks of these series know from when to when their rows said nothing new.

    `signals` are those of the batch; the state of X1 has the last word, since a revision may have taken one back.
    """
    for signal in signals:
        clock = book.clocks.get(signal.subject)
        if signal.detector == DETECTOR and clock is not None:
            if signal.phase is Phase.RAISED:
                clock.frozen_since = signal.known_at
            elif signal.phase is Phase.CLEARED:
                _thaw(clock, signal.known_at)
    for series_id in series_ids:
        clock = book.clocks.get(series_id)
        if clock is None or not clock.frozen_since:
            continue
        held = state.series.get(series_id)
        own = held.states.get(DETECTOR) if held is not None else None
        if isinstance(own, X1State) and not own.is_frozen:
            _thaw(clock, clock.last_known)


def _thaw(clock: SeriesClock, at: int) -> None:
    if clock.frozen_since:
        clock.gaps = [*clock.gaps, (clock.frozen_since, at)][-MAX_GAPS:]
        clock.frozen_since = 0


def _signal(series_id: str, clock: SeriesClock, group: str, said: tuple[Phase, int, int]) -> Signal:
    """`said`: the phase, the last moment at which something was heard, and when that is known."""
    phase, occurred_at, known_at = said
    assert clock.family is not None
    return Signal(
        signal_id=signal_id_of(DETECTOR, series_id, phase, occurred_at),
        detector=DETECTOR,
        hazard=Hazard.NONE,
        group=group,
        subject=series_id,
        family=clock.family,
        phase=phase,
        occurred_at=occurred_at,
        known_at=known_at,
        score=1.0 if phase is Phase.RAISED else 0.0,
        claims=Certainty.UNKNOWN,
    )
