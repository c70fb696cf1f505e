"""Disk full, of the broker, of the database, of the outbox and the log: all catches up when there is room again."""

from pathlib import Path

from services.cluster.kafka import Kafka
from services.cluster.postgres import Postgres
from tests.integration.deployments import Deployments, Outcome
from tests.integration.desks import Desk, dropped, kept, nothing_is_lost, worked_through
from tests.integration.disks import small_disk


def test_of_the_broker(kafka_jars: Path, postgres: Postgres, tmp_path: Path, desk: Desk, expected: Outcome) -> None:
    """The broker ends itself when its log directory takes no more; what waits in the store leaves when it is back."""
    kafka = Kafka(kafka_jars, tmp_path / "broker")
    with small_disk(tmp_path / "broker", 300, lambda: [each.pid for each in kafka.programs]) as disk, kafka:
        deployments = Deployments(kafka, postgres, tmp_path)
        try:
            deployment = desk.deployed(deployments)
            names = list(desk.files)
            dropped(deployment, desk, names[:3])
            deployment.until(lambda: deployment.waiting() == 0, "everything is published")
            disk.fill()
            dropped(deployment, desk, names[3:6])
            deployment.until(lambda: kafka.programs[0].ended is not None, "the broker gives up")
            assert deployment.waiting() > 0
            disk.clear()
            kafka.start_node(1)
            dropped(deployment, desk, names[6:])
            worked_through(deployment, desk)
            nothing_is_lost(deployment, desk, expected)
        finally:
            deployments.stop()


def test_of_the_database(kafka: Kafka, folder: Path, tmp_path: Path, desk: Desk, expected: Outcome) -> None:
    """What cannot be kept is refused whole; feed and dispatch wait and say so, and go on when there is room."""
    place = folder / "small-database"
    postgres = Postgres(place)

    def pids() -> list[int]:
        return [postgres.program.pid] if postgres.program is not None else []

    with small_disk(place, 150, pids) as disk, postgres:
        deployments = Deployments(kafka, postgres, tmp_path)
        try:
            deployment = deployments.make(partitions=4)
            desk.deploy(deployment)
            names = list(desk.files)
            for process in ("feed", "dispatch"):
                deployment.until(lambda process=process: deployment.is_ready(process), f"{process} works")  # type: ignore[misc]
            disk.fill()
            desk.drop(deployment.folder, names[0])
            deployment.until(lambda: not deployment.is_ready("feed"), "the feed says that it waits")
            disk.clear()
            postgres.mend()  # as its supervisor would
            kept(deployment, desk, names[0])
            dropped(deployment, desk, names[1:])
            worked_through(deployment, desk)
            nothing_is_lost(deployment, desk, expected)
        finally:
            deployments.stop()


def test_of_outbox_and_log(deployments: Deployments, desk: Desk, expected: Outcome) -> None:
    """What cannot be written is a failed attempt that is made again; the log loses lines, not the bell."""
    deployment = deployments.make(partitions=4)
    place = deployment.folder / "var"
    with small_disk(place, 8, lambda: [each.pid for each in deployment.processes.values()]) as disk:
        desk.deploy(deployment)
        names = list(desk.files)
        dropped(deployment, desk, names[:4])
        disk.fill()
        dropped(deployment, desk, names[4:7])
        deployment.until(lambda: deployment.failed() > 0, "an attempt has failed")
        disk.clear()
        dropped(deployment, desk, names[7:])
        worked_through(deployment, desk)
        nothing_is_lost(deployment, desk, expected)
        for process in deployment.processes.values():
            process.stop()
