"""The command `twinbell`: every sub-command in one place, and every expected error as a sentence and an exit code."""

import os
import sys

import typer

from alerts.errors import AlertsError, BadPolicy, Refused, StoreDamaged
from alerts.reasons import Reason
from services.commands import alerts, episodes, evidence, messages, notices, store, thresholds
from services.commands.backtest import backtest
from services.commands.check import check
from services.commands.imports import import_
from services.commands.init import init
from services.commands.replay import replay
from services.commands.run import run
from services.errors import (
    BadManifest,
    BadSettings,
    CheckFailed,
    FeedError,
    NothingFound,
    ServicesError,
    TooManyDeadLetters,
    UnknownEpisode,
    WrongStore,
)
from services.exit_codes import ExitCode
from streams.errors import BadReference, BadThresholds, StreamsError

app = typer.Typer(
    help="Two governments, one bell: finds disruptions of critical minerals and rings both sides.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("run")(run)
app.command("replay")(replay)
app.command("import")(import_)
app.command("backtest")(backtest)
app.command("init")(init)
app.command("check")(check)
app.add_typer(alerts.app, name="alerts")
app.add_typer(messages.app, name="messages")
app.add_typer(evidence.app, name="evidence")
app.add_typer(thresholds.app, name="thresholds")
app.add_typer(store.app, name="store")
app.add_typer(episodes.app, name="episodes")
app.add_typer(notices.app, name="notices")

_CODES: tuple[tuple[type[Exception], ExitCode], ...] = (
    (BadSettings, ExitCode.SETTINGS),
    (BadPolicy, ExitCode.SETTINGS),
    (BadThresholds, ExitCode.SETTINGS),
    (UnknownEpisode, ExitCode.NOT_FOUND),
    (NothingFound, ExitCode.NOT_FOUND),
    (BadManifest, ExitCode.BAD_INPUT),
    (BadReference, ExitCode.BAD_INPUT),
    (FeedError, ExitCode.BAD_INPUT),
    (TooManyDeadLetters, ExitCode.BAD_INPUT),
    (StoreDamaged, ExitCode.DAMAGED),
    (CheckFailed, ExitCode.TO_MEND),
    (WrongStore, ExitCode.WRONG_STORE),
)
_NOT_FOUND = (Reason.UNKNOWN_ALERT, Reason.UNKNOWN_PERSON)


def exit_code_of(problem: Exception) -> ExitCode:
    """What an expected error ends with."""
    if isinstance(problem, Refused):
        return ExitCode.NOT_FOUND if problem.reason in _NOT_FOUND else ExitCode.REFUSED
    return next((code for kind, code in _CODES if isinstance(problem, kind)), ExitCode.FAILED)


def main() -> None:
    """Run the command. An expected error is a sentence on standard error and an exit code, never a traceback."""
    try:
        app(prog_name="twinbell")
    except (ServicesError, AlertsError, StreamsError) as problem:
        sys.stderr.write(f"twinbell: {problem}\n")
        sys.exit(exit_code_of(problem))
    except BrokenPipeError:  # whoever read our output has closed it: nothing to say, and nobody to say it to
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.FAILED)
