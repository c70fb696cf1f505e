"""Apache Kafka itself: the published jars, resolved by Maven, as KRaft nodes on the loopback."""

import base64
import fcntl
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

from services.cluster.base import Program, Start, found_program, free_port
from services.errors import ClusterFailed, PartMissing

_POM = Path(__file__).resolve().parents[2] / "deploy" / "kafka" / "pom.xml"
_CLUSTER_ID = base64.urlsafe_b64encode(b"twinbell-cluster").rstrip(b"=").decode()
_LOGGER = "-Dorg.slf4j.simpleLogger"
_LOG_LEVELS = (f"{_LOGGER}.defaultLogLevel=warn", f"{_LOGGER}.log.kafka.server.KafkaRaftServer=info")


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One broker, which is a controller too."""

    number: int
    port: int
    controller_port: int
    folder: Path


class Security(msgspec.Struct, frozen=True, kw_only=True):
    """More lines of the server's properties, and the protocol of its listener."""

    protocol: str = "PLAINTEXT"
    lines: Sequence[str] = ()
    format_words: Sequence[str] = ()  # for StorageTool: users that exist from the first start


def jars(folder: Path) -> Path:
    """The directory of the broker's jars, fetched by Maven the first time. Raises PartMissing where they cannot be."""
    folder, pom = folder.resolve(), _POM.read_text()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes second finds them fetched
        done = folder / ".resolved"
        if not done.exists() or done.read_text() != pom:
            _fetch(folder)
            done.write_text(pom)
    return folder


def _fetch(folder: Path) -> None:
    maven = found_program(("mvn",), "maven")
    words = [maven, "-q", "-B", "-f", str(_POM), "dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
    run = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if run.returncode != 0:
        raise PartMissing(f"Maven could not fetch the broker's jars: {(run.stdout + run.stderr).strip()[-800:]}")


class Kafka:
    """A cluster of `size` nodes under `folder`. `with Kafka(...) as kafka`: then `kafka.bootstrap` reaches it."""

    def __init__(
        self, libs: Path, folder: Path, size: int = 1, port: int = 0, security: Security | None = None
    ) -> None:
        self._libs = libs
        self._folder = folder = folder.resolve()
        self._security = security or Security()
        self.nodes = tuple(
            Node(
                number=number,
                port=(port + number - 1) if port else free_port(),
                controller_port=free_port(),
                folder=folder / f"kafka-{number}",
            )
            for number in range(1, size + 1)
        )
        self._programs: dict[int, Program] = {}

    @property
    def bootstrap(self) -> str:
        """Where clients begin."""
        return ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    @property
    def programs(self) -> tuple[Program, ...]:
        """The running brokers."""
        return tuple(self._programs.values())

    def start(self) -> "Kafka":
        """Format what is not formatted, start all nodes, wait for them."""
        started = [self._started(node) for node in self.nodes]
        for program in started:
            program.wait_until_up()
        return self

    def start_node(self, number: int) -> None:
        """Start one node again after it was stopped or killed."""
        self._started(self.nodes[number - 1]).wait_until_up()

    def mend(self) -> None:
        """Start every node that has ended."""
        for node in self.nodes:
            if self._programs[node.number].ended is not None:
                self.start_node(node.number)

    def kill_node(self, number: int) -> None:
        """Kill one node as a power cut would."""
        self._programs[number].kill()

    def stop(self) -> None:
        """Stop all nodes."""
        for program in self._programs.values():
            program.end()
        for program in self._programs.values():
            program.stop()

    def __enter__(self) -> "Kafka":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _started(self, node: Node) -> Program:
        java = found_program(("java",), "openjdk-17-jre-headless")
        properties = node.folder / "server.properties"
        node.folder.mkdir(parents=True, exist_ok=True)
        properties.write_text("\n".join(self._properties(node)) + "\n")
        classpath = ["-cp", f"{self._libs}/*", *_LOG_LEVELS]
        if not (node.folder / "data" / "meta.properties").exists():
            words = [java, *classpath, "kafka.tools.StorageTool", "format", "-t", _CLUSTER_ID, "-c", str(properties)]
            words += self._security.format_words
            run = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
            if run.returncode != 0:
                shutil.rmtree(node.folder / "data", ignore_errors=True)
                raise ClusterFailed(f"Kafka's storage could not be formatted: {(run.stdout + run.stderr)[-800:]}")
        start = Start(
            name=f"kafka-{node.number}",
            words=[java, "-Xmx512m", "-XX:+UseG1GC", *classpath, "kafka.Kafka", str(properties)],
            folder=self._folder,
            is_up=lambda: "Kafka Server started" in self._log_of(node),
            patience_s=180.0,
        )
        (self._folder / f"kafka-{node.number}.log").unlink(missing_ok=True)
        program = self._programs[node.number] = Program(start)
        return program

    def _log_of(self, node: Node) -> str:
        return (self._folder / f"kafka-{node.number}.log").read_text(errors="replace")

    def _properties(self, node: Node) -> list[str]:
        voters = ",".join(f"{each.number}@127.0.0.1:{each.controller_port}" for each in self.nodes)
        copies = min(3, len(self.nodes))
        protocol = self._security.protocol
        return [
            "process.roles=broker,controller",
            f"node.id={node.number}",
            f"controller.quorum.voters={voters}",
            f"listeners=CLIENTS://127.0.0.1:{node.port},CONTROLLER://127.0.0.1:{node.controller_port}",
            f"advertised.listeners=CLIENTS://127.0.0.1:{node.port}",
            f"listener.security.protocol.map=CLIENTS:{protocol},CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name=CLIENTS",
            "controller.listener.names=CONTROLLER",
            f"log.dirs={node.folder / 'data'}",
            f"offsets.topic.replication.factor={copies}",
            "offsets.topic.num.partitions=4",
            f"transaction.state.log.replication.factor={copies}",
            f"transaction.state.log.min.isr={max(1, copies - 1)}",
            "transaction.state.log.num.partitions=2",
            f"min.insync.replicas={max(1, copies - 1)}",
            "group.initial.rebalance.delay.ms=0",
            "auto.create.topics.enable=false",
            "log.cleaner.dedupe.buffer.size=16777216",
            *self._security.lines,
        ]
