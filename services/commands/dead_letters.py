"""`twinbell deadletters …`: what could not be used, its reason and bytes; and records put back on Kafka."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from services.clock import SystemClock, iso_time
from services.commands.desk import opened
from services.commands.options import ConfigOption, JsonOption, StoreOption
from services.commands.printing import print_json, print_record, print_table, write_bytes
from services.dead_letters import Kept, kept, place_of, the_letter
from services.errors import CheckFailed
from services.terminal import plain
from streams.topics import Client

_SHOWN_BYTES = 2_000

app = typer.Typer(help="What could not be used: look at it, put it back.", no_args_is_help=True)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One dead letter, for scripts."""

    letter_id: str
    read_at: str
    feed: str
    origin: str
    row: int
    reason: str
    detail: str
    size: int
    put_back_at: str


@app.callback()
def dead_letters() -> None:
    """What could not be used."""


@app.command("list")
def list_letters(
    reason: Annotated[str, typer.Option("--reason", help="Only those with this reason.")] = "",
    store: StoreOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what could not be used: when, from where, at which row or offset, and why."""
    with opened(store, config) as desk:
        rows = [_row(each) for each in kept(desk.database) if reason in ("", each.letter.reason)]
    if as_json:
        print_json(rows)
        return
    cells = [
        (row.letter_id, row.read_at, f"{row.origin} at {row.row}", row.reason, plain(row.detail, 90), _put_back(row))
        for row in rows
    ]
    print_table(("letter", "read", "where", "reason", "detail", "put back"), cells, "No dead letters.")


@app.command()
def show(
    letter: Annotated[str, typer.Argument(metavar="ID", help="Id of the letter, or its first characters.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write its bytes there, as they came.")
    ] = None,
    store: StoreOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one dead letter with its reason, its whole detail and its bytes."""
    with opened(store, config) as desk:
        found = the_letter(desk.database, letter)
    content = found.letter.content
    if out is not None:
        write_bytes(out, content)
    row = _row(found)
    if as_json:
        print_json(row)
        return
    print_record(row)
    sys.stdout.write("\n" + plain(content[:_SHOWN_BYTES].decode("utf-8", "backslashreplace")) + "\n")
    if len(content) > _SHOWN_BYTES:
        print(f"… {len(content) - _SHOWN_BYTES:,} bytes more; --out FILE writes all of them")


@app.command()
def replay(
    letters: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...", help="Which; without any, all that were not put back yet.", show_default=False
        ),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Only those with this reason.")] = "",
    store: StoreOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put records of Kafka that this version can read back on their topic; each is judged as late as it comes.

    Ends with 8 when one of those named could not be put back; what has been put back stays so.
    """
    from services.putting_back import put_back  # kafka is loaded only where it is used

    with opened(store, config) as desk:
        if letters:
            chosen = [the_letter(desk.database, each) for each in letters]
        else:
            waiting = [each for each in kept(desk.database) if each.put_back_at is None]
            chosen = [each for each in waiting if place_of(each.letter) is not None]
        chosen = [each for each in chosen if reason in ("", each.letter.reason)]
        broker = desk.configuration.broker.of(Client.OPERATOR)
        tried = list(put_back(desk.database, broker, chosen, SystemClock().now()))
    if as_json:
        print_json(tried)
    else:
        cells = [(each.letter_id, each.place, each.problem or "put back") for each in tried]
        print_table(("letter", "where", "outcome"), cells, "No dead letters of Kafka wait.")
    left = [each for each in tried if each.problem]
    if left:
        raise CheckFailed(f"{len(left)} of {len(tried)} dead letters could not be put back")


def _row(letter: Kept) -> Row:
    what = letter.letter
    return Row(
        letter_id=letter.letter_id,
        read_at=iso_time(letter.read_at),
        feed=what.feed,
        origin=what.origin,
        row=what.row,
        reason=what.reason,
        detail=what.detail,
        size=len(what.content),
        put_back_at=iso_time(letter.put_back_at) if letter.put_back_at is not None else "",
    )


def _put_back(row: Row) -> str:
    return row.put_back_at or "no"
