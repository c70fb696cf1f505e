"""`twinbell evidence`: the stored bytes behind a figure, at its row; and all of them read again."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from services.clock import SystemClock, iso_time
from services.commands.desk import opened
from services.commands.options import ConfigOption, JsonOption, StoreOption
from services.commands.printing import print_json, print_pairs, print_table
from services.commands.progress import bar
from services.errors import NothingFound
from services.live_feeds import parsers_of
from services.reparse import known_parsers, unknown_parsers
from services.reparse import reparse as read_again
from services.terminal import paragraphs, plain
from services.wiring import reference_of, refuse_played

app = typer.Typer(help="Open what was read.", no_args_is_help=True)


@app.callback()
def evidence() -> None:
    """Open what was read."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence, for scripts."""

    sha256: str
    origin: str
    fetched_at: str
    media_type: str
    size: int
    row: int
    text: str
    headers: tuple[tuple[str, str], ...] = ()
    parser: str = ""
    version: str = ""


@app.command()
def show(
    sha256: Annotated[str, typer.Argument(metavar="SHA256", help="Hash of the stored bytes, or its first characters.")],
    row: Annotated[int, typer.Option("--row", min=0, help="The row of the figure; 0 is the whole.")] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the bytes there, exactly as they were read.")
    ] = None,
    store: StoreOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where stored bytes came from and when, and the header and row of a figure in them."""
    with opened(store, config) as desk:
        found = desk.archive.evidence(sha256)
        if out is not None:
            try:
                out.write_bytes(found.content)
            except OSError as problem:
                raise NothingFound(f"{out} cannot be written: {problem.strerror}; name another file") from None
        text = desk.archive.row_text(found.sha256, row)
        if row and not text:
            raise NothingFound(f"there is no row {row} in {found.origin!r}; --row 0 shows how it begins")
        shown = Shown(
            sha256=found.sha256,
            origin=found.origin,
            fetched_at=iso_time(found.fetched_at),
            media_type=found.media_type.replace("\n", ", "),
            size=len(found.content),
            row=row,
            text=text,
            headers=found.headers,
            parser=found.parser,
            version=found.version,
        )
    if as_json:
        print_json(shown)
        return
    print_pairs(
        [
            ("sha256", shown.sha256),
            ("origin", shown.origin),
            ("read at", shown.fetched_at),
            ("kind", shown.media_type.split(";")[0]),
            ("size", f"{shown.size:,} bytes"),
            ("read by", f"{shown.parser}, version {shown.version}" if shown.parser else "not known"),
            *((f"  {name}", value) for name, value in shown.headers),
        ]
    )
    sys.stdout.write(f"\n{paragraphs(shown.text)}\n")


@app.command()
def reparse(
    every: Annotated[
        bool, typer.Option("--all", help="Also what this version has read already; else only what others read.")
    ] = False,
    store: StoreOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read stored bytes again with the parsers of this version; nothing is fetched.

    What is read otherwise than before becomes a revision, known from now on; a run on the store judges it anew.
    """
    with opened(store, config) as desk:
        refuse_played(desk.database)
        reference = reference_of(desk.configuration)
        parsers = known_parsers(parsers_of(desk.configuration, reference, desk.archive))
        with bar("reading", as_json) as on_piece:
            done = [*read_again(desk.database, desk.archive, parsers, SystemClock().now(), (on_piece, every))]
        missing = unknown_parsers(desk.database, parsers)
    if as_json:
        print_json(done)
        return
    rows = [(x.parser, f"{x.pieces:,}", f"{x.new:,}", f"{x.revised:,}", f"{x.unusable:,}") for x in done]
    print_table(("parser", "pieces", "new", "revised", "unusable"), rows, "All evidence was read by this version.")
    if missing:
        print(f"not read again, their manifests are not configured here: {plain(', '.join(missing))}")
