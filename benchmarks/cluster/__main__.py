"""`make bench-cluster`: everything in turn on one broker; a table, and var/bench-cluster.json."""

import argparse
import shutil
import signal
import sys
from pathlib import Path

import msgspec
from rich.console import Console

from benchmarks.cluster import comparison, latency, scale, states, whole
from benchmarks.cluster.ground import Ground
from benchmarks.cluster.measuring import Row
from benchmarks.cluster.peers_run import Installed, installed
from benchmarks.cluster.sizes import FULL, QUICK, Sizes
from benchmarks.cluster.table import table
from benchmarks.cluster.twinbell import COMPILED
from services.cluster.kafka import Kafka, jars
from services.errors import ServicesError

OUTPUT = Path("var/bench-cluster.json")
FOLDER = Path("var/bench-cluster")
LIBS = Path("var/cluster/kafka-libs")
PARTS = ("peers", "states", "workers", "takeover", "whole", "latency")


def main(arguments: list[str]) -> int:
    """Run, print, write. 0 when every peer gave the same set of signals."""
    parser = argparse.ArgumentParser(prog="make bench-cluster", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small data and one run: shapes, no figures")
    parser.add_argument("--runs", type=int, default=0, help="runs of each peer")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part, several times for several")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    chosen = parser.parse_args(arguments)
    sizes = QUICK if chosen.quick else FULL
    if chosen.runs:
        sizes = msgspec.structs.replace(sizes, runs=chosen.runs)
    if not (COMPILED / ".built").is_file():
        print("the compiled build is measured too, and is not there: `make compiled` first, which needs a C compiler")
        return 1
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # what was started is ended with it
    console = Console(width=None if sys.stdout.isatty() else 200)
    folder = FOLDER.resolve()
    shutil.rmtree(folder / "run", ignore_errors=True)
    rows: list[Row] = []
    failed: list[str] = []
    try:
        here = installed(folder)
        with Kafka(jars(LIBS), folder / "run") as kafka:
            ground = Ground(kafka)
            for part in chosen.only or PARTS:
                console.print(f"[dim]{part} …[/dim]")
                try:
                    rows += _part(part, ground, here, sizes)
                except Exception:  # noqa: BLE001 one part that fails takes no other's figures away; it is told, and exit is 1
                    console.print_exception()
                    failed.append(part)
                _write(rows, chosen.output)
    except ServicesError as problem:
        console.print(str(problem))
        return 1
    console.print(table(rows))
    console.print(f"written to {chosen.output}")
    console.print(f"parts that failed: {', '.join(failed) or 'none'}")
    return 1 if failed or any(row.same_set is False for row in rows) else 0


def _write(rows: list[Row], output: Path) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=1) + b"\n")


def _part(part: str, ground: Ground, here: Installed, sizes: Sizes) -> list[Row]:
    folder = FOLDER.resolve() / "run"
    match part:
        case "peers":
            return comparison.rows(ground, here, folder, sizes)
        case "states":
            return states.rows(ground, here, folder, sizes)
        case "workers":
            return scale.worker_rows(ground, folder, sizes)
        case "takeover":
            return scale.state_rows(ground, folder, sizes)
        case "whole":
            return whole.rows(ground, folder, sizes)
        case _:
            return latency.rows(ground, folder, sizes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
