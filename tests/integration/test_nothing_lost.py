"""Whatever process is killed, ended, started twice or moved: every disruption rings both sides, none under two ids."""

import random
import signal

import pytest

from services.clock import SystemClock
from services.detector.app import SESSION_S
from tests.integration.conftest import Measured
from tests.integration.deployments import Deployment, Outcome
from tests.integration.desks import PROCESSES, Desk, dropped, kept, nothing_is_lost, worked_through


@pytest.mark.parametrize("kills", [6, pytest.param(20, marks=pytest.mark.soak)])
def test_killed_at_random_moments(deployment: Deployment, desk: Desk, expected: Outcome, kills: int) -> None:
    """kill -9 at random moments over all processes while files come in, each started again at once."""
    chance, clock = random.Random(kills), SystemClock()
    files_to_kill_at = chance.choices(list(desk.files), k=kills)
    for name in desk.files:
        desk.drop(deployment.folder, name)
        for _ in range(files_to_kill_at.count(name)):
            clock.wait(chance.uniform(0.05, 0.9))
            victim = chance.choice(PROCESSES)
            deployment.processes[victim].kill()
            deployment.start(victim)
        kept(deployment, desk, name)
    worked_through(deployment, desk)
    nothing_is_lost(deployment, desk, expected)


def test_a_worker_that_does_not_come_back_is_taken_over(
    deployment: Deployment, desk: Desk, expected: Outcome, measured: Measured
) -> None:
    """One of two workers is killed and stays away: the other has its partitions and their memory.

    The bound is the session's length, which is what the broker waits for; the rest is the machine's and is printed.
    """
    names = list(desk.files)
    dropped(deployment, desk, names[:5])
    deployment.until(lambda: deployment.waiting() == 0, "the first files are published")
    deployment.until(lambda: deployment.is_ready("detect-1") and deployment.is_ready("detect-2"), "both work")
    deployment.processes["detect-1"].kill()
    began = SystemClock().now_ms()
    deployment.until(lambda: deployment.partitions_of("detect-2") == 4, "the other has all")
    measured("partitions taken over", SystemClock().now_ms() - began)
    assert SESSION_S <= 6
    dropped(deployment, desk, names[5:])
    worked_through(deployment, desk)
    nothing_is_lost(deployment, desk, expected)


def test_terminated_workers_drain(deployment: Deployment, desk: Desk, expected: Outcome) -> None:
    """SIGTERM ends a process in order, with code 0; started again it goes on."""
    names = list(desk.files)
    for at, name in enumerate(PROCESSES):
        dropped(deployment, desk, names[at : at + 1])
        deployment.until(lambda name=name: deployment.is_ready(name), f"{name} works")  # type: ignore[misc]
        deployment.send(name, signal.SIGTERM)
        process = deployment.processes[name]
        deployment.until(lambda process=process: process.ended is not None, f"{name} ends")  # type: ignore[misc]
        assert process.ended == 0, process.last_lines()
        deployment.start(name)
    dropped(deployment, desk, names[len(PROCESSES) :])
    worked_through(deployment, desk)
    nothing_is_lost(deployment, desk, expected)


@pytest.mark.parametrize("moves", [4, pytest.param(16, marks=pytest.mark.soak)])
def test_a_storm_of_rebalances(deployment: Deployment, desk: Desk, expected: Outcome, moves: int) -> None:
    """Workers join, leave in order and are killed again and again while files come in: partitions move each time."""
    chance, clock = random.Random(moves), SystemClock()
    joined: list[str] = []
    files_to_move_at = chance.choices(list(desk.files), k=moves)
    for name in desk.files:
        desk.drop(deployment.folder, name)
        for _ in range(files_to_move_at.count(name)):
            if len(joined) < 2:
                joined.append(f"detect-{3 + moves}")
                moves -= 1
                deployment.start(joined[-1])
            else:
                left, how = joined.pop(0), chance.choice((signal.SIGTERM, signal.SIGKILL))
                if how is signal.SIGTERM:  # in order leaves who has come: before, Python itself ends the process
                    deployment.until(lambda left=left: deployment.is_live(left), f"{left} is there")  # type: ignore[misc]
                deployment.send(left, how)
            clock.wait(chance.uniform(0.5, 2.0))
        kept(deployment, desk, name)
    worked_through(deployment, desk)
    nothing_is_lost(deployment, desk, expected)


def test_of_two_of_a_kind_one_acts(deployment: Deployment, desk: Desk, expected: Outcome, measured: Measured) -> None:
    """A second feed and a second dispatch stand by; when the first is killed, or loses its session, they act."""
    names, clock = list(desk.files), SystemClock()
    for kind in ("feed", "dispatch"):
        deployment.until(lambda kind=kind: deployment.leads(kind), f"{kind} leads")  # type: ignore[misc]
        deployment.start(f"{kind}-2")
    deployment.until(lambda: deployment.is_ready("dispatch-2") and deployment.is_ready("feed-2"), "both stand by")
    dropped(deployment, desk, names[:3])
    assert not deployment.leads("dispatch-2")
    assert not deployment.leads("feed-2")
    began = clock.now_ms()
    deployment.processes["dispatch"].kill()
    deployment.processes["feed"].kill()
    deployment.until(lambda: deployment.leads("dispatch-2") and deployment.leads("feed-2"), "the others act")
    measured("offices taken over", clock.now_ms() - began)
    dropped(deployment, desk, names[3:6])
    deployment.start("dispatch")
    deployment.start("feed")
    # A process that is just starting ends in words when its session is cut: its supervisor's business, not this test's.
    deployment.until(lambda: deployment.is_ready("dispatch") and deployment.is_ready("feed"), "both stand by again")
    for name in names[6:]:
        desk.drop(deployment.folder, name)
        deployment.cut_sessions()  # whoever asks first acts; the other one notices before it writes
        kept(deployment, desk, name)
    worked_through(deployment, desk)
    nothing_is_lost(deployment, desk, expected)
