"""One source → archive, now: `twinbell feeds poll`. Each reading is one transaction; a long way can be broken off."""

from collections.abc import Callable
from typing import Protocol

import msgspec
import sqlalchemy as sa

from services.archive import Archive
from services.feeds.base import Feed, Poll


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What the readings brought together."""

    read: int = 0
    new: int = 0
    revised: int = 0
    not_relevant: int = 0
    unusable: int = 0
    polls: int = 0
    notes: tuple[str, ...] = ()
    unread: str = ""  # why the last reading stopped before its end


class OnWindow(Protocol):
    """Told how many windows are done, and of how many."""

    def __call__(self, done: int, of: int) -> None: ...


def bring(
    feed: Feed, archive: Archive, database: sa.Engine, on_window: OnWindow | Callable[[int, int], None]
) -> Brought:
    """Read a feed until it has no more. The states of groups with new rows are dropped, so that a run judges them anew.

    Raises SourceFailed when a reading brought nothing at all; those before it are kept.
    """
    brought = Brought()
    while True:
        poll = feed.poll(archive.cursor(feed.name))
        with database.begin() as connection:
            kept = archive.store(connection, poll)
            archive.forget_states(connection, kept.groups)
        tallies = kept.tallies.values()
        brought = _added(brought, poll, sum(t.new for t in tallies), sum(t.revised for t in tallies))
        on_window(*poll.done)
        if not poll.more:
            return brought


def _added(brought: Brought, poll: Poll, new: int, revised: int) -> Brought:
    return Brought(
        read=brought.read + poll.read,
        new=brought.new + new,
        revised=brought.revised + revised,
        not_relevant=brought.not_relevant + poll.not_relevant,
        unusable=brought.unusable + len(poll.dead_letters),
        polls=brought.polls + 1,
        unread=poll.unread,
        notes=tuple(dict.fromkeys((*brought.notes, *poll.notes))),
    )
