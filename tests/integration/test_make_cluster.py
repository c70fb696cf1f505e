"""`make cluster` on the real parts: an episode through it, its processes killed by hand, and both sides rung."""

import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from alerts.store import Store
from services.cluster.deployment import FREE, Cluster
from services.errors import PartMissing
from services.wiring import open_store
from tests.integration.conftest import LIBS
from tests.integration.waiting import until

EPISODE = "graphite-2023"


@pytest.fixture
def cluster(folder: Path) -> Iterator[Cluster]:
    """The whole cluster, as the command starts it."""
    try:
        with Cluster(folder / "make-cluster", LIBS, FREE, episode=EPISODE, partitions=4) as started:
            yield started
    except PartMissing as missing:
        pytest.skip(str(missing))


def test_what_is_killed_by_hand_is_started_again_and_the_bell_rings(cluster: Cluster) -> None:
    """The worker and the dispatcher are killed while the episode plays; it plays to its end, each side has heard."""
    assert cluster.configuration.stat().st_mode & 0o077 == 0, "it holds the password of the database"
    for name in ("detect-1", "dispatch"):
        until(partial(cluster.is_ready, name), lambda: f"{name} is ready")  # noqa: B023 said at once or never
        cluster.processes[name].send(signal.SIGKILL)

    def is_played() -> bool:
        cluster.mend()
        return cluster.is_played

    until(is_played, lambda: "\n".join(f"{each.name}: {each.state}" for each in cluster.health()))
    states = {each.name: each.state for each in cluster.health()}
    assert states["twinbell detect-1"].endswith("killed and started again")
    assert states["twinbell feed"] == "played to its end"
    database = open_store(cluster.postgres.url("twinbell"), create=False)
    alerts = Store(database).alerts()
    database.dispose()
    assert alerts
    assert {(side, track.reached_at is not None) for alert in alerts for side, track in alert.tracks.items()} == {
        ("USA", True),
        ("JPN", True),
    }
