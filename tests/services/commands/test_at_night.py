"""What an officer reads at three in the morning: times of his own zone, and the command that comes next."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner, Result

from alerts.deliveries import Purpose
from services.cli import app
from services.clock import StoredClock, SystemClock
from services.configuration import load, shipped_text
from services.database import migrate, open_engine
from services.errors import BadSettings
from services.exit_codes import ExitCode
from services.wiring import Deployment, archive_of, claim, composer, knowledge_of
from streams.assessments import Level
from tests.alerting import HOUR, assessment
from tests.bell import Bell


class Night:
    """A store with one alert that rang an hour ago, looked at by commands."""

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path / 'night.db'}"
        self.bell = Bell(engine=open_engine(self.url))
        (self.alert,) = self.bell.take(assessment())
        self.bell.run(HOUR)
        StoredClock(self.bell.engine, SystemClock()).run_on(self.bell.now, 0)

    def call(self, *arguments: str) -> Result:
        """One command."""
        return CliRunner(env={"COLUMNS": "250"}).invoke(app, [*arguments, "--store", self.url])


@pytest.fixture
def night(tmp_path: Path) -> Night:
    """The store, in a directory of its own."""
    return Night(tmp_path)


def test_what_is_shown_says_what_to_type_next(night: Night) -> None:
    """List and alert end with the command that answers, store and all; for a side that has answered there is none."""
    for shown in (night.call("alerts", "list"), night.call("alerts", "show", night.alert)):
        assert "Japan has not answered: " in shown.output
        assert f"--as jpn-duty --store {night.url}" in shown.output
    night.call("alerts", "acknowledge", night.alert, "--as", "jpn-duty")
    for shown in (night.call("alerts", "list"), night.call("alerts", "show", night.alert)):
        assert "United States has not answered: " in shown.output
        assert "Japan has not answered: " not in shown.output


def test_times_are_those_of_both_sides(night: Night) -> None:
    """When it opened, when a side answered and when that lapses: in UTC and on the walls of Washington and Tokyo."""
    answered = night.call("alerts", "acknowledge", night.alert, "--as", "jpn-duty").output
    assert "2023-07-03T11:00:00Z (Mon 03 Jul 07:00 EDT, Mon 03 Jul 20:00 JST)" in answered
    shown = night.call("alerts", "show", night.alert).output
    assert "opened       2023-07-03T10:00:00Z (Mon 03 Jul 06:00 EDT, Mon 03 Jul 19:00 JST)" in shown
    assert "2023-07-03T15:00:00Z (Mon 03 Jul 11:00 EDT, Tue 04 Jul 00:00 JST)" in shown


def test_an_empty_answer_says_which_store_was_looked_at(night: Night, tmp_path: Path) -> None:
    """Who looks into the wrong store must not take it for quiet."""
    other = f"sqlite:///{tmp_path / 'other.db'}"
    migrate(open_engine(other))
    empty = CliRunner().invoke(app, ["alerts", "list", "--store", other])
    assert empty.output == f"No alert is open in {other}.\n"
    unknown = CliRunner().invoke(app, ["alerts", "acknowledge", night.alert, "--as", "jpn-duty", "--store", other])
    assert f"there is no alert {night.alert!r} in {other}: " in str(unknown.exception)


def test_a_side_that_there_is_not_is_no_side_without_messages(night: Night) -> None:
    """A name that was mistyped is said, with those that there are."""
    assert night.call("messages", "list", "--side", "jpn").exit_code == ExitCode.DONE
    refused = night.call("messages", "list", "--side", "JAP")
    assert "there are USA, JPN" in str(refused.exception)


def test_a_refusal_says_where_the_side_stands_and_what_comes_first(night: Night) -> None:
    """In words, not in the names of states."""
    refused = night.call("alerts", "stand-down", night.alert, "--as", "usa-duty")
    assert str(refused.exception) == "USA is notified, and cannot be stood down from there: acknowledge it first"


@pytest.mark.parametrize("moves", [(), ("acknowledge",), ("acknowledge", "respond"), ("acknowledge", "stand-down")])
def test_what_the_last_message_asks_is_accepted(night: Night, moves: tuple[str, ...]) -> None:
    """Wherever the side stands when the situation ends, the command that it is given is one that it may type."""
    for move in moves:
        night.call("alerts", move, night.alert, "--as", "usa-duty")
    bell = night.bell
    bell.take(replace(assessment(), as_of=bell.now, resolved=True, level=Level.NONE, revision="over"))
    bell.settle()
    configuration = load(None, Path())
    words = composer(configuration, knowledge_of(configuration), bell.store, archive_of(bell.engine))
    state = bell.store.alert(night.alert)
    (sent, *_) = [d for d in state.deliveries.values() if d.purpose is Purpose.RESOLVE and d.person == "usa-duty"]
    content = words(state, sent).contents[0]
    asked = content.asked
    assert not [line.text for line in content.first_screen if "telephone" in line.text], (
        "nobody is called for what is over"
    )
    typed = asked.partition("twinbell ")[2].split()
    told = night.call(*typed)
    assert told.exit_code == ExitCode.DONE, (asked, told.exception)


def test_a_configuration_that_has_moved_or_broken_is_named_with_the_way_round_it(night: Night, tmp_path: Path) -> None:
    """The store remembers the file that it was run with; an officer who needs to answer now is told what to type."""
    file = tmp_path / "twinbell.toml"
    claim(night.bell.engine, Deployment(episode="", configuration=str(file)))
    gone = night.call("alerts", "acknowledge", night.alert, "--as", "jpn-duty")
    assert (
        str(gone.exception) == f"{file}, with which this store was last run, is not there: name it with --config FILE"
    )
    file.write_text('mode = "exercise')
    broken = night.call("alerts", "list")
    assert isinstance(broken.exception, BadSettings)
    assert "mend it, or name another with --config FILE" in str(broken.exception)
    (tmp_path / "other.toml").write_text(shipped_text())
    command = ("alerts", "acknowledge", night.alert, "--as", "jpn-duty", "--config", str(tmp_path / "other.toml"))
    assert night.call(*command).exit_code == ExitCode.DONE


def test_the_program_says_its_version() -> None:
    """For whoever reports a fault."""
    told = CliRunner().invoke(app, ["--version"])
    assert (told.exit_code, told.output.split()[0]) == (0, "twinbell")
