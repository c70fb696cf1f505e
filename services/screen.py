"""What a person watches while Twinbell runs: a live board in a terminal, plain lines in a pipe."""

import sys
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Protocol, Self, TextIO

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from alerts.deliveries import Mode
from alerts.escalation import next_at
from alerts.participants import Directory
from alerts.states import AlertState, Track, TrackState
from alerts.timers import Timers
from services.clock import at_local, iso_time
from services.moments import Moment, Moved, Recorded
from services.telling import Teller
from streams.assessments import Level

_STYLES = {
    Level.NONE: "dim",
    Level.ADVISORY: "cyan",
    Level.WATCH: "yellow",
    Level.WARNING: "bold red",
    Level.EMERGENCY: "bold white on red",
}
_KEPT = {"feed": 6, "signal": 5, "message": 9, "answer": 5, "trouble": 3}
_SHOWN_ALERTS = 2


class Screen(Protocol):
    """A witness that is open while the run lasts."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def __call__(self, moment: Moment) -> None:
        """Show one moment."""

    def say(self, line: str) -> None:
        """A line of our own: where the outbox is, which command answers."""


class PlainScreen:
    """One line for each thing that happens; nothing is ever overwritten."""

    def __init__(self, teller: Teller, out: TextIO) -> None:
        self._teller = teller
        self._out = out

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.flush()

    def __call__(self, moment: Moment) -> None:
        """Write the moment's lines."""
        for kind, line in self._teller.lines(moment):
            self.say(f"{kind:<8}{line}")

    def say(self, line: str) -> None:
        """Write one line and flush it: a script that waits for it sees it at once."""
        self._out.write(line + "\n")
        self._out.flush()


class LiveScreen:
    """A board that is drawn again as things happen: feeds, signals, alerts with both sides, messages."""

    def __init__(
        self,
        teller: Teller,
        directory: Directory,
        timers: Timers,
        alerts: Callable[[], Sequence[AlertState]],
        console: Console,
    ) -> None:
        self._teller = teller
        self._directory = directory
        self._timers = timers
        self._alerts = alerts
        self._shown: tuple[AlertState, ...] = ()
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
            self._messages += kind == "message"
        if isinstance(moment, Recorded):
            self._stale = True
        if isinstance(moment, Moved):
            self._at, self._rate = moment.at, moment.rate
            self._live.refresh()

    def say(self, line: str) -> None:
        """Keep a line of our own at the foot of the board."""
        self._said.append(line)
        self._live.refresh()

    def _draw(self) -> RenderableType:
        if self._stale:
            self._shown, self._stale = tuple(self._alerts()), False
        height = self._console.size.height - 2
        parts: list[RenderableType] = [
            self._head(),
            self._log("Feeds read", "feed"),
            self._log("Signals found", "signal"),
        ]
        loudest = sorted(self._shown, key=lambda state: (not state.live, -state.level.rank, -state.opened_at))
        parts.extend(self._alert(state) for state in loudest[:_SHOWN_ALERTS])
        if len(loudest) > _SHOWN_ALERTS:
            parts.append(Text(f"and {len(loudest) - _SHOWN_ALERTS} more: twinbell alerts list", style="dim"))
        parts.append(self._log(f"Messages ({self._messages})", "message"))
        if self._kept["answer"]:
            parts.append(self._log("Answers", "answer"))
        if self._kept["trouble"]:
            parts.append(self._log("Trouble", "trouble"))
        parts.extend(Text(line, style="bold green") for line in self._said)
        return Group(*_within(parts, self._console, height))

    def _head(self) -> Text:
        zones = dict.fromkeys(participant.time_zone for participant in self._directory.participants)
        clocks = "   ".join(f"{at_local(self._at, zone):%a %d %b %H:%M %Z}" for zone in zones)
        pace = {0: "days jump", 1: "real time"}.get(self._rate, f"a second is {self._rate} s")
        head = Text("TWINBELL  ", style="bold")
        if any(state.mode is Mode.EXERCISE for state in self._shown):
            head.append("EXERCISE EXERCISE EXERCISE  ", style="bold black on yellow")
        head.append(f"{iso_time(self._at)}   {clocks}   ({pace})", style="cyan")
        return head

    def _log(self, title: str, kind: str) -> Panel:
        lines = Text("\n".join(self._kept[kind]) or "nothing yet", no_wrap=True, overflow="ellipsis")
        return Panel(lines, title=title, title_align="left", padding=(0, 1), border_style="dim")

    def _alert(self, state: AlertState) -> Panel:
        style = _STYLES[state.level]
        loud = state.level.upper() if state.live else state.joint.upper()
        head = Text(f"{loud}  {self._teller.subject(state.assessment)}", style=style)
        head.append(f"   {state.joint}, revision {state.revision}", style="dim")
        why = Text("\n".join(self._teller.why(state)), no_wrap=True, overflow="ellipsis")
        sides = Columns([self._track(state, iso3) for iso3 in state.tracks], expand=True, equal=True)
        return Panel(
            Group(head, why, sides),
            title=f"Alert {state.alert_id}",
            title_align="left",
            border_style=style,
            padding=(0, 1),
        )

    def _track(self, state: AlertState, iso3: str) -> Text:
        track = state.tracks[iso3]
        names = {participant.iso3: participant.names for participant in self._directory.participants}
        text = Text(names.get(iso3, {}).get("en", iso3), style="bold")
        colour = "green" if track.answered else "red" if track.state is TrackState.NOTIFIED else "dim"
        text.append(f"  {track.state.replace('_', ' ')}\n", style=colour)
        text.append("\n".join(self._clock(state, track)))
        return text

    def _clock(self, state: AlertState, track: Track) -> list[str]:
        """What the side's clock says: since when it rings and what comes next, or who holds the alert until when."""
        lines: list[str] = []
        if track.answered:
            lines.append(f"by {track.acknowledged_by}, {_span(self._at - (track.acknowledged_at or self._at))} ago")
            if track.lapses_at is not None:
                lines.append(f"lapses in {_span(track.lapses_at - self._at)}")
        elif state.live and track.started_at is not None:
            lines.append(f"ringing for {_span(self._at - track.started_at)}, nobody has answered")
            coming = min(next_at(state, track, self._at, self._timers), default=None)
            if coming is not None:
                lines.append(f"next ring in {_span(coming - self._at)}")
        if track.position is not None:
            lines.append(f"position: {track.position} ({track.position_by})")
        return lines


def open_screen(
    teller: Teller, directory: Directory, timers: Timers, alerts: Callable[[], Sequence[AlertState]], lines: bool
) -> Screen:
    """The board when standard output is a terminal and `lines` was not asked for; plain lines otherwise."""
    if lines or not sys.stdout.isatty():
        return PlainScreen(teller, sys.stdout)
    return LiveScreen(teller, directory, timers, alerts, Console())


def _within(parts: list[RenderableType], console: Console, height: int) -> list[RenderableType]:
    """The parts that fit; what is oldest on the board (feeds, then signals) gives way first."""
    while len(parts) > 2 and sum(len(console.render_lines(part)) for part in parts) > height:
        del parts[1]
    return parts


def _span(seconds: int) -> str:
    """A stretch of time as a person counts it."""
    left = max(0, seconds)
    days, left = divmod(left, 86_400)
    hours, left = divmod(left, 3_600)
    minutes, left = divmod(left, 60)
    if days:
        return f"{days} d {hours} h"
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
