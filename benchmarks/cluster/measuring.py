"""One peer through one load: from the broker to the broker, with the CPU that it and the broker took on the way."""

import os
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.cluster.ground import BROKER_TIME, Answered, Decode, Ground, on_core
from benchmarks.cluster.loads import Load
from services.cluster.base import Program, Start

_TICK_S = 0.02
_TICKS = os.sysconf("SC_CLK_TCK")
_SETTLE_S = 0.5  # after the last signal that is expected: one too many would show


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table. `median`, `min` and `max` are in `unit`; None where something was not measured."""

    name: str
    layout: str
    processes: int
    median: float
    min: float
    max: float
    cpu_s_per_million: float | None = None
    same_set: bool | None = None
    unit: str = "observations/s"
    broker_cpu_s_per_million: float | None = None
    aim: str = ""
    is_met: bool | None = None


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One run."""

    rate: float
    cpu_s_per_million: float
    same_set: bool
    broker_cpu_s_per_million: float | None = None


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """A program that reads a topic and writes signals to another."""

    name: str
    words: list[str]
    target: str
    decode: Decode
    folder: Path
    patience_s: float = 90.0


class Usage:
    """CPU seconds of processes over time, sampled by a thread."""

    def __init__(self, *pids: int) -> None:
        self._pids = pids
        self._at: list[float] = []
        self._used: list[float] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No more samples."""
        self._over.set()
        self._thread.join()

    def between(self, start: float, end: float) -> float:
        """CPU seconds taken between two moments."""
        return self._until(end) - self._until(start)

    def _until(self, moment: float) -> float:
        if not self._at:
            return 0.0
        place = bisect_left(self._at, moment)
        if place in (0, len(self._at)):
            return self._used[min(place, len(self._at) - 1)]
        before, after = self._at[place - 1], self._at[place]
        share = (moment - before) / (after - before)
        return self._used[place - 1] + share * (self._used[place] - self._used[place - 1])

    def _sample(self) -> None:
        while not self._over.wait(_TICK_S):
            self._at.append(time.time())
            self._used.append(sum(map(cpu_s, self._pids)))


def cpu_s(pid: int) -> float:
    """CPU seconds of a process so far, all threads; 0 of one that is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def at_work(ground: Ground, programs: Sequence[Program]) -> Iterator[tuple[Usage, Usage]]:
    """What the programs take, and what the broker does, from here on; afterwards the programs are ended."""
    own, broker = Usage(*(program.pid for program in programs)), Usage(ground.pid)
    try:
        yield own, broker
    finally:
        for usage in (own, broker):
            usage.stop()
        for program in programs:
            program.kill()


def measured(ground: Ground, peer: Peer, load: Load) -> Measured:
    """Start the peer on one core, read what it gives until all is there, end it."""
    start = Start(
        name=peer.name.replace(" ", "-"),
        words=on_core(1, peer.words),
        folder=peer.folder,
        is_up=lambda: True,
        environment={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    with ground.apart():
        program = Program(start)
        with at_work(ground, [program]) as (own, broker):
            answer = ground.answered(peer.target, peer.decode, Until(load, [program], peer.patience_s))
    if answer.found != load.answer:
        told = f"{len(answer.found)} signals, {len(answer.found & load.answer)} of {len(load.answer)} expected"
        print(f"{peer.name}: not the same set ({told}); {program.log} ends with:\n{program.last_lines(5)}")
    return figures(answer, load, own, broker)


class Until:
    """Whether all signals are there and some time has passed, the patience is over, or a program has ended."""

    def __init__(self, load: Load, programs: list[Program], patience_s: float) -> None:
        self._load = load
        self._programs = programs
        self._end = time.monotonic() + patience_s
        self._complete_at = 0.0

    def __call__(self, answer: Answered) -> bool:
        now = time.monotonic()
        if not self._complete_at and answer.found >= self._load.answer:
            self._complete_at = now
        if self._complete_at and now > self._complete_at + _SETTLE_S:
            return True
        return now > self._end or any(program.ended is not None for program in self._programs)


def figures(answer: Answered, load: Load, own: Usage, broker: Usage) -> Measured:
    """What was measured between the first and the last signal."""
    took = answer.last_at - answer.first_at
    million = max(load.span, 1) / 1_000_000
    return Measured(
        rate=load.span / took if took > 0 else 0.0,
        cpu_s_per_million=own.between(answer.first_at, answer.last_at) / million,
        same_set=answer.found == load.answer,
        broker_cpu_s_per_million=broker.between(answer.first_at, answer.last_at) / million,
    )


def row(name: str, layout: str, processes: int, runs: list[Measured]) -> Row:
    """Runs of one peer as a line."""
    rates = [run.rate for run in runs]
    brokers = [run.broker_cpu_s_per_million for run in runs if run.broker_cpu_s_per_million is not None]
    return Row(
        name=name,
        layout=layout,
        processes=processes,
        median=median(rates),
        min=min(rates),
        max=max(rates),
        cpu_s_per_million=median(run.cpu_s_per_million for run in runs),
        same_set=all(run.same_set for run in runs),
        broker_cpu_s_per_million=median(brokers) if brokers else None,
    )


def stamped_topic(ground: Ground, name: str, partitions: int = 1) -> str:
    """A topic for an answer."""
    return ground.make(name, partitions, **BROKER_TIME)
