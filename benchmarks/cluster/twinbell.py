"""Twinbell on the benchmark's broker: a deployment of its own for each run, its real worker processes."""

import os
import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from benchmarks.cluster.ground import Ground, of_twinbell, on_core
from benchmarks.cluster.loads import Load
from benchmarks.cluster.measuring import Measured, Until, at_work, figures
from services.broker_settings import BrokerSettings
from services.cluster.base import Program, Start, answers, free_port
from services.configuration import shipped_text
from services.topic_admin import apply_topics
from services.wiring import open_store
from streams.topics import TOPICS, TopicName

BARE = "benchmarks.cluster.worker"  # the worker with the bare job in its list of detectors
WHOLE = "services"  # the worker as it ships
_PATIENCE_S = 90.0
COMPILED = Path("var/compiled").resolve()  # what `make compiled` makes


class Build(Enum):
    """Which build of Twinbell is run: the wheel of the image, or the sources as they lie."""

    COMPILED = "Twinbell"
    PLAIN = "Twinbell, not compiled"

    @property
    def environment(self) -> dict[str, str]:
        """What finds its modules first."""
        return {"PYTHONSAFEPATH": "1", "PYTHONPATH": str(COMPILED)} if self is Build.COMPILED else {}


class Deployment:
    """Topics, an empty store and a configuration. `program` is the module that is run."""

    def __init__(self, ground: Ground, folder: Path, name: str, partitions: int, url: str = "", text: str = "") -> None:
        """`url`: the store, else a file; `text`: the configuration, else the shipped one. The broker is added to it."""
        self.ground = ground
        self.folder = (folder / name).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.broker = BrokerSettings(bootstrap=ground.bootstrap, prefix=name, partitions=partitions)
        self.url = url or f"sqlite:///{self.folder / 'twinbell.db'}"
        self.file = self.folder / "twinbell.toml"
        self.ports: dict[str, int] = {}
        self._write(text or shipped_text())
        open_store(self.url, create=True).dispose()
        apply_topics(self.broker)
        for each in (TopicName.OBSERVATIONS, TopicName.SIGNALS, TopicName.ASSESSMENTS, TopicName.STATES):
            ground.stamp(self.broker.name(each))

    @property
    def observations(self) -> str:
        """The topic that is read."""
        return self.broker.name(TopicName.OBSERVATIONS)

    @property
    def signals(self) -> str:
        """The topic of what was found."""
        return self.broker.name(TopicName.SIGNALS)

    def start(self, program: str, process: str, core: int | None = None, build: Build = Build.COMPILED) -> Program:
        """Start `detect-N`, `feed` or `dispatch`, on one core where one is named."""
        kind, _, number = process.partition("-")
        port = self.ports[process] = free_port()
        words = [sys.executable, "-W", "ignore", "-m", program, kind, "--config", str(self.file)]
        words += ["--metrics", f"127.0.0.1:{port}"]
        words += ["--instance", f"worker-{number}"] if kind == "detect" else []
        start = Start(
            name=process,
            words=words if core is None else on_core(core, words),
            folder=self.folder,
            is_up=lambda: answers(f"http://127.0.0.1:{port}/ready"),
            environment={**os.environ, "PYTHONUNBUFFERED": "1", **build.environment},
        )
        return Program(start)

    def drop(self, but: Sequence[TopicName] = ()) -> None:
        """Delete its topics."""
        self.ground.drop([self.broker.name(each.name) for each in TOPICS if each.name not in but])

    def _write(self, text: str) -> None:
        lines = [
            f'store = "{self.url}"',
            text,
            "[broker]",
            f'bootstrap = "{self.broker.bootstrap}"',
            f'prefix = "{self.broker.prefix}"',
            f"partitions = {self.broker.partitions}",
            "",
        ]
        self.file.write_text("\n".join(lines), encoding="utf-8")


def bare_job(deployment: Deployment, load: Load, workers: int = 1, build: Build = Build.COMPILED) -> Measured:
    """The bare job in so many of the real workers, each on a core of its own, through what lies on the topic."""
    with deployment.ground.apart(workers):
        programs = [deployment.start(BARE, f"detect-{number}", number, build) for number in range(1, workers + 1)]
        with at_work(deployment.ground, programs) as (own, broker):
            until = Until(load, programs, _PATIENCE_S)
            answer = deployment.ground.answered(deployment.signals, of_twinbell, until)
    if answer.found != load.answer:
        last = programs[0].last_lines(5)
        print(f"twinbell: {len(answer.found & load.answer)} of {len(load.answer)} signals; its log ends with:\n{last}")
    return figures(answer, load, own, broker)
