"""A recorded episode through the distributed harness: the player's steps are published and worked through by others."""

from collections.abc import Callable, Iterable, Sequence

import sqlalchemy as sa

from services.archive import Archive
from services.detector.worker import SETTLES
from services.embedded import Hub
from services.feeder.barrier import Barrier
from services.feeder.publishing import Publisher, poll_events, settling_events
from services.reads import reads_of, summed
from streams.cloudevents import Event
from streams.observations import ObservationBatch

Mark = Callable[[sa.Connection], None]


class Published:
    """What `services.playing.Player` plays on: steps go to the broker; what is due is the dispatcher's business."""

    def __init__(self, hub: Hub, database: sa.Engine, archive: Archive, publisher: Publisher, barrier: Barrier) -> None:
        self._hub = hub
        self._database = database
        self._archive = archive
        self._publisher = publisher
        self._barrier = barrier

    def step(self, at: int, batches: Sequence[ObservationBatch], tick: bool, mark: Mark) -> None:
        """Publish the rows of one instant, each settled by itself, and a tick when a day has begun."""
        wire = self._publisher.wire
        events = [wire.event(batch.group, batch, at, SETTLES) for batch in batches]
        if tick:
            events += settling_events(wire, self._archive.groups(), at)
        is_last = not batches and not tick  # how a play ends: what was published before has had its effect then
        self._publish(events, mark, wait=bool(batches) or is_last)
        for moment in summed((read for batch in batches for read in reads_of(batch, at)), at):
            self._hub.tell(moment)

    def catch_up(self, at: int, batches: Iterable[ObservationBatch], mark: Mark) -> None:
        """Publish rows that were known before, full records, settled at `at`: nobody is rung for the past."""
        self._publish(list(poll_events(self._publisher.wire, list(batches), at)), mark, wait=True)

    def to_rebuild(self) -> set[str]:
        """None: the workers look after their memory."""
        return set()

    def rebuild(self, groups: set[str], at: int, mark: Mark) -> None:
        """Nothing: the workers look after their memory."""

    def recover(self, at: int) -> None:
        """Nothing: the dispatcher recovers what it was sending."""

    def advance(self, at: int) -> None:
        """Tell those who watch what the dispatcher has recorded: it does what is due."""
        self._hub.announce()

    def next_due(self) -> int | None:
        """Never: the dispatcher does what is due."""
        return None

    def _publish(self, events: list[Event], mark: Mark, wait: bool) -> None:
        with self._database.begin() as connection:
            self._publisher.keep(connection, events)
            mark(connection)
        self._publisher.publish()
        if wait:
            self._barrier.wait()
        self._hub.announce()
