"""Feeds followed as time passes: what is read rings, a day that begins is noticed, imported rows are taken in."""

from collections.abc import Callable, Sequence

import msgspec
import sqlalchemy as sa

from services.clock import Clock, RealTime
from services.embedded import Hub
from services.errors import FeedError
from services.feeds.base import Feed
from services.moments import Unread
from streams.observations import SECONDS_A_DAY

SLICE_S = 0.2  # how long the screen, and an answer typed elsewhere, may wait
IMPORTS_S = 5  # how often rows imported by a command are looked for


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """One feed, how often it is read, and where its cursor stands."""

    feed: Feed
    every_s: int
    cursor: Callable[[], str]


class Follower:
    """Runs feeds on the deployment's clock; an episode that was played to its end goes on in the same way."""

    def __init__(self, hub: Hub, feeds: Sequence[Followed], clock: Clock, real: RealTime) -> None:
        self._hub = hub
        self._feeds = tuple(feeds)
        self._clock = clock
        self._real = real
        self._read_at: dict[str, int] = {}
        self._notes: dict[str, tuple[str, ...]] = {}

    def run(self, stop: Callable[[], bool]) -> None:
        """Once, then until `stop` says so. Raises TooManyDeadLetters: such a feed is misread, not bad data."""
        day = self._clock.now() // SECONDS_A_DAY
        self._hub.recover(self._clock.now())
        looked_at = 0
        while True:
            now = self._clock.now()
            if now - looked_at >= IMPORTS_S:
                looked_at = now
                self._imported(now)
            for followed in self._feeds:
                self._read(followed, now)
            if now // SECONDS_A_DAY > day:
                day = now // SECONDS_A_DAY
                self._hub.step(day * SECONDS_A_DAY, (), tick=True, mark=_nothing)
            self._due(now)
            self._hub.moved(now, 1)
            if stop():
                return
            self._real.wait(SLICE_S)

    def _imported(self, now: int) -> None:
        """Groups whose rows came by `twinbell import`, or whose thresholds changed, are judged anew."""
        stale = self._hub.to_rebuild()
        if stale:
            self._hub.rebuild(stale, now, _nothing)

    def _read(self, followed: Followed, now: int) -> None:
        name = followed.feed.name
        read_at = self._read_at.get(name)
        if read_at is not None and now - read_at < followed.every_s:
            return
        self._read_at[name] = now
        try:
            poll = followed.feed.poll(followed.cursor())
        except FeedError as problem:
            self._hub.tell(Unread(at=now, feed=name, note=str(problem)))
            return
        except Exception as problem:  # noqa: BLE001 a feed that breaks must not silence the others: told, counted, read again
            self._hub.tell(Unread(at=now, feed=name, note=f"{type(problem).__name__}: {problem}; read again next time"))
            return
        told = self._notes.get(name, ())
        self._notes[name] = poll.notes
        # What the operator was told already is not told at every reading.
        poll = msgspec.structs.replace(poll, notes=tuple(note for note in poll.notes if note not in told))
        self._hub.take(now, poll)

    def _due(self, now: int) -> None:
        due = self._hub.next_due()
        if due is not None and due <= now:
            self._hub.advance(now)
        else:
            self._hub.announce()


def _nothing(connection: sa.Connection) -> None:
    """A follower needs no mark: cursors and states say how far it came."""
