"""Waits until what was published has been worked through by all: detected, saved, and taken into the record."""

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from services.broker import client, reached
from services.broker_settings import BrokerSettings
from services.clock import RealTime
from services.dispatcher.consuming import consumed_so_far
from services.errors import BrokerFailed
from streams.topics import TopicName

_LOOK_S = 0.05


class Barrier:
    """One deployment's progress. Between two steps of a play, so that each process stamps with the step's time."""

    def __init__(
        self, settings: BrokerSettings, database: sa.Engine, real: RealTime, patience_s: float = 120.0
    ) -> None:
        self._settings = settings
        self._database = database
        self._real = real
        self._patience_s = patience_s
        with reached(settings):
            self._admin = KafkaAdminClient(**client(settings))
            self._consumer = KafkaConsumer(**client(settings), enable_auto_commit=False)

    def wait(self) -> None:
        """Raises BrokerFailed when nobody works it through within the time."""
        until = self._real.now_ms() + int(self._patience_s * 1_000)
        published = self._ends(TopicName.OBSERVATIONS)
        self._until(lambda: _reached(self._detected(), published), until, "no detection worker reads: twinbell detect")
        given = self._ends(TopicName.ASSESSMENTS)
        self._until(lambda: _reached(self._taken(), given), until, "nobody takes assessments in: twinbell dispatch")

    def close(self) -> None:
        """Let the connections go."""
        self._admin.close()
        self._consumer.close()

    def _until(self, is_done: Callable[[], bool], until: int, problem: str) -> None:
        while not _is(is_done):
            if self._real.now_ms() > until:
                raise BrokerFailed(f"what was published {self._patience_s:g} s ago is still waiting: {problem}")
            self._real.wait(_LOOK_S)

    def _ends(self, name: TopicName) -> dict[int, int]:
        topic = self._settings.name(name)
        with reached(self._settings):
            partitions = self._consumer.partitions_for_topic(topic) or set()
            ends = self._consumer.end_offsets([TopicPartition(topic, each) for each in partitions])
        return {place.partition: end for place, end in ends.items() if end}

    def _detected(self) -> dict[int, int]:
        topic, group = self._settings.name(TopicName.OBSERVATIONS), self._settings.detect_group
        with reached(self._settings):
            found = self._admin.list_group_offsets([group])
        offsets = found.get(group, {})
        return {place.partition: each.offset for place, each in offsets.items() if place.topic == topic}

    def _taken(self) -> dict[int, int]:
        topic = self._settings.name(TopicName.ASSESSMENTS)
        return {place[1]: offset for place, offset in consumed_so_far(self._database).items() if place[0] == topic}


def _is(is_done: Callable[[], bool]) -> bool:
    """A broker that has no coordinator for the group yet, or loses one, is asked again."""
    try:
        return is_done()
    except BrokerFailed:
        return False


def _reached(found: Mapping[int, int], wanted: Mapping[int, int]) -> bool:
    return all(found.get(partition, 0) >= end for partition, end in wanted.items())
