"""The command `twinbell`: its sub-commands, and every expected error as a sentence and an exit code."""

import os
import sys
from importlib.metadata import version
from typing import Annotated, Any

import typer
from sqlalchemy.exc import ArgumentError, DatabaseError
from typer.core import TyperGroup

from alerts.errors import AlertsError, BadPolicy, Refused, StoreDamaged
from alerts.reasons import Reason
from services.commands import Commands
from services.errors import (
    BadManifest,
    BadPack,
    BadSettings,
    CheckFailed,
    FeedError,
    NothingFound,
    ServicesError,
    SourceFailed,
    TooManyDeadLetters,
    UnknownEpisode,
    WrongStore,
)
from services.exit_codes import ExitCode
from streams.errors import BadReference, BadThresholds, StreamsError


def _version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"twinbell {version('twinbell')}")
        raise typer.Exit


class _Group(TyperGroup):
    """The program itself: its commands are imported when they are asked for."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = Commands()


app = typer.Typer(
    cls=_Group,
    help="Two governments, one bell: finds disruptions of critical minerals and rings both sides.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _program(
    shown: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Two governments, one bell: finds disruptions of critical minerals and rings both sides."""


_CODES: tuple[tuple[type[Exception], ExitCode], ...] = (
    (BadSettings, ExitCode.SETTINGS),
    (BadPolicy, ExitCode.SETTINGS),
    (BadThresholds, ExitCode.SETTINGS),
    (UnknownEpisode, ExitCode.NOT_FOUND),
    (NothingFound, ExitCode.NOT_FOUND),
    (BadManifest, ExitCode.BAD_INPUT),
    (BadReference, ExitCode.BAD_INPUT),
    (SourceFailed, ExitCode.UNREACHED),
    (FeedError, ExitCode.BAD_INPUT),
    (TooManyDeadLetters, ExitCode.BAD_INPUT),
    (StoreDamaged, ExitCode.DAMAGED),
    (BadPack, ExitCode.DAMAGED),
    (CheckFailed, ExitCode.TO_MEND),
    (WrongStore, ExitCode.WRONG_STORE),
)
_NOT_FOUND = (Reason.UNKNOWN_ALERT, Reason.UNKNOWN_PERSON)
_DAMAGE = ("malformed", "not a database")  # how SQLite says that bytes of its file are not as it wrote them


def exit_code_of(problem: Exception) -> ExitCode:
    """What an expected error ends with."""
    if isinstance(problem, Refused):
        return ExitCode.NOT_FOUND if problem.reason in _NOT_FOUND else ExitCode.REFUSED
    return next((code for kind, code in _CODES if isinstance(problem, kind)), ExitCode.FAILED)


def _say_database_trouble(problem: DatabaseError) -> ExitCode:
    """The sentence for a store that cannot be used, and its exit code. What was kept before stays as it is."""
    what = str(problem.orig).strip()
    if any(sign in what for sign in _DAMAGE):
        sys.stderr.write(
            f"twinbell: the store's file is damaged, or no store: {what}; restore it from a copy made before, and keep "
            "this one as evidence\n"
        )
        return ExitCode.DAMAGED
    sys.stderr.write(f"twinbell: the store cannot be used: {what}; mend that, the same command goes on from here\n")
    return ExitCode.FAILED


def main() -> None:
    """Run the command. An expected error is a sentence on standard error and an exit code, never a traceback."""
    try:
        app(prog_name="twinbell")
    except (ServicesError, AlertsError, StreamsError) as problem:
        sys.stderr.write(f"twinbell: {problem}\n")
        sys.exit(exit_code_of(problem))
    except ArgumentError as problem:
        sys.stderr.write(f"twinbell: this is no address of a store: {problem}; write sqlite:///PATH\n")
        sys.exit(ExitCode.WRONG_STORE)
    except DatabaseError as problem:
        sys.exit(_say_database_trouble(problem))
    except BrokenPipeError:  # whoever read our output has closed it: nothing to say, and nobody to say it to
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.FAILED)
    except OSError as problem:  # a disk that is full, a directory that is not ours
        where = f"{problem.filename}: " if problem.filename else ""
        sys.stderr.write(f"twinbell: {where}{problem.strerror or problem}; mend that, then give the command again\n")
        sys.exit(ExitCode.FAILED)
