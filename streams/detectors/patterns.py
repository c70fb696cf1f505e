"""Signals of a group as they stood at any moment: what C3 and C4 ask of falls and price gaps."""

from collections.abc import Iterable, Sequence
from math import inf

from streams.baselines import month_of
from streams.observations import SECONDS_A_DAY
from streams.signals import Direction, Hazard, Phase, Signal

FALLS = ("V1", "V2")
GAPS = ("P3",)
LASTS_S = 62 * SECONDS_A_DAY  # a monthly figure speaks until the next one can be here


class Heard:
    """What detectors said, by detector and series. What a revision took back is gone from that moment on."""

    def __init__(self, signals: Iterable[Signal]) -> None:
        ordered = sorted(signals, key=lambda s: (s.known_at, s.signal_id))
        self._gone: dict[str, int] = {}
        self._said: dict[tuple[str, str], list[Signal]] = {}
        for signal in ordered:
            if signal.phase is Phase.REVISED:
                for name in signal.withdraws:
                    self._gone.setdefault(name, signal.known_at)
            elif signal.detector in (*FALLS, *GAPS):
                self._said.setdefault((signal.detector, signal.subject), []).append(signal)

    def falls(self) -> list[Sequence[Signal]]:
        """Falls and stops of flows and what cleared them, series by series, in order of when they became known."""
        own = [said for (detector, _), said in sorted(self._said.items()) if detector in FALLS]
        falls = [[s for s in said if s.direction is Direction.DOWN or s.phase is Phase.CLEARED] for said in own]
        return [said for said in falls if said]

    def falls_of(self, subject: str, at: int) -> list[Signal]:
        """The falls and stops of one flow that stand at a moment."""
        found = (self._standing(said, at) for (_, name), said in sorted(self._said.items()) if name == subject)
        return [fall for fall in found if fall is not None and fall.detector in FALLS and fall.known_at > at - LASTS_S]

    def open_gap(self, origin: str, at: int) -> Signal | None:
        """The price gap of an exporter that stands open at a moment, dear abroad; the strongest of several."""
        found = [self._standing(said, at) for (name, _), said in sorted(self._said.items()) if name in GAPS]
        open_now = [gap for gap in found if gap and gap.origin == origin and gap.hazard is Hazard.RESTRICTION]
        return max(open_now, key=lambda gap: (gap.score, gap.signal_id), default=None)

    def gaps_said(self, origin: str) -> list[Signal]:
        """Everything that was said of the price gaps of an exporter, in order."""
        said = [s for (name, _), own in self._said.items() if name in GAPS for s in own if s.origin == origin]
        return sorted(said, key=lambda s: (s.known_at, s.signal_id))

    def ends(self, said: Sequence[Signal], place: int) -> float:
        """Until when the signal at a place speaks: the next one, what takes it back, or that none comes."""
        own = said[place]
        following = said[place + 1].known_at if place + 1 < len(said) else own.known_at + LASTS_S
        return min(following, self._gone.get(own.signal_id, inf))

    def _standing(self, said: Sequence[Signal], at: int) -> Signal | None:
        """What was said last by then and not taken back by then; None where that is that it is over."""
        known = [s for s in said if s.known_at <= at and self._gone.get(s.signal_id, inf) > at]
        return known[-1] if known and known[-1].phase is not Phase.CLEARED else None


def month_of_fall(fall: Signal) -> tuple[int, int]:
    """The first and the last second of the newest month that a fall is about."""
    month, day = month_of(fall.occurred_at), fall.occurred_at // SECONDS_A_DAY
    last = next(d for d in range(day, day + 31) if month_of((d + 1) * SECONDS_A_DAY) != month)
    return fall.occurred_at, (last + 1) * SECONDS_A_DAY - 1
