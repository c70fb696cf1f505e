"""What C3 and C4 ask of the signals of a group: which falls there were, and what held at a moment."""

from collections.abc import Iterable, Sequence

from streams.baselines import month_of
from streams.detectors.findings import SCORE_LIMIT
from streams.observations import SECONDS_A_DAY
from streams.signals import Direction, Phase, Signal

FALLS = ("V1", "V2")
LASTS_S = 62 * SECONDS_A_DAY  # a monthly figure speaks until the next one can be here


def falls(signals: Iterable[Signal]) -> dict[tuple[str, str], list[Signal]]:
    """Falls and stops of flows, by detector and series, with what cleared them, in order of when they became known."""
    found: dict[tuple[str, str], list[Signal]] = {}
    for signal in in_order(s for s in signals if s.detector in FALLS):
        if signal.direction is Direction.DOWN or signal.phase is Phase.CLEARED:
            found.setdefault((signal.detector, signal.subject), []).append(signal)
    return found


def in_order(signals: Iterable[Signal]) -> list[Signal]:
    """Signals in order of when they became known."""
    return sorted(signals, key=lambda s: (s.known_at, s.signal_id))


def newest(signals: Sequence[Signal], at: int) -> Signal | None:
    """Of signals in order, what was said last at a moment; None before the first, or where it was cleared."""
    said = None
    for signal in signals:
        if signal.known_at > at:
            break
        said = signal
    return said if said is not None and said.phase is not Phase.CLEARED else None


def month_of_fall(fall: Signal) -> tuple[int, int]:
    """The first and the last second of the newest month that a fall is about."""
    month = month_of(fall.occurred_at)
    day = fall.occurred_at // SECONDS_A_DAY
    last = next(d for d in range(day + 27, day + 32) if month_of((d + 1) * SECONDS_A_DAY) != month)
    return fall.occurred_at, (last + 1) * SECONDS_A_DAY - 1


def limited(score: float) -> float:
    """A score as it is kept."""
    return round(min(score, SCORE_LIMIT), 4)
