"""`make cluster` before anything is started: what cannot go well is a sentence, and nothing is left behind."""

import os
import signal
import socket
import sys
from contextlib import closing
from pathlib import Path

import pytest

from services.cluster.__main__ import folder_of, interrupted, main, table, what_next
from services.cluster.base import Program, Start, found_program, free_port
from services.cluster.deployment import FREE, Cluster, Ports
from services.episodes import shipped
from services.errors import ClusterFailed, PartMissing
from tests.integration.waiting import until


@pytest.mark.parametrize("part", ["kafka", "postgres", "prometheus", "alertmanager", "processes"])
def test_a_port_that_is_taken_is_named_before_anything_starts(tmp_path: Path, part: str) -> None:
    """A forgotten cluster is no stack trace of a broker: the port, the part, and how to find who has it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        free = {"kafka": 0, "postgres": 0, "prometheus": 0, "alertmanager": 0, "processes": 0}
        with (
            pytest.raises(ClusterFailed, match=rf"listens already on {port} \({part[:7]}.*ss -ltnp"),
            Cluster(tmp_path / "own", tmp_path / "libs", Ports(**{**free, part: port})),
        ):
            pass
    assert not list(tmp_path.iterdir())


def test_an_unknown_episode_is_refused_before_anything_starts(capsys: pytest.CaptureFixture[str]) -> None:
    """With the names of those that there are."""
    assert main(["--episode", "nosuch"]) == 1
    said = capsys.readouterr().out
    assert "no episode is called 'nosuch'" in said
    assert "suez-2021" in said
    assert "Starting" not in said


def test_each_episode_has_a_record_of_its_own() -> None:
    """A record that follows feeds plays nothing, and one that plays an episode plays no other."""
    folders = {folder_of(None), *map(folder_of, shipped())}
    assert len(folders) == len(shipped()) + 1


def test_what_can_be_typed_names_this_installation(tmp_path: Path) -> None:
    """`twinbell` is not on the path of who has just typed `make cluster`; an episode says where its messages land."""
    episode = shipped()[0]
    cluster = Cluster(tmp_path / "own", tmp_path / "libs", FREE, episode=episode.id)
    said = "\n".join(what_next(cluster, episode))
    assert f"--config {os.path.relpath(cluster.configuration)}" in said
    assert "var/outbox" in said
    assert "/twinbell alerts list --config" in said
    assert "name feeds" not in said
    assert "name feeds" in "\n".join(what_next(cluster, None))


def test_what_was_killed_is_started_again_and_what_ended_stays_down(tmp_path: Path) -> None:
    """A supervisor's rule: a signal is no reason of the process's own; an exit is, and its last words stand there."""
    cluster = Cluster(tmp_path, tmp_path / "libs", FREE)
    for name, words in (
        ("detect-1", "import os; os.kill(os.getpid(), 9)"),
        ("dispatch", "print('the store is another'); raise SystemExit(9)"),
    ):
        start = Start(name=name, words=[sys.executable, "-c", words], folder=tmp_path, is_up=lambda: True)
        cluster.processes[name] = Program(start)
        cluster.ports[name] = free_port()
    until(lambda: all(each.ended is not None for each in cluster.processes.values()), lambda: "both have ended")
    cluster.mend()
    states = {each.name: each.state for each in cluster.health()}
    assert states["twinbell detect-1"].endswith("killed and started again")
    assert states["twinbell dispatch"] == "ended with code 9: the store is another"
    assert table(cluster.health()).row_count == 2
    cluster.processes["detect-1"].kill()


def test_a_program_is_found_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Java that the system's package did not bring is a Java; what is nowhere is said with its package."""
    java = tmp_path / "a-java-of-its-own"
    with pytest.raises(PartMissing, match="a-java-of-its-own is not on this machine: install the package openjdk"):
        found_program((java.name,), "openjdk-17-jre-headless")
    java.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert found_program((java.name,), "openjdk-17-jre-headless") == str(java)


@pytest.mark.parametrize("is_nohup", [False, True], ids=["a terminal", "nohup"])
def test_a_terminal_that_is_closed_takes_all_of_it_down(is_nohup: bool) -> None:
    """Its servers are in sessions of their own and would stay; who said `nohup` wants them to."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN if is_nohup else signal.SIG_DFL)
    try:
        with interrupted() as over:
            if not is_nohup:
                assert signal.getsignal(signal.SIGHUP) is not signal.SIG_DFL, "it would end at once, and leave them"
            os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), signal.SIGTERM)
        assert over == ([signal.SIGTERM] if is_nohup else [signal.SIGHUP, signal.SIGTERM])
    finally:
        signal.signal(signal.SIGHUP, before)
