"""`twinbell labels …`: what officers called a false alarm, for the next backtest."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from services.commands.desk import opened
from services.commands.options import ConfigOption, JsonOption, StoreOption
from services.commands.printing import print_json, print_table
from services.labels import labels_of, to_csv

app = typer.Typer(help="What officers called a false alarm.", no_args_is_help=True)


@app.command("list")
def list_labels(store: StoreOption = "", config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the alerts that a side calls a false alarm, ended ones too."""
    with opened(store, config) as desk:
        labels = labels_of(desk.store.alerts())
    if as_json:
        print_json(labels)
        return
    print_table(
        ("alert", "hazard", "about", "from", "until", "said by", "note"),
        [
            (
                each.alert_id,
                each.hazard,
                " ".join(part for part in (each.group, each.origin) if part),
                each.since,
                each.until,
                f"{each.said_by} {each.said_on}",
                each.note,
            )
            for each in labels
        ],
        "No side calls an alert a false alarm.",
    )


@app.command()
def export(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there; else it is printed.")
    ] = None,
    store: StoreOption = "",
    config: ConfigOption = None,
) -> None:
    """Write the labels as a CSV file for `twinbell backtest --labels`. It names sides, no persons."""
    with opened(store, config) as desk:
        labels = labels_of(desk.store.alerts())
    text = to_csv(labels)
    if out is None:
        sys.stdout.write(text)
        return
    out.write_text(text, encoding="utf-8", newline="")
    print(f"{out}: {len(labels)} labels; `twinbell backtest … --labels {out}` holds the next report against them")
