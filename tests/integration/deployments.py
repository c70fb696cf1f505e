"""One deployment of the distributed harness on shared parts: its configuration, topics, database and processes."""

import itertools
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import msgspec
import sqlalchemy as sa
from kafka import KafkaAdminClient

from alerts import tables as alert_tables
from alerts.facts import Assessed, Fact, Opened, Rung
from services import tables
from services.broker import Arrived, Reader, client
from services.broker_settings import BrokerSettings
from services.cluster.base import Program, Start, answers, free_port
from services.cluster.kafka import Kafka
from services.cluster.postgres import Postgres
from services.configuration import load, shipped_text
from services.feeds.base import DeadLetter
from services.replay import facts_of
from services.settings import Configuration
from services.topic_admin import apply_topics
from services.wiring import archive_of, open_store
from streams.assessments import Assessment
from streams.cloudevents import SIGNAL, Wire
from streams.topics import TopicName
from tests.integration.waiting import PATIENCE_S, until

_NUMBERS = itertools.count(1)


class Outcome(msgspec.Struct, frozen=True):
    """What a person would compare: alerts with their rings, and the last assessment of each situation, as bytes."""

    alerts: Mapping[str, tuple[tuple[str, str, int], ...]]  # alert id → (ring id, level, at) in order
    assessments: Mapping[str, bytes]  # situation id → canonical bytes
    revisions: Mapping[str, str]  # situation id → hash of all that a reader would see, without the time of looking


def outcome(facts: list[Fact]) -> Outcome:
    """The outcome that a record holds."""
    rings: dict[str, list[tuple[str, str, int]]] = {}
    last: dict[str, Assessment] = {}
    for fact in facts:
        match fact.body:
            case Opened():
                rings.setdefault(fact.alert_id, [])
            case Rung(ring=ring):
                rings[fact.alert_id].append((ring.ring_id, ring.level, ring.at))
            case Assessed(assessment=assessment):
                last[assessment.situation.situation_id] = assessment
            case _:
                pass
    canonical = msgspec.json.Encoder(order="deterministic").encode
    return Outcome(
        {alert: tuple(own) for alert, own in rings.items()},
        {situation: canonical(found) for situation, found in last.items()},
        {situation: found.revision for situation, found in last.items()},
    )


class Deployment:
    """The processes are children of this test and are ended with it."""

    def __init__(self, folder: Path, broker: BrokerSettings, url: str) -> None:
        self.folder = folder
        self.broker = broker
        self.url = url
        self.processes: dict[str, Program] = {}
        self.ports: dict[str, int] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "twinbell.toml"
        self.outbox = folder / "var" / "outbox"
        self.is_supervised = False  # whether a process that ends by itself is started again, as a supervisor would
        self.database = open_store(url, create=True)

    def configure(self, *lines: str) -> None:
        """Write the configuration: the shipped exercise, this broker, and these lines."""
        broker = self.broker
        own = [
            "[broker]",
            f'bootstrap = "{broker.bootstrap}"',
            f'prefix = "{broker.prefix}"',
            f"partitions = {broker.partitions}",
            f"replication = {broker.replication}",
            f"checkpoint_s = {broker.checkpoint_s}",
        ]
        text = [f'store = "{self.url}"', shipped_text(), *own, *lines]
        self.file.write_text("\n".join(text) + "\n", encoding="utf-8")

    @property
    def configuration(self) -> Configuration:
        """As the processes read it."""
        return load(self.file, self.folder)

    def start(self, name: str, *words: str) -> Program:
        """Start `feed`, `dispatch` or `detect-N`."""
        kind, _, number = name.partition("-")  # "feed-2" is a second feed
        port = self.ports[name] = free_port()
        command = [sys.executable, "-W", "ignore", "-m", "services", kind, "--config", str(self.file)]
        command += ["--metrics", f"127.0.0.1:{port}"]
        command += ["--instance", f"worker-{number}"] if kind == "detect" else []
        start = Start(
            name=name,
            words=[*command, *words],
            folder=self.folder,
            is_up=lambda: True,
        )
        program = self.processes[name] = Program(start)
        return program

    def stop(self) -> None:
        """End all processes and let the database go."""
        for program in self.processes.values():
            program.end()
        for program in self.processes.values():
            program.stop()
        self.database.dispose()

    def facts(self) -> list[Fact]:
        """The record."""
        return facts_of(self.database)

    def outcome(self) -> Outcome:
        """What the record holds."""
        return outcome(self.facts())

    def signal_ids(self) -> list[str]:
        """The ids on the topic of signals, repeats included."""
        wire = Wire(SIGNAL)
        return [wire.record(each.headers, each.value).signal_id for each in self.lying(TopicName.SIGNALS)]

    def until(self, is_true: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
        """Wait for something to become true; a process that has failed meanwhile, or time, ends the test."""

        def is_so() -> bool:
            if is_true():
                return True
            self.look_after()
            return False

        until(is_so, lambda: f"{what}\n{self.said()}", patience_s)

    def look_after(self) -> None:
        """A process that has ended by itself is started again where they are supervised, else it fails the test."""
        for name, program in list(self.processes.items()):
            if program.ended in (None, 0, -signal.SIGKILL):
                continue
            assert self.is_supervised, f"{name} ended with {program.ended}\n{self.said()}"
            self.start(name)

    def rows(self) -> int:
        """How many figures the archive holds."""
        return self._count(sa.select(sa.func.count()).select_from(tables.observations))

    def waiting(self) -> int:
        """How many events have not left for the broker."""
        return self._count(sa.select(sa.func.count()).select_from(tables.outgoing))

    def unsent(self) -> int:
        """How many deliveries may still leave."""
        state = alert_tables.deliveries.c.state
        pending = state.in_(("due", "failed_temporary", "sending"))
        return self._count(sa.select(sa.func.count()).select_from(alert_tables.deliveries).where(pending))

    def failed(self) -> int:
        """How many deliveries wait for another attempt."""
        state = alert_tables.deliveries.c.state
        return self._count(sa.select(sa.func.count()).where(state == "failed_temporary"))

    def unreached(self) -> int:
        """How many tracks of alerts were not reached by any ring yet."""
        table = alert_tables.tracks
        return self._count(sa.select(sa.func.count()).select_from(table).where(table.c.reached_at.is_(None)))

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """What could not be used, as the dispatcher keeps it."""
        return archive_of(self.database).dead_letters()

    def is_live(self, name: str) -> bool:
        """Whether a process answers."""
        return answers(f"http://127.0.0.1:{self.ports[name]}/live")

    def is_ready(self, name: str) -> bool:
        """Whether a process says that it can take work."""
        return answers(f"http://127.0.0.1:{self.ports[name]}/ready")

    def metric(self, name: str, process: str) -> float:
        """The sum over its labels of one of a process's metrics; 0 where it cannot be asked."""
        try:
            lines = httpx.get(f"http://127.0.0.1:{self.ports[process]}/metrics", timeout=1.0).text.splitlines()
        except httpx.HTTPError:
            return 0.0
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith((f"{name} ", f"{name}{{")))

    def leads(self, process: str) -> bool:
        """Whether a feed or dispatch acts on the store."""
        return self.metric("twinbell_leads", process) == 1

    def cut_sessions(self) -> None:
        """Terminate every session of this deployment's processes on the database, in whatever it is doing."""
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        with self.database.begin() as connection:
            connection.execute(sa.text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))

    def partitions_of(self, process: str) -> int:
        """How many partitions a worker has in memory."""
        return int(self.metric("twinbell_partitions", process))

    def _count(self, query: sa.Select[tuple[int]]) -> int:
        with self.database.connect() as connection:
            return connection.execute(query).scalar() or 0

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a process a signal."""
        self.processes[name].send(number)

    def lying(self, name: TopicName) -> list[Arrived]:
        """Everything that lies on a topic."""
        reader = Reader(self.broker, [name])
        try:
            reader.seek({})
            return list(reader.to_the_end())
        finally:
            reader.close()

    def said(self) -> str:
        """The last lines of every process."""
        return "\n".join(
            f"{name} ({program.ended}): {program.last_lines(6)}" for name, program in self.processes.items()
        )


class Deployments:
    """Makes deployments on shared parts."""

    def __init__(self, kafka: Kafka, postgres: Postgres, folder: Path) -> None:
        self._kafka, self.postgres, self._folder = kafka, postgres, folder
        self._made: list[Deployment] = []

    def make(self, partitions: int = 4, checkpoint_s: float = 0.1) -> Deployment:
        """A new one: its topics are there, its database is empty, no process runs."""
        name = f"t{next(_NUMBERS)}"
        broker = BrokerSettings(
            bootstrap=self._kafka.bootstrap,
            prefix=name,
            partitions=partitions,
            replication=len(self._kafka.nodes),
            checkpoint_s=checkpoint_s,
        )
        assert not [state for state in apply_topics(broker) if state.problem]
        made = Deployment(self._folder / name, broker, self.postgres.url(name))
        made.configure()
        self._made.append(made)
        return made

    def stop(self) -> None:
        """End all of them."""
        for made in self._made:
            made.stop()


def remake_topic(settings: BrokerSettings, name: TopicName) -> None:
    """Delete a topic with all that is in it, and make it anew."""
    delete_topic(settings, name)
    assert not [state for state in apply_topics(settings) if state.problem]


def delete_topic(settings: BrokerSettings, name: TopicName) -> None:
    """Delete a topic with all that is in it; it is gone when this returns."""
    admin = KafkaAdminClient(**client(settings))
    try:
        admin.delete_topics([settings.name(name)])
        until(lambda: settings.name(name) not in admin.list_topics(), lambda: "the topic goes away")
    finally:
        admin.close()
