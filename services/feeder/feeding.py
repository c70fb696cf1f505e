"""The feeder's loop: each feed in its turn, a settling event for each group at midnight, resets after an import."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from services import tables
from services.archive import Archive
from services.clock import Clock
from services.detector.worker import SETTLES
from services.feeder.publishing import Publisher, late_events, poll_events, reset_events, settling_events
from services.feeds.base import Poll
from services.following import Rounds
from services.moments import Moment, Moved, Rejected, Unread, Witness
from services.polling import Followed, Polling
from services.reads import reads_of, refuse_too_many, summed
from streams.canary import GROUP as CANARY
from streams.canary import canary_batch
from streams.observations import SECONDS_A_DAY
from streams.relate import Relating

SLICE_S = 0.05
IMPORTS_S = 5
_PUBLISHED = b"published"  # the mark of a group whose past has gone to the broker


class FeederParts(msgspec.Struct, frozen=True, kw_only=True):
    """What a feeder is made of."""

    database: sa.Engine
    archive: Archive
    publisher: Publisher
    clock: Clock
    witnesses: Sequence[Witness]
    dead_letter_limit: int
    relating: Relating
    canary_every_s: int = 0  # 0: none

    def tell(self, moment: Moment) -> None:
        """Tell the witnesses."""
        for witness in self.witnesses:
            witness(moment)


class Feeder:
    """Follows feeds for the distributed harness."""

    def __init__(self, parts: FeederParts, feeds: Sequence[Followed], beside: Rounds | None = None) -> None:
        """With `beside` feeds are read in lanes of their own and their clocks kept; without, in turn."""
        self._parts = parts
        self._feeds = feeds
        self._beside = beside or Rounds()
        self._looked_at = 0
        self._day = 0
        self._flown_at = 0
        self.begin()

    def begin(self) -> None:
        """Every feed is due: at the start, and when what was being read may not have been kept."""
        self._polling = Polling(self._feeds, self._unread, self._beside.lanes, self._beside.clocks)

    def round(self) -> None:
        """Read what is due, keep it, and say what time it is; what is kept is published beside this loop.

        Raises TooManyDeadLetters: such a feed is misread, not bad data.
        """
        now = self._parts.clock.now()
        late = [self.take(now, poll) for poll in self._polling.polls(now)]
        if any(late) or now - self._looked_at >= IMPORTS_S:
            self._looked_at = now
            self.reset(now)
        today = now // SECONDS_A_DAY
        if today > self._day:
            # At the start too: the day may have begun while nobody looked.
            self._settle(today * SECONDS_A_DAY if self._day else now)
            self._day = today
        if self._parts.canary_every_s and not 0 <= now - self._flown_at < self._parts.canary_every_s:
            self._flown_at = now
            self._fly(now)
        self._parts.tell(Moved(at=now, rate=1))
        for duty in self._beside.duties:
            duty(now)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being read."""
        return not self._polling.is_busy

    def _fly(self, now: int) -> None:
        """Let a canary go the way of what was read, without being kept as read."""
        publisher = self._parts.publisher
        with self._parts.database.begin() as connection:
            publisher.keep(connection, [publisher.wire.event(CANARY, canary_batch(now), now, SETTLES)])

    def take(self, now: int, poll: Poll) -> bool:
        """Keep a poll and let its events wait, in one transaction; whether anything was out of order.

        Its group is reset next, in this round.
        """
        refuse_too_many(poll, self._parts.dead_letter_limit)
        with self._parts.database.begin() as connection:
            found = self._parts.archive.take(connection, poll, now, self._parts.relating)
            publisher = self._parts.publisher
            late = [batch for batch in found.batches if batch.group in found.late]
            publisher.keep(connection, late_events(publisher.wire, late, now))
            publisher.keep(connection, poll_events(publisher.wire, found.timely, now))
            self._parts.archive.forget_states(connection, found.late)
            self._mark(connection, {batch.group for batch in found.timely})
        for letter in poll.dead_letters:
            self._parts.tell(Rejected(at=now, letter=letter))
        for note in poll.notes:
            self._parts.tell(Unread(at=now, feed=poll.feed, note=note))
        reads = (read for batch in found.batches for read in reads_of(batch, now))
        for moment in summed(reads, now):
            self._parts.tell(moment)
        return bool(found.late)

    def _settle(self, at: int) -> None:
        publisher = self._parts.publisher
        with self._parts.database.begin() as connection:
            publisher.keep(connection, settling_events(publisher.wire, self._parts.archive.groups(), at))

    def reset(self, now: int) -> None:
        """Groups whose rows came out of order, or by an import: their memory is made again."""
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

    def _unread(self, at: int, feed: str, note: str) -> None:
        self._parts.tell(Unread(at=at, feed=feed, note=note))
