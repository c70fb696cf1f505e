"""Feeds read in their turn: which is due, what it brought, and what could not be read, told and read again."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from services.errors import FeedError
from services.feeds.base import Feed, Poll


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """One feed, how often it is read, and where its cursor stands."""

    feed: Feed
    every_s: int
    cursor: Callable[[], str]


class Polling:
    """The feeds of one process. `unread` is told the feed and what went wrong."""

    def __init__(self, feeds: Sequence[Followed], unread: Callable[[int, str, str], None]) -> None:
        self._feeds = tuple(feeds)
        self._unread = unread
        self._read_at: dict[str, int] = {}
        self._notes: dict[str, tuple[str, ...]] = {}

    def polls(self, now: int) -> Iterator[Poll]:
        """What the feeds that are due brought; a note that the last reading had too is left out."""
        for followed in self._feeds:
            poll = self._poll(followed, now)
            if poll is not None:
                yield poll

    def _poll(self, followed: Followed, now: int) -> Poll | None:
        name = followed.feed.name
        read_at = self._read_at.get(name)
        if read_at is not None and now - read_at < followed.every_s:
            return None
        self._read_at[name] = now
        try:
            poll = followed.feed.poll(followed.cursor())
        except FeedError as problem:
            self._unread(now, name, str(problem))
            return None
        except Exception as problem:  # noqa: BLE001 a feed that breaks must not silence the others: told, counted, read again
            self._unread(now, name, f"{type(problem).__name__}: {problem}; read again next time")
            return None
        told = self._notes.get(name, ())
        self._notes[name] = poll.notes
        return msgspec.structs.replace(poll, notes=tuple(note for note in poll.notes if note not in told))
