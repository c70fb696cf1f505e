"""The whole deployment on one machine: the parts, the topics, and Twinbell's own processes, each a child of its own."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from secrets import token_hex

import msgspec

from services.broker_settings import BrokerSettings
from services.cluster import watchers
from services.cluster.base import Program, Start, answers, free_port
from services.cluster.kafka import Kafka, jars
from services.cluster.postgres import Postgres
from services.configuration import shipped_text
from services.errors import ClusterFailed, PartMissing
from services.topic_admin import apply_topics
from services.wiring import open_store

_DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
_TOKEN = "alertmanager-token"
_NOBODY = "http://127.0.0.1:9/nobody"  # on a desk no pager and no heartbeat stands outside
_EDITED = "# Written once by `make cluster`; edit it as you like: what stands here is kept."


class Ports(msgspec.Struct, frozen=True, kw_only=True):
    """Where the parts listen on the loopback; 0 takes a free one."""

    kafka: int = 19092
    postgres: int = 15432
    prometheus: int = 19090
    alertmanager: int = 19093
    processes: int = 19100  # the first of Twinbell's own: feed, dispatch, then the workers


FREE = Ports(kafka=0, postgres=0, prometheus=0, alertmanager=0, processes=0)


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table."""

    name: str
    where: str
    state: str


class Cluster:
    """`with Cluster(folder, ports) as cluster`: everything is up, or nothing of it is."""

    def __init__(self, folder: Path, ports: Ports, workers: int = 1, episode: str = "", partitions: int = 12) -> None:
        self.folder = folder.resolve()
        self.configuration = self.folder / "twinbell.toml"
        self.skipped: list[str] = []
        self.processes: dict[str, Program] = {}
        self.ports: dict[str, int] = {}
        self._ports = ports
        self._workers = workers
        self._episode = episode
        self._partitions = partitions
        self._where: dict[str, str] = {}
        self._parts: dict[str, Program] = {}
        self._stack = ExitStack()
        self.kafka = Kafka(self.folder / "kafka-libs", self.folder, port=ports.kafka)
        self.postgres = Postgres(self.folder, port=ports.postgres)

    def __enter__(self) -> "Cluster":
        with ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def broker(self) -> BrokerSettings:
        """How the cluster's broker is reached."""
        return BrokerSettings(bootstrap=self.kafka.bootstrap, partitions=self._partitions)

    @property
    def is_played(self) -> bool:
        """Whether the episode has been published to its end and worked through."""
        return self.processes["feed"].ended == 0

    def health(self) -> list[Health]:
        """Every part and process, where it listens and how it is now."""
        parts = [
            Health(name=name, where=self._where[name], state="up" if part.ended is None else f"ended {part.ended}")
            for name, part in self._parts.items()
        ]
        return [*parts, *(self._health(name) for name in self.processes)]

    def start_process(self, name: str) -> Program:
        """Start one of Twinbell's own processes: feed, dispatch, detect-1, detect-2 …"""
        kind, _, number = name.partition("-")
        port = self.ports.setdefault(name, self._port_of(name))
        words = [sys.executable, "-m", "services", kind, "--config", str(self.configuration)]
        words += ["--metrics", f"127.0.0.1:{port}"] if not (kind == "feed" and self._episode) else []
        words += ["--instance", f"worker-{number}"] if kind == "detect" else []
        words += ["--episode", self._episode] if self._episode and kind != "detect" else []
        start = Start(
            name=f"twinbell-{name}",
            words=words,
            folder=self.folder,
            is_up=lambda: True,
            environment={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._where[name] = f"http://127.0.0.1:{port}/metrics"
        program = self.processes[name] = Program(start)
        return program

    def is_ready(self, name: str) -> bool:
        """Whether a process says that it can take work."""
        return answers(f"http://127.0.0.1:{self.ports[name]}/ready")

    def _start(self, stack: ExitStack) -> None:
        jars(self.folder / "kafka-libs")
        stack.enter_context(self.kafka)
        self._part("kafka", self.kafka.programs[0], f"PLAINTEXT {self.kafka.bootstrap}")
        stack.enter_context(self.postgres)
        if self.postgres.program is None:
            raise ClusterFailed("PostgreSQL was not started")
        self._part("postgres", self.postgres.program, f"127.0.0.1:{self.postgres.port}, database twinbell")
        self._write_configuration()
        apply_topics(self.broker)
        database = open_store(self.postgres.url("twinbell"), create=True)
        database.dispose()
        names = ["dispatch", *(f"detect-{number}" for number in range(1, self._workers + 1)), "feed"]
        for name in names:
            stack.callback(self.start_process(name).stop)
        self._watch(stack)

    def _watch(self, stack: ExitStack) -> None:
        """Alertmanager and Prometheus; on a desk where they are not installed, a line instead."""
        try:
            operator = f"http://127.0.0.1:{self.ports['dispatch']}/alertmanager"
            routes = watchers.write_alertmanager(
                self.folder, _DEPLOY / "alertmanager", operator, _NOBODY, self.folder / _TOKEN
            )
            manager, address = watchers.alertmanager(self.folder, routes, self._ports.alertmanager)
            stack.callback(manager.stop)
            self._part("alertmanager", manager, address.base)
            serving = {name: port for name, port in self.ports.items() if not (name == "feed" and self._episode)}
            watched = watchers.write_prometheus(self.folder, _DEPLOY / "prometheus", address, serving)
            prometheus, served = watchers.prometheus(self.folder, watched, self._ports.prometheus)
            stack.callback(prometheus.stop)
            self._part("prometheus", prometheus, served.base)
        except PartMissing as problem:
            if os.environ.get("TWINBELL_NO_SKIP") == "1":
                raise
            self.skipped.append(f"skipped: {problem}")

    def _part(self, name: str, program: Program, where: str) -> None:
        self._parts[name] = program
        self._where[name] = where

    def _port_of(self, name: str) -> int:
        first = self._ports.processes
        return first + len(self.ports) if first else free_port()

    def _health(self, name: str) -> Health:
        program = self.processes[name]
        if program.ended is not None:
            state = (
                "played to its end"
                if self._episode and name == "feed" and program.ended == 0
                else (f"ended {program.ended}: {program.last_lines(1)}")
            )
        else:
            state = "ready" if self.is_ready(name) else "not ready yet"
        return Health(name=f"twinbell {name}", where=self._where[name], state=state)

    def _write_configuration(self) -> None:
        url = self.postgres.url("twinbell")
        own = [
            "",
            "[broker]",
            f'bootstrap = "{self.kafka.bootstrap}"',
            f"partitions = {self._partitions}",
            "",
            "[alertmanager]",
            f'token_file = "{_TOKEN}"',
            "",
        ]
        token = self.folder / _TOKEN
        if not token.exists():
            token.touch(mode=0o600)
            token.write_text(token_hex(32), encoding="utf-8")
        if not self.configuration.exists():
            text = f'{_EDITED}\nstore = "{url}"\n\n{shipped_text()}' + "\n".join(own)
            self.configuration.write_text(text, encoding="utf-8")
            for name in ("manifests", "incoming", "secrets"):
                (self.folder / name).mkdir(exist_ok=True)
