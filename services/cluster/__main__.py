"""`make cluster`: every part and every process on this machine, where it listens and how it is, until Ctrl-C."""

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.clock import SystemClock
from services.cluster.deployment import Cluster, Ports
from services.errors import ServicesError

_LOOK_S = 2.0
_FOLDER = Path("var/cluster")


def main(arguments: list[str]) -> int:
    """Start all, show all, end all. 0 when it was stopped from the keyboard, 1 when a part could not be started."""
    parser = argparse.ArgumentParser(prog="make cluster", description=__doc__)
    parser.add_argument("--episode", default="", help="play a recorded episode through the cluster: an exercise")
    parser.add_argument("--workers", type=int, default=1, help="detection workers")
    parser.add_argument("--until-done", action="store_true", help="end by itself after the episode")
    chosen = parser.parse_args(arguments)
    console = Console()
    with ExitStack() as stack:
        is_over = stack.enter_context(_interrupted())
        try:
            cluster = stack.enter_context(Cluster(_FOLDER, Ports(), workers=chosen.workers, episode=chosen.episode))
        except ServicesError as problem:
            console.print(Text(str(problem), style="red"))
            return 1
        for line in cluster.skipped:
            console.print(Text(line, style="yellow"))
        shown = ""
        clock = SystemClock()
        while not is_over:
            health = cluster.health()
            lines = "\n".join(f"{each.name} {each.state}" for each in health)
            if lines != shown:
                shown = lines
                table = Table(
                    title="Twinbell cluster on this machine: Ctrl-C takes all of it down", title_justify="left"
                )
                for heading in ("part", "where", "state"):
                    table.add_column(heading)
                for each in health:
                    table.add_row(each.name, each.where, Text(each.state))
                console.print(table)
                console.print(f"configuration {cluster.configuration}: name feeds in it, then start again")
                console.print(f"TWINBELL_CONFIG={cluster.configuration} twinbell alerts list")
            if chosen.until_done and cluster.is_played:
                break
            clock.wait(_LOOK_S)
    return 0


@contextmanager
def _interrupted() -> Iterator[list[int]]:
    over: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        over.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    yield over


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
