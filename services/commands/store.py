"""`twinbell store …`: the tables, their state made again from the facts, and the proof that no fact was changed."""

import msgspec
import typer

from services.commands.desk import opened
from services.commands.options import ConfigOption, JsonOption, StoreOption
from services.commands.printing import print_json
from services.wiring import DEFAULT_STORE, open_store

app = typer.Typer(help="Look after the store.", no_args_is_help=True)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a command did, for scripts."""

    store: str
    facts: int = 0
    alerts: int = 0


@app.command()
def migrate(store: StoreOption = "") -> None:
    """Make the store, or bring its tables to the version of this program. Doing it twice changes nothing."""
    url = store or DEFAULT_STORE
    open_store(url, create=True).dispose()
    print(f"{url}: the tables are of this version")


@app.command()
def rebuild(store: StoreOption = "", config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Make the state tables again from the facts alone."""
    with opened(store, config) as desk:
        outcome = Outcome(store=desk.url, alerts=desk.store.rebuild())
    if as_json:
        print_json(outcome)
        return
    print(f"{outcome.store}: the state of {outcome.alerts} alerts was made again from the facts")


@app.command()
def verify(store: StoreOption = "", config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Prove the record: every fact follows from the one before. One changed byte is found and named."""
    with opened(store, config) as desk:
        outcome = Outcome(store=desk.url, facts=desk.store.verify())
    if as_json:
        print_json(outcome)
        return
    print(f"{outcome.store}: {outcome.facts} facts, each as it was written")
