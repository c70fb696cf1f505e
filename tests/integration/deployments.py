"""One deployment of the distributed harness on shared parts: its configuration, topics, database and processes."""

import itertools
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import sqlalchemy as sa

from alerts.facts import Assessed, Fact, Opened, Rung
from services.broker import Arrived, Reader
from services.broker_settings import BrokerSettings
from services.clock import SystemClock
from services.cluster.base import Program, Start, free_port
from services.cluster.kafka import Kafka
from services.cluster.postgres import Postgres
from services.configuration import load, shipped_text
from services.dispatcher.consuming import consumed_so_far
from services.replay import facts_of
from services.settings import Configuration
from services.topic_admin import apply_topics
from services.wiring import open_store
from streams.assessments import Assessment
from streams.cloudevents import ASSESSMENT, SIGNAL, Wire
from streams.topics import TopicName

PATIENCE_S = 90
_NUMBERS = itertools.count(1)


class Outcome(msgspec.Struct, frozen=True):
    """What a person would compare: alerts with their rings, and the last assessment of each situation, as bytes."""

    alerts: Mapping[str, tuple[tuple[str, str, int], ...]]  # alert id → (ring id, level, at) in order
    assessments: Mapping[str, bytes]  # situation id → canonical bytes


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
    )


class Deployment:
    """The processes are children of this test and are ended with it."""

    def __init__(self, folder: Path, broker: BrokerSettings, url: str, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.broker = broker
        self.url = url
        self._environment = dict(environment)
        self.processes: dict[str, Program] = {}
        self.ports: dict[str, int] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "twinbell.toml"
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
        kind, _, number = name.partition("-")
        port = self.ports[name] = free_port()
        command = [sys.executable, "-W", "ignore", "-m", "services", kind, "--config", str(self.file)]
        command += ["--metrics", f"127.0.0.1:{port}"]
        command += ["--instance", f"worker-{number}"] if kind == "detect" else []
        start = Start(
            name=name,
            words=[*command, *words],
            folder=self.folder,
            is_up=lambda: True,
            environment=self._environment,
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
        return [wire.record(each.headers, each.value).signal_id for each in self._all(TopicName.SIGNALS)]

    def assessments(self) -> dict[str, bytes]:
        """The newest assessment of each situation on its topic."""
        wire = Wire(ASSESSMENT)
        found = [wire.record(each.headers, each.value) for each in self._all(TopicName.ASSESSMENTS)]
        canonical = msgspec.json.Encoder(order="deterministic").encode
        newest: dict[str, Assessment] = {}
        for each in found:
            held = newest.get(each.situation.situation_id)
            if held is None or each.as_of >= held.as_of:
                newest[each.situation.situation_id] = each
        return {key: canonical(each) for key, each in newest.items()}

    def consumed(self) -> dict[tuple[str, int], int]:
        """How far the dispatcher has read."""
        return consumed_so_far(self.database)

    def until(self, is_true: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
        """Wait for something to become true; a process that has failed meanwhile, or time, ends the test."""
        clock = SystemClock()
        end = clock.now_ms() + int(patience_s * 1_000)
        while not is_true():
            assert clock.now_ms() < end, f"{what}: not within {patience_s:g} s\n{self._said()}"
            clock.wait(0.05)

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a process a signal."""
        self.processes[name].send(number)

    def _all(self, name: TopicName) -> list[Arrived]:
        reader = Reader(self.broker, [name])
        try:
            reader.seek({})
            return list(reader.to_the_end())
        finally:
            reader.close()

    def _said(self) -> str:
        return "\n".join(
            f"{name} ({program.ended}): {program.last_lines(6)}" for name, program in self.processes.items()
        )


class Deployments:
    """Makes deployments on shared parts."""

    def __init__(self, kafka: Kafka, postgres: Postgres, folder: Path, environment: dict[str, str]) -> None:
        self._kafka, self._postgres, self._folder = kafka, postgres, folder
        self._environment = environment
        self._made: list[Deployment] = []

    def make(self, partitions: int = 4, checkpoint_s: float = 0.1) -> Deployment:
        """A new one: its topics are there, its database is empty, no process runs."""
        name = f"t{next(_NUMBERS)}"
        broker = BrokerSettings(
            bootstrap=self._kafka.bootstrap, prefix=name, partitions=partitions, checkpoint_s=checkpoint_s
        )
        assert not [state for state in apply_topics(broker) if state.problem]
        made = Deployment(self._folder / name, broker, self._postgres.url(name), self._environment)
        made.configure()
        self._made.append(made)
        return made

    def stop(self) -> None:
        """End all of them."""
        for made in self._made:
            made.stop()


def emptied(database: sa.Engine, table: sa.Table) -> None:
    """Delete all rows of a table."""
    with database.begin() as connection:
        connection.execute(sa.delete(table))
