"""The bare job: Twinbell and its peers in turn, on the same broker, on the same data, held to the same answer."""

from pathlib import Path

import msgspec

from benchmarks.cluster.ground import Ground
from benchmarks.cluster.loads import FULL_BATCH, Load, back_fill, first_of, live, one_a_record
from benchmarks.cluster.measuring import Measured, Row, row
from benchmarks.cluster.peers_run import Chosen, Installed, Peers, arithmetic
from benchmarks.cluster.sizes import Sizes
from benchmarks.cluster.twinbell import Build, Deployment, bare_job
from benchmarks.cluster.work import work

AIM_FULL, AIM_LIVE = 1_500_000, 400_000
LIMIT, TWINBELL = "arithmetic in memory", Build.COMPILED.value
FAUST, QUIX, STREAMS, BARE = "stock Faust agent", "Quix Streams", "Kafka Streams", "bare confluent-kafka loop"


def rows(ground: Ground, here: Installed, folder: Path, sizes: Sizes) -> list[Row]:
    """Every peer so many times, in turn."""
    made = work(sizes.series, sizes.rows, sizes.in_group, sizes.spikes)
    full = back_fill(made, FULL_BATCH)
    polled = live(first_of(made, sizes.series, sizes.live_rows), sizes.most_rows)
    one = one_a_record(first_of(made, sizes.series, sizes.one_rows), sizes.block)
    few = one_a_record(first_of(made, sizes.stock_series, sizes.stock_rows), sizes.block)
    for name, load in (("bench.one", one), ("bench.few", few)):
        ground.fill(ground.make(name, 1), load.records)
    peers = Peers(ground, here, folder)
    found: dict[tuple[str, str], list[Measured]] = {}

    def add(name: str, load: Load, measured: Measured) -> None:
        found.setdefault((name, load.layout), []).append(measured)
        print(f"  {name}, {load.layout}: {measured.rate:,.0f}/s, {measured.cpu_s_per_million:.2f} CPU s/M", flush=True)

    for number in range(sizes.runs):
        add(LIMIT, full, arithmetic(here, full, folder))
        for load in (full, polled):
            twinbells = {
                build: Deployment(ground, folder, f"bench-{load.name}-{build.name.lower()}-{number}", 1)
                for build in Build
            }
            for build, deployment in twinbells.items():
                ground.fill(deployment.observations, load.records)
                add(build.value, load, bare_job(deployment, load, build=build))
            source = twinbells[Build.COMPILED].observations
            for name, kind in ((STREAMS, "kafka_streams"), (BARE, "bare_loop")):
                add(name, load, peers.run(Chosen(name=name, kind=kind, load=load), source))
            for deployment in twinbells.values():
                deployment.drop()
        singles = (
            (STREAMS, "kafka_streams", one),
            (BARE, "bare_loop", one),
            (QUIX, "quix", one),
            (FAUST, "faust", few),
        )
        for name, kind, load in singles:
            source = "bench.one" if load is one else "bench.few"
            add(name, load, peers.run(Chosen(name=name, kind=kind, load=load), source))
    lines = {(name, layout): row(name, layout, 1, runs) for (name, layout), runs in found.items()}
    streams, limit = lines[STREAMS, full.layout].median, lines[LIMIT, full.layout].median
    singles_of = {name: lines[name, one.layout].median for name in (STREAMS, FAUST)}
    filled = (AIM_FULL, streams, limit / 4)
    told = f"at least {AIM_FULL:,}, Kafka Streams' {streams:,.0f}, a quarter of the limit's {limit:,.0f}"
    lines[TWINBELL, full.layout] = _held_to(lines[TWINBELL, full.layout], told, filled)
    polls = (AIM_LIVE, 3 * singles_of[STREAMS], 100 * singles_of[FAUST])
    told = f"at least {AIM_LIVE:,}, 3 x Kafka Streams one a record, 100 x stock Faust"
    lines[TWINBELL, polled.layout] = _held_to(lines[TWINBELL, polled.layout], told, polls)
    return list(lines.values())


def _held_to(found: Row, aim: str, least: tuple[float, ...]) -> Row:
    return msgspec.structs.replace(found, aim=aim, is_met=found.median >= max(least))
