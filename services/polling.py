"""Feeds read in their turn: which is due, what it brought, and what could not be read, told and read again."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from queue import SimpleQueue

import msgspec

from services.clock import iso_time
from services.dispatcher.lanes import InTurn, Lane, Lanes
from services.errors import FeedBroken, FeedError, SourceFailed
from services.feed_clocks import FeedClocks
from services.feeds.base import Feed, Poll
from services.http_client import Standing
from services.reasons import Reason

AGAIN_S = 900  # a feed that could not be read is not left for a whole day; its breaker holds it back where it must


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """One feed, how often it is read, where its cursor stands, and how it gets along with its source."""

    feed: Feed
    every_s: int
    cursor: Callable[[], str]
    standing: Callable[[], Standing] = Standing
    waiting: Callable[[], str] = str  # what its source is waited for, and until when
    once: bool = False  # nobody waits for another reading


class _Ended(msgspec.Struct, frozen=True, kw_only=True):
    """A reading that is over: what it brought, or why it failed."""

    followed: Followed
    poll: Poll | None = None
    reason: str = ""
    problem: str = ""


class Polling:
    """The feeds of one process, each in a lane of its own: a slow source delays no bell and no other source.

    `unread` is told the feed and what went wrong. With `clocks` how each reading ended is kept.
    """

    def __init__(
        self,
        feeds: Sequence[Followed],
        unread: Callable[[int, str, str], None],
        lanes: Lanes | None = None,
        clocks: FeedClocks | None = None,
    ) -> None:
        self._feeds = tuple(feeds)
        self._unread = unread
        self._lanes: Lanes = lanes or InTurn()
        self._clocks = clocks
        self._due_at: dict[str, int] = {}
        self._reading: set[str] = set()
        self._more: set[str] = set()
        self._ended: SimpleQueue[_Ended] = SimpleQueue()
        self._notes: dict[str, tuple[str, ...]] = {}
        self._awaited: set[str] = set()  # sources of which it was said that they are waited for

    @property
    def is_busy(self) -> bool:
        """Whether a feed is being read, or has more at once."""
        return bool(self._reading or self._more)

    def polls(self, now: int) -> Iterator[Poll]:
        """What the feeds that are due brought; a note that the last reading had too is left out.

        A source that lets a reading wait is told once, until it was read.
        """
        jobs: dict[Lane, Callable[[], None]] = {}
        busy = self._lanes.busy()
        for followed in self._feeds:
            name = followed.feed.name
            if name not in self._reading and ("feed", name) not in busy and now >= self._due_at.get(name, now):
                self._reading.add(name)
                self._due_at[name] = now + followed.every_s
                jobs["feed", name] = partial(self._read, followed)
        self._lanes.run(jobs)
        for followed in self._feeds:
            name = followed.feed.name
            words = followed.waiting() if name in self._reading - self._awaited else ""
            if words:
                self._awaited.add(name)
                self._unread(now, name, words)
        while not self._ended.empty():
            yield from self._over(self._ended.get(), now)

    def _read(self, followed: Followed) -> None:
        """Read one feed, in its lane."""
        try:
            ended = _Ended(followed=followed, poll=_polled(followed))
        except SourceFailed as problem:
            words = f"{problem.reason}: {problem.detail}"
            ended = _Ended(followed=followed, reason=problem.reason, problem=words)
        except FeedBroken as problem:
            ended = _Ended(followed=followed, reason="failed", problem=str(problem))
        except FeedError as problem:
            ended = _Ended(followed=followed, reason="unreadable", problem=str(problem))
        self._ended.put(ended)

    def _over(self, ended: _Ended, now: int) -> Iterator[Poll]:
        """What a reading that is over brought; it is kept as over once the caller has taken that."""
        name = ended.followed.feed.name
        self._reading.discard(name)
        self._more.discard(name)
        if ended.poll is None:
            self._due_at[name] = now + min(AGAIN_S, ended.followed.every_s)
            self._unread(now, name, ended.problem + self._when(ended.followed, ended.reason))
            self._keep(ended, now, ended.problem)
            return
        unread = ended.poll.unread
        if unread:
            self._due_at[name] = now + min(AGAIN_S, ended.followed.every_s)
        else:
            self._awaited.discard(name)
        if ended.poll.more:
            self._more.add(name)
            self._due_at[name] = now
        told = self._notes.get(name, ())
        self._notes[name] = ended.poll.notes
        notes = [note for note in ended.poll.notes if note not in told]
        if unread and notes and notes[-1] == ended.poll.notes[-1]:
            notes[-1] += self._when(ended.followed, unread)
        yield msgspec.structs.replace(ended.poll, notes=tuple(notes))
        self._keep(msgspec.structs.replace(ended, reason=unread), now, "; ".join(ended.poll.notes))

    def _when(self, followed: Followed, reason: str) -> str:
        """When a feed that could not be read is read again; nothing where nobody will, or where that is said."""
        if followed.once or reason == Reason.BREAKER_OPEN:
            return ""
        at = max(self._due_at[followed.feed.name], followed.standing().open_until)
        return f"; read again at {iso_time(at)}"

    def _keep(self, ended: _Ended, now: int, note: str) -> None:
        if self._clocks is not None:
            self._clocks.tried(ended.followed.feed.name, now, ended.followed.standing(), ended.reason, note)


def _polled(followed: Followed) -> Poll:
    """What the feed brings. Raises FeedError and nothing else: a feed that breaks must not silence the others."""
    try:
        return followed.feed.poll(followed.cursor())
    except FeedError:
        raise
    except Exception as problem:
        raise FeedBroken(f"{type(problem).__name__}: {problem}") from problem
