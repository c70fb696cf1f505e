"""`python -m tests.simulation --seeds 10000 --first 1`: many seeds, and at the end which fault struck which step."""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.simulation.faults import STRIKES, Kind, Step
from tests.simulation.world import Broken, simulate, template

BLOCK = 50


def block(first: int, seeds: int, template_path: str) -> tuple[Counter[tuple[str, str]], list[str]]:
    """Some seeds in a row: the faults that struck, and what did not hold."""
    struck: Counter[tuple[str, str]] = Counter()
    broken: list[str] = []
    for seed in range(first, first + seeds):
        try:
            fates = simulate(seed, Path(template_path))
        except Broken as error:
            broken.append(str(error))
        else:
            struck.update({(kind.value, step.value): times for (kind, step), times in fates.struck.items()})
    return struck, broken


def table(struck: Counter[tuple[str, str]]) -> str:
    """Kinds of fault by steps; a dot where a fault cannot strike."""
    width = max(len(kind) for kind in Kind)
    lines = [" " * width + "".join(f"{step:>9}" for step in Step)]
    for kind in Kind:
        cells = [f"{struck[kind.value, step.value] if step in STRIKES[kind] else '·':>9}" for step in Step]
        lines.append(f"{kind:<{width}}" + "".join(cells))
    return "\n".join(lines)


def missing(struck: Counter[tuple[str, str]]) -> list[tuple[str, str]]:
    """The cells of the table that no seed has struck."""
    return [
        (kind.value, step.value)
        for kind, steps in STRIKES.items()
        for step in steps
        if not struck[kind.value, step.value]
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the seeds on all processors; 1 when something did not hold or a cell of the table stayed empty."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=300, help="how many (300)")
    parser.add_argument("--first", type=int, default=1, help="the first seed (1)")
    parser.add_argument("--processes", type=int, default=None, help="as many as there are processors")
    given = parser.parse_args(arguments)
    struck: Counter[tuple[str, str]] = Counter()
    broken: list[str] = []
    with tempfile.TemporaryDirectory(prefix="twinbell-simulation-") as directory:
        path = str(template(Path(directory)))
        starts = range(given.first, given.first + given.seeds, BLOCK)
        last = given.first + given.seeds
        with ProcessPoolExecutor(given.processes) as pool:
            blocks = [pool.submit(block, start, min(BLOCK, last - start), path) for start in starts]
            for done, future in enumerate(blocks, start=1):
                counted, failures = future.result()
                struck.update(counted)
                broken += failures
                for failure in failures:
                    print(failure, flush=True)
                print(f"{min(done * BLOCK, given.seeds)} of {given.seeds} seeds", file=sys.stderr, flush=True)
    print(table(struck))
    unstruck = missing(struck)
    print(f"{given.seeds} seeds from {given.first}, {sum(struck.values())} faults, {len(broken)} seeds broken")
    if unstruck:
        print(f"never struck: {', '.join(f'{kind} at {step}' for kind, step in unstruck)}")
    return 1 if broken or unstruck else 0


if __name__ == "__main__":
    sys.exit(main())
