"""The distributed harness: the three processes `feed`, `detect` and `dispatch`, each wired here and nowhere else."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from functools import partial

import msgspec
import sqlalchemy as sa

from alerts.deliveries import Mode
from alerts.store import Store
from services import interrupting, running
from services.alarms import take_alarms
from services.broker import FETCH_WAIT_MS, Reader, Writer
from services.canary_wiring import canary_every_s, landing_of
from services.clock import Clock, DeploymentClock, StoredClock, SystemClock
from services.detector.app import Detecting
from services.detector.past import NoArchive, Past, partition_of
from services.detector.told import Told
from services.detector.worker import Parts
from services.dispatcher.consuming import TAKEN_IN, Consumer
from services.embedded import Hub
from services.endpoint import Health
from services.episodes import episode
from services.errors import BrokerFailed
from services.exit_codes import ExitCode
from services.feeder.barrier import Barrier
from services.feeder.feeding import SLICE_S, Feeder, FeederParts
from services.feeder.playing import Published
from services.feeder.publishing import Publisher
from services.logs import Log, open_log
from services.measuring import Metrics
from services.metrics import Process
from services.moments import Moment, Unread, Witness
from services.offices import IsOver, Lead, Office, Pulse, hold
from services.pace import Pace, Watched
from services.playing import Player, as_played, played_until
from services.progress import Progress, watch_lags
from services.rehearsal import rehearse
from services.rounds import Followership, followed, rounds
from services.settings import Configuration
from services.sources import read_episode
from services.stored_metrics import measure, measured_of
from services.topic_admin import check_topics
from services.wiring import (
    Deployment,
    archive_of,
    beside,
    claim,
    detection_of,
    hub_of,
    knowledge_in_force,
    open_store,
    operators_of,
    outbox_of,
    served,
)
from streams.assessments import Assessment
from streams.observations import SECONDS_A_DAY
from streams.processors import Partition
from streams.relate import Relating
from streams.topics import Client

_AGAIN_S = 1.0
_SOON_S = 0.02  # until a lane may have sent what it had
_SWITCH_S = 0.0005  # a lane that has its answer waits no longer for the one that writes a message


class ProcessWish(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for on the command line."""

    url: str
    config: str  # absolute path of the configuration file, or empty
    metrics: str
    instance: str = ""  # of a detection worker
    episode: str = ""  # that is played instead of feeds


class _Common(msgspec.Struct, frozen=True, kw_only=True):
    """What every process has."""

    log: Log
    metrics: Metrics
    stack: ExitStack

    @property
    def witnesses(self) -> tuple[Witness, ...]:
        """Who is told what happens."""
        return (self.log, self.metrics)

    def tell(self, moment: Moment) -> None:
        """Tell them something that is not in the record."""
        for witness in self.witnesses:
            witness(moment)


def feed(configuration: Configuration, wish: ProcessWish) -> None:
    """Read the feeds, keep what they bring, publish it; until terminated."""
    configuration = configuration.at_broker(Client.FEED)
    _topics_or_refuse(configuration)
    known = knowledge_in_force(configuration)
    pulse, clock = Pulse(), SystemClock()
    with _common(configuration, wish, Process.FEED, Health(pulse.is_live, lambda: pulse.is_ready)) as common:
        database = _database(configuration, wish, common.stack)
        archive = archive_of(database)
        writer = common.stack.enter_context(closing(Writer(configuration.broker)))
        publisher = Publisher(database, writer, _source(configuration, "feed"))
        parts = FeederParts(
            database=database,
            archive=archive,
            publisher=publisher,
            clock=clock,
            witnesses=common.witnesses,
            dead_letter_limit=configuration.settings.dead_letter_limit,
            relating=Relating(known.reference),
            canary_every_s=canary_every_s(configuration),
        )
        store = Store(database, configuration.settings.site)
        own = Followership(
            configuration=configuration,
            known=known,
            database=database,
            tell=parts.tell,
            open_alerts=lambda: len(store.open_alerts()),
        )
        feeds = common.stack.enter_context(followed(own, clock.now))
        feeder = Feeder(parts, feeds, common.stack.enter_context(rounds(own, feeds)))

        def failed(problem: str) -> None:
            common.tell(Unread(at=clock.now(), feed="broker", note=problem))

        def act(is_over: IsOver) -> None:
            over = threading.Event()
            feeder.begin()
            with ThreadPoolExecutor(1, "publishing") as beside:
                publishing = beside.submit(publisher.run, over.is_set, clock, failed)
                try:
                    while not is_over() and not publishing.done():
                        feeder.round()
                        pulse.beat()
                        clock.wait(SLICE_S)
                finally:
                    over.set()
                publishing.result()

        with _until_terminated() as is_over:
            hold(Lead(database, Office.FEED, common.metrics.leads), pulse, common.tell, is_over, act)


def play(configuration: Configuration, wish: ProcessWish, pace: Pace) -> None:
    """Publish a recorded episode step by step, as fast as a person follows and the others work it through."""
    configuration = configuration.at_broker(Client.FEED)
    _topics_or_refuse(configuration)
    chosen, played = episode(wish.episode), as_played(configuration)
    wanted = running.RunWish(
        url=wish.url, config=wish.config, until_done=True, lines=False, metrics=wish.metrics, process=Process.FEED
    )
    with running.set_up(played, wanted, chosen.id, outbox_of(configuration, wish.url)) as run:
        real = SystemClock()
        clock, archive = StoredClock(run.database, real), archive_of(run.database)
        with (
            closing(Writer(configuration.broker)) as writer,
            closing(Barrier(configuration.broker, run.database, real)) as barrier,
        ):
            publisher = Publisher(run.database, writer, _source(configuration, "feed"))
            run.hub.store(read_episode(chosen, run.known.reference, archive.cursor))
            watched = Watched(run.hub, clock, real, pace, (chosen.ends_at - chosen.starts_at) // SECONDS_A_DAY)
            run.hub.join(watched)
            published = Published(run.hub, run.database, archive, publisher, barrier)
            Player(published, run.database, watched).play(chosen, archive.batches)
        clock.end_play(chosen.ends_at)
        running.say_what_next(run)


def detect(configuration: Configuration, wish: ProcessWish) -> None:
    """Run one detection worker until terminated."""
    configuration = configuration.at_broker(Client.DETECT)
    _topics_or_refuse(configuration)
    known = knowledge_in_force(configuration)
    clock = SystemClock()
    found: list[Detecting] = []
    health = Health(lambda: bool(found) and found[0].is_alive, lambda: bool(found) and found[0].worker.is_ready)
    with _common(configuration, wish, Process.DETECT, health) as common:
        database = open_store(wish.url, create=False) if wish.url else None
        if database is not None:
            common.stack.callback(database.dispose)
        archive = archive_of(database) if database is not None else NoArchive()
        engine = detection_of(configuration, known)
        source, partitions = _source(configuration, f"detect/{wish.instance}"), configuration.broker.partitions

        def parts(app: Detecting) -> Parts:
            return Parts(
                make=lambda: Partition(engine, known.digest),
                past=Past(configuration.broker, archive, clock.now if database is None else _known_until(database)),
                send=app.send,
                again=app.again,
                safe=app.safe,
                counted=Told(common.metrics, (common.log, common.metrics), clock.now),
                now=clock.now,
                generation=lambda: int(app.app.consumer_generation_id),
                partition_of=lambda group: partition_of(group, partitions),
                tell=lambda note: common.tell(Unread(at=clock.now(), feed="store", note=note)),
                source=source,
                dead_letter_limit=configuration.settings.dead_letter_limit,
            )

        found.append(Detecting(configuration.broker, wish.instance, parts))
        found[0].run()


def dispatch(configuration: Configuration, wish: ProcessWish) -> None:
    """Take assessments in, plan, send, escalate; until terminated."""
    configuration = configuration.at_broker(Client.DISPATCH)
    _topics_or_refuse(configuration)
    known = knowledge_in_force(configuration)
    pulse = Pulse()
    sys.setswitchinterval(_SWITCH_S)
    if wish.episode:
        configuration = as_played(configuration)
    is_exercise = bool(wish.episode) or configuration.mode is Mode.EXERCISE
    outbox = outbox_of(configuration, wish.url) if is_exercise else None
    with _common(configuration, wish, Process.DISPATCH, Health(pulse.is_live, lambda: pulse.is_ready)) as common:
        database = _database(configuration, wish, common.stack)
        clock: Clock = DeploymentClock(database) if wish.episode else SystemClock()  # another's store was refused
        limit = configuration.settings.dead_letter_limit
        operators = None if wish.episode else operators_of(configuration, known, database, outbox)
        hub = hub_of(configuration, known, database, outbox, operators)
        common.stack.callback(hub.close)
        rehearse(configuration, known, clock.now())
        for witness in common.witnesses:
            hub.join(witness)
        measure(common.metrics, database, clock, measured_of(configuration, known, feeds=not wish.episode))
        take_alarms(configuration, operators, common.metrics, hub.tell)
        canary: Callable[[Assessment], None] | None = None
        if canary_every_s(configuration) and not wish.episode:
            landing = landing_of(configuration, known, outbox, hub.tell, common.metrics)
            canary = common.stack.enter_context(landing).take

        def act(is_over: IsOver) -> None:
            hub.recover(clock.now())
            while not is_over():
                try:
                    with closing(Reader(configuration.broker, TAKEN_IN)) as reader:
                        consumer = Consumer(hub, database, reader, configuration.broker.name, limit, canary)
                        pulse.is_ready = True
                        is_busy = False
                        while not is_over():
                            consumer.take(clock, _SOON_S if is_busy else FETCH_WAIT_MS / 1_000)
                            is_busy = _advance(hub, clock, pulse)
                except BrokerFailed as problem:
                    pulse.is_ready = False
                    hub.tell(Unread(at=clock.now(), feed="broker", note=str(problem)))
                    _bell_goes_on(hub, clock, pulse, is_over)

        with _until_terminated() as is_over, _lags_watched(configuration, database, common):
            hold(Lead(database, Office.DISPATCH, common.metrics.leads), pulse, common.tell, is_over, act)


@contextmanager
def _lags_watched(configuration: Configuration, database: sa.Engine, common: _Common) -> Iterator[None]:
    """How far the readers of the topics are behind is looked at beside the dispatcher's own work."""
    over: list[bool] = []
    real = SystemClock()

    def failed(problem: str) -> None:
        common.tell(Unread(at=real.now(), feed="broker", note=problem))

    with ThreadPoolExecutor(1, "lags") as beside:
        make = partial(Progress, configuration.broker, database)
        beside.submit(watch_lags, make, common.metrics.lags, failed, real, lambda: bool(over))
        try:
            yield
        finally:
            over.append(True)


def _bell_goes_on(hub: Hub, clock: Clock, pulse: Pulse, is_over: IsOver) -> None:
    """The broker is away: what is open is rung on, and the broker is tried again."""
    real = SystemClock()
    until = real.now_ms() + int(_AGAIN_S * 1_000)
    while not is_over() and real.now_ms() < until:
        _advance(hub, clock, pulse)
        real.wait(FETCH_WAIT_MS / 1_000)


def _advance(hub: Hub, clock: Clock, pulse: Pulse) -> bool:
    """Let what is due leave; whether more may leave soon."""
    now = clock.now()
    is_busy = hub.advance_once(now)
    hub.moved(now, 1)
    pulse.beat()
    return is_busy


def _known_until(database: sa.Engine) -> Callable[[], int]:
    """Up to when the archive may be read: all of it, or of an episode what has been played."""

    def until() -> int:
        found = served(database)
        return (played_until(database) or 0) if found is not None and found.episode else SystemClock().now()

    return until


@contextmanager
def _common(configuration: Configuration, wish: ProcessWish, process: Process, health: Health) -> Iterator[_Common]:
    with ExitStack() as stack:
        # Who is terminated before there is anything to drain leaves as one that has drained.
        stack.enter_context(interrupting.terminated(SystemExit(ExitCode.DONE)))
        metrics = Metrics(process)
        if wish.metrics:
            stack.callback(running.serve_at(wish.metrics, "--metrics", metrics, health))
        name = f"twinbell-{process}{'-' + wish.instance if wish.instance else ''}.log"
        file = configuration.settings.log.file
        path = configuration.path(file).with_name(name) if file else beside(wish.url or "none://", name)
        log = stack.enter_context(open_log(path, configuration.settings.log.level))
        try:
            yield _Common(log=log, metrics=metrics, stack=stack)
        except Exception as problem:
            log.failure(SystemClock().now(), process, problem)
            raise


def _database(configuration: Configuration, wish: ProcessWish, stack: ExitStack) -> sa.Engine:
    database = open_store(wish.url, create=True)
    stack.callback(database.dispose)
    claim(database, Deployment(episode=wish.episode, configuration=wish.config))
    return database


def _topics_or_refuse(configuration: Configuration) -> None:
    """Raise BrokerFailed when a topic is missing or not as it should be: records would go astray."""
    wrong = [state for state in check_topics(configuration.broker) if state.problem]
    if wrong:
        raise BrokerFailed(
            f"topic {wrong[0].name} {wrong[0].problem}" + (f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else "")
        )


def _source(configuration: Configuration, process: str) -> str:
    return f"/twinbell/{configuration.settings.site}/{process}"


@contextmanager
def _until_terminated() -> Iterator[Callable[[], bool]]:
    """Being terminated, or Ctrl-C, ends a loop after the round that it is in: nothing is torn off."""
    with interrupting.noted((signal.SIGTERM, signal.SIGINT)) as over:
        yield lambda: bool(over)
