"""What the detection worker does with one record after another, whatever runs it: apply, give out, save, acknowledge.

The order is the promise. What a record gave is on the broker before the state that has seen it; the state is there
before the record counts as read. A crash between any two of them repeats work under the same ids and loses nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Protocol, TypeVar

import msgspec

from services.detector.incoming import Incoming, rejected
from services.errors import TooManyDeadLetters, Unavailable
from streams.canary import GROUP as CANARY
from streams.cloudevents import (
    ASSESSMENT,
    OBSERVATIONS,
    REJECTED,
    SIGNAL,
    STATE,
    Event,
    Rejected,
    StateOfGroup,
    Wire,
    marks_of,
)
from streams.errors import BadObservation
from streams.observations import SECONDS_A_DAY, ObservationBatch
from streams.processors import Given, Partition
from streams.reasons import Reason
from streams.topics import TopicName

T = TypeVar("T")

SETTLES = "settles"  # the CloudEvents attribute of the record with which a poll of a group ends
LATE = "late"  # of a record that came out of order: it is in the archive, from which its group is made again
RESETS = "resets"  # of a record before which the group's memory is made again: its past has changed
REWRITE_S = 600.0  # every group's snapshot is written at least so often, well within the lag of the compaction
_AGAIN_S = 1.0
_TURN_S = 0.02  # of work on records between two moments at which something else may be done


Send = Callable[[TopicName, int, Event], Awaitable[Awaitable[object]]]
"""(topic, partition, event) → what is done when the broker has it on every copy."""


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """What was made safe of a partition: every snapshot of its groups, in any order; the offset that is read next."""

    snapshots: list[StateOfGroup]
    next: int


class Past(Protocol):
    """Where a partition's memory comes from. Raises Unavailable where that is away."""

    def saved(self, partition: int) -> Saved:
        """What was made safe of a partition."""

    def batches(self, partition: int, without: frozenset[str]) -> Iterable[ObservationBatch]:
        """From the archive, everything known of those groups of the partition that have no snapshot, in order.

        With the midnights that they went through.
        """

    def rows(self, group: str, until: int) -> Iterable[tuple[int, ObservationBatch]]:
        """From the archive, everything of one group that was known up to `until`, in order, each with its instant."""


class Counted(Protocol):
    """What is measured."""

    def given(self, batch: ObservationBatch, given: Given) -> None:
        """One record was applied."""

    def rejected(self, letter: Rejected) -> None:
        """One record could not be used."""

    def holds(self, partitions: int) -> None:
        """This many partitions are in memory now."""

    def saved(self, states: int, size: int, seconds: float) -> None:
        """A checkpoint was made."""


class _Held:
    """One partition in memory: its groups, what was read and not acknowledged, what was sent and not confirmed."""

    def __init__(self, partition: Partition, comes: int, generation: int) -> None:
        self.partition = partition
        self.next = comes  # the offset that comes next; smaller ones are read again
        self.generation = generation  # of the group's members, in which this memory was made or was ours last
        self.asked_at: float | None = None  # when records that were passed over were asked for again; None: none were
        self.is_unread = False  # whether something was read that does not count as read yet
        self.sent: list[Awaitable[object]] = []


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is made of."""

    make: Callable[[], Partition]
    past: Past
    send: Send
    again: Callable[[int, int], Awaitable[None]]  # (partition, offset): read it again from there
    safe: Callable[[int, int], None]  # (partition, offset): nothing before it need be read again
    counted: Counted
    now: Callable[[], int]
    generation: Callable[[], int]  # the number of the group's last change of members
    partition_of: Callable[[str], int]
    tell: Callable[[str], None]  # the operator, of what is waited for
    source: str
    dead_letter_limit: int


class Worker:
    """Holds the partitions that this process was given. Everything runs in one event loop."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._held: dict[int, _Held] = {}
        self._restoring: dict[int, asyncio.Task[_Held]] = {}
        self._assigned: frozenset[int] = frozenset()
        self._turn = asyncio.Lock()  # one at a time works on the groups
        self._saving = asyncio.Lock()
        self._letters = 0
        self._observations = Wire(OBSERVATIONS, parts.source)
        self._signals = Wire(SIGNAL, parts.source)
        self._assessments = Wire(ASSESSMENT, parts.source)
        self._states = Wire(STATE, parts.source)
        self._rejected = Wire(REJECTED, parts.source)

    @property
    def is_ready(self) -> bool:
        """Whether every partition that this worker was given has its memory."""
        return bool(self._assigned) and self._assigned <= self._held.keys()

    def assign(self, partitions: Iterable[int]) -> None:
        """These partitions are ours from now on, and no others: what is theirs is read, what is not is let go.

        Memory is kept only where nobody else can have had the partition meanwhile: each change of the group's members
        has a number, and a worker that was missed for a while has not seen all of them.
        """
        before, self._assigned = self._assigned, frozenset(partitions)
        generation = self._parts.generation()
        for number, held in list(self._held.items()):
            was_ours = held.generation == generation or (held.generation == generation - 1 and number in before)
            if number in self._assigned and was_ours:
                held.generation = generation
            else:
                del self._held[number]
        self._parts.counted.holds(len(self._held))
        for task in self._restoring.values():
            task.cancel()
        self._restoring = {
            partition: asyncio.create_task(self._restore(partition))
            for partition in sorted(self._assigned - self._held.keys())
        }

    async def take(self, records: Sequence[Incoming]) -> None:
        """Apply records of one partition in their order and send what they gave; a checkpoint may come between two.

        Raises TooManyDeadLetters past the limit.
        """
        clock, at, count = asyncio.get_running_loop().time, 0, len(records)
        while at < count:
            held = await self._of(records[at].partition)
            if held is None:
                return  # whoever has the partition now reads them
            async with self._turn:
                until = clock() + _TURN_S
                while at < count and clock() < until:
                    await self._take(held, records[at])
                    at += 1
            await asyncio.sleep(0)

    async def _take(self, held: _Held, record: Incoming) -> None:
        if record.offset > held.next:
            if held.asked_at is None:
                await self._again(held, record.partition)
            return
        held.next, held.asked_at, held.is_unread = record.offset + 1, None, True
        try:
            batch = self._batch(record)
        except BadObservation as problem:
            await self._reject(held, record, problem)
            return
        marks = marks_of(record.headers)
        if LATE in marks:
            self._parts.counted.given(batch, Given())
            return
        if RESETS in marks:
            await self._remake(held, record.partition, batch)
        if batch.group == CANARY:
            held.partition.forget(CANARY)  # each one is the first
        try:
            given = held.partition.apply(batch, record.offset, SETTLES in marks)
            events = list(self._events(batch.group, given)) if given.signals or given.assessments else []
        except Exception as problem:  # noqa: BLE001 a record that breaks a detector must not stop the others
            await self._reject(held, record, problem)
            await self._remake(held, record.partition, batch)
            return
        if events:
            await self._send(held, record.partition, events)
        self._parts.counted.given(batch, given)

    async def checkpoint(self, whole: bool = False) -> None:
        """Make everything that was read safe and acknowledge it. `whole`: write every group's snapshot anew.

        One after another: who came second would call safe what the first has not written yet.
        """
        async with self._saving:
            for number in sorted(self._held):
                held = self._held.get(number)
                if held is not None:
                    if held.asked_at is not None and asyncio.get_running_loop().time() > held.asked_at + _AGAIN_S:
                        await self._again(held, number)
                    await self._checkpoint(number, held, whole)

    async def _checkpoint(self, number: int, held: _Held, whole: bool) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        async with self._turn:
            if whole:
                held.partition.touch()
            is_unread, held.is_unread, upto = held.is_unread, False, held.next
        states = await self._snapshots(held.partition.unsaved())
        if not is_unread and not states:
            return
        sent, held.sent = held.sent, []  # by now: a snapshot holds what was applied until it was made
        await _all(sent)
        writing, size, until = list[Awaitable[object]](), 0, clock() + _TURN_S
        for state in states:
            event = self._states.event(state.group, state, self._parts.now())
            writing.append(await self._parts.send(TopicName.STATES, number, event))
            size += len(event.value)
            if clock() > until:
                await asyncio.sleep(0)
                until = clock() + _TURN_S
        await _all(writing)
        if is_unread:
            self._parts.safe(number, upto)
        self._parts.counted.saved(len(states), size, clock() - began)

    async def _snapshots(self, unsaved: Iterator[StateOfGroup]) -> list[StateOfGroup]:
        """Made a few at a time: what is read meanwhile need not wait for a hundred thousand series."""
        clock, found, is_over = asyncio.get_running_loop().time, list[StateOfGroup](), False
        while not is_over:
            async with self._turn:
                until = clock() + _TURN_S
                for state in unsaved:
                    found.append(state)
                    if clock() > until:
                        break
                else:
                    is_over = True
            await asyncio.sleep(0)
        return found

    async def _of(self, partition: int) -> _Held | None:
        """The partition's memory, when it is there; None when the partition was taken away meanwhile."""
        while (held := self._held.get(partition)) is None:
            restoring = self._restoring.get(partition)
            if restoring is None:
                restoring = self._restoring[partition] = asyncio.create_task(self._restore(partition))
            try:
                return await asyncio.shield(restoring)
            except asyncio.CancelledError:
                if not restoring.cancelled():
                    raise  # it is this that is cancelled, not the making of the memory
                if partition not in self._assigned:
                    return None
        return held

    async def _again(self, held: _Held, number: int) -> None:
        """Records were passed over: let the partition be read again from where it is to go on.

        After a rebalance Faust may give out a record that it had fetched before (faust-streaming 216, 221, 236), and
        goes on from there where nothing has been committed yet.
        """
        held.asked_at = asyncio.get_running_loop().time()
        self._parts.tell(f"partition {number}: records from {held.next} on were passed over; they are read again")
        await self._parts.again(number, held.next)

    def _batch(self, record: Incoming) -> ObservationBatch:
        """What was read. Raises BadObservation for what must not reach a group's memory.

        A group that belongs to another partition would have two memories; time that was once let pass is over.
        """
        batch = self._observations.record(record.headers, record.value)
        if self._parts.partition_of(batch.group) != record.partition:
            raise BadObservation(
                Reason.ROW_MALFORMED,
                f"{batch.group} does not belong to partition {record.partition}: a record's key is its group",
            )
        latest = max([run.known_at[-1] for run in batch.runs if run.known_at], default=0)
        if max(latest, batch.tick_at or 0) > self._parts.now() + SECONDS_A_DAY:
            raise BadObservation(
                Reason.ROW_MALFORMED, "it is of the future: times are whole seconds since 1970, in UTC"
            )
        return batch

    async def _restore(self, number: int) -> _Held:
        """The partition's memory: its snapshots, and the archive for what has none."""
        generation = self._parts.generation()
        partition, comes, given = await self._asked(partial(_restored, self._parts.make, self._parts.past, number))
        held = _Held(partition, comes, generation)
        for group, found in given:
            await self._send(held, number, self._events(group, found))
        self._held[number] = held
        self._restoring.pop(number, None)
        self._parts.counted.holds(len(self._held))
        return held

    async def _remake(self, held: _Held, number: int, batch: ObservationBatch) -> None:
        until = batch.tick_at or self._parts.now()
        given = await self._asked(partial(_remade, held.partition, self._parts.past, batch.group, until))
        await self._send(held, number, self._events(batch.group, given))

    async def _asked(self, ask: Callable[[], T]) -> T:
        """What the past answers, asked in a thread, and again while it is away: nothing is judged without it."""
        while True:
            try:
                return await asyncio.to_thread(ask)
            except Unavailable as problem:
                self._parts.tell(str(problem))
                await asyncio.sleep(_AGAIN_S)

    def _events(self, group: str, given: Given) -> Iterator[tuple[TopicName, Event]]:
        for signal in given.signals if group != CANARY else ():
            yield TopicName.SIGNALS, self._signals.event(group, signal, signal.known_at)
        for found in given.assessments:
            yield TopicName.ASSESSMENTS, self._assessments.event(found.situation.situation_id, found, found.as_of)

    async def _send(self, held: _Held, number: int, events: Iterable[tuple[TopicName, Event]]) -> None:
        for topic, event in events:
            held.sent.append(await self._parts.send(topic, number, event))

    async def _reject(self, held: _Held, record: Incoming, problem: Exception) -> None:
        letter = rejected(self._parts.source, record, problem)
        event = self._rejected.event(letter.source, letter, self._parts.now())
        held.sent.append(await self._parts.send(TopicName.DEAD_LETTERS, 0, event))
        self._parts.counted.rejected(letter)
        self._letters += 1
        if self._letters > self._parts.dead_letter_limit:
            raise TooManyDeadLetters(
                f"{self._letters} records could not be used since this worker started, dead_letter_limit is "
                f"{self._parts.dead_letter_limit}; the last is {letter.topic} partition {letter.partition} offset "
                f"{letter.offset}: {letter.detail}"
            )


def _restored(make: Callable[[], Partition], past: Past, number: int) -> tuple[Partition, int, list[tuple[str, Given]]]:
    """Runs in a thread: reads all, applies what has no snapshot; the memory, what comes next, what applying gave."""
    partition, saved = make(), past.saved(number)
    partition.restore(saved.snapshots)
    found = []
    for batch in past.batches(number, partition.groups):
        given = partition.rebuild(batch)
        if given.signals:
            found.append((batch.group, given))
    return partition, saved.next, found


def _remade(partition: Partition, past: Past, group: str, until: int) -> Given:
    """Runs in a thread: the group's memory made again from the archive."""
    return partition.remake(group, past.rows(group, until), until)


async def _all(sent: list[Awaitable[object]]) -> None:
    for each in sent:
        await each
