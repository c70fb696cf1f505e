"""A detection worker without Kafka: what it keeps over a change of members, refuses, and never passes over."""

import asyncio
from collections.abc import Awaitable, Coroutine, Iterable, Sequence

import pytest

from services.detector.past import partition_of
from services.detector.worker import LATE, SETTLES, Parts, Saved, Worker
from services.measuring import Metrics
from streams import reference, thresholds
from streams.cloudevents import OBSERVATIONS, REJECTED, Event, Headers, Wire
from streams.engine import Engine
from streams.observations import ObservationBatch
from streams.processors import Partition
from streams.topics import MAX_BYTES, TopicName

PARTITIONS = 4
GROUP = "antimony"
HOME = partition_of(GROUP, PARTITIONS)
NOW = 1_700_000_000
ENGINE = Engine(thresholds.packaged(), reference.packaged(), ("USA", "JPN"))


class Record:
    """A record as the worker reads it."""

    def __init__(
        self, offset: int, batch: ObservationBatch | None = None, partition: int = HOME, marks: Sequence[str] = ()
    ) -> None:
        own = batch or ObservationBatch(group=GROUP, feed="x", tick_at=NOW)
        event = Wire(OBSERVATIONS).event(GROUP, own, NOW, *marks)
        self.partition = partition
        self.offset = offset
        self.headers: Headers = event.headers
        self.value: bytes | None = event.value


class Away:
    """A past of its own making; `asked` counts how often a partition's memory was made."""

    def __init__(self, comes: int = 0) -> None:
        self.comes = comes
        self.asked: list[int] = []

    def saved(self, partition: int) -> Saved:
        """No snapshots."""
        self.asked.append(partition)
        return Saved(snapshots=[], next=self.comes)

    def batches(self, partition: int, without: frozenset[str]) -> Iterable[ObservationBatch]:
        """No archive."""
        return ()

    def rows(self, group: str, until: int) -> Iterable[tuple[int, ObservationBatch]]:
        """No archive."""
        return ()


class Desk:
    """A worker, what it sent, and the generation of its group."""

    def __init__(self, comes: int = 0) -> None:
        self.past = Away(comes)
        self.sent: list[tuple[TopicName, Event]] = []
        self.again: list[tuple[int, int]] = []
        self.safe: list[tuple[int, int]] = []
        self.generation = 1
        self.written: asyncio.Future[None] | None = None  # what a snapshot waits for to be on the broker
        self.parts = Parts(
            make=lambda: Partition(ENGINE, "made-with"),
            past=self.past,
            send=self._send,
            again=self._again,
            safe=lambda partition, offset: self.safe.append((partition, offset)),
            counted=Metrics(),
            now=lambda: NOW,
            generation=lambda: self.generation,
            partition_of=lambda group: partition_of(group, PARTITIONS),
            tell=lambda note: None,
            source="/twinbell/test",
            dead_letter_limit=100,
        )
        self.worker = Worker(self.parts)

    async def _send(self, to: TopicName, _partition: int, event: Event) -> Awaitable[object]:
        self.sent.append((to, event))
        if to is TopicName.STATES and self.written is not None:
            return self.written
        confirmed = asyncio.get_running_loop().create_future()
        confirmed.set_result(None)
        return confirmed

    async def _again(self, partition: int, offset: int) -> None:
        self.again.append((partition, offset))

    def letters(self) -> list[str]:
        """What the dead letters say."""
        wire = Wire(REJECTED)
        return [wire.record(each.headers, each.value).detail for to, each in self.sent if to is TopicName.DEAD_LETTERS]


def played(story: Coroutine[None, None, None]) -> None:
    """Run a story to its end."""
    asyncio.run(story)


def test_a_record_that_does_not_follow_is_not_taken() -> None:
    """After the committed offset, or after a record that was read: what was passed over is asked for again."""

    async def story() -> None:
        desk = Desk(comes=7)
        desk.worker.assign([HOME])
        records = [Record(9), Record(7), Record(9), Record(10), Record(8), Record(9), Record(3), Record(4)]
        for record in records:
            await desk.worker.take([record])
        await desk.worker.checkpoint()
        assert desk.again == [(HOME, 7), (HOME, 8)]
        assert desk.safe == [(HOME, 5)], "what comes again is read again"

    played(story())


@pytest.mark.parametrize(("generations", "made"), [((1, 2, 3), 1), ((1, 1), 1), ((1, 3), 2), ((1, 2, 4), 2)])
def test_memory_is_kept_only_where_nobody_else_had_the_partition(generations: tuple[int, ...], made: int) -> None:
    """A worker that has not seen every change of the group's members makes its memory again."""

    async def story() -> None:
        desk = Desk()
        for generation in generations:
            desk.generation = generation
            desk.worker.assign([HOME])
            await desk.worker.take([Record(0)])
        assert desk.past.asked == [HOME] * made

    played(story())


def test_nothing_is_safe_before_the_snapshots_that_hold_it() -> None:
    """A checkpoint that comes while another one writes has less to write, and must not be quicker for it."""

    async def story() -> None:
        desk = Desk()
        desk.worker.assign([HOME])
        desk.written = asyncio.get_running_loop().create_future()
        await desk.worker.take([Record(0)])
        first = asyncio.create_task(desk.worker.checkpoint())
        while not any(to is TopicName.STATES for to, _ in desk.sent):
            await asyncio.sleep(0)
        await desk.worker.take([Record(1, ObservationBatch(group=GROUP, feed="x", tick_at=NOW * 1_000))])  # no memory
        second = asyncio.create_task(desk.worker.checkpoint())
        for _ in range(100):
            await asyncio.sleep(0)
        assert desk.safe == []
        desk.written.set_result(None)
        await asyncio.gather(first, second)
        assert desk.safe == [(HOME, 1), (HOME, 2)]

    played(story())


def test_a_partition_that_was_another_s_meanwhile_is_read_anew() -> None:
    """Had, lost, and got back: what the other one read is not in this memory."""

    async def story() -> None:
        desk = Desk()
        for generation, partitions in enumerate(([HOME], [], [HOME]), start=1):
            desk.generation = generation
            desk.worker.assign(partitions)
            if partitions:
                await desk.worker.take([Record(0)])
        assert desk.past.asked == [HOME, HOME]

    played(story())


def test_a_partition_that_goes_while_its_memory_is_made_stops_nobody() -> None:
    """The record that waits for it is left to whoever has the partition now; the next partition is worked on."""

    async def story() -> None:
        desk = Desk()
        desk.worker.assign([HOME])
        record = Record(0)
        taking = asyncio.create_task(desk.worker.take([record]))
        await asyncio.wait({taking}, timeout=0)
        desk.generation = 2
        desk.worker.assign([])
        await taking
        await desk.worker.checkpoint()
        assert not desk.safe
        assert not desk.worker.is_ready

    played(story())


def test_what_would_spoil_a_memory_is_put_aside() -> None:
    """A group of another partition, and a time to come, are dead letters with their reason, and count as read."""

    async def story() -> None:
        desk = Desk()
        desk.worker.assign([HOME, (HOME + 1) % PARTITIONS])
        milliseconds = ObservationBatch(group=GROUP, feed="x", tick_at=NOW * 1_000)
        records = [Record(0, partition=(HOME + 1) % PARTITIONS), Record(0, milliseconds)]
        for record in records:
            await desk.worker.take([record])
        await desk.worker.checkpoint()
        assert sorted(desk.safe) == sorted([(HOME, 1), ((HOME + 1) % PARTITIONS, 1)])
        misplaced, future = desk.letters()
        assert "a record's key is its group" in misplaced
        assert "whole seconds" in future

    played(story())


def test_a_letter_about_the_largest_record_can_be_sent() -> None:
    """Its bytes are cut so that the letter fits into a record, and it says so."""

    async def story() -> None:
        desk = Desk()
        desk.worker.assign([HOME])
        record = Record(0)
        record.value = b"\xff" * MAX_BYTES
        await desk.worker.take([record])
        ((_, event),) = desk.sent
        assert len(event.value) + sum(len(name) + len(value) for name, value in event.headers) < MAX_BYTES
        assert desk.letters()[0].startswith("(the first ")

    played(story())


def test_detection_passes_over_what_came_out_of_order() -> None:
    """A record marked late counts as read and changes no memory; the reset that follows makes it again."""

    async def story() -> None:
        desk = Desk()
        desk.worker.assign([HOME])
        late = Record(0, marks=(SETTLES, LATE))
        await desk.worker.take([late])
        await desk.worker.checkpoint()
        assert (desk.sent, desk.safe) == ([], [(HOME, 1)])
        await desk.worker.take([Record(1)])
        await desk.worker.checkpoint()
        assert [to for to, _ in desk.sent] == [TopicName.STATES]

    played(story())
