"""Assessments on Kafka → the record: each taken in once, in one transaction with how far the topic was read.

Of the signals only those on sources (X1) are kept, for the operators; they are deterministic, so twice is once.
"""

from collections.abc import Callable, Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.exc import DataError, SQLAlchemyError

from services import tables
from services.broker import Arrived, Reader
from services.clock import Clock
from services.dead_letters import origin_of
from services.embedded import Hub
from services.errors import TooManyDeadLetters
from services.feeds.base import DeadLetter
from services.moments import Rejected
from services.reads import silences_of
from services.vintages import keep_letters
from streams.assessments import Assessment
from streams.canary import is_canary
from streams.cloudevents import ASSESSMENT, REJECTED, SIGNAL, Wire
from streams.errors import BadObservation
from streams.observations import SECONDS_A_DAY
from streams.reasons import Reason
from streams.signals import Signal
from streams.topics import TopicName

_FOLLOWS_S = 0.01  # a signal reaches the broker milliseconds before the assessment that it makes: taken in as one
TAKEN_IN = (TopicName.ASSESSMENTS, TopicName.SIGNALS, TopicName.DEAD_LETTERS)


class Consumer:
    """Takes in what the detection workers gave. One at a time works on a store."""

    def __init__(
        self,
        hub: Hub,
        database: sa.Engine,
        reader: Reader,
        topics: Callable[[TopicName], str],
        dead_letter_limit: int,
        canary: Callable[[Assessment], None] | None = None,
    ) -> None:
        """`canary` takes what was made of a canary, which the record never sees."""
        self._hub = hub
        self._canary = canary
        self._limit = dead_letter_limit
        self._put_aside = 0
        self._reader = reader
        self._assessments = Wire(ASSESSMENT)
        self._rejected = Wire(REJECTED)
        self._signals = Wire(SIGNAL)
        self._names = {topics(name): name for name in TAKEN_IN}
        reader.seek(consumed_so_far(database))

    def take(self, clock: Clock, timeout_s: float) -> int:
        """What has arrived within the time, taken in; how many records. Raises BrokerFailed."""
        arrived = self._reader.poll(timeout_s)
        if arrived and not any(self._topic_of(record) is TopicName.ASSESSMENTS for record in arrived):
            arrived += self._reader.poll(_FOLLOWS_S)
        if not arrived:
            return 0
        now = clock.now()
        assessments: list[tuple[Arrived, Assessment]] = []
        signals: list[Signal] = []
        letters: list[DeadLetter] = []
        for record in arrived:
            try:
                if self._topic_of(record) is TopicName.ASSESSMENTS:
                    assessments.append((record, self._assessment(record, now)))
                elif self._topic_of(record) is TopicName.SIGNALS:
                    signals.append(self._signals.record(record.headers, record.value))
                else:
                    letters.append(self._letter(record))
            except BadObservation as problem:
                letters.append(_unusable(record, self._topic_of(record), problem))
        offsets = {(record.topic, record.partition): record.offset + 1 for record in arrived}

        def mark(connection: sa.Connection) -> None:
            keep_letters(connection, letters, now)
            self._hub.notice(connection, signals, now)
            keep_consumed(connection, offsets)

        try:
            claimed = self._hub.take_in(now, [found for _, found in assessments], mark)
        except Exception as problem:  # noqa: BLE001 one that cannot be taken in must not silence the others
            _raise_of_the_store(problem)
            letters += self._one_by_one(now, assessments)
            claimed = self._hub.take_in(now, (), mark)
        self._hub.send(now, claimed)
        for silence in silences_of(signals, now):
            self._hub.tell(silence)
        for letter in letters:
            self._hub.tell(Rejected(at=now, letter=letter))
        if self._canary is not None:
            for _, found in assessments:
                if is_canary(found):
                    self._canary(found)
        return len(arrived)

    def _one_by_one(self, now: int, assessments: Iterable[tuple[Arrived, Assessment]]) -> Iterator[DeadLetter]:
        """Take in what can be; the letters of the rest. Raises TooManyDeadLetters past the limit."""
        for record, found in assessments:
            try:
                claimed = self._hub.take_in(now, [found], lambda _connection: None)
            except Exception as problem:
                _raise_of_the_store(problem)
                self._put_aside += 1
                detail = f"it cannot be taken in: {type(problem).__name__}: {problem}"[:500]
                if self._put_aside > self._limit:
                    raise TooManyDeadLetters(
                        f"{self._put_aside} assessments could not be taken in since this process started, "
                        f"dead_letter_limit is {self._limit}; the last: {detail}"
                    ) from problem
                bad = BadObservation(Reason.ROW_MALFORMED, detail)
                yield _unusable(record, TopicName.ASSESSMENTS, bad)
            else:
                self._hub.send(now, claimed)

    def _topic_of(self, record: Arrived) -> TopicName:
        return self._names[record.topic]

    def _assessment(self, record: Arrived, now: int) -> Assessment:
        found = self._assessments.record(record.headers, record.value)
        if found.as_of > now + SECONDS_A_DAY:  # all that follow would be older than it
            raise BadObservation(Reason.ROW_MALFORMED, f"it is of the future: as_of {found.as_of}")
        return found

    def _letter(self, record: Arrived) -> DeadLetter:
        """Of the worker's program and not of the worker: what two of them refused, one being killed, is one letter."""
        found = self._rejected.record(record.headers, record.value)
        return DeadLetter(
            feed="detector",
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


def _raise_of_the_store(problem: Exception) -> None:
    """Raise what is the store's trouble; a value that it cannot hold is the record's."""
    if isinstance(problem, SQLAlchemyError) and not isinstance(problem, DataError):
        raise problem


def _unusable(record: Arrived, topic: TopicName, problem: BadObservation) -> DeadLetter:
    return DeadLetter(
        feed="dispatcher",
        origin=origin_of(topic, record.partition),
        row=record.offset,
        reason=problem.reason,
        detail=problem.detail,
        content=record.value or b"",
    )
