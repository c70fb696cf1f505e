"""`twinbell import`: files that a person has downloaded or bought, read into the store by a manifest."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.clock import SystemClock
from services.commands.desk import configured, store_url
from services.commands.options import ConfigOption, JsonOption, StoreOption
from services.commands.printing import print_json, print_table
from services.exit_codes import ExitCode
from services.feeds.files import FileFeed
from services.feeds.importing import FileReport, ImportReport, OnFile, check_files, import_files
from services.hints import store_option
from services.sources import manifest_of, reader_of
from services.terminal import plain
from services.wiring import archive_of, open_store, reference_of, refuse_played

ManifestArgument = Annotated[
    Path, typer.Argument(metavar="MANIFEST", help="How the files are to be read; docs/data.md shows how to write one.")
]
DataOption = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="The directory that the manifest's paths are relative to.")
]
CheckOption = Annotated[bool, typer.Option("--check", help="Read and report, and write nothing.")]


def import_(
    manifest: ManifestArgument,
    data: DataOption = Path(),
    check: CheckOption = False,
    store: StoreOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read files into the store as a manifest says. Doing it twice changes nothing; a file that is absent is told."""
    configuration = configured(config)
    reference = reference_of(configuration)
    feed = FileFeed(manifest_of(manifest), data, reference, SystemClock().now, reader_of(reference))
    with _progress(as_json) as on_file:
        url = store_url(store, configuration)
        if check:
            report = check_files(feed, on_file)
        else:
            database = open_store(url, create=True)
            try:
                refuse_played(database)
                report = import_files(feed, archive_of(database), database, on_file)
            finally:
                database.dispose()
    if as_json:
        print_json(report)
    else:
        _print(report)
        if not report.checked and any(file.new + file.revised for file in report.files):
            made = "" if config else " (`twinbell init` writes such a FILE)"
            print(f"Next: `twinbell run --config {config or 'FILE'}{store_option(url)}` judges it and rings{made}")
    if report.failed:
        raise typer.Exit(ExitCode.BAD_INPUT)


@contextmanager
def _progress(is_quiet: bool) -> Iterator[OnFile]:
    """A bar on a terminal; in a pipe a line for each file, on standard error."""
    if is_quiet:
        yield lambda done, of, report: None
        return
    if not sys.stderr.isatty():
        yield lambda done, of, report: print(f"{done}/{of} {plain(report.path)}", file=sys.stderr)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def on_file(done: int, of: int, report: FileReport) -> None:
            bar.update(task, completed=done, total=of, description=plain(report.path, 50))

        yield on_file


def _print(report: ImportReport) -> None:
    lines = [
        (
            file.path,
            file.entry,
            f"{file.rows:,}",
            f"{file.new:,}",
            f"{file.revised:,}",
            f"{file.duplicates:,}",
            f"{file.unknown:,}",
            f"{file.left_out + file.not_relevant:,}",
            f"{file.bad_rows:,}",
        )
        for file in report.files
    ]
    heads = ("file", "entry", "rows", "new", "revised", "duplicate", "unknown", "left out", "unusable")
    print_table(heads, lines, "Nothing new to read.")
    for note in report.notes:
        print(f"note: {plain(note)}")
    if report.unwatched:
        rows = ", ".join(f"{measure} {count:,}" for measure, count in sorted(report.unwatched.items()))
        print(f"note: no detector watches these rows ({rows}): kept, and they ring nobody; docs/data.md says which do")
    for file in report.files:
        if file.dead_letters:
            reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(file.dead_letters.items()))
            nothing = "" if file.outcome == "read" else "NOTHING OF THE FILE WAS USED; "
            print(f"{plain(file.path)}: {nothing}{reasons}; the first: {plain(file.problem)}")
    new = sum(file.new for file in report.files)
    revised = sum(file.revised for file in report.files)
    unread = f"; {len(report.failed)} files could not be used" if report.failed else ""
    done = "would be new" if report.checked else "new"
    print(f"{report.feed}: {new:,} observations {done}, {revised:,} revised, {len(report.files)} files read{unread}")
