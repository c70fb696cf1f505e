"""The command line described from itself: docs/manual/commands.md."""

from collections.abc import Iterator

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from services.cli import app
from services.exit_codes import ExitCode

_HEAD = """# Commands

This page is made from the code (`python -m services.manual --write`).

`twinbell` stands in `.venv/bin/` after `make install`. `twinbell COMMAND --help` says the same as this page;
`twinbell --install-completion` makes the shell complete names and options. Every list and show takes `--json`.
"""


def commands_page() -> str:
    """The page: every command with its arguments and options, then the exit codes."""
    root = get_command(app)
    assert isinstance(root, TyperGroup)
    lines = [_HEAD]
    for path, command in _commands("twinbell", root):
        lines.extend(_command(path, command))
    lines.append("## Exit codes\n")
    lines.append("| code | name | meaning |\n|---|---|---|")
    lines.extend(f"| {code.value} | {code.name.lower()} | {code.meaning} |" for code in ExitCode)
    return "\n".join(lines) + "\n"


def _commands(path: str, group: TyperGroup) -> Iterator[tuple[str, TyperCommand]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, TyperGroup):
            yield from _commands(f"{path} {name}", command)
        elif isinstance(command, TyperCommand):
            yield f"{path} {name}", command


def _command(path: str, command: TyperCommand) -> Iterator[str]:
    arguments = [each for each in command.params if isinstance(each, TyperArgument)]
    options = [each for each in command.params if isinstance(each, TyperOption) and each.name != "help"]
    names = "".join(f" {_argument(each)}" for each in arguments)
    yield f"## `{path}{names}`\n"
    yield f"{_text(command.help)}\n"
    rows = [(f"`{_argument(each)}`", _text(each.help)) for each in arguments]
    rows += [(_option(each), _text(each.help) + _note(each)) for each in options]
    if rows:
        yield "| | |\n|---|---|"
        yield from (f"| {left} | {right} |" for left, right in rows)
        yield ""


def _argument(argument: TyperArgument) -> str:
    name = argument.metavar or (argument.name or "").upper()
    return name if argument.required else f"[{name}]"


def _option(option: TyperOption) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    return names if option.is_flag or not option.metavar else f"{names} {option.metavar}"


def _note(option: TyperOption) -> str:
    if option.envvar:
        return f" Environment: `{option.envvar}`."
    return " Must be given." if option.required else ""


def _text(words: str | None) -> str:
    """Help as it stands in a table cell or a paragraph: one line."""
    return " ".join((words or "").replace("|", "\\|").split())
