"""The broker under the benchmark: topics made, filled and read, each record of an answer with the broker's own time."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType

from benchmarks.cluster.loads import Record
from services.cluster.kafka import Kafka
from streams.cloudevents import SIGNAL, Wire
from streams.topics import MAX_BYTES

BROKER_TIME = {"message.timestamp.type": "LogAppendTime"}
_PAUSE_S = 0.05
_SIGNAL = Wire(SIGNAL)
Decode = Callable[[Any], tuple[str, int]]
"""A record of an answer → (series id, occurred_at)."""


class Answered(msgspec.Struct):
    """The signals found so far, and when the broker took the first and the last, in seconds since 1970."""

    found: set[tuple[str, int]]
    first_at: float = 0.0
    last_at: float = 0.0
    records: int = 0


class Ground:
    """One running broker."""

    def __init__(self, kafka: Kafka) -> None:
        self.kafka = kafka
        self.bootstrap = kafka.bootstrap

    @property
    def pid(self) -> int:
        """The broker's process."""
        return self.kafka.programs[0].pid

    def make(self, name: str, partitions: int, **settings: str) -> str:
        """A topic."""
        wanted = {"num_partitions": partitions, "replication_factor": 1, "configs": {**_LARGE, **settings}}
        with closing(self._admin()) as admin:
            admin.create_topics({name: wanted}, wait_for_metadata=True)
        return name

    def stamp(self, name: str) -> None:
        """Let the broker put its own time on the records of a topic that is there."""
        with closing(self._admin()) as admin:
            admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=BROKER_TIME)])

    def drop(self, names: Iterable[str]) -> None:
        """Delete topics."""
        with closing(self._admin()) as admin:
            there = set(admin.list_topics())
            admin.delete_topics([name for name in names if name in there])

    def topics(self) -> list[str]:
        """All topics."""
        with closing(self._admin()) as admin:
            return sorted(admin.list_topics())

    def fill(self, name: str, records: Iterable[Record]) -> None:
        """Write records, those of a key into one partition."""
        producer = KafkaProducer(
            bootstrap_servers=self.bootstrap,
            linger_ms=20,
            batch_size=512 * 1024,
            max_request_size=MAX_BYTES,
        )
        with closing(producer):
            for each in records:
                producer.send(name, value=each.value, key=each.key, headers=list(each.headers))
            producer.flush()

    def reader(self, name: str) -> KafkaConsumer:
        """A consumer at the beginning of a topic."""
        consumer = KafkaConsumer(
            bootstrap_servers=self.bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
            max_partition_fetch_bytes=MAX_BYTES,
            max_poll_records=5_000,
        )
        places = [TopicPartition(name, number) for number in sorted(consumer.partitions_for_topic(name))]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        return consumer

    def answered(self, name: str, decode: Decode, is_over: Callable[[Answered], bool]) -> Answered:
        """What appears on a topic, read until `is_over` says so."""
        answer = Answered(set())
        with closing(self.reader(name)) as consumer:
            while not is_over(answer):
                for records in consumer.poll(timeout_ms=100).values():
                    for record in records:
                        taken_at = record.timestamp / 1_000
                        answer.first_at = min(answer.first_at or taken_at, taken_at)
                        answer.last_at = max(answer.last_at, taken_at)
                        answer.records += 1
                        answer.found.add(decode(record))
                time.sleep(_PAUSE_S)
        return answer

    @contextmanager
    def apart(self, peers: int = 1) -> Iterator[None]:
        """Keep the broker off the cores of so many peers, 1 and up, where that leaves it one: else they take turns."""
        anywhere = set(range(os.cpu_count() or 1))
        self._hold_to(anywhere - {number % len(anywhere) for number in range(1, peers + 1)} or anywhere)
        try:
            yield
        finally:
            self._hold_to(anywhere)

    def _hold_to(self, cores: set[int]) -> None:
        if hasattr(os, "sched_setaffinity"):
            for thread in Path(f"/proc/{self.pid}/task").iterdir():
                with suppress(ProcessLookupError):  # it has ended
                    os.sched_setaffinity(int(thread.name), cores)

    def _admin(self) -> KafkaAdminClient:
        return KafkaAdminClient(bootstrap_servers=self.bootstrap)


_LARGE = {"max.message.bytes": str(MAX_BYTES)}


def of_twinbell(record: Any) -> tuple[str, int]:
    """A signal of Twinbell's."""
    signal = _SIGNAL.record(record.headers, record.value)
    return signal.subject, signal.occurred_at


def of_peer(record: Any) -> tuple[str, int]:
    """SERIES,OCCURRED_AT."""
    name, _, day = record.value.decode().strip('"').rpartition(",")
    return name, int(day)


def on_core(number: int, words: list[str]) -> list[str]:
    """The command held to one core, where the machine can do that."""
    taskset = "/usr/bin/taskset"
    if not os.path.exists(taskset) or (os.cpu_count() or 1) < 2:
        return words
    return [taskset, "-c", str(number % (os.cpu_count() or 1)), *words]
