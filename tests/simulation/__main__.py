"""`python -m tests.simulation --seeds 10000 --first 1`: many seeds, and at the end which fault struck which step."""

import argparse
import sys
from collections.abc import Sequence

from tests.simulation.seeds import missing, run, table


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the seeds; 1 when something did not hold, or when no seed of several hundred struck a cell of the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=300, help="how many (300)")
    parser.add_argument("--first", type=int, default=1, help="the first seed (1)")
    parser.add_argument("--processes", type=int, default=None, help="as many as there are processors")
    given = parser.parse_args(arguments)

    def tell(done: int) -> None:
        print(f"{done} of {given.seeds} seeds", file=sys.stderr, flush=True)

    struck, broken = run(given.first, given.seeds, given.processes, tell)
    print("\n".join([*broken, table(struck)]))
    print(f"{given.seeds} seeds from {given.first}, {sum(struck.values())} faults, {len(broken)} seeds broken")
    unstruck = missing(struck) if given.seeds >= 300 else []
    if unstruck:
        print(f"never struck: {', '.join(unstruck)}")
    return 1 if broken or unstruck else 0


if __name__ == "__main__":
    sys.exit(main())
