"""The Faust rim: group membership, fetching, commits and rebalancing; everything that is decided is in `worker.py`.

Faust is used where it is sound and kept away from where it is not (docs/decisions): raw bytes in, no tables, every
record acknowledged by hand after a checkpoint, nothing that can raise inside the agent.
"""

import asyncio
import contextlib
import gc
import io
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import faust
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import KafkaError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.transport.drivers.aiokafka import Consumer as AIOKafkaConsumer
from faust.transport.drivers.aiokafka import Transport as AIOKafkaTransport
from faust.types import TP

from services.broker import FETCH_WAIT_MS, password, tls
from services.broker_settings import BrokerSettings
from services.detector.worker import REWRITE_S, Parts, Worker
from streams.cloudevents import Event
from streams.topics import MAX_BYTES, TopicName

SESSION_S = 6.0  # a worker that was killed is missed after this long; the least that brokers allow
_HEARTBEAT_S = 1.5
_AT_ONCE = 500  # records that are handed over together
_WAITING = 4  # such hand-overs that may wait
_BATCH_BYTES = 512 * 1024  # of one partition, sent together; what fills a batch waits until the broker has it
_NEW_OBJECTS = 100_000  # between two looks for garbage that refers to itself


class _Thread(AIOKafkaConsumerThread):
    """Faust waits up to 1.5 s for a quiet partition before it asks again for a busy one; here it is FETCH_WAIT_MS."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS
        consumer._partition_assignment_strategy = [StickyPartitionAssignor]  # what a worker has, it keeps
        return consumer


class _Consumer(AIOKafkaConsumer):
    """Hands over what was fetched of a partition as one message whose value is the list of its records.

    Faust makes two tasks for each message; a record of a poll takes less than they do. What is safe is said by the
    worker, and not message by message.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.safe: dict[TP, int] = {}  # the offset that is read next, by partition
        self.waiting: asyncio.Queue[Any] = asyncio.Queue()  # what was handed over and is not worked on yet
        self.begun = asyncio.Event()  # set whenever work on something of it begins

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Any]]:
        """What is there, at most a message for each partition. A rebalance takes back what was not handed over.

        Nothing is asked for while enough waits. Faust would leave out the partitions of which it does, and see only
        after a second that there is room.
        """
        if self.waiting.qsize() >= _WAITING:
            self.begun.clear()
            await self.wait_first(self.begun.wait(), timeout=timeout)
            return
        records, active = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        if records is None or self.should_stop:
            return
        if not self.flow_active:
            with contextlib.suppress(KafkaError):  # as Faust does; tried again with the next call
                await self.perform_seek()
            return
        for place, found in records.items():
            if not self.flow_active or self.app.consumer_generation_id != generation:
                return
            if found and (active is None or place in active):
                self.app.monitor.track_tp_end_offset(place, self.highwater(place))
                message: Any = self._to_message(place, found[-1])
                message.value, message.headers = found, None
                yield place, message

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        return (place for place in self.safe if topics is None or place in topics or place.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        return self.safe.get(tp)

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Nothing: Faust counts what was passed over as acknowledged, as on a compacted topic; ours has no holes."""

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


class _Transport(AIOKafkaTransport):
    Consumer = _Consumer


class Detecting:
    """One worker process: the Faust app, and why it had to stop, if it had to."""

    def __init__(self, broker: BrokerSettings, instance: str, make: Callable[["Detecting"], Parts]) -> None:
        """`instance` is this worker's name for as long as it exists: one that comes back under it is not rebalanced."""
        self.failure: Exception | None = None
        self._broker = broker
        _quick_loop()
        self.app = _faust_app(broker, instance)
        self.worker = Worker(make(self))
        self._stopping: Any = None
        self._wire()

    @property
    def is_alive(self) -> bool:
        """Whether nothing has made it stop."""
        return self.failure is None

    async def send(self, to: TopicName, partition: int, event: Event) -> Awaitable[object]:
        """Hand an event to the producer; what comes back is done when it is on every copy."""
        producer = await self.app.maybe_start_producer()
        sent: Awaitable[object] = await producer.send(
            self._broker.name(to), event.key, event.value, partition, None, list(event.headers)
        )
        return sent

    def safe(self, partition: int, offset: int) -> None:
        """Nothing of a partition of the observations before this offset need be read again."""
        self.app.consumer.safe[TP(self._broker.name(TopicName.OBSERVATIONS), partition)] = offset

    async def again(self, partition: int, offset: int) -> None:
        """Read a partition of the observations again from this offset."""
        place = TP(self._broker.name(TopicName.OBSERVATIONS), partition)
        await self.app.consumer.seek_wait({place: offset})  # in the consumer's thread, which `seek` is not

    def run(self) -> None:
        """Run until terminated; raises what made it stop, if something did."""
        worker = self._stopping = _faust_worker(self.app)
        _collect_seldom()
        with contextlib.suppress(SystemExit):  # how Faust ends
            worker.execute_from_commandline()
        if self.failure is not None:
            raise self.failure

    def _wire(self) -> None:
        app, worker = self.app, self.worker
        name = self._broker.name(TopicName.OBSERVATIONS)
        source = app.topic(name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

        async def detect(stream: Any) -> None:
            app.consumer.waiting = stream.channel.queue
            async for fetched in stream.noack():
                app.consumer.begun.set()
                await self._guarded(worker.take(fetched))

        async def checkpoint() -> None:
            await self._guarded(worker.checkpoint())

        async def rewrite() -> None:
            await self._guarded(worker.checkpoint(whole=True))

        async def assigned(_app: Any, places: Any, **_: Any) -> None:
            app.consumer.safe.clear()  # what was not committed is read again, and skipped
            worker.assign({place.partition for place in places if place.topic == name})

        async def let_go(*_: Any, **__: Any) -> None:
            await self._guarded(worker.checkpoint())
            await app.consumer.commit()

        async def before_shutdown(*_: Any, **__: Any) -> None:
            await self._guarded(worker.checkpoint())

        app.agent(source)(detect)
        app.timer(self._broker.checkpoint_s)(checkpoint)
        app.timer(REWRITE_S)(rewrite)
        app.on_partitions_assigned.connect(assigned, weak=False)
        app.on_partitions_revoked.connect(let_go, weak=False)
        app.on_before_shutdown.connect(before_shutdown, weak=False)

    async def _guarded(self, work: Awaitable[None]) -> None:
        """Faust would drop a record that raises and go on; here the process ends, and what was read is read again."""
        try:
            await work
        except Exception as problem:  # noqa: BLE001 counted, told and raised by `run`
            await self._fail(problem)

    async def _fail(self, problem: Exception) -> None:
        """End the process: what was not acknowledged is read again by whoever comes next."""
        if self.failure is None:
            self.failure = problem
            if self._stopping is not None:
                asyncio.get_running_loop().create_task(self._stopping.stop())
        await asyncio.sleep(3_600)


def _faust_worker(app: Any) -> Any:
    """Faust's runner, which plays with no terminal: to turn its spinner, every debug line of every library is made."""
    worker = faust.Worker(app, loglevel=logging.WARNING, redirect_stdouts=False, quiet=True, stdout=io.StringIO())
    worker.spinner = None
    return worker


def _collect_seldom() -> None:
    """Look for cycles of garbage rarely: records and memories have none, and looking took a third of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 100)


def _quick_loop() -> None:
    """uvloop, where it is to be had, for this process and the threads that Faust starts."""
    if sys.platform != "win32":
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


def _faust_app(broker: BrokerSettings, instance: str) -> Any:
    app = faust.App(
        broker.detect_group,
        broker=[f"kafka://{each}" for each in broker.bootstrap.split(",")],
        broker_credentials=_credentials(broker),
        autodiscover=False,
        origin=None,
        web_enabled=False,
        store="memory://",
        topic_disable_leader=True,
        topic_allow_declare=False,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=instance or None,
        consumer_max_fetch_size=MAX_BYTES,
        broker_max_poll_records=_AT_ONCE,
        broker_session_timeout=SESSION_S,
        broker_heartbeat_interval=_HEARTBEAT_S,
        broker_commit_interval=broker.checkpoint_s,
        producer_linger=0.005,
        producer_max_batch_size=_BATCH_BYTES,
        producer_max_request_size=MAX_BYTES,
        producer_acks=-1,
        stream_wait_empty=False,  # what is not acknowledged is read again; waiting for it would wait for ever
    )
    app.transport = _Transport([*app.conf.broker_consumer], app)
    return app


def _credentials(broker: BrokerSettings) -> Any:
    context = tls(broker) if broker.is_encrypted else None
    if broker.has_users:
        return faust.SASLCredentials(
            username=broker.user, password=password(broker), mechanism=broker.mechanism, ssl_context=context
        )
    return faust.SSLCredentials(context) if context is not None else None
