"""Broker or database killed, away for long, or cut off: nobody ends over it, and what waits is rung when it is back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from kafka import KafkaAdminClient

from alerts.tables import heads
from services.broker import client
from services.clock import SystemClock
from services.cluster.kafka import Kafka
from services.cluster.postgres import Postgres
from streams.topics import TopicName
from tests.integration.deployments import Deployment, Deployments, Outcome
from tests.integration.desks import Desk, dropped, kept, nothing_is_lost, taken_in, worked_through

LONGER_THAN_ANY_TIMEOUT_S = 65  # of our settings and of the clients' that can end a wait, the longest is 60 s


@pytest.mark.parametrize("away_s", [LONGER_THAN_ANY_TIMEOUT_S, pytest.param(600, marks=pytest.mark.soak)])
def test_a_broker_that_is_away_for_long(
    deployment: Deployment, desk: Desk, expected: Outcome, kafka: Kafka, away_s: int
) -> None:
    """kill -9 on the only broker while files come in: feeds are read on, nobody ends, all goes on when it is back."""
    names = list(desk.files)
    dropped(deployment, desk, names[:4])
    taken_in(deployment)
    kafka.kill_node(1)
    since = SystemClock().now_ms()
    dropped(deployment, desk, names[4:7])
    assert deployment.waiting() > 0, "what cannot leave waits in the store"
    deployment.until(lambda: SystemClock().now_ms() - since > away_s * 1_000, "the time is over", 2 * away_s)
    kafka.start_node(1)
    dropped(deployment, desk, names[7:])
    worked_through(deployment, desk)
    nothing_is_lost(deployment, desk, expected)


def test_a_database_that_is_killed_comes_back(
    deployment: Deployment, desk: Desk, expected: Outcome, postgres: Postgres
) -> None:
    """kill -9 on PostgreSQL in the middle of transactions: feed and dispatch say that they wait, and go on."""
    names = list(desk.files)
    dropped(deployment, desk, names[:3])
    for name in names[3:6]:
        desk.drop(deployment.folder, name)
        postgres.kill()
        for process in ("feed", "dispatch"):
            deployment.until(lambda process=process: not deployment.is_ready(process), f"{process} waits")  # type: ignore[misc]
        # A worker that has to make its memory meanwhile waits too; one that cannot open the store says so and ends.
        deployment.is_supervised = True
        deployment.processes["detect-2"].kill()
        deployment.start("detect-2")
        postgres.start()
        kept(deployment, desk, name)
    for process in ("feed", "dispatch"):
        deployment.until(lambda process=process: deployment.is_ready(process), f"{process} goes on")  # type: ignore[misc]
    dropped(deployment, desk, names[6:])
    worked_through(deployment, desk)
    nothing_is_lost(deployment, desk, expected)


def test_sessions_of_the_database_that_are_cut(deployment: Deployment, desk: Desk, expected: Outcome) -> None:
    """Every session is terminated again and again, in whatever it is doing: the work of each is done once."""
    clock = SystemClock()
    for name in desk.files:
        desk.drop(deployment.folder, name)
        for _ in range(5):
            deployment.cut_sessions()
            clock.wait(0.2)
        kept(deployment, desk, name)
    worked_through(deployment, desk)
    nothing_is_lost(deployment, desk, expected)


@pytest.fixture(scope="module")
def three(kafka_jars: Path, folder: Path) -> Iterator[Kafka]:
    """Three nodes: a topic has three copies, and a record counts when two have it."""
    with Kafka(kafka_jars, folder / "three", size=3) as started:
        yield started


@pytest.mark.parametrize("losses", [2, pytest.param(9, marks=pytest.mark.soak)])
def test_leaders_that_are_lost(
    three: Kafka, postgres: Postgres, tmp_path: Path, desk: Desk, expected: Outcome, losses: int
) -> None:
    """With three nodes the leader of the observations is killed, again and again: two are enough to go on at once."""
    deployments = Deployments(three, postgres, tmp_path)
    try:
        deployment = desk.deployed(deployments)
        names = list(desk.files)
        for at, name in enumerate(names):
            desk.drop(deployment.folder, name)
            if at < losses:
                lost = leader(deployment)
                three.kill_node(lost)
                kept(deployment, desk, name)
                deployment.until(lambda: deployment.waiting() == 0, "everything is published with two nodes")
                three.start_node(lost)
            kept(deployment, desk, name)
        worked_through(deployment, desk)
        nothing_is_lost(deployment, desk, expected)
    finally:
        deployments.stop()


def leader(deployment: Deployment) -> int:
    """The node that leads the first partition of the observations."""
    admin = KafkaAdminClient(**client(deployment.broker))
    try:
        found = admin.describe_topics([deployment.broker.name(TopicName.OBSERVATIONS)])
        return int(next(each["leader_id"] for each in found[0]["partitions"] if each["partition_index"] == 0))
    finally:
        admin.close()


def test_a_dispatcher_that_is_held_up(deployment: Deployment, desk: Desk, expected: Outcome) -> None:
    """Somebody holds the record's lock: what waits for the dispatcher is seen in the metrics, and is caught up with."""
    names = list(desk.files)
    dropped(deployment, desk, names[:2])
    taken_in(deployment)
    with deployment.database.begin() as connection:
        connection.execute(sa.text(f"LOCK TABLE {heads.name} IN EXCLUSIVE MODE"))
        dropped(deployment, desk, names[2:])
        deployment.until(lambda: behind(deployment) >= 5, "the lag is seen")
    worked_through(deployment, desk)
    deployment.until(lambda: behind(deployment) == 0, "the lag is seen to be gone")
    nothing_is_lost(deployment, desk, expected)


def behind(deployment: Deployment) -> float:
    """How many assessments wait for the dispatcher, as it says itself."""
    return deployment.metric('twinbell_consumer_lag_records{topic="assessments"}', "dispatch")
