"""The whole deployment on one machine: the parts, the topics, and Twinbell's own processes, each a child of its own."""

import os
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from secrets import token_hex

import msgspec

from services.broker_settings import BrokerSettings
from services.cluster import watchers
from services.cluster.base import Program, Start, answers, free_port, is_listening
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
    processes: int = 19100  # the first of Twinbell's own: dispatch, the workers, then feed

    def refuse_taken(self, processes: int) -> None:
        """Raise ClusterFailed when somebody listens where a part is to listen; what is 0 is free when it is taken."""
        own = {"kafka": self.kafka, "postgres": self.postgres}
        own |= {"prometheus": self.prometheus, "alertmanager": self.alertmanager}
        own |= {f"process {number + 1}": self.processes + number for number in range(processes) if self.processes}
        taken = [f"{port} ({name})" for name, port in own.items() if port and is_listening(port)]
        if taken:
            raise ClusterFailed(
                f"on 127.0.0.1 somebody listens already on {', '.join(taken)}: end the other cluster, or "
                "whatever it is (`ss -ltnp` names it), then give the command again"
            )


FREE = Ports(kafka=0, postgres=0, prometheus=0, alertmanager=0, processes=0)


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table."""

    name: str
    where: str
    state: str


class Cluster:
    """`with Cluster(folder, libs, ports) as cluster`: everything is up, or nothing of it is.

    `libs` is where the broker's jars are, or are fetched to. Raises ClusterFailed or PartMissing.
    """

    def __init__(
        self, folder: Path, libs: Path, ports: Ports, workers: int = 1, episode: str = "", partitions: int = 12
    ) -> None:
        self.folder = folder.resolve()
        self.configuration = self.folder / "twinbell.toml"
        self.outbox = self.folder / "var" / "outbox"
        self.skipped: list[str] = []
        self.processes: dict[str, Program] = {}
        self.ports: dict[str, int] = {}
        self._ports = ports
        self._workers = workers
        self._episode = episode
        self._partitions = partitions
        self._where: dict[str, str] = {}
        self._mended: Counter[str] = Counter()
        self._parts: dict[str, Program] = {}
        self._stack = ExitStack()
        self._libs = libs.resolve()
        self.kafka = Kafka(self._libs, self.folder, port=ports.kafka)
        self.postgres = Postgres(self.folder, port=ports.postgres)

    def __enter__(self) -> "Cluster":
        self._ports.refuse_taken(processes=self._workers + 2)
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
            Health(name=name, where=self._where[name], state=_ended(part) or "up") for name, part in self._parts.items()
        ]
        return [*parts, *(self._health(name) for name in self.processes)]

    def mend(self) -> None:
        """Start again each of Twinbell's processes that was killed, as a supervisor would.

        One that ended by itself had its reason, which `health` says: it stays down.
        """
        for name, program in list(self.processes.items()):
            if program.ended is not None and program.ended < 0:
                self._mended[name] += 1
                self._start_process(name)

    def is_ready(self, name: str) -> bool:
        """Whether a process says that it can take work."""
        return answers(f"http://127.0.0.1:{self.ports[name]}/ready")

    def _start_process(self, name: str) -> None:
        """Start feed, dispatch, detect-1, detect-2 …"""
        kind, _, number = name.partition("-")
        port = self.ports.setdefault(name, self._port_of(name))
        words = [sys.executable, "-m", "services", kind, "--config", str(self.configuration)]
        words += ["--metrics", f"127.0.0.1:{port}"] if not self._is_playing(name) else []
        words += ["--instance", f"worker-{number}"] if kind == "detect" else []
        words += ["--episode", self._episode] if self._episode and kind != "detect" else []
        start = Start(
            name=f"twinbell-{name}",
            words=words,
            folder=self.folder,
            is_up=lambda: True,
            environment={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self.processes[name] = Program(start)

    def _stop_processes(self) -> None:
        for program in self.processes.values():
            program.end()
        for program in self.processes.values():
            program.stop()

    def _start(self, stack: ExitStack) -> None:
        jars(self._libs)
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
        stack.callback(self._stop_processes)
        for name in ["dispatch", *(f"detect-{number}" for number in range(1, self._workers + 1)), "feed"]:
            self._start_process(name)
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
            serving = {name: port for name, port in self.ports.items() if not self._is_playing(name)}
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

    def _is_playing(self, name: str) -> bool:
        """Whether this is the feed of an episode, which has nothing to say to Prometheus."""
        return name == "feed" and bool(self._episode)

    def _health(self, name: str) -> Health:
        program = self.processes[name]
        if program.ended is not None:
            is_played = self._is_playing(name) and program.ended == 0
            state = "played to its end" if is_played else _ended(program)
        elif self._is_playing(name):
            state = "plays"
        else:
            state = "ready" if self.is_ready(name) else "not ready yet"
        again = self._mended[name]
        if again:
            state += ", killed and started again" + (f" {again} times" if again > 1 else "")
        where = "" if self._is_playing(name) else f"http://127.0.0.1:{self.ports[name]}/metrics"
        return Health(name=f"twinbell {name}", where=where, state=state)

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
            self.configuration.touch(mode=0o600)  # the address of the store holds its password
            self.configuration.write_text(text, encoding="utf-8")
            for name in ("manifests", "incoming", "secrets"):
                (self.folder / name).mkdir(exist_ok=True)


def _ended(program: Program) -> str:
    """How a program came to its end, and its last words; empty while it runs."""
    match program.ended:
        case None:
            return ""
        case number if number < 0:
            return f"killed (signal {-number})"
        case code:
            return f"ended with code {code}: {program.last_lines(1)}".rstrip(": ")
