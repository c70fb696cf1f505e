"""Options that several commands take, worded once."""

from datetime import date
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from services.commands import completing

StoreOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--store",
        envvar="TWINBELL_STORE",
        metavar="URL",
        help="Where the record is kept, for instance sqlite:///var/twinbell.db (that is the default).",
        show_default=False,
    ),
]
ConfigOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--config",
        envvar="TWINBELL_CONFIG",
        metavar="FILE",
        help="The configuration; without it the one that the store was last run with, else the shipped exercise.",
        show_default=False,
    ),
]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
PersonOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="PERSON",
        help="Who answers: a person_id of the configuration; the side comes with it.",
        autocompletion=completing.people,
    ),
]
NoteOption: TypeAlias = Annotated[
    str, typer.Option("--note", help="A remark, kept in the record and shown to both sides.")
]
AlertArgument: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="Id of the alert, or its first characters as far as they are unique.",
        autocompletion=completing.open_alerts,
    ),
]


def days_between(first: str, last: str, newest: str = "") -> tuple[date, date]:
    """The days of --from and --until, the latter no later than the ISO day `newest`. Raises BadParameter."""
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as problem:
        raise typer.BadParameter(f"--from and --until take days such as 2022-01-31: {problem}") from None
    end = min(end, date.fromisoformat(newest)) if newest else end
    if begin > end:
        raise typer.BadParameter(f"--from {begin} is after --until {end}; give an earlier day")
    return begin, end
