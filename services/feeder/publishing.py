"""Archive → **Kafka**: what was kept goes out in the order in which it was kept, and is forgotten when it has arrived.

The events of a poll are written in the transaction that keeps the poll. A feeder that is killed at any moment publishes
the rest when it is back, some of it twice: the worker skips what it has.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
import sqlalchemy as sa

from services import tables
from services.broker import Writer
from services.clock import SystemClock
from services.detector.worker import LATE, RESETS, SETTLES
from services.errors import BrokerFailed
from streams.cloudevents import OBSERVATIONS, Event, Headers, Wire
from streams.gathering import gathered, halved, size_of
from streams.observations import ObservationBatch
from streams.topics import MAX_BYTES, TopicName

_AT_ONCE = 500
_LARGEST = MAX_BYTES - 64 * 1024  # of a value: headers and key come on top
_SLICE_S = 0.02
_AGAIN_S = 1.0


def poll_events(wire: Wire[ObservationBatch], batches: Sequence[ObservationBatch], at: int) -> Iterator[Event]:
    """The events of one poll: full batches, and for each group a last one that settles it at `at`."""
    for batch in gathered(batches):
        yield from _fitting(wire, batch, at)
    yield from settling_events(wire, sorted({batch.group for batch in batches}), at)


def late_events(wire: Wire[ObservationBatch], batches: Sequence[ObservationBatch], at: int) -> Iterator[Event]:
    """The events of what came out of order, for whoever reads the topic; detection skips them for the reset."""
    for batch in gathered(batches):
        yield from _fitting(wire, batch, at, LATE)


def _fitting(wire: Wire[ObservationBatch], batch: ObservationBatch, at: int, *marks: str) -> Iterator[Event]:
    """A batch as one event, or, where that is more than the broker takes, as those of its halves."""
    event = wire.event(batch.group, batch, at, *marks)
    if len(event.value) <= _LARGEST or size_of(batch) < 2:
        yield event
        return
    for half in halved(batch):
        yield from _fitting(wire, half, at, *marks)


def settling_events(wire: Wire[ObservationBatch], groups: Iterable[str], at: int) -> Iterator[Event]:
    """One event for each group: time has come to `at`, and what its assessments have become is given out."""
    for group in groups:
        yield wire.event(group, ObservationBatch(group=group, feed="", tick_at=at), at, SETTLES)


def reset_events(wire: Wire[ObservationBatch], groups: Iterable[str], at: int) -> Iterator[Event]:
    """One event for each group: its past has changed, its memory is made again from the archive, then settled."""
    for group in groups:
        batch = ObservationBatch(group=group, feed="", tick_at=at)
        yield wire.event(group, batch, at, SETTLES, RESETS)


class Publisher:
    """The events that wait in the store, and the broker that they go to."""

    def __init__(self, database: sa.Engine, writer: Writer, source: str) -> None:
        self._database = database
        self._reading = database.execution_options(reading=True)
        self._writer = writer
        self.wire = Wire(OBSERVATIONS, source)

    def keep(self, connection: sa.Connection, events: Iterable[Event]) -> int:
        """Let events wait, in the caller's transaction; how many."""
        rows = [
            {
                "topic": TopicName.OBSERVATIONS.value,
                "key": event.key,
                "value": event.value,
                "headers": msgspec.msgpack.encode(event.headers),
            }
            for event in events
        ]
        if rows:
            connection.execute(sa.insert(tables.outgoing), rows)
        return len(rows)

    def publish(self) -> int:
        """Send what waits, in order; the number of events that the broker has now. Raises BrokerFailed."""
        table = tables.outgoing
        query = sa.select(table).order_by(table.c.position).limit(_AT_ONCE)
        done = 0
        while True:
            with self._reading.connect() as connection:
                rows = connection.execute(query).all()
            if not rows:
                return done
            for row in rows:
                headers = msgspec.msgpack.decode(row.headers, type=Headers)
                self._writer.send(TopicName(row.topic), Event(key=row.key, value=row.value, headers=headers))
            self._writer.flush()
            sent = [row.position for row in rows]
            with self._database.begin() as connection:
                connection.execute(sa.delete(table).where(table.c.position.in_(sent)))
            done += len(rows)

    def run(self, is_over: Callable[[], bool], clock: SystemClock, failed: Callable[[str], None]) -> None:
        """Publish what waits until `is_over`, in a thread of its own: a broker that is away must not stop the reading.

        `failed` is told each time why the broker could not be reached; what waits is tried again.
        """
        while not is_over():
            try:
                self.publish()
                clock.wait(_SLICE_S)
            except BrokerFailed as problem:
                failed(str(problem))
                clock.wait(_AGAIN_S)
