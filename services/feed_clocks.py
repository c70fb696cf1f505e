"""Feeds → **clocks**: when each was asked, when it answered, how new its content is, and why it could not be read."""

from enum import StrEnum

import msgspec
import sqlalchemy as sa

from services import tables
from services.http_client import Standing
from streams.observations import SECONDS_A_DAY


class Freshness(StrEnum):
    """What silence of a feed means."""

    FRESH = "fresh"
    STALE = "stale"  # it answers, and its content stands still beyond what it promises
    UNREACHED = "unreached"  # the last reading failed
    NEVER = "never"  # not read yet


class FeedClock(msgspec.Struct, frozen=True, kw_only=True):
    """The two clocks of one feed, fetched and content, and how the last reading ended."""

    feed: str
    tried_at: int
    fetched_at: int | None
    content_at: int | None
    standing: Standing
    reason: str = ""  # why the last reading failed; empty: it did not
    note: str = ""

    def freshness(self, now: int, stale_days: float | None) -> Freshness:
        """What its silence means; without a promise (`stale_days`) a feed that was read is fresh."""
        if self.reason:
            return Freshness.UNREACHED
        if self.fetched_at is None:
            return Freshness.NEVER
        newest = self.content_at or 0
        is_stale = stale_days is not None and now - newest > stale_days * SECONDS_A_DAY
        return Freshness.STALE if is_stale else Freshness.FRESH


class FeedClocks:
    """The clocks as they stand in the store."""

    def __init__(self, database: sa.Engine) -> None:
        self._database = database
        self._reading = database.execution_options(reading=True)

    def all(self) -> dict[str, FeedClock]:
        """The clock of every feed that was ever tried or read, by name."""
        table, cursors = tables.feed_clocks, tables.cursors
        with self._reading.connect() as connection:
            tried = {row["feed"]: row for row in connection.execute(sa.select(table)).mappings()}
            read = {row["feed"]: row for row in connection.execute(sa.select(cursors)).mappings()}
        found: dict[str, FeedClock] = {}
        for feed in sorted(tried.keys() | read.keys()):
            row, cursor = tried.get(feed), read.get(feed)
            found[feed] = FeedClock(
                feed=feed,
                tried_at=row["tried_at"] if row else cursor["polled_at"] if cursor else 0,
                fetched_at=row["fetched_at"] if row else cursor["polled_at"] if cursor else None,
                content_at=cursor["content_at"] if cursor else None,
                standing=_standing(row),
                reason=row["reason"] if row else "",
                note=row["note"] if row else "",
            )
        return found

    def standing(self, feed: str) -> Standing:
        """How a source and we got along when it was asked last."""
        query = sa.select(tables.feed_clocks).where(tables.feed_clocks.c.feed == feed)
        with self._reading.connect() as connection:
            return _standing(connection.execute(query).mappings().first())

    def tried(self, feed: str, at: int, standing: Standing, reason: str, note: str) -> None:
        """A reading is over; `reason` says why it failed, empty that it did not."""
        table = tables.feed_clocks
        values: dict[str, object] = {
            "tried_at": at,
            "reason": reason,
            "note": note[:1_000],
            **msgspec.structs.asdict(standing),
        }
        if not reason:
            values["fetched_at"] = at
        with self._database.begin() as connection:
            if connection.execute(sa.update(table).where(table.c.feed == feed).values(values)).rowcount == 0:
                connection.execute(sa.insert(table).values(feed=feed, **values))


def _standing(row: sa.RowMapping | None) -> Standing:
    if row is None:
        return Standing()
    return Standing(failures=row["failures"], open_until=row["open_until"], not_before_ms=row["not_before_ms"])
