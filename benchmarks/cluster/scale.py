"""More workers, and more series: two workers beside one, the size of the state, and a killed worker's partitions."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from statistics import median

import httpx
import msgspec

from benchmarks.cluster.ground import Ground, of_twinbell
from benchmarks.cluster.loads import FULL_BATCH, Record, back_fill
from benchmarks.cluster.measuring import Measured, Row, row
from benchmarks.cluster.sizes import Sizes
from benchmarks.cluster.twinbell import BARE, Deployment, bare_job
from benchmarks.cluster.work import Work, at, group_id, run_of, series_id, work
from services.cluster.base import Program
from services.detector.past import partition_of
from streams.cloudevents import OBSERVATIONS, Wire
from streams.observations import ObservationBatch
from streams.topics import TopicName

PARTITIONS = 4
ROWS = 40  # of each series: past the warm-up, and more than are kept for revisions
AIM_BYTES, AIM_TAKEOVER_S, AIM_WORKERS = 1_000, 10.0, 1.8
_LOOK_S = 0.05


def worker_rows(ground: Ground, folder: Path, sizes: Sizes) -> list[Row]:
    """One worker and two on the same four partitions, each worker on a core of its own beside the broker."""
    full = back_fill(work(sizes.series, sizes.rows, sizes.in_group, sizes.spikes), FULL_BATCH)
    found: dict[int, list[Measured]] = {1: [], 2: []}
    for run in range(sizes.runs):
        for workers, runs in found.items():
            deployment = Deployment(ground, folder, f"bench-workers-{workers}-{run}", PARTITIONS)
            ground.fill(deployment.observations, full.records)
            runs.append(bare_job(deployment, full, workers))
            deployment.drop()
    layout = f"{full.layout}, {PARTITIONS} partitions"
    one, two = (row("Twinbell", layout, workers, runs) for workers, runs in found.items())
    ratio = two.median / one.median if one.median else 0.0
    aim = f"two workers at least {AIM_WORKERS} times one where cores allow: {ratio:.2f}"
    return [one, msgspec.structs.replace(two, aim=aim, is_met=ratio >= AIM_WORKERS)]


def state_rows(ground: Ground, folder: Path, sizes: Sizes) -> list[Row]:
    """Two workers with the state of many series: its size, then one of them killed, again and again."""
    many = _Many(ground, folder, sizes.many_series, sizes.in_group)
    programs = {number: many.start(number) for number in (1, 2)}
    try:
        many.fill()
        many.wait("all groups saved", many.is_saved)
        size = many.state_bytes() / sizes.many_series
        took = []
        for number in range(sizes.runs):
            many.wait("both workers at work", lambda: sorted(map(many.partitions_of, (1, 2))) == [2, 2])
            victim = 1 + number % 2
            took.append(many.takeover(programs[victim], number))
            programs[victim] = many.start(victim)
    finally:
        for program in programs.values():
            program.kill()
    many.deployment.drop()
    layout = f"{sizes.many_series:,} series in groups of {sizes.in_group}"
    return [
        Row(
            name="Twinbell, state of a series",
            layout=layout,
            processes=2,
            median=size,
            min=size,
            max=size,
            unit="bytes",
            aim=f"at most {AIM_BYTES:,} bytes",
            is_met=size <= AIM_BYTES,
        ),
        Row(
            name="Twinbell, a killed worker's partitions work again",
            layout=layout,
            processes=2,
            median=median(took),
            min=min(took),
            max=max(took),
            unit="s",
            same_set=True,  # `takeover` waits for the very signals that are due
            aim=f"at most {AIM_TAKEOVER_S:g} s",
            is_met=median(took) <= AIM_TAKEOVER_S,
        ),
    ]


class _Many:
    """A deployment whose groups hold a great many series, all of them the same few over and over."""

    def __init__(self, ground: Ground, folder: Path, series: int, in_group: int) -> None:
        self._ground = ground
        self.deployment = Deployment(ground, folder, "bench-many", PARTITIONS)
        self._made = work(series, ROWS + 20, in_group, 0) if series <= 2_000 else _repeated(series, in_group)
        self._wire = Wire(OBSERVATIONS, "/twinbell/bench/feed")
        self._saved: dict[str, int] = {}
        self._reading = closing(ground.reader(self.deployment.broker.name(TopicName.STATES)))
        self._states = self._reading.__enter__()

    def start(self, number: int) -> Program:
        """A worker."""
        return self.deployment.start(BARE, f"detect-{number}", core=number)

    def fill(self) -> None:
        """Every group's rows, one record each."""
        self._ground.fill(self.deployment.observations, self._records(range(self._made.groups), range(ROWS)))

    def is_saved(self) -> bool:
        """Whether every group has a snapshot."""
        for records in self._states.poll(timeout_ms=200).values():
            for record in records:
                self._saved[record.key.decode()] = len(record.value)
        return len(self._saved) == self._made.groups

    def state_bytes(self) -> int:
        """The newest snapshot of each group, all together."""
        return sum(self._saved.values())

    def partitions_of(self, worker: int) -> int:
        """How many partitions a worker has in memory; 0 while it does not answer."""
        try:
            text = httpx.get(f"http://127.0.0.1:{self.deployment.ports[f'detect-{worker}']}/metrics", timeout=1.0).text
        except httpx.HTTPError:
            return 0
        return int(
            next(float(line.split()[1]) for line in text.splitlines() if line.startswith("twinbell_partitions "))
        )

    def takeover(self, victim: Program, number: int) -> float:
        """Seconds from a kill to the last of the signals that one row for each partition must give.

        Each kill has groups of its own: what leapt once has too wide a spread to leap again.
        """
        groups, row = [self._group_in(partition, number) for partition in range(PARTITIONS)], ROWS
        for group in groups:
            self._made.values[self._made.members(group)[0]][row] += 1_000.0
        wanted = {(series_id(self._made.members(group)[0]), at(row)) for group in groups}
        killed_at = time.time()
        victim.kill()
        self._ground.fill(self.deployment.observations, self._records(groups, range(row, row + 1)))
        until = time.monotonic() + 90.0
        answer = self._ground.answered(
            self.deployment.signals, of_twinbell, lambda seen: seen.found >= wanted or time.monotonic() > until
        )
        if not answer.found >= wanted:
            raise RuntimeError(f"after a kill {len(wanted - answer.found)} of {len(wanted)} partitions gave no signal")
        return answer.last_at - killed_at

    def wait(self, what: str, is_true: Callable[[], bool], patience_s: float = 120.0) -> None:
        """Wait for something."""
        until = time.monotonic() + patience_s
        while not is_true():
            if time.monotonic() > until:
                raise RuntimeError(f"{what}: not within {patience_s:g} s")
            time.sleep(_LOOK_S)

    def _group_in(self, partition: int, number: int) -> int:
        found = (n for n in range(self._made.groups) if partition_of(group_id(n), PARTITIONS) == partition)
        return next(islice(found, number, None))

    def _records(self, groups: range | list[int], rows: range) -> Iterator[Record]:
        for group in groups:
            runs = [run_of(self._made, (group, number), rows) for number in self._made.members(group)]
            event = self._wire.event(
                group_id(group), ObservationBatch(group=group_id(group), feed="bench", runs=runs), 0
            )
            yield Record(event.key, event.value, event.headers)


def _repeated(series: int, in_group: int) -> Work:
    few = work(2_000, ROWS + 20, in_group, 0)
    return msgspec.structs.replace(few, values=[list(few.values[number % 2_000]) for number in range(series)])
