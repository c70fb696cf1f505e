"""The feeder's loop: each feed in its turn, a settling event for each group at midnight, resets after an import."""

from collections.abc import Callable, Sequence

import msgspec
import sqlalchemy as sa

from services import tables
from services.archive import Archive
from services.clock import Clock, RealTime
from services.errors import BrokerFailed, FeedError
from services.feeder.publishing import Publisher, poll_events, reset_events, settling_events
from services.feeds.base import Poll
from services.following import Followed, refuse_too_many
from services.moments import Moved, Read, Rejected, Unread, Witness
from services.reads import reads_of
from streams.observations import SECONDS_A_DAY, ObservationBatch

SLICE_S = 0.05
IMPORTS_S = 5
_PUBLISHED = b"published"  # the mark of a group whose past has gone to the broker


class FeederParts(msgspec.Struct, frozen=True, kw_only=True):
    """What a feeder is made of."""

    database: sa.Engine
    archive: Archive
    publisher: Publisher
    clock: Clock
    real: RealTime
    witnesses: Sequence[Witness]
    dead_letter_limit: int


class Feeder:
    """Follows feeds for the distributed harness."""

    def __init__(self, parts: FeederParts, feeds: Sequence[Followed]) -> None:
        self._parts = parts
        self._feeds = tuple(feeds)
        self._read_at: dict[str, int] = {}
        self._looked_at = 0
        self._day = parts.clock.now() // SECONDS_A_DAY

    def run(self, stop: Callable[[], bool]) -> None:
        """Round after round until `stop`. Raises TooManyDeadLetters: such a feed is misread, not bad data."""
        while not stop():
            self.round()
            self._parts.real.wait(SLICE_S)

    def round(self) -> None:
        """Read what is due, say what time it is, publish what waits. A broker that is away is told and tried again."""
        now = self._parts.clock.now()
        for followed in self._feeds:
            self._read(followed, now)
        if now - self._looked_at >= IMPORTS_S:
            self._looked_at = now
            self._reset(now)
        if now // SECONDS_A_DAY > self._day:
            self._day = now // SECONDS_A_DAY
            self._settle(self._day * SECONDS_A_DAY)
        self._publish(now)
        self._tell(Moved(at=now, rate=1))

    def take(self, now: int, poll: Poll) -> None:
        """Keep a poll and let its events wait, in one transaction."""
        refuse_too_many(poll, self._parts.dead_letter_limit)
        with self._parts.database.begin() as connection:
            fresh = self._parts.archive.keep(connection, poll)
            self._parts.publisher.keep(connection, poll_events(self._parts.publisher.wire, fresh, now))
            self._mark(connection, {batch.group for batch in fresh})
        for letter in poll.dead_letters:
            self._tell(Rejected(at=now, letter=letter))
        for note in poll.notes:
            self._tell(Unread(at=now, feed=poll.feed, note=note))
        for read in _summed(fresh, now):
            self._tell(read)

    def _read(self, followed: Followed, now: int) -> None:
        name = followed.feed.name
        read_at = self._read_at.get(name)
        if read_at is not None and now - read_at < followed.every_s:
            return
        self._read_at[name] = now
        try:
            poll = followed.feed.poll(followed.cursor())
        except FeedError as problem:
            self._tell(Unread(at=now, feed=name, note=str(problem)))
            return
        except Exception as problem:  # noqa: BLE001 a feed that breaks must not silence the others: told, read again
            self._tell(Unread(at=now, feed=name, note=f"{type(problem).__name__}: {problem}; read again next time"))
            return
        self.take(now, poll)

    def _settle(self, at: int) -> None:
        publisher = self._parts.publisher
        with self._parts.database.begin() as connection:
            publisher.keep(connection, settling_events(publisher.wire, self._parts.archive.groups(), at))

    def _reset(self, now: int) -> None:
        """Groups whose rows came by an import: their memory is made again."""
        table = tables.group_states
        publisher = self._parts.publisher
        groups = set(self._parts.archive.groups())
        with self._parts.database.begin() as connection:
            marked = set(connection.execute(sa.select(table.c.group_name)).scalars())
            changed = sorted(groups - marked)
            publisher.keep(connection, reset_events(publisher.wire, changed, now))
            self._mark(connection, changed)

    def _mark(self, connection: sa.Connection, groups: Sequence[str] | set[str]) -> None:
        for group in sorted(groups):
            self._parts.archive.save_state(connection, group, _PUBLISHED)

    def _publish(self, now: int) -> None:
        try:
            self._parts.publisher.publish()
        except BrokerFailed as problem:
            self._tell(Unread(at=now, feed="broker", note=str(problem)))

    def _tell(self, moment: Read | Rejected | Unread | Moved) -> None:
        for witness in self._parts.witnesses:
            witness(moment)


def _summed(batches: Sequence[ObservationBatch], now: int) -> list[Read]:
    found: dict[tuple[str, str, str], Read] = {}
    for batch in batches:
        for read in reads_of(batch, now):
            key = (read.feed, read.group, read.family)
            before = found.get(key)
            found[key] = msgspec.structs.replace(read, rows=read.rows + before.rows, titles=()) if before else read
    return list(found.values())
