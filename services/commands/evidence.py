"""`twinbell evidence`: the stored bytes behind a figure, at its row; and all of them read again."""

import sys
from importlib.resources import as_file
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from services.clock import SystemClock, iso_time
from services.commands.desk import Desk, alert_of, opened
from services.commands.options import AlertArgument, ConfigOption, JsonOption, StoreOption
from services.commands.printing import print_json, print_pairs, print_table, write_bytes
from services.commands.progress import bar
from services.episodes import episode, folder_of
from services.errors import NothingFound
from services.feeds.manifest import Manifest
from services.live_feeds import parsers_of
from services.pack import Ingredients, pack
from services.prove import prove
from services.reparse import known_parsers, unknown_parsers
from services.reparse import reparse as read_again
from services.sources import manifest_of
from services.terminal import paragraphs, plain
from services.wiring import reference_files, reference_of, refuse_played, served, thresholds_bytes

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
            write_bytes(out, found.content)
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
    nothing = "Nothing was read again: no evidence is left that a parser of here has not read by this version."
    nothing = nothing if missing else "All evidence was read by this version."
    print_table(("parser", "pieces", "new", "revised", "unusable"), rows, nothing)
    if missing:
        print(f"not read again, their manifests are not configured here: {plain(', '.join(missing))}")


@app.command("pack")
def make_pack(
    alert_id: AlertArgument,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write; it must not be there.")],
    store: StoreOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put everything that an alert rests on into one file: facts, assessments, rows, readings, the bytes they came
    from, reference rows and thresholds. Twice gives the same bytes. It names the people who were told and who answered.
    """
    with opened(store, config) as desk:
        state = alert_of(desk, alert_id)
        configuration = desk.configuration
        chosen = configuration.settings.thresholds
        content, _ = thresholds_bytes(configuration.path(chosen) if chosen else None)
        given = Ingredients(
            thresholds=content,
            reference=tuple(reference_files(configuration)),
            participants=tuple(each.iso3 for each in configuration.directory.participants),
            manifests=_manifests(desk),
        )
        made = pack(desk.archive, state, desk.store.facts(state.alert_id), given)
    try:
        with out.open("xb") as file:
            file.write(made.content)
    except FileExistsError:
        raise NothingFound(f"{out} is there already: name another file") from None
    if as_json:
        print_json(msgspec.structs.replace(made, content=b""))
        return
    print_pairs(
        [
            ("pack", made.pack_id),
            ("file", f"{out}, {len(made.content):,} bytes"),
            ("facts", f"{made.facts}, {len(made.revisions)} of them assessments"),
            ("rows", f"{made.rows:,} from {made.files} files, {made.reread} of them read again to the same figures"),
            ("derived", f"{len(made.derived)} of {len(made.revisions)} assessments follow from these rows to the byte"),
        ]
    )
    if len(made.derived) < len(made.revisions):
        print("Those that do not were made with other thresholds or reference rows, or before late rows had arrived.")
    print(f"The partner checks it with: twinbell evidence verify {out.name}; tell the pack's id by another way")


def _manifests(desk: Desk) -> tuple[Manifest, ...]:
    """What reads evidence today: the played episode's manifest, those of the sources and of the configured feeds."""
    reference = reference_of(desk.configuration)
    found = [parser.manifest for parser, _ in parsers_of(desk.configuration, reference, desk.archive)]
    last = served(desk.database)
    if last is not None and last.episode:
        with as_file(folder_of(episode(last.episode))) as folder:
            found.append(manifest_of(folder / "manifest.toml"))
    return tuple(found)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `twinbell evidence pack` wrote.")],
    as_json: JsonOption = False,
) -> None:
    """Check an evidence pack without a store or a network: every byte, the chain of facts, every row in the packed
    bytes, and that signals and assessments follow from them to the byte. What was changed is named.
    """
    proof = prove(file)
    if as_json:
        print_json(proof)
        return
    print_pairs(
        [
            ("pack", f"{proof.pack_id}  (compare it with what the sender told you)"),
            ("alert", proof.alert_id),
            ("written by", proof.program),
            ("thresholds", proof.thresholds),
            ("facts", f"{proof.facts}, each as it was written"),
            ("rows", f"{proof.rows:,} and {proof.documents} documents, each in one of {proof.files} packed files"),
            ("read again", f"{proof.reread} of {proof.files} files: figures and readings are what their bytes say"),
            ("signals", f"{proof.signals}, derived again to the same bytes"),
            ("assessments", f"{len(proof.derived)} derived again to the same bytes"),
        ]
    )
    if proof.not_derived:
        print(
            f"not derived  revisions {', '.join(map(str, proof.not_derived))}: the pack does not claim that they follow"
        )
