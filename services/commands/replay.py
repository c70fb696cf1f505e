"""`twinbell replay`: an episode on a simulated clock, every message of it as a file."""

from pathlib import Path
from typing import Annotated

import typer

from services.commands import completing
from services.commands.desk import configured
from services.commands.options import ConfigOption, JsonOption
from services.commands.printing import print_json, print_pairs
from services.episodes import episode
from services.replay import replay as replayed


def replay(
    name: Annotated[
        str,
        typer.Argument(
            metavar="EPISODE",
            help="The episode; `twinbell episodes list` shows them.",
            autocompletion=completing.episodes,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Write facts, alerts and every rendering of every message there; must be empty.",
        ),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replay an episode at once, in order of what was known when; nobody answers. Twice gives the same bytes."""
    outcome = replayed(episode(name), configured(config), out)
    if as_json:
        print_json(outcome)
        return
    print_pairs(
        [
            ("episode", outcome.episode),
            ("rows", str(outcome.rows)),
            ("signals", str(outcome.signals)),
            ("alerts", str(outcome.alerts)),
            ("rings", str(outcome.rings)),
            ("messages", str(outcome.messages)),
            ("facts", f"{outcome.facts}, sha256 {outcome.sha256}"),
        ]
    )
    if out is not None:
        print(f"\nEverything is in {out}: facts.jsonl, alerts.json, outbox/PARTICIPANT/CHANNEL/…")
