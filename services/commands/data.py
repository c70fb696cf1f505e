"""`twinbell data fetch`: the history whose licence lets anybody have it, as files that a backtest reads."""

from pathlib import Path
from typing import Annotated

import typer

from services.clock import SystemClock, iso_day
from services.commands.desk import configured
from services.commands.options import ConfigOption, JsonOption, days_between
from services.commands.printing import print_json, print_table
from services.commands.progress import bar
from services.errors import BadSettings
from services.exit_codes import ExitCode
from services.http_client import Standing
from services.live_feeds import Outside, chosen_source, client_of, direct, kind_named
from services.public_history import FILES, Asked, Fetched, Handed, HistoryWish, Outcome, fetch
from services.settings import Configuration
from services.sources import reader_of
from services.wiring import reference_of

app = typer.Typer(help="History that anybody may have.", no_args_is_help=True)


@app.callback()
def data() -> None:
    """History that anybody may have."""


@app.command("fetch")
def fetch_(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where the files go; it is made.")],
    first: Annotated[
        str, typer.Option("--from", metavar="DAY", help="First day of documents, YYYY-MM-DD; prices come whole.")
    ] = "2020-01-01",
    last: Annotated[
        str, typer.Option("--until", metavar="DAY", help="Last day of documents; without it today (UTC).")
    ] = "",
    source: Annotated[
        str, typer.Option("--source", metavar="NAMES", help="These sources alone, with commas between them.")
    ] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch the openly licensed history: World Bank prices, ECB exchange rates, Federal Register documents.

    `twinbell backtest benchmarks/shared_data.toml --data DIR` reads it. A file that is there is left alone. What could
    not be reached is said and ends with exit code 10; the same command then goes on from there, also after Ctrl-C.
    """
    configuration = configured(config)
    wanted, clock = _wanted(source), SystemClock()
    wish = _wish(directory, first, last, iso_day(clock.now()))
    outside = Outside(transport=direct, time=clock, now=clock.now)
    try:
        found = [_fetched(configuration, handed, wish, outside, as_json) for handed in wanted]
    except KeyboardInterrupt:
        typer.echo("Stopped. The same command goes on from here.", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    if as_json:
        print_json(found)
    else:
        _print(found, directory)
    if any(file.outcome is Outcome.NOT_REACHED for file in found):
        raise typer.Exit(ExitCode.UNREACHED)


def _wanted(source: str) -> list[Handed]:
    names = [name.strip() for name in source.split(",")] if source else [handed.source for handed in FILES]
    for name in names:
        if name not in {handed.source for handed in FILES}:
            kind_named(name)
            there = ", ".join(handed.source for handed in FILES)
            raise BadSettings(f"--source: the licence of {name!r} does not let its history be handed on; take {there}")
    return [handed for handed in FILES if handed.source in names]


def _wish(directory: Path, first: str, last: str, today: str) -> HistoryWish:
    begin, end = days_between(first, last or today, today)
    return HistoryWish(directory=directory, first=begin.isoformat(), last=end.isoformat())


def _fetched(
    configuration: Configuration, handed: Handed, wish: HistoryWish, outside: Outside, is_quiet: bool
) -> Fetched:
    reference = reference_of(configuration)
    chosen = chosen_source(configuration, handed.source, "")
    client, base = client_of(configuration, chosen, Standing(), outside)
    asked = Asked(kind_named(handed.source)(reference, wish.first), client, base, outside.time)
    try:
        with bar(f"{handed.source}, days", is_quiet) as on_days:
            return fetch(handed, asked, wish, (reference, reader_of(reference)), on_days)
    finally:
        client.close()


def _print(found: list[Fetched], directory: Path) -> None:
    rows = [(x.source, x.path, x.outcome.value, f"{x.size:,}", x.detail, x.licence) for x in found]
    print_table(("source", "file", "outcome", "bytes", "what", "licence"), rows, "Nothing to fetch.")
    missing = [x.source for x in found if x.outcome is Outcome.NOT_REACHED]
    if missing:
        print(f"\nNot reached: {', '.join(missing)}. The same command goes on from here.")
    if len(missing) < len(found):
        print(f"\nNext: twinbell backtest benchmarks/shared_data.toml --data {directory} --out DIR")
