"""`make cluster`: every part and every process on this machine, where it listens and how it is, until Ctrl-C."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.clock import SystemClock
from services.cluster.deployment import Cluster, Health, Ports
from services.episodes import Episode, episode
from services.errors import ServicesError
from services.interrupting import noted

_LOOK_S = 2.0
_FOLDER = Path("var/cluster")
_LIBS = _FOLDER / "kafka-libs"
_FIRST = "Starting Kafka, PostgreSQL, Prometheus, Alertmanager and Twinbell's processes: half a minute"


def main(arguments: list[str]) -> int:
    """Start all, show all, end all. 0 when it was stopped from the keyboard, 1 when it could not be started."""
    parser = argparse.ArgumentParser(prog="make cluster", description=__doc__)
    parser.add_argument("--episode", default="", help="play a recorded episode through the cluster: an exercise")
    parser.add_argument("--workers", type=int, default=1, help="detection workers")
    parser.add_argument("--until-done", action="store_true", help="end by itself after the episode")
    chosen = parser.parse_args(arguments)
    console = Console()
    with ExitStack() as stack:
        is_over = stack.enter_context(interrupted())
        try:
            played = episode(chosen.episode) if chosen.episode else None
            fetching = "" if _LIBS.exists() else ", and minutes more this first time, for Kafka's jars"
            console.print(Text(_FIRST + fetching), soft_wrap=True)
            wanted = Cluster(folder_of(played), _LIBS, Ports(), workers=chosen.workers, episode=chosen.episode)
            cluster = stack.enter_context(wanted)
        except ServicesError as problem:
            console.print(Text(str(problem), style="red"), soft_wrap=True)
            return 1
        for line in cluster.skipped:
            console.print(Text(line, style="yellow"), soft_wrap=True)
        shown: Sequence[Health] = ()
        clock = SystemClock()
        while not is_over:
            cluster.mend()
            health = cluster.health()
            if health != shown:
                shown = health
                console.print(table(health))
                for line in what_next(cluster, played):
                    console.print(Text(line), soft_wrap=True)
            if chosen.until_done and cluster.is_played:
                break
            clock.wait(_LOOK_S)
    return 0


def folder_of(played: Episode | None) -> Path:
    """Where a cluster keeps all that it has: a record that plays an episode takes nothing else, so each has its own."""
    return _FOLDER / "episodes" / played.id if played else _FOLDER


def table(health: Sequence[Health]) -> Table:
    """Where everything listens and how it is."""
    made = Table(title="Twinbell cluster on this machine: Ctrl-C takes all of it down", title_justify="left")
    for heading in ("part", "where", "state"):
        made.add_column(heading, overflow="fold")
    for each in health:
        made.add_row(each.name, each.where, Text(each.state))
    return made


def what_next(cluster: Cluster, played: Episode | None) -> tuple[str, ...]:
    """What happens here, where messages land, and what to type in another terminal."""
    program, file = os.path.relpath(Path(sys.executable).with_name("twinbell")), os.path.relpath(cluster.configuration)
    what = (
        f"{played.title['en']}: an exercise, its messages land in {os.path.relpath(cluster.outbox)}"
        if played
        else f"Its configuration is {file}: name feeds in it (docs/manual/going-live.md), then start again"
    )
    ask = tuple(f"  {program} {words} --config {file}" for words in ("alerts list", "messages list"))
    return (what, "In another terminal:", *ask)


def interrupted() -> AbstractContextManager[list[int]]:
    """What came from the keyboard, from `kill`, or from a terminal that was closed: each ends all of it in order.

    Who started this with `nohup` wants it to outlive the terminal.
    """
    is_nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return noted((signal.SIGINT, signal.SIGTERM, *(() if is_nohup else (signal.SIGHUP,))))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
