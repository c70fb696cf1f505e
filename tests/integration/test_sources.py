"""Public sources followed by `twinbell feed`: what they say rings on both sides, as in `twinbell live`."""

from alerts.store import Store
from services.database import open_engine
from tests.integration.deployments import Deployment, Deployments
from tests.live_site import happens, quiet_sources
from tests.processes import called

SOURCES = ("mofcom", "gdacs", "ecb")  # those whose manners ask for few seconds
BOTH = {"USA", "JPN"}


def situations(store: Store) -> set[str]:
    """What the alerts are about."""
    return {alert.situation_id for alert in store.alerts()}


def reached(made: Deployment) -> bool:
    """Whether both sides were reached by a message about every alert, and nothing is due any more."""
    return not made.unreached() and not made.unsent()


def test_a_source_rings_both_sides_through_kafka(deployments: Deployments) -> None:
    """An act of China and an earthquake, asked for by HTTP: the alerts of `twinbell live`, a message to each side."""
    made = deployments.make()
    with quiet_sources() as server:
        happens(server)
        made.configure(server.configuration(*SOURCES))
        embedded = f"sqlite:///{made.folder}/embedded.db"
        words = ["live", "--config", str(made.file), "--store", embedded, "--only", ",".join(SOURCES)]
        done = called([*words, "--lines", "--until-done"], made.folder)
        assert done.returncode == 0, done.stdout + done.stderr
        for name in ("detect-1", "dispatch", "feed"):
            made.start(name)
        database = open_engine(embedded, durable=False)
        expected = situations(Store(database))
        database.dispose()
        assert expected, "what happens has to ring"
        made.until(lambda: situations(Store(made.database)) >= expected, "every situation has its alert")
        made.until(lambda: reached(made), "both sides have heard of every alert")
    store = Store(made.database)
    assert situations(store) == expected
    assert store.verify() > 0
    for alert in store.alerts():
        assert {side for side, track in alert.tracks.items() if track.reached_at} == BOTH, alert.alert_id
        sent = [each for each in alert.deliveries.values() if each.receipt and not each.bundle]
        assert {each.participant for each in sent} == BOTH
        assert all((made.outbox / each.receipt).stat().st_size > 0 for each in sent)
    assert set(made.signal_ids())
