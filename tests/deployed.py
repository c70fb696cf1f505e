"""The files of deploy/ as the tests read them: documents of YAML, and commands as the real command line takes them."""

from pathlib import Path
from typing import Any

import typer
import yaml

from services.cli import app
from services.configuration import load
from services.settings import Configuration

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
CONFIGURATION = "/etc/twinbell/twinbell.toml"
METRICS_PORT = 9464

Document = dict[str, Any]


def documents(path: Path) -> list[Document]:
    """The documents of a YAML file."""
    return [each for each in yaml.safe_load_all(path.read_text(encoding="utf-8")) if each]


def parsed(words: list[str], configuration: Path) -> str:
    """The name of the command that these words are; what they name is read as the process would. Raises UsageError.

    `configuration` is the file that lies at /etc/twinbell/twinbell.toml there.
    """
    words = [str(configuration) if word == CONFIGURATION else word for word in words]
    command: Any = typer.main.get_command(app)
    path: list[str] = []
    while hasattr(command, "commands"):
        name = words.pop(0)
        assert name in command.commands, f"there is no command {' '.join([*path, name])}"
        command = command.commands[name]
        path.append(name)
    command.make_context(path[-1], words)
    return " ".join(path)


def option(words: list[str], name: str) -> str:
    """The value that a command line gives an option; empty when it gives none."""
    return words[words.index(name) + 1] if name in words else ""


def configuration_of(path: Path) -> Configuration:
    """A shipped configuration, as a process reads it. Raises BadSettings."""
    return load(path, path.parent)
