"""What a person watches while Twinbell runs: a live board in a terminal, plain lines in a pipe."""

import sys
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Protocol, Self, TextIO

import msgspec
from rich.console import Console, RenderableType
from rich.live import Live

from alerts.facts import Rung, Sent
from alerts.participants import Directory
from alerts.states import AlertState
from alerts.timers import Timers
from services.board import Board, Seen
from services.hints import Hint
from services.moments import Moment, Moved, Recorded
from services.telling import Teller

_KEPT = {"feed": 6, "signal": 5, "message": 9, "answer": 4, "trouble": 3}


class Screen(Protocol):
    """A witness that is open while the run lasts."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def __call__(self, moment: Moment) -> None:
        """Show one moment."""

    def say(self, line: str) -> None:
        """A line of our own, for instance where the outbox is."""

    def ask(self) -> None:
        """Say which commands answer, for the sides that have not."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What a board is drawn from besides the moments: names, timers, the alerts that are open, what to type."""

    teller: Teller
    directory: Directory
    timers: Timers
    alerts: Callable[[], Sequence[AlertState]]
    hints: Callable[[], Sequence[Hint]]


class PlainScreen:
    """One line for each thing that happens; nothing is ever overwritten."""

    def __init__(self, view: View, out: TextIO) -> None:
        self._view = view
        self._out = out
        self._rung = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.flush()

    def __call__(self, moment: Moment) -> None:
        """Write the moment's lines; once time passes after a ring, also what answers it."""
        for kind, line in self._view.teller.lines(moment):
            self.say(f"{kind:<8}{line}")
        if isinstance(moment, Recorded) and isinstance(moment.fact.body, Rung):
            self._rung = True
        elif isinstance(moment, Moved) and moment.rate and self._rung:
            self._rung = False
            self.ask()

    def say(self, line: str) -> None:
        """Write one line and flush it: a script that waits for it sees it at once."""
        self._out.write(line + "\n")
        self._out.flush()

    def ask(self) -> None:
        """A line for each side and alert that is not answered."""
        for hint in self._view.hints():
            for line in hint.lines:
                self.say(line)


class LiveScreen:
    """A board that is drawn again as things happen: feeds, signals, alerts with both sides, messages."""

    def __init__(self, view: View, console: Console) -> None:
        self._view = view
        self._teller = view.teller
        self._board = Board(view.teller, view.directory, view.timers)
        self._shown: tuple[AlertState, ...] = ()
        self._hints: tuple[Hint, ...] = ()
        self._stale = True
        self._kept = {kind: deque[str](maxlen=size) for kind, size in _KEPT.items()}
        self._said: deque[str] = deque(maxlen=6)
        self._messages = 0
        self._at = 0
        self._rate = 0
        self._console = console
        self._live = Live(
            get_renderable=self._draw, console=console, auto_refresh=False, vertical_overflow="crop", transient=False
        )

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.refresh()
        self._live.__exit__(kind, problem, trace)

    def __call__(self, moment: Moment) -> None:
        """Take a moment in; the board is drawn when the clock moves."""
        for kind, line in self._teller.lines(moment):
            if kind in self._kept:
                self._kept[kind].append(line)
        if isinstance(moment, Recorded):
            self._stale = True
            self._messages += isinstance(moment.fact.body, Sent) and not self._teller.is_mention(moment.fact)
        if isinstance(moment, Moved):
            self._at, self._rate = moment.at, moment.rate
            self._live.refresh()

    def say(self, line: str) -> None:
        """Keep a line of our own at the foot of the board."""
        self._said.append(line)
        self._live.refresh()

    def ask(self) -> None:
        """The board shows them all the time."""

    def _draw(self) -> RenderableType:
        if self._stale:
            self._shown, self._hints, self._stale = tuple(self._view.alerts()), tuple(self._view.hints()), False
        seen = Seen(
            at=self._at,
            rate=self._rate,
            kept={kind: tuple(lines) for kind, lines in self._kept.items()},
            messages=self._messages,
            alerts=self._shown,
            said=tuple(self._said),
            hints=self._hints,
        )
        return self._board.drawn(seen, self._console.width, self._console.height)


def open_screen(view: View, lines: bool) -> Screen:
    """The board when standard output is a terminal and `lines` was not asked for; plain lines otherwise."""
    if lines or not sys.stdout.isatty():
        return PlainScreen(view, sys.stdout)
    return LiveScreen(view, Console())
