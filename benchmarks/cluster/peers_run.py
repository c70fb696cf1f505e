"""The peers' programs, installed once: Python ones in an environment of their own, Kafka Streams by Maven."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from benchmarks.cluster.ground import Ground, of_peer
from benchmarks.cluster.loads import Load
from benchmarks.cluster.measuring import Measured, Peer, measured, stamped_topic
from services.cluster.base import found_program

_HERE = Path(__file__).parent
_POM = _HERE / "kafka_streams" / "pom.xml"
_LOCK = _HERE / "requirements.lock"


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """Where the peers' interpreters are."""

    python: str
    java: str
    classpath: str


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """One peer of the comparison: `kind` names its program, `load` what it is fed."""

    name: str
    kind: str
    load: Load


def installed(folder: Path) -> Installed:
    """Install what is not there yet: pinned by hash, outside of the project's own environment."""
    environment = folder / "peers"
    python = environment / "bin" / "python"
    done = environment / ".installed"
    if not done.exists() or done.read_text() != _LOCK.read_text():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*pip, "-r", _LOCK], check=True)
        done.write_text(_LOCK.read_text())
    out = folder / "kafka-streams"
    sources = "".join(each.read_text() for each in sorted([_POM, *_HERE.rglob("*.java")]))
    built = out / ".built"
    if not built.exists() or built.read_text() != sources:
        words = [found_program(("mvn",), "maven"), "-q", "-B", "-f", str(_POM), f"-Dout={out.resolve()}", "package"]
        words += ["dependency:copy-dependencies", f"-DoutputDirectory={out.resolve() / 'libs'}"]
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
        built.write_text(sources)
    java = found_program(("java",), "openjdk-17-jre-headless")
    return Installed(
        python=str(python.absolute()),
        java=java,
        classpath=f"{out.resolve()}/bench-kafka-streams.jar:{out.resolve()}/libs/*",
    )


class Peers:
    """Runs peers on one broker. Each run has a group, a topic and a directory of its own, named after `folder`."""

    def __init__(self, ground: Ground, here: Installed, folder: Path) -> None:
        self._ground = ground
        self._here = here
        self._folder = folder
        self._runs = 0

    def run(self, chosen: Chosen, source: str) -> Measured:
        """One peer through its load, which lies on the topic `source`."""
        self._runs += 1
        name = f"{self._folder.name}-{self._runs}"  # a group that a killed peer has left may live on for a while
        before = set(self._ground.topics())
        target = stamped_topic(self._ground, f"{name}.signals")
        words = self._words(chosen, (name, source, target))
        folder = self._folder / name
        peer = Peer(name=chosen.name, words=words, target=target, decode=of_peer, folder=folder)
        found = measured(self._ground, peer, chosen.load)
        self._ground.drop(set(self._ground.topics()) - before)  # what the peer made of its own, too
        return found

    def _words(self, chosen: Chosen, names: tuple[str, str, str]) -> list[str]:
        name, source, target = names
        where = [self._ground.bootstrap, name, source, target]
        state = str(self._folder / name / "state")
        match chosen.kind:
            case "kafka_streams":
                layout = "one" if chosen.load.name == "one" else "batches"
                java = [self._here.java, "-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
                return [*java, "-cp", self._here.classpath, "twinbell.Job", *where, layout, "rocksdb", state]
            case "bare_loop":
                return [self._here.python, str(_HERE / "peers" / "bare_loop.py"), *where, chosen.load.name]
            case "quix":
                return [self._here.python, str(_HERE / "peers" / "quix.py"), *where, state]
            case "series" | "group" | "memory":
                return [sys.executable, str(_HERE / "peers" / "faust_states.py"), *where, chosen.kind]
            case _:
                return [sys.executable, str(_HERE / "peers" / "stock_faust.py"), *where, "1"]


def arithmetic(here: Installed, load: Load, folder: Path) -> Measured:
    """The limit of the same run: no broker, no state kept."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{load.name}.records"
    if not file.exists():
        content = b"".join(len(each.value).to_bytes(4, "big") + each.value for each in load.records)
        file.write_bytes(content)
    words = [here.python, str(_HERE / "peers" / "arithmetic.py"), str(file)]
    run = subprocess.run(words, check=True, stdout=subprocess.PIPE, env=dict(os.environ))
    took = msgspec.json.decode(run.stdout, type=_Took)
    found = {(name, int(day)) for name, _, day in (each.rpartition(",") for each in took.signals)}
    return Measured(
        rate=load.observations / took.seconds,
        cpu_s_per_million=took.cpu_s / load.observations * 1_000_000,
        same_set=found == load.answer,
    )


class _Took(msgspec.Struct):
    seconds: float
    cpu_s: float
    signals: list[str]
