"""The board of the live screen, drawn anew from what was seen: as much of it as the terminal has room for."""

from collections.abc import Mapping, Sequence

import msgspec
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from alerts.deliveries import Mode
from alerts.escalation import next_at
from alerts.holds import is_held
from alerts.participants import Directory
from alerts.states import AlertState, Track, TrackState
from alerts.timers import Timers
from services.clock import at_local, iso_time
from services.hints import Hint
from services.telling import Teller
from streams.assessments import Level

_STYLES = {
    Level.NONE: "dim",
    Level.ADVISORY: "cyan",
    Level.WATCH: "yellow",
    Level.WARNING: "bold red",
    Level.EMERGENCY: "bold white on red",
}
_TITLES = {
    "feed": "Feeds read",
    "signal": "Signals found",
    "message": "Messages",
    "answer": "Answers",
    "trouble": "Trouble",
}


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen up to now: the newest lines of each kind, the alerts, and what was said and is asked."""

    at: int
    rate: int
    kept: Mapping[str, tuple[str, ...]]
    messages: int
    alerts: tuple[AlertState, ...]
    said: tuple[str, ...]
    hints: tuple[Hint, ...]


class _Plan(msgspec.Struct, frozen=True):
    """How much of everything is shown: lines of each kind, alerts in full, and reasons of each alert."""

    feeds: int
    signals: int
    messages: int
    answers: int
    alerts: int
    whys: int

    def lines(self, kind: str) -> int:
        """How many lines of one kind."""
        of = {"feed": self.feeds, "signal": self.signals, "message": self.messages}
        return of.get(kind, self.answers)


# From a large terminal to a small one: what was read gives way first, the loudest alert and its sides never do.
_PLANS = (
    _Plan(6, 5, 9, 4, 2, 4),
    _Plan(4, 4, 6, 3, 2, 3),
    _Plan(3, 3, 5, 2, 2, 2),
    _Plan(2, 3, 4, 2, 1, 3),
    _Plan(2, 2, 3, 1, 1, 2),
    _Plan(0, 1, 2, 1, 1, 2),
    _Plan(0, 0, 1, 1, 1, 2),
    _Plan(0, 0, 0, 0, 1, 1),
)


class Board:
    """Draws what was seen, with names, clocks and sides of one deployment."""

    def __init__(self, teller: Teller, directory: Directory, timers: Timers) -> None:
        self._teller = teller
        self._directory = directory
        self._timers = timers

    def drawn(self, seen: Seen, width: int, height: int) -> RenderableType:
        """The board for a terminal of this size."""
        ordered = sorted(seen.alerts, key=lambda state: (not state.live, -state.level.rank, -state.opened_at))
        said = [*seen.said, *(line for hint in seen.hints for line in hint.fitting(width))]
        foot = [Text(line, style="bold green") for line in said]
        taken = 1 + sum(-(-max(1, len(line)) // max(1, width)) for line in said)
        for plan in _PLANS:
            parts, lines = self._parts(seen, ordered, plan)
            if lines + taken < height:
                break
        return Group(self._head(seen, width), *parts, *foot)

    def _parts(self, seen: Seen, ordered: Sequence[AlertState], plan: _Plan) -> tuple[list[RenderableType], int]:
        """The parts between head and foot, and how many lines they take."""
        parts: list[RenderableType] = []
        lines = 0
        for kind in ("feed", "signal"):
            lines += self._add(parts, kind, seen.kept.get(kind, ())[-plan.lines(kind) :], plan, "")
        for state in ordered[: plan.alerts]:
            panel, size = self._alert(state, seen.at, plan.whys)
            parts.append(panel)
            lines += size
        if len(ordered) > plan.alerts:
            more = ", ".join(
                f"{state.level} {self._teller.subject(state.assessment)}" for state in ordered[plan.alerts :]
            )
            parts.append(Text(f"and {more}: twinbell alerts list", style="dim", no_wrap=True, overflow="ellipsis"))
            lines += 1
        for kind in ("message", "answer", "trouble"):
            count = f" ({seen.messages} sent)" if kind == "message" else ""
            lines += self._add(parts, kind, seen.kept.get(kind, ())[-plan.lines(kind) :], plan, count)
        return parts, lines

    def _add(self, parts: list[RenderableType], kind: str, kept: Sequence[str], plan: _Plan, count: str) -> int:
        """Add the panel of one kind if there is anything to show, and room; the lines that it takes."""
        if plan.lines(kind) == 0 or (not kept and kind in ("answer", "trouble")):
            return 0
        shown = kept or ("nothing yet",)
        text = Text("\n".join(shown), no_wrap=True, overflow="ellipsis")
        parts.append(Panel(text, title=_TITLES[kind] + count, title_align="left", padding=(0, 1), border_style="dim"))
        return len(shown) + 2

    def _head(self, seen: Seen, width: int) -> Text:
        """Whether it is an exercise, and the clocks of both sides; what gives way on a narrow terminal is the rest."""
        zones = dict.fromkeys(participant.time_zone for participant in self._directory.participants)
        clocks = "   ".join(f"{at_local(seen.at, zone):%a %d %b %H:%M %Z}" for zone in zones)
        pace = {0: "days jump", 1: "real time"}.get(seen.rate, f"1 s = {seen.rate} s")
        is_exercise = any(state.mode is Mode.EXERCISE for state in seen.alerts)
        heads: list[Text] = []
        for marks, times in (
            (3, f"{iso_time(seen.at)}   {clocks}"),
            (1, f"{iso_time(seen.at)}   {clocks}"),
            (1, clocks),
        ):
            head = Text("TWINBELL  ", style="bold", no_wrap=True, overflow="ellipsis")
            if is_exercise:
                head.append(" ".join(["EXERCISE"] * marks), style="bold black on yellow").append("  ")
            heads.append(head.append(f"{times}   ({pace})", style="cyan"))
        return next((head for head in heads if len(head) <= width), heads[-1])

    def _alert(self, state: AlertState, at: int, whys: int) -> tuple[Panel, int]:
        """The panel of one alert, and the lines that it takes."""
        style = _STYLES[state.level]
        loud = state.level.upper() if state.live else state.joint.upper()
        head = Text(f"{loud}  {self._teller.subject(state.assessment)}", style=style, no_wrap=True, overflow="ellipsis")
        head.append(f"   {state.joint}, revision {state.revision}", style="dim")
        certainty, *rings = self._teller.why(state)
        why = [certainty, *rings[-(whys - 1) :]] if whys > 1 else [certainty]
        sides = Table.grid(expand=True, padding=(0, 2))
        texts = [self._track(state, iso3, at) for iso3 in state.tracks]
        for _ in texts:
            sides.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        sides.add_row(*texts)
        body = Group(head, Text("\n".join(why), no_wrap=True, overflow="ellipsis"), sides)
        panel = Panel(body, title=f"Alert {state.alert_id}", title_align="left", border_style=style, padding=(0, 1))
        return panel, 3 + len(why) + max((len(text.plain.splitlines()) for text in texts), default=0)

    def _track(self, state: AlertState, iso3: str, at: int) -> Text:
        track = state.tracks[iso3]
        names = {participant.iso3: participant.names for participant in self._directory.participants}
        text = Text(names.get(iso3, {}).get("en", iso3), style="bold")
        colour = "green" if track.answered else "red" if track.state is TrackState.NOTIFIED else "dim"
        text.append(f"  {track.state.replace('_', ' ')}", style=colour)
        for line in self._clock(state, track, at):
            text.append(f"\n{line}", style="not bold")
        return text

    def _clock(self, state: AlertState, track: Track, at: int) -> list[str]:
        """What the side's clock says: since when it rings and what comes next, or who holds the alert until when."""
        lines: list[str] = []
        if track.answered:
            lines.append(f"by {track.acknowledged_by}, {span(at - (track.acknowledged_at or at))} ago")
            if track.lapses_at is not None:
                lines.append(f"lapses in {span(track.lapses_at - at)}")
        elif state.live and track.started_at is not None:
            lines.append(f"no answer for {span(at - track.started_at)}")
            coming = min(next_at(state, track, at, self._timers), default=None)
            if coming is not None:
                lines.append(f"next ring in {span(coming - at)}")
        elif is_held(state):
            lines.append("held back: a supply alert explains it")
        if track.position is not None:
            lines.append(f"position: {track.position.replace('_', ' ')} ({track.position_by})")
        return lines


def span(seconds: int) -> str:
    """A stretch of time as a person counts it."""
    left = max(0, seconds)
    days, left = divmod(left, 86_400)
    hours, left = divmod(left, 3_600)
    minutes, left = divmod(left, 60)
    if days:
        return f"{days} d {hours}:{minutes:02}:{left:02}"  # to the second: a clock that goes on is seen to go on
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
