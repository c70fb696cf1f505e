"""`twinbell store …`: the tables, their state made again from the facts, and the proof that no fact was changed."""

from typing import Annotated

import msgspec
import typer

from services import database
from services.addresses import shown_store
from services.commands.desk import opened
from services.commands.options import ConfigOption, JsonOption, StoreOption
from services.commands.printing import print_json
from services.commands.progress import bar
from services.copying import copy_store
from services.wiring import DEFAULT_STORE, open_store

app = typer.Typer(help="Look after the store.", no_args_is_help=True)


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """What was made again, for scripts."""

    store: str
    alerts: int


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What was found to be as it was written, for scripts."""

    store: str
    facts: int
    evidence: int


@app.command()
def migrate(store: StoreOption = "") -> None:
    """Make the store, or bring its tables to the version of this program. Doing it twice changes nothing."""
    url = store or DEFAULT_STORE
    open_store(url, create=True).dispose()
    print(f"{shown_store(url)}: the tables are of this version")


@app.command()
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="Address of the store that holds the record.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Address of a new or empty store of the other kind.")],
    as_json: JsonOption = False,
) -> None:
    """Carry the whole record from SQLite to PostgreSQL, or back, and prove that it arrived.

    Stop what works on it first. All of it arrives or nothing does: a copy that was stopped is begun again by the same
    command. The source stays as it is.
    """
    with bar("rows", as_json) as told:
        outcome = copy_store(source, target, told)
    if as_json:
        print_json(outcome)
        return
    rows = sum(outcome.rows.values())
    print(f"{outcome.target}: {rows} rows of {outcome.source} arrived; {outcome.facts} facts, each as it was written;")
    print(f"{outcome.evidence} files, as they were read. What was kept of detection is made again by the next run.")


@app.command()
def rebuild(store: StoreOption = "", config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Make the state tables again from the facts alone."""
    with opened(store, config) as desk:
        outcome = Rebuilt(store=shown_store(desk.url), alerts=desk.store.rebuild())
    if as_json:
        print_json(outcome)
        return
    print(f"{outcome.store}: the state of {outcome.alerts} alerts was made again from the facts")


@app.command()
def verify(store: StoreOption = "", config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Prove the store: the chain of facts, the state that they add up to, the bytes that were read and their figures.

    One changed byte is found and named.
    """
    with opened(store, config) as desk:
        facts, files = desk.store.verify(), desk.archive.verify()
        database.verify(desk.database)
        outcome = Verified(store=shown_store(desk.url), facts=facts, evidence=files)
    if as_json:
        print_json(outcome)
        return
    print(
        f"{outcome.store}: {outcome.facts} facts, each as it was written; {outcome.evidence} files, as they were read"
    )
