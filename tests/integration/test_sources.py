"""Public sources followed by `twinbell feed`: what they say rings on both sides, through Kafka."""

import datetime

from alerts.store import Store
from tests.integration.deployments import Deployment, Deployments
from tests.live_site import happens, quiet_sources

SOURCES = ("mofcom", "gdacs", "ecb")  # those whose manners ask for few seconds
RUNG = {("restriction", "gallium"), ("restriction", "germanium"), ("natural", "rare_earths")}
BOTH = {"USA", "JPN"}
AT_ONCE = "[timers]\ngroup_interval_s = {}"  # what comes after the first of a group waits five minutes else


def alerts(made: Deployment) -> set[tuple[str, str]]:
    """Hazard and group of each alert."""
    situations = [state.assessment.situation for state in Store(made.database).alerts()]
    return {(situation.hazard.value, situation.group) for situation in situations}


def test_a_source_rings_both_sides_through_kafka(deployments: Deployments) -> None:
    """An act of China and an earthquake of yesterday, asked for by HTTP: an alert on each, told to both sides."""
    made = deployments.make()
    with quiet_sources() as server:
        happens(server, datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1))
        made.configure(server.configuration(*SOURCES), AT_ONCE)
        for name in ("detect-1", "dispatch", "feed"):
            made.start(name)
        made.until(lambda: alerts(made) >= RUNG, "each has its alert")
        made.until(lambda: not made.unreached() and not made.unsent(), "both sides have heard of every alert")
    store = Store(made.database)
    assert store.verify() > 0
    deliveries = {key: each for alert in store.alerts() for key, each in alert.deliveries.items()}
    for alert in store.alerts():
        assert {side for side, track in alert.tracks.items() if track.reached_at} == BOTH, alert.alert_id
        told = [deliveries[each.bundle or each.delivery_id] for each in alert.deliveries.values()]
        sent = [each for each in told if each.receipt]
        assert {each.participant for each in sent} == BOTH
        assert all((made.outbox / each.receipt).stat().st_size > 0 for each in sent)
    assert made.signal_ids(), "what was found lies on the topic of signals"
