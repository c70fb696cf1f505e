"""`twinbell init`: a commented configuration to start from."""

from pathlib import Path
from typing import Annotated

import typer

from services.configuration import shipped_text
from services.errors import BadSettings

FILE = "twinbell.toml"


def init(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where to write it; made when it is not there.")
    ] = Path(),
) -> None:
    """Write a configuration with comments, a place for secrets and one for incoming files. Overwrites nothing."""
    target = directory / FILE
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(shipped_text())
        secrets = directory / "secrets"
        secrets.mkdir(mode=0o700, exist_ok=True)
        for name in ("manifests", "incoming"):
            (directory / name).mkdir(exist_ok=True)
    except FileExistsError:
        raise BadSettings(f"{target} is there already: edit it, or name another directory") from None
    except OSError as problem:
        raise BadSettings(f"{directory}: {problem.strerror}; name a directory of this user") from None
    print(f"{target} is an exercise as it stands: twinbell run EPISODE --config {target}")
    print("Next: name your people and feeds in it, put the secrets into secrets/, then")
    print(f"  twinbell check --config {target}")
