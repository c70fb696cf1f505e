"""Ways of keeping state, measured on the same engine with the same batches (docs/decisions has what was chosen)."""

from pathlib import Path

from benchmarks.cluster.ground import Ground
from benchmarks.cluster.loads import FULL_BATCH, back_fill, first_of, live
from benchmarks.cluster.measuring import Measured, Row, row
from benchmarks.cluster.peers_run import Chosen, Installed, Peers
from benchmarks.cluster.sizes import Sizes
from benchmarks.cluster.work import work

WAYS = (
    ("series", "Faust, a table entry for each series"),
    ("group", "Faust, a table entry for each group"),
    ("memory", "Faust, in memory with snapshots of groups"),
)


def rows(ground: Ground, here: Installed, folder: Path, sizes: Sizes) -> list[Row]:
    """Each way in turn, on full batches and on what feeds bring."""
    made = first_of(work(sizes.series, sizes.rows, sizes.in_group, sizes.spikes), sizes.series, sizes.state_rows)
    loads = (back_fill(made, FULL_BATCH), live(made, sizes.most_rows))
    for load in loads:
        ground.fill(ground.make(f"bench.states.{load.name}", 1), load.records)
    peers = Peers(ground, here, folder / "states")
    found: dict[tuple[str, str], list[Measured]] = {}
    for _ in range(sizes.runs):
        for load in loads:
            for kind, name in WAYS:
                measured = peers.run(Chosen(name=name, kind=kind, load=load), f"bench.states.{load.name}")
                found.setdefault((name, load.layout), []).append(measured)
    return [row(name, layout, 1, runs) for (name, layout), runs in found.items()]
