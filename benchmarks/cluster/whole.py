"""The worker as it ships, with every detector: back-fill, and ten years of all that the kit holds."""

import time
from pathlib import Path

import httpx
import msgspec

from benchmarks.bench_history import KIT, MANIFEST, READ_AT
from benchmarks.bench_pipeline import batches, daily_counts, daily_prices, monthly_flows
from benchmarks.cluster.ground import Ground, of_twinbell
from benchmarks.cluster.loads import FULL_BATCH, Record
from benchmarks.cluster.measuring import Measured, Row, at_work, row
from benchmarks.cluster.sizes import Sizes
from benchmarks.cluster.twinbell import WHOLE, Build, Deployment
from services.backtest import history
from services.configuration import load
from services.feeder.publishing import poll_events
from services.feeds.files import FileFeed
from services.sources import manifest_of, reader_of
from services.wiring import detection_of, knowledge_of
from streams.cloudevents import OBSERVATIONS, Wire
from streams.engine import Engine, GroupState
from streams.observations import ObservationBatch

AIM_PER_SECOND, AIM_S = 200_000, 60.0
SINCE = 1_395_964_800  # ten years before the kit's last day, 28 March 2024
PARTITIONS = 4
_LOOK_S = 0.25  # the worker answers a look in some milliseconds, in which it does nothing else
_PATIENCE_S = 300.0
Answer = set[tuple[str, int]]


def rows(ground: Ground, folder: Path, sizes: Sizes) -> list[Row]:
    """Back-fill of made series, then the kit; without the kit only the first."""
    return [*_back_fill(ground, folder, sizes), *_kit(ground, folder, sizes.runs)]


def _back_fill(ground: Ground, folder: Path, sizes: Sizes) -> list[Row]:
    count = sizes.whole_series
    runs = daily_prices(count) + daily_counts(count // 2) + monthly_flows(count)
    made = batches(runs, FULL_BATCH)
    wire = Wire(OBSERVATIONS, "/twinbell/bench/feed")
    records = [_record(wire, batch) for batch in made]
    wanted = _answer(_engine(), made)
    total = sum(len(run.values) for run in runs)
    measured: dict[Build, list[Measured]] = {build: [] for build in Build}
    for number in range(sizes.runs):
        for build, runs_of in measured.items():
            deployment = Deployment(ground, folder, f"bench-whole-{build.name.lower()}-{number}", 1)
            ground.fill(deployment.observations, records)
            with ground.apart():
                runs_of.append(_worked(deployment, total, wanted, build)[0])
            deployment.drop()
    layout = f"back-fill, {FULL_BATCH:,} a record in columns; prices, counts and flows"
    found = {build: row(f"{build.value}, every detector", layout, 1, measured[build]) for build in Build}
    compiled, plain = found[Build.COMPILED], found[Build.PLAIN]
    return [_held_to(compiled, f"at least {AIM_PER_SECOND:,} a second", compiled.median >= AIM_PER_SECOND), plain]


def _kit(ground: Ground, folder: Path, runs: int) -> list[Row]:
    if not KIT.is_dir():
        print(f"ten years of the kit are not measured: there is no {KIT.name} of it beside this checkout")
        return []
    known = knowledge_of(load(None, Path()))
    feed = FileFeed(manifest_of(MANIFEST), KIT, known.reference, lambda: READ_AT, reader_of(known.reference))
    wire = Wire(OBSERVATIONS, "/twinbell/bench/feed")
    with history(feed, lambda done, of, report: None) as (archive, _):
        polled = [batch for _, batch in archive.batches(SINCE, READ_AT)]
    events = list(poll_events(wire, polled, max(run.known_at[-1] for batch in polled for run in batch.runs)))
    records = [Record(event.key, event.value, event.headers) for event in events]
    wanted = _answer(_engine(), [wire.record(event.headers, event.value) for event in events])
    total = sum(len(run.values) for batch in polled for run in batch.runs)
    took, cost = [], []
    for number in range(runs):
        deployment = Deployment(ground, folder, f"bench-kit-{number}", PARTITIONS)
        ground.fill(deployment.observations, records)
        with ground.apart():
            measured, seconds = _worked(deployment, total, wanted)
        took.append(seconds)
        cost.append(measured)
        deployment.drop()
    documents = sum(len(batch.notices) for batch in polled)
    layout = f"ten years of the kit, {total:,} figures and {documents:,} documents, start-up included"
    costs = row("", layout, 1, cost)
    return [
        Row(
            name="Twinbell, every detector and every assessment",
            layout=layout,
            processes=1,
            median=sorted(took)[len(took) // 2],
            min=min(took),
            max=max(took),
            unit="s",
            cpu_s_per_million=costs.cpu_s_per_million,
            broker_cpu_s_per_million=costs.broker_cpu_s_per_million,
            same_set=costs.same_set,
            aim=f"at most {AIM_S:g} s",
            is_met=sorted(took)[len(took) // 2] <= AIM_S,
        )
    ]


def _worked(
    deployment: Deployment, total: int, wanted: Answer, build: Build = Build.COMPILED
) -> tuple[Measured, float]:
    """The rate from when the worker was seen at work until it has worked through all, and seconds since its start."""
    started_at = time.time()
    program = deployment.start(WHOLE, "detect-1", core=1, build=build)
    until = started_at + _PATIENCE_S
    seen: list[tuple[float, int]] = []
    with at_work(deployment.ground, [program]) as (own, broker):
        while (not seen or seen[-1][1] < total) and time.time() < until and program.ended is None:
            time.sleep(_LOOK_S)
            count = _applied(deployment)
            if count:
                seen.append((time.time(), count))
        ended_at = time.time()
        answer = deployment.ground.answered(
            deployment.signals, of_twinbell, lambda read: read.found >= wanted or time.time() > ended_at + 10.0
        )
    (first_at, before), (last_at, after) = (seen[0], seen[-1]) if seen else ((0.0, 0), (0.0, 0))
    if before == after:  # all of it between two looks: then since its start
        first_at, before = started_at, 0
    million = max(after - before, 1) / 1_000_000
    rate = (after - before) / (last_at - first_at) if last_at > first_at else 0.0
    if answer.found != wanted:
        print(f"twinbell: {len(answer.found & wanted)} of {len(wanted)} signals, {len(answer.found - wanted)} others")
    measured = Measured(
        rate=rate,
        cpu_s_per_million=own.between(first_at, last_at) / million,
        same_set=answer.found == wanted,
        broker_cpu_s_per_million=broker.between(first_at, last_at) / million,
    )
    return measured, ended_at - started_at


def _applied(deployment: Deployment) -> int:
    """How many figures the worker says that it has applied."""
    try:
        text = httpx.get(f"http://127.0.0.1:{deployment.ports['detect-1']}/metrics", timeout=2.0).text
    except httpx.HTTPError:
        return 0
    lines = (line for line in text.splitlines() if line.startswith("twinbell_observations_total{"))
    return int(sum(float(line.rsplit(" ", 1)[1]) for line in lines))


def _engine() -> Engine:
    configuration = load(None, Path())
    return detection_of(configuration, knowledge_of(configuration))


def _answer(engine: Engine, made: list[ObservationBatch]) -> Answer:
    """What the same batches give in this process, without any plumbing."""
    states: dict[str, GroupState] = {}
    found: Answer = set()
    for batch in made:
        outcome = engine.apply(states.setdefault(batch.group, GroupState()), batch)
        found |= {(signal.subject, signal.occurred_at) for signal in outcome.signals}
    return found


def _record(wire: Wire[ObservationBatch], batch: ObservationBatch) -> Record:
    event = wire.event(batch.group, batch, max(batch.runs[0].known_at))
    return Record(event.key, event.value, event.headers)


def _held_to(found: Row, aim: str, is_met: bool) -> Row:
    return msgspec.structs.replace(found, aim=aim, is_met=is_met)
