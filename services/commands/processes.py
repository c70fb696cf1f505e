"""`twinbell feed`, `detect`, `dispatch`: the processes of the distributed harness."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from services.commands.desk import configured, store_url
from services.commands.options import ConfigOption, StoreOption
from services.pace import AT_ONCE, Pace

MetricsOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--metrics", metavar="ADDRESS", help="Serve /metrics, /live and /ready on HOST:PORT.", show_default=False
    ),
]


EpisodeOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--episode", metavar="EPISODE", help="A recorded episode instead of feeds: an exercise.", show_default=False
    ),
]


def feed(
    config: ConfigOption = None,
    store: StoreOption = "",
    metrics: MetricsOption = "",
    episode: EpisodeOption = "",
    fast: Annotated[bool, typer.Option("--fast", help="Play the episode without pauses.")] = False,
) -> None:
    """Read the feeds of a configuration, keep what they bring, publish it to Kafka; until terminated.

    With --episode a recorded one is published step by step, and shown as it is worked through.
    """
    from services import processes  # kafka and Faust are loaded only where they are used

    configuration = configured(config)
    url = store_url(store, configuration)
    wish = processes.ProcessWish(url=url, config=_path(config), metrics=metrics, episode=episode)
    if episode:
        processes.play(configuration, wish, AT_ONCE if fast else Pace())
    else:
        processes.feed(configuration, wish)


def detect(
    config: ConfigOption = None,
    store: StoreOption = "",
    metrics: MetricsOption = "",
    instance: Annotated[
        str,
        typer.Option(
            "--instance",
            metavar="NAME",
            help="This worker's own name, the same after a restart: then its partitions stay its own.",
            show_default=False,
        ),
    ] = "",
) -> None:
    """Run a detection worker (Faust): observations from Kafka, signals and assessments to Kafka; until terminated."""
    from services import processes  # kafka and Faust are loaded only where they are used

    configuration = configured(config)
    url = store_url(store, configuration)
    wish = processes.ProcessWish(url=url, config=_path(config), metrics=metrics, instance=instance)
    processes.detect(configuration, wish)


def dispatch(
    config: ConfigOption = None, store: StoreOption = "", metrics: MetricsOption = "", episode: EpisodeOption = ""
) -> None:
    """Take assessments from Kafka into the record, ring both sides, escalate; until terminated."""
    from services import processes  # kafka and Faust are loaded only where they are used

    configuration = configured(config)
    url = store_url(store, configuration)
    wish = processes.ProcessWish(url=url, config=_path(config), metrics=metrics, episode=episode)
    processes.dispatch(configuration, wish)


def _path(config: Path | None) -> str:
    return str(config.absolute()) if config else ""
