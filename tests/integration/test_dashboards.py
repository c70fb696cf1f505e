"""After an episode has played through the real harness every query of every dashboard returns rows."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
import sqlalchemy as sa
import yaml

from services.clock import SystemClock
from services.cluster.deployment import FREE, Cluster
from services.dashboards.__main__ import FOLDER
from services.errors import PartMissing
from tests.integration.conftest import LIBS
from tests.integration.grafana import Asked, Metrics, Record, queries
from tests.integration.waiting import PATIENCE_S, until

EPISODE = "graphite-2023"
RULES = Path("deploy/prometheus/rules.yaml")
READER = Path("deploy/postgres/reader.sql")
SINCE, UNTIL = "2022-01-01T00:00:00Z", "2025-01-01T00:00:00Z"


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster through which an episode has played, and one side has answered."""

    record: Record
    metrics: Metrics


@pytest.fixture(scope="module")
def played(folder: Path) -> Iterator[Played]:
    """The whole cluster with its Prometheus, as `make cluster` starts it."""
    own = folder / "dashboards"
    own.mkdir(mode=0o755)
    clock = SystemClock()
    started = clock.now()
    try:
        with Cluster(own, LIBS, FREE, episode=EPISODE, partitions=4) as cluster:
            if cluster.skipped:
                pytest.skip(cluster.skipped[0])
            until(lambda: cluster.is_played, lambda: "the episode is played")
            _answered(cluster)
            prometheus = next(each.where for each in cluster.health() if each.name == "prometheus")
            until(lambda: _is_counted(prometheus), lambda: "the messages are counted")
            engine = _reader(cluster)
            metrics = Metrics(prometheus, started, clock.now() + len(list(FOLDER.glob("*/*.json"))) * PATIENCE_S)
            yield Played(record=Record(engine, SINCE, UNTIL), metrics=metrics)
            engine.dispose()
    except PartMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*.json")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_query_returns_rows(played: Played, path: Path) -> None:
    """With the choices that its variables offer, by the role that Grafana has; one that stays empty is named."""
    choices = list(played.record.choices(path))
    empty = list(queries(path))
    assert empty

    def all_have_rows() -> bool:
        empty[:] = [each for each in empty if not _has_rows(played, each, choices)]
        return not empty

    until(all_have_rows, lambda: ", ".join(each.where for each in empty))


def test_the_reader_sees_the_views_and_nothing_else(played: Played) -> None:
    """Neither the record itself nor a way to write is open to the role of the dashboards."""
    assert played.record.rows("SELECT alert_id FROM dashboards.situation", {})
    for statement in (
        "SELECT * FROM public.facts",
        "SELECT * FROM public.evidence",
        "CREATE TABLE dashboards.t (i int)",
    ):
        with pytest.raises(sa.exc.DBAPIError, match=r"permission denied|read-only"):
            played.record.rows(statement, {})


EMPTY_HERE = (  # of an episode that plays without trouble
    "twinbell:canary_",  # no canary flies beside it
    "twinbell:content_stale:",  # the clocks of sources that are followed
    "twinbell:dead_letters:",
    "twinbell:deliveries_lost:",
)


def test_every_recording_rule_returns_rows(played: Played) -> None:
    """Every one that the shipped rules name, as Prometheus has recorded it; those of trouble have none."""
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    names = {rule["record"] for group in rules for rule in group["rules"] if "record" in rule}
    missing = {name for name in names if not name.startswith(EMPTY_HERE)}
    assert missing

    def all_are_recorded() -> bool:
        missing.intersection_update({name for name in missing if not played.metrics.rows(name)})
        return not missing

    until(all_are_recorded, lambda: ", ".join(sorted(missing)))
    assert not [name for name in names if name.startswith(EMPTY_HERE) and played.metrics.rows(name)]


def _has_rows(played: Played, asked: Asked, choices: list[dict[str, str]]) -> bool:
    if asked.source == "twinbell-prometheus":
        return bool(played.metrics.rows(asked.text))
    return any(played.record.rows(asked.text, chosen) for chosen in choices)


def _answered(cluster: Cluster) -> None:
    """One side answers, by the command that an officer types."""
    engine = sa.create_engine(cluster.postgres.url("twinbell"))
    with engine.connect() as connection:
        alert_id = connection.execute(sa.text("SELECT alert_id FROM alerts LIMIT 1")).scalar_one()
    engine.dispose()
    words = ["alerts", "acknowledge", alert_id, "--as", "jpn-duty", "--config", str(cluster.configuration)]
    subprocess.run([sys.executable, "-m", "services", *words], check=True, capture_output=True)


def _is_counted(prometheus: str) -> bool:
    """Whether there are two samples of the messages, so that a rate is known."""
    parameters = {"query": "min(count_over_time(twinbell_deliveries_total[1m]))"}
    found = httpx.get(f"{prometheus}/api/v1/query", params=parameters, trust_env=False).json()["data"]["result"]
    return bool(found) and int(found[0]["value"][1]) >= 2


def _reader(cluster: Cluster) -> sa.Engine:
    """Connected as the role that the shipped statements make."""
    owner = sa.make_url(cluster.postgres.url("twinbell"))
    words = ["psql", "-X", "-v", "ON_ERROR_STOP=1", "-v", "password=of-a-test", "-f", str(READER)]
    where = ["-h", str(owner.host), "-p", str(owner.port), "-U", str(owner.username), "-d", str(owner.database)]
    environment = {**os.environ, "PGPASSWORD": str(owner.password)}
    subprocess.run([*words, *where], check=True, capture_output=True, env=environment)
    return sa.create_engine(owner.set(username="twinbell_reader", password="of-a-test"))
