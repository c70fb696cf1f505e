"""What a person sees: the board and the plain lines, with nothing in them that a feed could use against a terminal."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from alerts.acknowledgements import acknowledge
from alerts.store import Store
from services.board import span
from services.cli import app
from services.clock import StoredClock
from services.configuration import load
from services.episodes import episode
from services.feeds.countries import english_name
from services.hints import hints
from services.moments import Found, Moved, Unread
from services.pace import Pace, Watched
from services.playing import Player, as_played
from services.screen import LiveScreen, PlainScreen, View
from services.sources import read_episode
from services.telling import Teller
from services.terminal import paragraphs, plain
from services.wiring import DEFAULT_STORE, Deployment, archive_of, claim, hub_of, knowledge_of, open_store
from streams.observations import Family
from streams.signals import Certainty, Hazard, Phase, Signal
from tests.fakes.clock import FakeTime

HOSTILE = "\x1b[2J\x1b]0;owned\x07 [bold]x[/bold] \u202egnp.exe\u2066 \r\n\x00"


class Watching:
    """An episode played on a board of 150 by 50 characters that tests read."""

    def __init__(self, directory: Path) -> None:
        self.configuration = as_played(load(None, directory))
        self.database = open_store(f"sqlite:///{directory}/play.db", create=True, durable=False)
        self.episode = episode("gallium-germanium-2023")
        claim(self.database, Deployment(episode=self.episode.id, configuration=""))
        self.real = FakeTime(1_800_000_000)
        self.clock = StoredClock(self.database, self.real)
        known = knowledge_of(self.configuration)
        self.hub = hub_of(self.configuration, known, self.database, directory / "outbox")
        self.hub.store(read_episode(self.episode, known.reference, archive_of(self.database).cursor))
        directory_of_people = self.configuration.directory
        self.view = View(
            teller=Teller(known.reference, self.hub.alert),
            directory=directory_of_people,
            timers=self.configuration.settings.timers,
            alerts=self.hub.open_alerts,
            hints=lambda: hints(self.hub.open_alerts(), directory_of_people, DEFAULT_STORE),
        )
        self.out = io.StringIO()
        self.screen = LiveScreen(self.view, Console(file=self.out, force_terminal=True, width=150, height=50))

    def board(self) -> str:
        """The board as it is now."""
        console = Console(file=io.StringIO(), width=150, height=50)
        console.print(self.screen._draw())
        assert isinstance(console.file, io.StringIO)
        return console.file.getvalue()

    def play(self) -> None:
        """Play to the end, watched."""
        watched = Watched(self.hub, self.clock, self.real, Pace(), 92)
        self.hub.join(self.screen)
        self.hub.join(watched)
        with self.screen:
            Player(self.hub, self.database, watched).play(self.episode, archive_of(self.database).batches)


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Watching]:
    """A play that has not begun."""
    watching = Watching(tmp_path)
    yield watching
    watching.database.dispose()


def test_the_board_shows_the_path_from_feed_to_message(watching: Watching) -> None:
    """Rows read, signals with their figures, the alert with its level and why, both sides, messages, what to type."""
    watching.play()
    board = watching.board()
    for words in (
        "EXERCISE EXERCISE EXERCISE",
        "General Administration of Customs of China: Gallium",
        "C1 China, export licensing (impose)",
        "Gallium: supply restriction, China",
        "the alert opened: ",
        "United States  notified",
        "Japan  notified",
        "no answer for ",
        "next ring in",
        "by email",
        "Japan has not answered: twinbell alerts acknowledge",
        "--as jpn-duty",
    ):
        assert words in board, words
    assert "\x1b[" in watching.out.getvalue()


def test_an_answer_typed_elsewhere_is_on_the_board_at_once(watching: Watching) -> None:
    """The other process's entry appears at the next look, on the side that answered and on no other."""
    watching.play()
    elsewhere = Store(watching.database)
    for alert in elsewhere.open_alerts():
        with elsewhere.transaction() as connection:
            directory = watching.configuration.directory
            acknowledge(
                elsewhere, connection, directory, "jpn-duty", alert.alert_id, "calling METI", watching.clock.now()
            )
    assert watching.hub.announce()
    watching.hub.moved(watching.clock.now() + 60, 1)
    board = watching.board()
    assert 'acknowledged by jpn-duty: "calling METI"' in board
    assert "Japan  acknowledged" in board
    assert "United States  notified" in board
    assert "United States has not answered" in board
    assert "Japan has not answered" not in board


def test_the_list_says_what_each_alert_is_about(watching: Watching, tmp_path: Path) -> None:
    """In the words of the board, with the level and where each side stands."""
    watching.play()
    listed = CliRunner().invoke(app, ["alerts", "list", "--store", f"sqlite:///{tmp_path}/play.db"])
    assert listed.exit_code == 0
    assert "Germanium: supply restriction, China" in listed.stdout
    assert "JPN notified, USA notified" in listed.stdout


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 40)])
def test_a_small_terminal_shows_what_matters(watching: Watching, width: int, height: int) -> None:
    """The alert, both sides with their clocks and the commands stay whole; what was read gives way."""
    watching.play()
    console = Console(file=io.StringIO(), width=width, height=height)
    watching.screen._console = console
    console.print(watching.screen._draw())
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert len(lines) < height
    assert "EXERCISE" in lines[0]
    assert "Sat 30 Sep 19:59 EDT   Sun 01 Oct 08:59 JST   (days jump)" in lines[0]
    assert sum(line.count("no answer for 89 d 0:00:59") for line in lines) >= 2
    for side in ("usa", "jpn"):
        assert any(re.search(rf"twinbell alerts acknowledge \w{{6}} \w{{6}} --as {side}-duty$", x) for x in lines)
    assert ("Feeds read" in "".join(lines)) == (height == 40)


def test_a_message_that_tells_two_alerts_is_shown_once(watching: Watching) -> None:
    """Whatever stands in the message of another is told as such, and not counted as a message of its own."""
    out = io.StringIO()
    watching.hub.join(PlainScreen(watching.view, out))
    watching.play()
    sent = [line for line in out.getvalue().splitlines() if line.startswith("message") and "/pagerduty/" in line]
    assert len(sent) == len(set(sent))
    messages = CliRunner().invoke(app, ["messages", "list", "--json", "--store", str(watching.database.url)])
    paths = {row["path"] for row in json.loads(messages.stdout) if row["path"]}
    assert f"Messages ({len(paths)} sent)" in watching.board()


def test_plain_lines_are_one_for_each_thing(watching: Watching) -> None:
    """In a pipe each thing is one line, written at once, without a control character."""
    out = io.StringIO()
    screen = PlainScreen(watching.view, out)
    watching.hub.join(screen)
    watching.play()
    lines = out.getvalue().splitlines()
    kinds = {line.split()[0] for line in lines}
    assert {"feed", "signal", "alert", "message"} <= kinds
    assert any(line.startswith("Japan has not answered: ") for line in lines)
    assert all(character.isprintable() for line in lines for character in line)


def test_text_of_a_feed_cannot_move_the_cursor_or_turn_the_line(watching: Watching) -> None:
    """Control characters, markup and bidi marks of a feed are shown as what they are, on the board and in lines."""
    signal = Signal(
        signal_id="s",
        detector="P1",
        hazard=Hazard.MARKET,
        group="gallium",
        subject=HOSTILE,
        family=Family.PRICES,
        phase=Phase.RAISED,
        occurred_at=0,
        known_at=0,
        score=1.0,
        claims=Certainty.POSSIBLE,
    )
    out = io.StringIO()
    plain_screen = PlainScreen(watching.view, out)
    for moment in (Found(at=0, signal=signal), Unread(at=0, feed=HOSTILE, note=HOSTILE), Moved(at=0, rate=1)):
        plain_screen(moment)
        watching.screen(moment)
    board = watching.board()
    for shown in (out.getvalue(), board):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "\\u001b[2J" in shown
        assert "[bold]x[/bold]" in shown
        assert "\\u202egnp.exe" in shown


def test_a_clock_is_seen_to_go_on() -> None:
    """To the second, after days too; a country is named, a code that nobody knows is left."""
    assert [span(-1), span(61), span(3_661), span(89 * 86_400 + 61)] == ["0:00", "1:01", "1:01:01", "89 d 0:01:01"]
    assert [english_name("CHN"), english_name("XQZ")] == ["China", "XQZ"]


def test_plain_text() -> None:
    """One line, unsafe characters by their number, a mark where it was cut; Japanese stays as it is."""
    assert plain("a\tb\r\nc") == "a b  c"
    assert plain("レアアース・磁石") == "レアアース・磁石"
    assert plain("abcdef", 4) == "abc…"
    assert plain("\u200b\ue000\u2028") == "\\u200b\\ue000\\u2028"
    assert paragraphs("one\ntwo\x07") == "one\ntwo\\u0007"
