"""The sub-commands: one file and one line here each. A command imports its own file only, so it answers sooner."""

from collections import UserDict
from importlib import import_module
from types import MappingProxyType
from typing import Any

import typer
from typer.main import get_group

_WHERE = MappingProxyType(
    {
        "run": "run:run",
        "replay": "replay:replay",
        "import": "imports:import_",
        "backtest": "backtest:backtest",
        "scan": "scan:scan",
        "init": "init:init",
        "check": "check:check",
        "live": "live:live",
        "why": "why:why",
        "feed": "processes:feed",
        "detect": "processes:detect",
        "dispatch": "processes:dispatch",
        "feeds": "feeds:app",
        "data": "data:app",
        "alerts": "alerts:app",
        "messages": "messages:app",
        "evidence": "evidence:app",
        "labels": "labels:app",
        "thresholds": "thresholds:app",
        "store": "store:app",
        "episodes": "episodes:app",
        "notices": "notices:app",
        "floors": "floors:app",
        "topics": "topics:app",
        "deadletters": "dead_letters:app",
    }
)  # name → module:function, or module:app for a command that has commands of its own


class Commands(UserDict[str, Any]):
    """Each command by its name, as Typer makes it; it is imported and made when it is asked for."""

    def __init__(self) -> None:
        super().__init__(_WHERE)

    def __getitem__(self, name: str) -> Any:
        """The command. Raises KeyError when there is none of this name."""
        module, attribute = self.data[name].split(":")
        part = getattr(import_module(f"services.commands.{module}"), attribute)
        made = typer.Typer(rich_markup_mode=None)
        if isinstance(part, typer.Typer):
            made.add_typer(part, name=name)
        else:
            made.command(name)(part)
        return get_group(made).commands[name]
