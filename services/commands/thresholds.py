"""`twinbell thresholds …`: what the detectors and the assessment go by."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from services.commands.desk import configured
from services.commands.options import ConfigOption, JsonOption
from services.commands.printing import print_json
from services.wiring import thresholds_bytes
from streams import thresholds

app = typer.Typer(help="Read and check thresholds.", no_args_is_help=True)


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
