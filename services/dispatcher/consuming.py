"""Assessments on Kafka → the record: each taken in once, in one transaction with how far the topic was read."""

from collections.abc import Callable

import sqlalchemy as sa

from services import tables
from services.broker import Arrived, Reader
from services.clock import Clock
from services.dead_letters import origin_of
from services.embedded import Hub
from services.feeds.base import DeadLetter
from services.moments import Rejected
from services.vintages import keep_letters
from streams.assessments import Assessment
from streams.cloudevents import ASSESSMENT, REJECTED, Wire
from streams.errors import BadObservation
from streams.topics import TopicName

TAKEN_IN = (TopicName.ASSESSMENTS, TopicName.DEAD_LETTERS)


class Consumer:
    """Takes in what the detection workers gave. One at a time works on a store."""

    def __init__(self, hub: Hub, database: sa.Engine, reader: Reader, topics: Callable[[TopicName], str]) -> None:
        self._hub = hub
        self._reader = reader
        self._assessments = Wire(ASSESSMENT)
        self._rejected = Wire(REJECTED)
        self._name = topics(TopicName.ASSESSMENTS)
        reader.seek(consumed_so_far(database))

    def take(self, clock: Clock, timeout_s: float) -> int:
        """What has arrived within the time, taken in; how many records. Raises BrokerFailed."""
        arrived = self._reader.poll(timeout_s)
        if not arrived:
            return 0
        now = clock.now()
        assessments: list[Assessment] = []
        letters: list[DeadLetter] = []
        for record in arrived:
            try:
                if self._topic_of(record) is TopicName.ASSESSMENTS:
                    assessments.append(self._assessments.record(record.headers, record.value))
                else:
                    letters.append(self._letter(record))
            except BadObservation as problem:
                letters.append(_unusable(record, self._topic_of(record), problem))
        offsets = {(record.topic, record.partition): record.offset + 1 for record in arrived}

        def mark(connection: sa.Connection) -> None:
            keep_letters(connection, letters, now)
            keep_consumed(connection, offsets)

        self._hub.take_in(now, assessments, mark)
        for letter in letters:
            self._hub.tell(Rejected(at=now, letter=letter))
        return len(arrived)

    def _topic_of(self, record: Arrived) -> TopicName:
        return TopicName.ASSESSMENTS if record.topic == self._name else TopicName.DEAD_LETTERS

    def _letter(self, record: Arrived) -> DeadLetter:
        found = self._rejected.record(record.headers, record.value)
        return DeadLetter(
            feed=found.source,
            origin=origin_of(found.topic, found.partition),
            row=found.offset,
            reason=found.reason,
            detail=found.detail,
            content=found.value,
        )


def consumed_so_far(database: sa.Engine) -> dict[tuple[str, int], int]:
    """By topic and partition, the offset that comes next."""
    with database.execution_options(reading=True).connect() as connection:
        rows = connection.execute(sa.select(tables.consumed)).all()
    return {(row.topic, row.partition): row.next_offset for row in rows}


def keep_consumed(connection: sa.Connection, offsets: dict[tuple[str, int], int]) -> None:
    """Write how far topics were read, in the caller's transaction."""
    table = tables.consumed
    for (name, partition), offset in sorted(offsets.items()):
        here = (table.c.topic == name, table.c.partition == partition)
        if connection.execute(sa.update(table).where(*here).values(next_offset=offset)).rowcount == 0:
            connection.execute(sa.insert(table).values(topic=name, partition=partition, next_offset=offset))


def _unusable(record: Arrived, topic: TopicName, problem: BadObservation) -> DeadLetter:
    return DeadLetter(
        feed="dispatcher",
        origin=origin_of(topic, record.partition),
        row=record.offset,
        reason=problem.reason,
        detail=problem.detail,
        content=record.value or b"",
    )
