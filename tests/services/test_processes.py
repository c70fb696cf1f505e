"""Twinbell as a person runs it: killed in the middle and started again, answered from another terminal."""

import json
from pathlib import Path

import msgspec

from alerts.deliveries import DeliveryState
from alerts.facts import Fact, Rung
from alerts.store import Store
from services.configuration import load
from services.episodes import episode
from services.exit_codes import ExitCode
from services.replay import facts_of, replay
from services.wiring import open_store
from tests.processes import Running, called

EPISODE = "suez-2021"
KILLED_AFTER = (2, 9, 24, 31, 40, 55)  # lines of output: in the history, before, within and after the messages


def rings(facts: list[Fact]) -> list[str]:
    """What rang, in order."""
    return [fact.body.ring.ring_id for fact in facts if isinstance(fact.body, Rung)]


def test_killed_anywhere_and_started_again_nothing_is_lost(tmp_path: Path) -> None:
    """SIGKILL again and again, then to the end: each ring, each message under its own id and revision, once or more."""
    url = f"sqlite:///{tmp_path}/play.db"
    arguments = ("run", EPISODE, "--store", url, "--fast", "--lines", "--until-done")
    killed = 0
    for lines in KILLED_AFTER:
        with Running(arguments, tmp_path) as running:
            killed += running.read(lines)
    assert killed >= 3
    with Running(arguments, tmp_path) as running:
        assert running.ended() == 0, "".join(running.lines)
    replay(episode(EPISODE), load(None, tmp_path), tmp_path / "replayed")
    expected = [
        msgspec.json.decode(line, type=Fact)
        for line in (tmp_path / "replayed" / "facts.jsonl").read_bytes().splitlines()
    ]
    store = Store(open_store(url, create=False))
    facts = facts_of(open_store(url, create=False))
    assert store.verify() == len(facts)
    assert rings(facts) == rings(expected)
    states = {fact.alert_id: store.alert(fact.alert_id) for fact in facts}
    planned = {each.delivery_id: each for state in states.values() for each in state.deliveries.values()}
    wanted = {
        delivery["delivery_id"]: delivery
        for state in json.loads((tmp_path / "replayed" / "alerts.json").read_bytes())
        for delivery in state["deliveries"].values()
    }
    assert planned.keys() == wanted.keys()
    for delivery_id, delivery in planned.items():
        assert delivery.revision == wanted[delivery_id]["revision"]
        assert delivery.state == wanted[delivery_id]["state"]
        if delivery.state is DeliveryState.DELIVERED and not delivery.bundle:
            assert (tmp_path / "outbox" / delivery.receipt).is_file()


def test_an_answer_from_another_terminal_shows_at_once(tmp_path: Path) -> None:
    """The run stays up after the last row and says the command; typed elsewhere, the answer is a line of the run."""
    url = f"sqlite:///{tmp_path}/play.db"
    with Running(("run", "gallium-germanium-2023", "--store", url, "--fast", "--lines"), tmp_path) as running:
        told = running.wait_for("Japan has not answered: ")
        command = told.split("Japan has not answered: twinbell ")[1].split()
        answered = called(command, tmp_path)
        assert answered.returncode == 0, answered.stderr
        line = running.wait_for("acknowledged by jpn-duty")
        assert line.startswith("answer")
        listed = called(("alerts", "list", "--store", url, "--json"), tmp_path)
        tracks = {alert["alert_id"]: alert["tracks"] for alert in json.loads(listed.stdout)}
        assert tracks[command[2]] == {"JPN": "acknowledged", "USA": "notified"}
        again = called(("run", "--store", url, "--lines"), tmp_path)
        assert again.returncode == 9
        assert "another `twinbell run` works on" in again.stderr
        assert running.end() == 0
        assert "Stopped." in running.lines[-1]
    with Running(("run", "--store", url, "--fast", "--lines", "--until-done"), tmp_path) as running:
        assert running.ended() == 0
        assert any("United States has not answered" in line for line in running.lines)


def test_a_run_that_was_stopped_before_it_was_done_says_so(tmp_path: Path) -> None:
    """With --until-done a script waits for the end: being stopped before it is no success; it goes on from there."""
    url = f"sqlite:///{tmp_path}/play.db"
    with Running(("run", EPISODE, "--store", url, "--lines", "--until-done"), tmp_path) as running:
        running.wait_for("RING")
        assert running.end() == ExitCode.INTERRUPTED
        assert "Stopped. The same command goes on from here." in running.lines[-1]
    done = called(("run", "--store", url, "--fast", "--lines", "--until-done"), tmp_path)
    assert done.returncode == 0, done.stderr


def test_metrics_are_served_while_it_runs(tmp_path: Path) -> None:
    """`--metrics ADDRESS` with a wrong address is a sentence and an exit code, not a traceback."""
    url = f"sqlite:///{tmp_path}/play.db"
    refused = called(("run", EPISODE, "--store", url, "--metrics", "nowhere"), tmp_path)
    assert refused.returncode == 3
    assert refused.stderr.startswith("twinbell: metrics = 'nowhere'")
