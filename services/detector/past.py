"""Where a partition's memory comes from: snapshots on the broker; the archive for a group whose snapshot is lost."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache, lru_cache

from kafka import KafkaConsumer, TopicPartition
from kafka.partitioner.default import murmur2
from sqlalchemy.exc import OperationalError

from services.archive import Archive
from services.broker import Reader, client, reached
from services.broker_settings import BrokerSettings
from services.detector.worker import Saved
from services.errors import StoreAway
from streams.cloudevents import STATE, StateOfGroup, Wire
from streams.errors import BadObservation
from streams.observations import ObservationBatch
from streams.passing import passed
from streams.topics import TopicName

_NAMES = 100_000  # of groups whose partition is remembered: it is asked for with every record


@cache
@lru_cache(_NAMES)
def partition_of(group: str, partitions: int) -> int:
    """The partition that kafka-python's default partitioner gives a group's records (murmur2, as the Java client)."""
    return (int(murmur2(group.encode())) & 0x7FFFFFFF) % partitions


class NoArchive:
    """A worker without a database: what has no snapshot begins with nothing."""

    def batches(self, after: int, until: int, group: str = "") -> Iterator[tuple[int, ObservationBatch]]:
        """None."""
        return iter(())


class Past:
    """Snapshots and archive of one deployment."""

    def __init__(self, broker: BrokerSettings, archive: Archive | NoArchive, known_until: Callable[[], int]) -> None:
        self._broker = broker
        self._archive = archive
        self._known_until = known_until
        self._wire = Wire(STATE)

    def saved(self, partition: int) -> Saved:
        """Every snapshot of the partition's groups that this version can read, and what is read next.

        Raises BrokerFailed. A snapshot that has read farther than there is something to read is of a topic that was
        made anew: it would skip what comes.
        """
        found: list[StateOfGroup] = []
        with closing(Reader(self._broker, [TopicName.STATES], [partition])) as reader:
            reader.seek({})
            for arrived in reader.to_the_end():
                # A group without a snapshot that can be read is made again from the archive.
                with contextlib.suppress(BadObservation):
                    found.append(self._wire.record(arrived.headers, arrived.value))
        place = TopicPartition(self._broker.name(TopicName.OBSERVATIONS), partition)
        group = self._broker.detect_group
        with (
            reached(self._broker),
            closing(KafkaConsumer(**client(self._broker), group_id=group, enable_auto_commit=False)) as consumer,
        ):
            committed = consumer.committed(place) or 0
            first = consumer.beginning_offsets([place])[place]
            end = consumer.end_offsets([place])[place]  # asked for last: no snapshot of this topic can be ahead of it
        return Saved(snapshots=[each for each in found if each.applied <= end], next=max(first, committed))

    def batches(self, partition: int, without: frozenset[str]) -> Iterator[ObservationBatch]:
        """Everything known of the partition's other groups, in order of known_at, with midnights. Raises StoreAway."""
        until = self._known_until()
        with _asked():
            known = self._archive.batches(0, until)
            yield from passed(((at, batch) for at, batch in known if self._is_of(partition, without, batch)), until)

    def rows(self, group: str, until: int) -> Iterator[tuple[int, ObservationBatch]]:
        """Everything of one group known up to `until`, in order, each with its instant. Raises StoreAway."""
        with _asked():
            yield from self._archive.batches(0, min(until, self._known_until()), group)

    def _is_of(self, partition: int, without: frozenset[str], batch: ObservationBatch) -> bool:
        own = partition_of(batch.group, self._broker.partitions) == partition
        return own and batch.group not in without


@contextlib.contextmanager
def _asked() -> Iterator[None]:
    """The store is asked. Raises StoreAway."""
    try:
        yield
    except OperationalError as problem:
        raise StoreAway(f"the store does not answer: {str(problem.orig).strip()}") from problem
