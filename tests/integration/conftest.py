"""Real Kafka and PostgreSQL for the tests of this folder, started once; `make cluster-test` runs them."""

import gc
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.cluster.base import found_program
from services.cluster.kafka import Kafka, jars
from services.cluster.postgres import Postgres
from services.errors import PartMissing
from tests.integration.deployments import Deployment, Deployments, Outcome
from tests.integration.desks import METALS, Desk

Measured = Callable[[str, int], None]
"""(what was waited for, milliseconds): printed, never asserted: the machine may be busy with other things."""

LIBS = Path("var/cluster/kafka-libs")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the real parts."""
    for item in items:
        if "tests/integration/" in item.nodeid:
            item.add_marker(pytest.mark.cluster)


@pytest.fixture(scope="module", autouse=True)
def _collected() -> Iterator[None]:
    """What clients of kafka-python that were refused leave open is collected here, not in another module's test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Where the parts keep their files; the database's user may look into it, unlike pytest's own directories."""
    with tempfile.TemporaryDirectory(prefix="twinbell-cluster-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(scope="session")
def kafka_jars() -> Path:
    """The broker itself, and what it runs on."""
    try:
        found_program(("java",), "openjdk-17-jre-headless")
        return jars(LIBS)
    except PartMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def kafka(kafka_jars: Path, folder: Path) -> Iterator[Kafka]:
    """One broker."""
    with Kafka(kafka_jars, folder) as started:
        yield started


@pytest.fixture(scope="session")
def postgres(folder: Path) -> Iterator[Postgres]:
    """One server."""
    try:
        with Postgres(folder) as started:
            yield started
    except PartMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def deployments(kafka: Kafka, postgres: Postgres, tmp_path: Path) -> Iterator[Deployments]:
    """Deployments of their own on the shared parts: other topics, another database, other processes."""
    kafka.mend()  # what a test that failed has left behind is no business of the next
    postgres.mend()
    made = Deployments(kafka, postgres, tmp_path)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def desk() -> Desk:
    """The files of a price desk."""
    return Desk()


@pytest.fixture(scope="session")
def expected(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What the embedded harness makes of them."""
    found = desk.expected(tmp_path_factory.mktemp("embedded") / "site")
    assert len(found.alerts) == len(METALS), "each metal has to ring"
    return found


@pytest.fixture
def deployment(deployments: Deployments, desk: Desk) -> Deployment:
    """One with the desk as its feed; one of each process runs, and a second worker."""
    return desk.deployed(deployments)


@pytest.fixture
def measured(capsys: pytest.CaptureFixture[str]) -> Measured:
    """Prints what something took, whether or not the test passes."""

    def say(what: str, took_ms: int) -> None:
        with capsys.disabled():
            print(f"\n{what}: {took_ms / 1_000:.1f} s")

    return say
