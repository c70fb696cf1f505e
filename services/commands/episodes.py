"""`twinbell episodes list`: the recorded episodes that can be played."""

import msgspec
import typer

from services.commands.options import JsonOption
from services.commands.printing import print_json, print_table
from services.episodes import shipped

app = typer.Typer(help="Recorded episodes.", no_args_is_help=True)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One episode in a list, for scripts."""

    id: str
    starts_on: str
    ends_on: str
    title: dict[str, str]
    summary: dict[str, str]
    attribution: tuple[str, ...]


@app.callback()
def episodes() -> None:
    """Recorded episodes."""


@app.command("list")
def list_episodes(as_json: JsonOption = False) -> None:
    """List the episodes that ship, with the days that are played."""
    rows = [
        Row(
            id=each.id,
            starts_on=each.starts_on.isoformat(),
            ends_on=each.ends_on.isoformat(),
            title=each.title,
            summary=each.summary,
            attribution=each.attribution,
        )
        for each in shipped()
    ]
    if as_json:
        print_json(rows)
        return
    print_table(
        ("id", "from", "to", "what"),
        [(row.id, row.starts_on, row.ends_on, row.title.get("en", "")) for row in rows],
        "No episode ships with this installation.",
    )
