"""`twinbell live`: the public sources followed in the embedded harness, without a configuration if need be."""

from typing import Annotated

import msgspec
import typer

from services.commands.desk import configured
from services.commands.options import ConfigOption, StoreOption
from services.errors import BadSettings
from services.live_feeds import keyless
from services.running import RunWish, follow
from services.settings import Configuration

LIVE_STORE = "sqlite:///var/live.db"


def live(
    config: ConfigOption = None,
    store: StoreOption = "",
    only: Annotated[
        str, typer.Option("--only", metavar="NAMES", help="These sources alone, with commas between them.")
    ] = "",
    until_done: Annotated[bool, typer.Option("--until-done", help="End when every source was read once.")] = False,
    lines: Annotated[bool, typer.Option("--lines", help="Plain lines instead of the live board.")] = False,
    metrics: Annotated[
        str, typer.Option("--metrics", metavar="ADDRESS", help="Serve metrics for Prometheus on HOST:PORT.")
    ] = "",
) -> None:
    """Follow every public source that needs no key, and those of the configuration; say what could not be reached.

    Without a configuration it is an exercise for the two governments that ship: what would be sent lands in the outbox
    beside the store. A run that was stopped goes on where it was. Ctrl-C stops it. With --until-done it ends with 10
    when a source could not be read.
    """
    configuration = _chosen(configured(config), only)
    wish = RunWish(
        url=store or configuration.store or LIVE_STORE,
        config=str(config.absolute()) if config else "",
        until_done=until_done,
        lines=lines,
        metrics=metrics,
    )
    try:
        ended = follow(configuration, wish)
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.")
        return
    raise typer.Exit(ended)


def _chosen(configuration: Configuration, only: str) -> Configuration:
    """The configuration with the sources that are to be followed."""
    sources = keyless(configuration)
    if only:
        wanted = [name.strip() for name in only.split(",")]
        known = {source.name for source in sources}
        unknown = [name for name in wanted if name not in known]
        if unknown:
            raise BadSettings(f"--only: there is no source {unknown[0]!r}; there are: {', '.join(sorted(known))}")
        sources = tuple(source for source in sources if source.name in wanted)
    settings = msgspec.structs.replace(configuration.settings, sources=sources)
    return msgspec.structs.replace(configuration, settings=settings)
