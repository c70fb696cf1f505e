"""The only place with time: the machine's clock, and the store's own clock that a played episode is stamped with.

A played episode keeps how real time maps to its time in the store, so that a command in another terminal stamps with
the same clock, and a run that was killed goes on where it stopped.
"""

import datetime
import threading
import time
from collections.abc import Iterable
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa

from services.tables import clock as clock_table


class Clock(Protocol):
    """What stamps facts: whole seconds UTC."""

    def now(self) -> int:
        """The time of this deployment."""


class RealTime(Protocol):
    """The machine's time: what a loop waits with."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""

    def wait(self, seconds: float) -> None:
        """Let this many real seconds pass."""


class SystemClock:
    """The machine's clock, for actual runs, and the real side of a stored clock."""

    def now(self) -> int:
        """Whole seconds UTC."""
        return self.now_ms() // 1_000

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1_000_000

    def wait(self, seconds: float) -> None:
        """Let this many real seconds pass; an interrupt from the keyboard ends it."""
        time.sleep(max(0.0, seconds))


class EndableClock(SystemClock):
    """The machine's clock for those who wait in the background: when the process ends nobody waits any longer."""

    def __init__(self) -> None:
        self._ended = threading.Event()

    def wait(self, seconds: float) -> None:
        """Let this many real seconds pass. Raises InterruptedError when the process ends meanwhile."""
        if self._ended.wait(max(0.0, seconds)):
            raise InterruptedError("the process ends")

    def end(self) -> None:
        """Nobody waits from now on."""
        self._ended.set()


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """How real time maps to the store's: `rate` store seconds pass in each real second since the anchor.

    A rate of 0 stands still. `limit` is a store time that the clock does not pass: the next row, which has not been
    read, so that a run that is not running cannot outrun its episode. None: no limit.
    """

    anchor_real_ms: int
    anchor_store: int
    rate: int
    limit: int | None = None

    def at(self, real_ms: int) -> int:
        """The store's time at a real time. A real clock that was set back does not turn the store's back."""
        passed = max(0, real_ms - self.anchor_real_ms) * self.rate // 1_000
        moved = self.anchor_store + passed
        return moved if self.limit is None else max(self.anchor_store, min(moved, self.limit))


class StoredClock:
    """The clock of a played episode, as its mapping stands in the store."""

    def __init__(self, engine: sa.Engine, real: RealTime) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)
        self._real = real

    def now(self) -> int:
        """The store's time."""
        found = self.mapping()
        if found is None:
            raise LookupError("this store has no clock of its own")
        return found.at(self._real.now_ms())

    def mapping(self) -> Mapping | None:
        """The mapping as stored, or None while no episode was played."""
        with self._reading.connect() as connection:
            row = connection.execute(sa.select(clock_table)).mappings().first()
        if row is None:
            return None
        return Mapping(
            anchor_real_ms=row["anchor_real_ms"],
            anchor_store=row["anchor_store"],
            rate=row["rate"],
            limit=row["limit_at"],
        )

    def run_on(self, store_time: int, rate: int, limit: int | None = None) -> Mapping:
        """Anchor the store's time here and now, with this rate, and keep that in the store."""
        mapping = Mapping(anchor_real_ms=self._real.now_ms(), anchor_store=store_time, rate=rate, limit=limit)
        values = {
            "anchor_real_ms": mapping.anchor_real_ms,
            "anchor_store": mapping.anchor_store,
            "rate": mapping.rate,
            "limit_at": mapping.limit,
        }
        with self._engine.begin() as connection:
            if connection.execute(sa.update(clock_table).values(values)).rowcount == 0:
                connection.execute(sa.insert(clock_table).values(id=1, **values))
        return mapping

    def end_play(self, ended_at: int) -> None:
        """From the last row on, one second is one second. Saying so again changes nothing."""
        mapping = self.mapping()
        if mapping is None or mapping.rate != 1:
            self.run_on(ended_at, 1)


class DeploymentClock:
    """What stamps facts in a store: its own clock once an episode is played there, until then the machine's."""

    def __init__(self, engine: sa.Engine, real: RealTime | None = None) -> None:
        self._real = real if real is not None else SystemClock()
        self._stored = StoredClock(engine, self._real)

    def now(self) -> int:
        """Whole seconds UTC."""
        mapping = self._stored.mapping()
        now_ms = self._real.now_ms()
        return now_ms // 1_000 if mapping is None else mapping.at(now_ms)


def at_local(at: int, zone: str) -> datetime.datetime:
    """A moment as the wall time of an IANA zone."""
    return datetime.datetime.fromtimestamp(at, tz=ZoneInfo(zone))


def in_zones(at: int, zones: Iterable[str]) -> str:
    """A moment in UTC and as the wall time of each zone, with its day: 2023-07-03T23:59:00Z (Mon 03 Jul 19:59 EDT)."""
    walls = ", ".join(f"{at_local(at, zone):%a %d %b %H:%M %Z}" for zone in dict.fromkeys(zones))
    return f"{iso_time(at)} ({walls})" if walls else iso_time(at)


def iso_time(at: int) -> str:
    """A moment as ISO 8601 in UTC, for instance 2023-07-03T10:00:00Z."""
    return datetime.datetime.fromtimestamp(at, tz=datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_day(at: int) -> str:
    """The UTC day of a moment, for instance 2023-07-03."""
    return iso_time(at)[:10]
