"""How fast a played episode goes by for the person who watches it; what happens in it does not depend on this.

Days jump while nothing rings. After a ring a second is a minute, for some seconds, so that both sides' clocks are seen;
a pause is then cut short, since the next row may be weeks away. It is real time after the last row.
"""

import msgspec

from alerts.facts import Rung
from services.clock import RealTime, StoredClock
from services.embedded import Hub
from services.moments import Moment, Recorded
from streams.observations import SECONDS_A_DAY

SLICE_S = 0.2  # how long the screen, and an answer typed elsewhere, may wait
WATCHED_RATE = 60  # a second is a minute
AHEAD_S = 2  # real seconds that the store's clock may run ahead of its runner: a killed play stands still


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Real seconds for the parts of a play; together well under a minute, whatever the machine needs besides."""

    jumps_s: float = 13.0  # all days that jump
    first_ring_s: float = 21.0  # after the first ring
    later_ring_s: float = 4.0  # after each further one
    rings_s: float = 30.0  # after all rings
    whole_s: float = 50.0  # from here on nothing is waited for


AT_ONCE = Pace(jumps_s=0.0, first_ring_s=0.0, later_ring_s=0.0, rings_s=0.0)


class Watched:
    """Time as a person watches it pass. It is also a witness: a ring gives it time to be looked at."""

    def __init__(self, hub: Hub, clock: StoredClock, real: RealTime, pace: Pace, days: int) -> None:
        self._hub = hub
        self._clock = clock
        self._real = real
        self._pace = pace
        self._jump_s = pace.jumps_s / max(1, days)
        self._rings_left_s = pace.rings_s
        self._window_s = 0.0
        self._rung = False
        self._day = -1
        self._ends_ms = real.now_ms() + round(pace.whole_s * 1_000)

    def __call__(self, moment: Moment) -> None:
        """Give a ring its time."""
        if isinstance(moment, Recorded) and isinstance(moment.fact.body, Rung):
            wanted = self._pace.later_ring_s if self._rung else self._pace.first_ring_s
            self._rung = True
            self._window_s = max(self._window_s, min(wanted, self._rings_left_s))

    def stopped_at(self) -> int:
        """Where the clock was set on last."""
        mapping = self._clock.mapping()
        return mapping.anchor_store if mapping is not None else 0

    def pass_to(self, position: int, target: int) -> int:
        """See `services.playing.Passage`."""
        while position < target and self._window_s > 0 and not self._is_late():
            limit = min(target, position + AHEAD_S * WATCHED_RATE)
            self._clock.run_on(position, WATCHED_RATE, limit)
            self._wait(SLICE_S)
            position = self._clock.now()
            self._hub.moved(position, WATCHED_RATE)
            if self._hub.announce():
                return position
        if position < target:
            self._jump(target)
        return target

    def _jump(self, target: int) -> None:
        self._clock.run_on(target, 0, target)
        self._hub.moved(target, 0)
        day = target // SECONDS_A_DAY
        if day != self._day:
            self._day = day
            self._real.wait(0.0 if self._is_late() else self._jump_s)

    def _is_late(self) -> bool:
        return self._real.now_ms() >= self._ends_ms

    def _wait(self, seconds: float) -> None:
        self._real.wait(seconds)
        self._window_s -= seconds
        self._rings_left_s -= seconds
