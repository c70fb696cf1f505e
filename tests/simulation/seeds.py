"""Many seeds on all processors: what did not hold, and which kind of fault struck which step how often."""

import multiprocessing
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.simulation.faults import STRIKES, Kind, Step
from tests.simulation.world import Broken, simulate, template

Struck = Counter[tuple[str, str]]
_BLOCK = 25


def run(first: int, seeds: int, processes: int | None, tell: Callable[[int], None]) -> tuple[Struck, list[str]]:
    """Live through the seeds; the faults that struck and, each beginning with its seed, what did not hold.

    `tell` is called with the number of seeds that are done.
    """
    struck: Struck = Counter()
    broken: list[str] = []
    last = first + seeds
    with tempfile.TemporaryDirectory(prefix="twinbell-simulation-") as directory:
        path = str(template(Path(directory)))
        # Spawned, not forked: the process that asks may have threads.
        with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
            starts = range(first, last, _BLOCK)
            blocks = [pool.submit(block, start, min(_BLOCK, last - start), path) for start in starts]
            for start, future in zip(starts, blocks, strict=True):
                counted, failures = future.result()
                struck.update(counted)
                broken += failures
                tell(min(start + _BLOCK, last) - first)
    return struck, broken


def block(first: int, seeds: int, template_path: str) -> tuple[Struck, list[str]]:
    """Some seeds in a row."""
    struck: Struck = Counter()
    broken: list[str] = []
    for seed in range(first, first + seeds):
        try:
            fates = simulate(seed, Path(template_path))
        except Broken as error:
            broken.append(str(error))
        else:
            struck.update({(kind.value, step.value): times for (kind, step), times in fates.struck.items()})
    return struck, broken


def table(struck: Struck) -> str:
    """Kinds of fault by steps; a dot where a fault cannot strike."""
    width = max(len(kind) for kind in Kind)
    lines = [" " * width + "".join(f"{step:>9}" for step in Step)]
    for kind in Kind:
        cells = [f"{struck[kind.value, step.value] if step in STRIKES[kind] else '·':>9}" for step in Step]
        lines.append(f"{kind:<{width}}" + "".join(cells))
    return "\n".join(lines)


def missing(struck: Struck) -> list[str]:
    """The cells of the table that no seed has struck."""
    return [
        f"{kind} at {step}" for kind, steps in STRIKES.items() for step in steps if not struck[kind.value, step.value]
    ]
