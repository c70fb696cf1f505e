"""Real Kafka and PostgreSQL for the tests of this folder, started once; `make cluster-test` runs them."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cluster.kafka import Kafka, jars
from services.cluster.postgres import Postgres
from services.errors import PartMissing
from tests.integration.deployments import Deployments

LIBS = Path("var/cluster/kafka-libs")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the real parts."""
    for item in items:
        if "tests/integration/" in item.nodeid:
            item.add_marker(pytest.mark.cluster)


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Where the parts keep their files; the database's user may look into it, unlike pytest's own directories."""
    with tempfile.TemporaryDirectory(prefix="twinbell-cluster-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(scope="session")
def kafka(folder: Path) -> Iterator[Kafka]:
    """One broker."""
    try:
        libs = jars(LIBS)
    except PartMissing as missing:
        pytest.skip(str(missing))
    with Kafka(libs, folder) as started:
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
    made = Deployments(kafka, postgres, tmp_path, dict(os.environ))
    yield made
    made.stop()
