"""Feeds followed as time passes: what is read rings, a day that begins is noticed, imported rows are taken in."""

from collections.abc import Callable, Sequence

import msgspec
import sqlalchemy as sa

from services.clock import Clock, RealTime
from services.dispatcher.lanes import Lanes
from services.embedded import Hub
from services.feed_clocks import FeedClocks
from services.moments import Unread
from services.polling import Followed, Polling
from streams.observations import SECONDS_A_DAY

SLICE_S = 0.2  # how long the screen, and an answer typed elsewhere, may wait
IMPORTS_S = 5  # how often rows imported by a command are looked for


class Rounds(msgspec.Struct, frozen=True, kw_only=True):
    """What goes on beside the reading: in which lanes, where clocks are kept, and what is done at each turn."""

    lanes: Lanes | None = None
    clocks: FeedClocks | None = None
    duties: tuple[Callable[[int], None], ...] = ()


class Follower:
    """Runs feeds on the deployment's clock; an episode that was played to its end goes on in the same way."""

    def __init__(
        self, hub: Hub, feeds: Sequence[Followed], clock: Clock, real: RealTime, rounds: Rounds | None = None
    ) -> None:
        """With `rounds` feeds are read beside the bell and their clocks kept; without, in turn and in this thread."""
        self._hub = hub
        self._rounds = rounds or Rounds()
        self._polling = Polling(feeds, self._unread, self._rounds.lanes, self._rounds.clocks)
        self._clock = clock
        self._real = real

    def run(self, stop: Callable[[], bool]) -> None:
        """Once, then until `stop` says so. Raises TooManyDeadLetters: such a feed is misread, not bad data."""
        day = 0
        self._hub.recover(self._clock.now())
        looked_at = 0
        while True:
            now = self._clock.now()
            if now - looked_at >= IMPORTS_S:
                looked_at = now
                self._imported(now)
            late = [self._hub.take(now, poll) for poll in self._polling.polls(now)]
            if any(late):  # once a round, however many rows came out of order
                self._imported(now)
            today = now // SECONDS_A_DAY
            if today > day:
                # At the start too: the day may have begun while nobody looked.
                self._hub.step(today * SECONDS_A_DAY if day else now, (), tick=True, mark=_nothing)
                day = today
            self._hub.advance(now)
            self._hub.moved(now, 1)
            for duty in self._rounds.duties:
                duty(now)
            if not self._polling.is_busy and stop():
                return
            self._real.wait(SLICE_S)

    def _imported(self, now: int) -> None:
        """Groups whose rows came out of order or by `twinbell import`, or whose thresholds changed, are judged anew."""
        stale = self._hub.to_rebuild()
        if stale:
            self._hub.rebuild(stale, now, _nothing)

    def _unread(self, at: int, feed: str, note: str) -> None:
        self._hub.tell(Unread(at=at, feed=feed, note=note))


def _nothing(connection: sa.Connection) -> None:
    """A follower needs no mark: cursors and states say how far it came."""
