"""`twinbell run`: the whole system in one process, on a recorded episode or on feeds of one's own."""

from typing import Annotated

import typer

from services.commands import completing
from services.commands.desk import configured, store_url
from services.commands.options import ConfigOption, StoreOption
from services.episodes import episode
from services.exit_codes import ExitCode
from services.pace import AT_ONCE, Pace
from services.running import RunWish, follow, play
from services.wiring import DEFAULT_EPISODE, played_in


def run(
    name: Annotated[
        str,
        typer.Argument(
            metavar="EPISODE",
            help="The episode to play; without it, and without --config, the one that the store has begun, else "
            f"{DEFAULT_EPISODE}.",
            show_default=False,
            autocompletion=completing.episodes,
        ),
    ] = "",
    config: ConfigOption = None,
    store: StoreOption = "",
    until_done: Annotated[
        bool, typer.Option("--until-done", help="End by itself: after the last row, or when every feed was read once.")
    ] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Play without pauses, as fast as this machine can.")] = False,
    lines: Annotated[bool, typer.Option("--lines", help="Plain lines instead of the live board.")] = False,
    metrics: Annotated[
        str, typer.Option("--metrics", metavar="ADDRESS", help="Serve metrics for Prometheus on HOST:PORT.")
    ] = "",
) -> None:
    """Run Twinbell: play an episode, or with --config FILE follow the feeds of a configuration.

    A played episode is an exercise: it goes to the outbox and nowhere else. A run that was stopped goes on where
    it was; commands in another terminal work on it meanwhile. Ctrl-C stops it.
    """
    configuration = configured(config)
    wish = RunWish(
        url=store_url(store, configuration),
        config=str(config.absolute()) if config else "",
        until_done=until_done,
        lines=lines,
        metrics=metrics,
    )
    try:
        if config and not name:
            raise typer.Exit(follow(configuration, wish))
        play(
            episode(name or played_in(wish.url) or DEFAULT_EPISODE),
            configuration,
            wish,
            AT_ONCE if fast else Pace(),
        )
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.")
        if until_done:
            raise typer.Exit(ExitCode.INTERRUPTED) from None
