"""Whatever is killed, cut or emptied on the way: every disruption rings both sides, none is signalled under two ids."""

import random
import signal
from collections.abc import Iterable, Iterator

import pytest

from services.broker import Writer
from services.clock import SystemClock
from services.cluster.kafka import Kafka
from services.cluster.postgres import Postgres
from services.feeder.barrier import Barrier
from streams.cloudevents import OBSERVATIONS, Event, Wire
from streams.observations import ObservationBatch
from streams.reasons import Reason
from streams.topics import TopicName
from tests.integration.deployments import Deployment, Deployments, Outcome, remake_topic
from tests.integration.desks import FEED, Desk

PROCESSES = ("detect-1", "detect-2", "dispatch", "feed")


@pytest.fixture(scope="module")
def desk() -> Desk:
    """The files of a price desk."""
    return Desk()


@pytest.fixture(scope="module")
def expected(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What the embedded harness makes of them."""
    found = desk.expected(tmp_path_factory.mktemp("embedded") / "site")
    assert len(found.alerts) >= 5, "the desk has to ring"
    return found


@pytest.fixture
def deployment(deployments: Deployments, desk: Desk) -> Iterator[Deployment]:
    """One with the desk as its feed; all processes run."""
    made = deployments.make(partitions=4)
    made.configure(FEED)
    desk.furnish(made.folder)
    for name in PROCESSES:
        made.start(name)
    return made


def dropped(deployment: Deployment, desk: Desk, names: Iterable[str]) -> None:
    """Drop files one after another, each when the one before is in the archive: the same polls in every run."""
    for name in names:
        desk.drop(deployment.folder, name)
        deployment.until(lambda name=name: deployment.rows() == desk.rows_until(name), f"{name} is in the archive")  # type: ignore[misc]


def worked_through(deployment: Deployment, desk: Desk) -> None:
    """Wait until every row is in the archive, published, detected and taken in, and nothing is due any more."""
    deployment.until(lambda: deployment.rows() == desk.rows, "every row is in the archive")
    deployment.until(lambda: deployment.waiting() == 0, "everything is published")
    barrier = Barrier(deployment.broker, deployment.database, SystemClock())
    barrier.wait()
    barrier.close()
    deployment.until(lambda: not deployment.unsent(), "everything is sent")
    deployment.until(lambda: not deployment.unreached(), "both sides have heard of every alert")


def nothing_is_lost(deployment: Deployment, expected: Outcome) -> None:
    """The alerts and rings of the embedded harness, under the same ids."""
    found = deployment.outcome()
    assert found.alerts == expected.alerts
    assert found.revisions == expected.revisions


def test_killed_twenty_times(deployment: Deployment, desk: Desk, expected: Outcome) -> None:
    """Twenty kill -9 at random moments over all processes while files come in, each started again at once."""
    chance, clock = random.Random(20), SystemClock()
    for name in desk.files:
        desk.drop(deployment.folder, name)
        for _ in range(2):
            clock.wait(chance.uniform(0.05, 0.9))
            victim = chance.choice(PROCESSES)
            deployment.processes[victim].kill()
            deployment.start(victim)
        dropped(deployment, desk, [name])
    worked_through(deployment, desk)
    nothing_is_lost(deployment, expected)


def test_a_worker_that_does_not_come_back_is_taken_over(deployment: Deployment, desk: Desk, expected: Outcome) -> None:
    """One of two workers is killed and stays away: the other has its partitions and their memory within ten seconds."""
    names = list(desk.files)
    dropped(deployment, desk, names[:5])
    deployment.until(lambda: deployment.rows() > 0 and deployment.waiting() == 0, "the first files are published")
    deployment.until(lambda: deployment.is_ready("detect-1") and deployment.is_ready("detect-2"), "both work")
    deployment.processes["detect-1"].kill()
    deployment.until(lambda: deployment.partitions_of("detect-2") == 4, "the other has all", patience_s=10)
    dropped(deployment, desk, names[5:])
    worked_through(deployment, desk)
    nothing_is_lost(deployment, expected)


def test_terminated_workers_drain(deployment: Deployment, desk: Desk, expected: Outcome) -> None:
    """SIGTERM ends a process in order, with code 0; started again it goes on."""
    names = list(desk.files)
    for at, name in enumerate(PROCESSES):
        dropped(deployment, desk, names[at : at + 1])
        deployment.send(name, signal.SIGTERM)
        process = deployment.processes[name]
        deployment.until(lambda process=process: process.ended is not None, f"{name} ends", patience_s=30)  # type: ignore[misc]
        assert process.ended == 0, process.last_lines()
        deployment.start(name)
    dropped(deployment, desk, names[len(PROCESSES) :])
    worked_through(deployment, desk)
    nothing_is_lost(deployment, expected)


def test_a_broker_that_is_killed_comes_back(
    deployment: Deployment, desk: Desk, expected: Outcome, kafka: Kafka
) -> None:
    """kill -9 on the only broker while files come in; what is open is rung on meanwhile, and nothing is lost."""
    names = list(desk.files)
    dropped(deployment, desk, names[:4])
    kafka.kill_node(1)
    dropped(deployment, desk, names[4:7])
    assert deployment.waiting() > 0, "what cannot leave waits in the store"
    kafka.start_node(1)
    dropped(deployment, desk, names[7:])
    worked_through(deployment, desk)
    nothing_is_lost(deployment, expected)


def test_a_database_that_is_killed_comes_back(
    deployment: Deployment, desk: Desk, expected: Outcome, postgres: Postgres
) -> None:
    """kill -9 on PostgreSQL in the middle of transactions: processes end loudly or wait, started again they go on."""
    names = list(desk.files)
    dropped(deployment, desk, names[:3])
    for name in names[3:6]:
        desk.drop(deployment.folder, name)
        postgres.kill()
        postgres.start()
        for process in PROCESSES:
            if deployment.processes[process].ended is not None:
                deployment.start(process)
        dropped(deployment, desk, [name])
    dropped(deployment, desk, names[6:])
    worked_through(deployment, desk)
    nothing_is_lost(deployment, expected)


def test_a_topic_of_states_that_is_emptied(deployment: Deployment, desk: Desk, expected: Outcome) -> None:
    """Every snapshot is lost and the workers are killed: memory is made again from the archive, under the same ids."""
    names = list(desk.files)
    dropped(deployment, desk, names[:6])
    deployment.until(lambda: deployment.waiting() == 0, "everything is published")
    before = set(deployment.signal_ids())
    for worker in ("detect-1", "detect-2"):
        deployment.processes[worker].kill()
    remake_topic(deployment.broker, TopicName.STATES)
    for worker in ("detect-1", "detect-2"):
        deployment.start(worker)
    dropped(deployment, desk, names[6:])
    worked_through(deployment, desk)
    nothing_is_lost(deployment, expected)
    assert before <= set(deployment.signal_ids())


def test_poison_is_put_aside(deployment: Deployment, desk: Desk, expected: Outcome) -> None:
    """Records of every wrong kind become dead letters with reason and bytes; the rest goes on."""
    names = list(desk.files)
    dropped(deployment, desk, names[:4])
    writer = Writer(deployment.broker)
    good = Wire(OBSERVATIONS).event("antimony", ObservationBatch(group="antimony", feed="x"), 0)
    future = tuple((n, v + b"9" if n == "ce_dataschema" else v) for n, v in good.headers)
    for value, headers in ((b"\x00", good.headers), (b"", good.headers), (good.value, ()), (good.value, future)):
        writer.send(TopicName.OBSERVATIONS, Event(key=b"antimony", value=value, headers=headers))
    writer.flush()
    writer.close()
    dropped(deployment, desk, names[4:])
    worked_through(deployment, desk)
    nothing_is_lost(deployment, expected)
    deployment.until(lambda: len(deployment.dead_letters()) == 4, "the dispatcher has the dead letters")
    assert {letter.reason for letter in deployment.dead_letters()} == {Reason.ROW_MALFORMED, Reason.UNKNOWN_SCHEMA}
    assert good.value in [letter.content for letter in deployment.dead_letters()]
