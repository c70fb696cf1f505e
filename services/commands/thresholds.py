"""`twinbell thresholds …`: what the detectors and the assessment go by."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from services.commands.desk import configured
from services.commands.options import ConfigOption, JsonOption
from services.commands.printing import print_json, print_table
from services.errors import BadSettings
from services.standing import how, standing_of
from services.standing import install as put_in_force
from services.wiring import thresholds_bytes
from streams import thresholds

app = typer.Typer(help="Read, check and install thresholds.", no_args_is_help=True)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A thresholds file, for scripts."""

    name: str
    sha256: str
    content: str


@app.command()
def check(file: Annotated[Path, typer.Argument(metavar="FILE", help="A thresholds file of your own.")]) -> None:
    """Say whether a thresholds file may be used; an error names the line or the values to mend."""
    content, name = thresholds_bytes(file)
    print(f"{name}: may be used; sha256 {thresholds.load(content, name).digest}")


@app.command()
def show(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Print the thresholds of the configuration (without one, those that ship) with their comments."""
    configuration = configured(config)
    chosen = configuration.settings.thresholds
    content, name = thresholds_bytes(configuration.path(chosen) if chosen else None)
    sha256 = thresholds.load(content, name).digest
    if as_json:
        print_json(Shown(name=name, sha256=sha256, content=content.decode()))
        return
    sys.stdout.write(content.decode())


@app.command()
def install(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A thresholds file of your own.")],
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="DIR", help="What `twinbell backtest … --against in-force --out DIR` wrote."),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a thresholds file in force for a configuration, with the backtest of it against the file in force until then.

    Without such a report it is refused. Kept in `backtests/` beside the configuration; `run` refuses any other file.
    """
    configuration = configured(config)
    content, name = thresholds_bytes(file)
    sha256 = thresholds.load(content, name).digest
    if config is None:
        raise BadSettings("thresholds are installed for a configuration: name it with --config FILE")
    if report is None:
        if standing_of(configuration, sha256) is None:
            raise BadSettings(f"{name} (sha256 {sha256[:16]}) has no backtest report. {how(configuration, file)}")
        raise BadSettings(f"{name} is installed already, or ships; name the report of another with --report DIR")
    found, target = put_in_force(configuration, content, report)
    if as_json:
        print_json(found)
        return
    print(f"{target}: in force from the next start; sha256 {sha256}")
    print(f"Its report: {configuration.path('backtests') / sha256[:16]}")
    print_table(
        ("rule", "rings", "real", "for nothing"),
        [
            (f"{each.detector} {each.group}", str(each.rings), *(_judged(found.ledger, each.true, each.false)))
            for each in found.rates
        ],
        f"no ring from {found.since} to {found.until}",
    )
    if not found.ledger:
        print("Nobody has judged which of these rings were real: a backtest with --ledger does.")
    if configuration.path(configuration.settings.thresholds or "-") != target:
        print(f'Set in {configuration.name}: thresholds = "{target.name}"')


def _judged(ledger: str, true: int, false: int) -> tuple[str, str]:
    return (str(true), str(false)) if ledger else ("unknown", "unknown")
