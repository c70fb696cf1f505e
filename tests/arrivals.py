"""The harnesses that publications arrive at: one process, a replay, a feeder and workers on a log in memory."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
import sqlalchemy as sa

from alerts.facts import Assessed, Opened, Rung
from alerts.store import Store
from services import tables
from services.archive import Archive
from services.broker import Writer
from services.configuration import load
from services.database import migrate, open_engine
from services.detector.past import partition_of
from services.detector.worker import Parts as WorkerParts
from services.detector.worker import Saved as SavedPartition
from services.detector.worker import Worker
from services.embedded import Hub, Saved
from services.feeder.feeding import Feeder, FeederParts
from services.feeder.publishing import Publisher
from services.feeds.base import Poll
from services.following import Follower
from services.measuring import Metrics
from services.polling import Followed
from services.replay import facts_of
from services.wiring import Deployment, archive_of, claim, detection_of, hub_of, knowledge_of
from streams.cloudevents import ASSESSMENT, STATE, Event, Headers, Wire
from streams.codec import encode
from streams.engine import Engine, GroupState
from streams.observations import SECONDS_A_DAY, ObservationBatch
from streams.passing import passed
from streams.processors import Memory, Partition
from streams.relate import Relating
from streams.situations import situations
from streams.topics import TopicName
from tests.publications import END, FIRST, Arriving

Alerts = Mapping[str, tuple[tuple[str, str, int], ...]]
"""Alert id → (ring id, level, at) of its rings."""

_REVISION = 20  # characters


class _Script:
    """A feed that brings at each time what has arrived by then."""

    name = "random"

    def __init__(self, arriving: Sequence[Arriving]) -> None:
        self.left = list(arriving)
        self.now = 0

    def poll(self, cursor: str) -> Poll:
        """What has arrived and was not brought yet."""
        came = [each.publication for each in self.left if each.at <= self.now]
        self.left = self.left[len(came) :]
        evidence = {piece.sha256: piece for each in came for piece in each.evidence}
        batches = tuple(batch for each in came for batch in each.batches)
        return Poll(feed=self.name, cursor="", polled_at=self.now, evidence=tuple(evidence.values()), batches=batches)


class Turning:
    """A clock that stands at each time at which something arrives or a day begins, and ends after the last."""

    def __init__(self, arriving: Sequence[Arriving], end: int) -> None:
        self.script = _Script(arriving)
        self._end = end
        first = arriving[0].at // SECONDS_A_DAY + 1
        midnights = (day * SECONDS_A_DAY for day in range(first, end // SECONDS_A_DAY + 1))
        self._times = iter(sorted({*(each.at for each in arriving), *midnights}))
        self.at = next(self._times)
        self.script.now = self.at
        self.is_over = False

    def now(self) -> int:
        """Where it stands."""
        return self.at

    def now_ms(self) -> int:
        """The same in milliseconds."""
        return self.at * 1_000

    def wait(self, seconds: float) -> None:
        """The next time."""
        self.at = self.script.now = next(self._times, self.at)

    def stop(self) -> bool:
        """Whether this is the last time."""
        return self.at >= self._end

    def feeds(self) -> list[Followed]:
        """The feed."""
        return [Followed(feed=self.script, every_s=1, cursor=str)]


class Site:
    """A store with a hub on it, and the engine that both have; what happens is over at `end`."""

    def __init__(self, folder: Path, end: int = END) -> None:
        folder.mkdir(parents=True)
        self.end = end
        configuration = load(None, folder)
        self.known = knowledge_of(configuration)
        self.engine: Engine = detection_of(configuration, self.known)
        self.database = open_engine(f"sqlite:///{folder}/site.db", durable=False)
        migrate(self.database)
        claim(self.database, Deployment(episode="", configuration=""))
        self.archive = archive_of(self.database)
        self._configuration, self._folder = configuration, folder
        self.hub = self.begin()

    def begin(self) -> Hub:
        """A process that begins."""
        hub = hub_of(self._configuration, self.known, self.database, self._folder / "outbox")
        hub.advance = lambda at: None  # type: ignore[method-assign]  # what is sent, and when, is no part of this
        return hub

    def alerts(self) -> Alerts:
        """Every alert of the record with its rings."""
        return alerts_of(self.database)

    def assessed(self) -> int:
        """How many assessments of alerts the record holds: what passed."""
        return sum(isinstance(fact.body, Assessed) for fact in facts_of(self.database))

    def concluded(self, states: Mapping[str, GroupState]) -> dict[str, bytes]:
        """What memories mean in the end, in canonical bytes by situation id, with the revision given out last."""
        found = {}
        for state in states.values():
            for situation in situations(state.book):
                key = situation.situation_id
                judged = encode(self.engine.judged(state, situation, self.end))
                found[key] = judged + state.book.published.get(key, "").encode()
        return found


def alerts_of(database: sa.Engine) -> Alerts:
    """Every alert of a record with its rings."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for fact in facts_of(database):
        if isinstance(fact.body, Opened):
            found[fact.alert_id] = []
        if isinstance(fact.body, Rung):
            ring = fact.body.ring
            found[fact.alert_id].append((ring.ring_id, ring.level, ring.at))
    return {alert: tuple(rings) for alert, rings in found.items()}


def is_told(database: sa.Engine, concluded: Mapping[str, bytes]) -> bool:
    """Whether every alert that is open says what memories mean: nothing that was given out is left standing."""
    said = {alert.assessment.situation.situation_id: alert.assessment for alert in Store(database).open_alerts()}
    meant = {key: content[-_REVISION:].decode() for key, content in concluded.items()}
    return all(found.resolved or found.revision == meant.get(key) for key, found in said.items())


def embedded(site: Site, arriving: Sequence[Arriving]) -> dict[str, bytes]:
    """Followed by one process."""
    clock = Turning(arriving, site.end)
    Follower(site.hub, clock.feeds(), clock, clock).run(clock.stop)
    states = {}
    for group in site.archive.groups():
        content = site.archive.state(group)
        assert content is not None, f"{group} was not made again"
        states[group] = site.engine.restore(msgspec.msgpack.decode(content, type=Saved).state)
    return site.concluded(states)


def replayed(site: Site, archive: Archive) -> dict[str, bytes]:
    """What is stored, in order of when it was known, through the engine alone."""
    states: dict[str, GroupState] = {}
    for batch in passed(archive.batches(0, site.end), site.end):
        site.engine.apply(states.setdefault(batch.group, GroupState()), batch)
    return site.concluded(states)


def as_it_came(site: Site, arriving: Iterable[Arriving]) -> dict[str, bytes]:
    """What no harness does: each publication through the engine as it arrives, and nothing made again."""
    states: dict[str, GroupState] = {}
    for each in arriving:
        for batch in each.publication.batches:
            site.engine.apply(states.setdefault(batch.group, GroupState()), batch)
    return site.concluded(states)


def feeder_of(site: Site, database: sa.Engine, writer: Writer, clock: Turning) -> tuple[Feeder, Publisher]:
    """A feeder that follows the script on this store, and what publishes what it keeps."""
    publisher = Publisher(database, writer, "/twinbell/test")
    parts = FeederParts(
        database=database,
        archive=archive_of(database),
        publisher=publisher,
        clock=clock,
        witnesses=(),
        dead_letter_limit=0,
        relating=Relating(site.known.reference),
    )
    return Feeder(parts, clock.feeds()), publisher


def memory_of(engine: Engine, headers: Headers, value: bytes | None) -> tuple[str, GroupState]:
    """The group and the memory of a snapshot, as a worker writes it."""
    state = Wire(STATE).record(headers, value)
    return state.group, engine.restore(msgspec.msgpack.decode(state.state, type=Memory).engine)


class _Record:
    """A record as a worker reads it."""

    def __init__(self, partition: int, offset: int, headers: Headers, value: bytes) -> None:
        self.partition, self.offset, self.headers, self.value = partition, offset, headers, value


class _Past:
    """A worker's past: the archive, no snapshots."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def saved(self, partition: int) -> SavedPartition:
        """None."""
        return SavedPartition(snapshots=[], next=0)

    def batches(self, partition: int, without: frozenset[str]) -> Iterable[ObservationBatch]:
        """None: the worker was there from the beginning."""
        return ()

    def rows(self, group: str, until: int) -> Iterable[tuple[int, ObservationBatch]]:
        """The archive."""
        return self._site.archive.batches(0, until, group)


class _Unused:
    """A writer that nothing is written with."""


class Distributed:
    """A feeder and workers that share the partitions, on a log in memory; the site's hub takes assessments in."""

    def __init__(self, site: Site, partitions: int, workers: int) -> None:
        self._site, self._partitions = site, partitions
        self._next = dict.fromkeys(range(partitions), 0)
        self._assessments: list[Event] = []
        self._states: dict[str, GroupState] = {}
        self._now = FIRST
        self._workers = [self._worker() for _ in range(workers)]

    def run(self, arriving: Sequence[Arriving]) -> dict[str, bytes]:
        """Everything arrives and is worked through; what the workers' memories mean then."""
        return asyncio.run(self._run(arriving))

    async def _run(self, arriving: Sequence[Arriving]) -> dict[str, bytes]:
        for number, worker in enumerate(self._workers):
            worker.assign(range(number, self._partitions, len(self._workers)))
        clock = Turning(arriving, self._site.end)
        feeder, _ = feeder_of(self._site, self._site.database, _Unused(), clock)  # type: ignore[arg-type]
        while True:
            self._now = clock.now()
            feeder.round()
            await self._drained()
            if clock.stop():
                break
            clock.wait(0)
        for worker in self._workers:
            await worker.checkpoint()
        return self._site.concluded(self._states)

    async def _drained(self) -> None:
        """What waits for the broker is read by whoever has its partition, and what that gives is taken in."""
        table = tables.outgoing
        with self._site.database.begin() as connection:
            waiting = connection.execute(sa.select(table).order_by(table.c.position)).all()
            connection.execute(sa.delete(table))
        for row in waiting:
            partition = partition_of(row.key.decode(), self._partitions)
            headers = msgspec.msgpack.decode(row.headers, type=Headers)
            worker = self._workers[partition % len(self._workers)]
            await worker.take([_Record(partition, self._next[partition], headers, row.value)])
            self._next[partition] += 1
        wire = Wire(ASSESSMENT)
        found = [wire.record(event.headers, event.value) for event in self._assessments]
        self._assessments.clear()
        self._site.hub.send(self._now, self._site.hub.take_in(self._now, found, lambda _connection: None))

    async def _send(self, to: TopicName, _partition: int, event: Event) -> Awaitable[object]:
        assert to is not TopicName.DEAD_LETTERS
        if to is TopicName.ASSESSMENTS:
            self._assessments.append(event)
        if to is TopicName.STATES:
            group, memory = memory_of(self._site.engine, event.headers, event.value)
            self._states[group] = memory
        confirmed = asyncio.get_running_loop().create_future()
        confirmed.set_result(None)
        return confirmed

    async def _again(self, partition: int, offset: int) -> None:
        raise AssertionError

    def _worker(self) -> Worker:
        site = self._site
        return Worker(
            WorkerParts(
                make=lambda: Partition(site.engine, site.known.digest),
                past=_Past(site),
                send=self._send,
                again=self._again,
                safe=lambda partition, offset: None,
                counted=Metrics(),
                now=lambda: self._now,
                generation=lambda: 1,
                partition_of=lambda group: partition_of(group, self._partitions),
                tell=lambda note: None,
                source="/twinbell/test",
                dead_letter_limit=0,
            )
        )
