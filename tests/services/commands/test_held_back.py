"""A rise of price that a supply alert holds back is named wherever an officer reads one of the two alerts."""

import io
import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.console import Console
from typer.testing import CliRunner

from alerts.deliveries import Purpose
from services.board import Board, Seen
from services.cli import app
from services.clock import StoredClock, SystemClock
from services.configuration import load
from services.database import open_engine
from services.telling import Teller
from services.wiring import archive_of, composer, knowledge_of
from streams.assessments import Assessment
from streams.reference.catalogue import packaged
from streams.signals import Direction, Hazard
from tests.alerting import DAY, HOUR, START, assessment, situation
from tests.bell import Bell

UNTIL = "2023-07-17T10:00:00Z"
LIST_JSON = ("alerts", "list", "--json")


def rise() -> Assessment:
    """A price that has risen an hour after the act."""
    market = assessment(situation(hazard=Hazard.MARKET, origin=""), as_of=START + HOUR)
    return replace(market, direction=Direction.UP)


class Held:
    """A store with an act and a rise that it holds back, as it stands two hours after the act."""

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path / 'held.db'}"
        self.bell = Bell(engine=open_engine(self.url))
        (self.supply,) = self.bell.take(assessment())
        self.bell.run(HOUR)
        (self.market,) = self.bell.take(rise())
        self.look(HOUR)

    def look(self, seconds: int) -> None:
        """Let time pass in the store, and let it stand still where it is looked at."""
        self.bell.run(seconds)
        StoredClock(self.bell.engine, SystemClock()).run_on(self.bell.now, 0)

    def call(self, *arguments: str) -> str:
        """What a command prints."""
        told = CliRunner(env={"COLUMNS": "250"}).invoke(app, [*arguments, "--store", self.url])
        assert told.exit_code == 0, told.output
        return told.output


@pytest.fixture
def held(tmp_path: Path) -> Held:
    """The store, in a directory of its own."""
    return Held(tmp_path)


def test_the_list_says_what_holds_a_rise_and_until_when(held: Held) -> None:
    """In words on the row of the rise, in fields for scripts; the act is not held."""
    listed = held.call("alerts", "list")
    assert "alerts acknowledge" in listed
    assert not [line for line in listed.splitlines() if "acknowledge" in line and held.market[:6] in line]
    (row,) = [line for line in listed.splitlines() if line.startswith(held.market)]
    assert f"held until {UNTIL} by {held.supply}" in row
    rows = {row["alert_id"]: (row["held_by"], row["held_until"]) for row in json.loads(held.call(*LIST_JSON))}
    assert rows == {held.supply: ("", ""), held.market: (held.supply, UNTIL)}


@pytest.mark.parametrize("command", [("alerts", "show"), ("why", "--language", "en"), ("why", "--language", "ja")])
def test_both_alerts_name_each_other(held: Held, command: tuple[str, ...]) -> None:
    """Each names the other by its id; `alerts show` does so in both languages, `why` in the one asked for."""
    words = {"en": ("holds back", "held back by"), "ja": ("保留中：", "により通報を保留中")}
    told = ("en", "ja") if command[0] == "alerts" else (command[-1],)
    for alert, other, which in ((held.supply, held.market, 0), (held.market, held.supply, 1)):
        lines = [line for line in held.call(*command, alert).splitlines() if other in line]
        for language in told:
            assert any(words[language][which] in line.lower() for line in lines), (language, lines)


def test_a_message_of_the_act_names_the_rise_in_both_languages(held: Held) -> None:
    """On its first screen, which stays within twelve lines; once the hold is over nothing more is said of it."""
    configuration = load(None, Path())
    words = composer(configuration, knowledge_of(configuration), held.bell.store, archive_of(held.bell.engine))
    state = held.bell.store.alert(held.supply)
    sent = next(each for each in state.deliveries.values() if each.purpose is Purpose.RING)
    sent = replace(sent, channel="email")  # a letter holds both languages
    for at, is_named in ((held.bell.now, True), (START + 14 * DAY, False)):
        for content in words(state, replace(sent, due_at=at)).contents:
            named = [line.text for line in content.first_screen if held.market in line.text]
            assert len(named) == is_named, content.language
            assert len(content.first_screen) <= 12


def test_the_live_screen_says_why_a_rise_does_not_ring(held: Held) -> None:
    """On both sides of its panel, and on no other."""
    state, supply = (held.bell.store.alert(each) for each in (held.market, held.supply))
    board = Board(Teller(packaged(), held.bell.store.alert), held.bell.directory, held.bell.timers)
    for alert, sides in ((state, 2), (supply, 0)):
        console = Console(file=io.StringIO(), width=150, height=50)
        seen = Seen(at=held.bell.now, rate=1, kept={}, messages=0, alerts=(alert,), said=(), hints=())
        console.print(board.drawn(seen, 150, 50))
        assert isinstance(console.file, io.StringIO)
        assert console.file.getvalue().count("held back: a supply alert explains it") == sides


def test_when_the_hold_is_over_nothing_says_that_it_holds(held: Held) -> None:
    """The rise has rung after two weeks: the list no longer says that it is held."""
    held.look(14 * DAY)
    assert "held until" not in held.call("alerts", "list")
    assert "held back (" not in held.call("alerts", "show", held.supply)
