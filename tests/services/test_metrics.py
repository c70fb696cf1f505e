"""What is measured: one list, units in the names, served on request."""

import httpx
import pytest
from prometheus_client import generate_latest

from alerts.deliveries import Delivery, DeliveryState, Mode, Purpose
from alerts.facts import Acknowledged, Assessed, Body, Fact, Opened, Planned, Rung, SendFailed, Sending, Sent
from services.errors import BadSettings
from services.feeds.base import DeadLetter
from services.measuring import Metrics
from services.metrics import METRICS, Kind, Process
from services.moments import Found, Moved, Read, Recorded, Rejected, Unread, Untold
from services.running import serve_at
from streams.assessments import Level
from streams.observations import Family
from streams.reasons import Reason
from streams.signals import Certainty, Hazard, Phase, Signal
from tests.alerting import START, TWO, assessment, ring

ALERT = "a" * 20


def untold(is_lost: bool) -> Untold:
    """A message that did not reach an operator."""
    return Untold(
        at=START,
        participant="JPN",
        channel="email",
        person="jpn-operator",
        reason="unreachable",
        detail="away",
        is_lost=is_lost,
    )


def recorded(body: Body, at: int = START, author: str = "system@hub") -> Recorded:
    """An entry of the record."""
    return Recorded(fact=Fact(author=author, sequence=1, at=at, alert_id=ALERT, body=body, previous="", hash=""))


def delivery(state: DeliveryState, reason: str) -> Delivery:
    """A planned delivery."""
    return Delivery(
        delivery_id="d",
        alert_id=ALERT,
        also=(),
        revision=1,
        participant="JPN",
        person="jpn-duty",
        channel="email",
        language="ja",
        purpose=Purpose.RING,
        level=Level.WARNING,
        mode=Mode.EXERCISE,
        occasion="o",
        due_at=START,
        state=state,
        reason=reason,
    )


def acknowledged(side: str, at: int) -> Recorded:
    """One side answers."""
    return recorded(Acknowledged(participant=side, person=f"{side}-duty", means="cli"), at, f"{side}/duty")


def lines(metrics: Metrics) -> set[str]:
    """What Prometheus would read, without comments and times of creation."""
    text = generate_latest(metrics.registry).decode()
    return {line for line in text.splitlines() if not line.startswith("#") and "_created" not in line}


def test_every_moment_is_counted() -> None:
    """Content age, observations, signals, assessments, deliveries by state and reason, dead letters."""
    metrics = Metrics()
    letter = DeadLetter(feed="desk", origin="a.csv", row=5, reason=Reason.VALUE_MISSING, detail="", content=b"")
    signal = Signal(
        signal_id="s",
        detector="P1",
        hazard=Hazard.MARKET,
        group="gallium",
        subject="x",
        family=Family.PRICES,
        phase=Phase.RAISED,
        occurred_at=0,
        known_at=0,
        score=1.0,
        claims=Certainty.POSSIBLE,
    )
    read = Read(at=START, feed="desk", group="g", family=Family.PRICES, publisher="p", rows=3, known_at=START - 60)
    for moment in (
        read,
        Found(at=START, signal=signal),
        Rejected(at=START, letter=letter),
        Unread(at=START, feed="desk", note="gone"),
        untold(is_lost=False),
        untold(is_lost=True),
        recorded(Assessed(revision=1, assessment=assessment())),
        recorded(Planned(delivery=delivery(DeliveryState.DUE, "ring"))),
        recorded(Planned(delivery=delivery(DeliveryState.SUPPRESSED, "throttled"))),
        recorded(Sending(delivery_id="d", attempt=1)),
        recorded(SendFailed(delivery_id="d", reason="timed_out", retry_at=START + 5)),
        recorded(SendFailed(delivery_id="d", reason="unknown_recipient", retry_at=None)),
        recorded(Sent(delivery_id="d", receipt="r")),
        recorded(Sent(delivery_id="d", receipt="r", lacks="not_drawn")),
        Moved(at=START + 540, rate=1),
    ):
        metrics(moment)
    assert lines(metrics) >= {
        'twinbell_content_age_seconds{feed="desk"} 600.0',
        'twinbell_observations_total{family="prices",feed="desk"} 3.0',
        'twinbell_feed_failures_total{feed="desk"} 1.0',
        'twinbell_signals_total{detector="P1",phase="raised"} 1.0',
        'twinbell_assessments_total{hazard="restriction",level="warning"} 1.0',
        'twinbell_deliveries_total{reason="ring",state="due"} 1.0',
        'twinbell_deliveries_total{reason="throttled",state="suppressed"} 1.0',
        'twinbell_deliveries_total{reason="",state="sending"} 1.0',
        'twinbell_deliveries_total{reason="timed_out",state="failed_temporary"} 1.0',
        'twinbell_deliveries_total{reason="unknown_recipient",state="failed_permanent"} 1.0',
        'twinbell_deliveries_total{reason="unreachable",state="failed_temporary"} 1.0',
        'twinbell_deliveries_total{reason="unreachable",state="failed_permanent"} 1.0',
        'twinbell_deliveries_total{reason="",state="sent"} 1.0',
        'twinbell_deliveries_total{reason="not_drawn",state="sent"} 1.0',
        'twinbell_dead_letters_total{feed="desk",reason="value_missing"} 1.0',
    }


def test_the_time_to_answer_is_each_sides_own() -> None:
    """From the ring to the side's first answer; a second answer to the same ring is not timed, one to a new ring is."""
    metrics = Metrics()
    metrics(recorded(Opened(situation_id="s", opened_on="2023-07-03", mode=Mode.EXERCISE, policies={})))
    metrics(recorded(Rung(ring=ring(START, Level.WARNING))))
    metrics(acknowledged("JPN", START + 90))
    metrics(acknowledged("JPN", START + 200))
    metrics(acknowledged("USA", START + 400))
    metrics(recorded(Rung(ring=ring(START + 500, Level.EMERGENCY)), START + 500))
    metrics(acknowledged("JPN", START + 510))
    found = lines(metrics)
    assert 'twinbell_answer_seconds_sum{level="warning",participant="JPN"} 90.0' in found
    assert 'twinbell_answer_seconds_count{level="warning",participant="JPN"} 1.0' in found
    assert 'twinbell_answer_seconds_sum{level="warning",participant="USA"} 400.0' in found
    assert 'twinbell_answer_seconds_sum{level="emergency",participant="JPN"} 10.0' in found


def test_metrics_are_served() -> None:
    """GET /metrics on the address gives them; two servers are two registries."""
    metrics, other = Metrics(), Metrics()
    metrics(Moved(at=START, rate=1))
    metrics(Unread(at=START, feed="desk", note=""))
    server = metrics.serve("127.0.0.1", 0)
    try:
        text = httpx.get(f"http://127.0.0.1:{server.port}/metrics", trust_env=False).text
    finally:
        server.close()
    assert 'twinbell_feed_failures_total{feed="desk"} 1.0' in text
    assert 'feed="desk"' not in generate_latest(other.registry).decode()


def test_an_address_that_is_taken_is_an_error() -> None:
    """A second server on one port does not pass silently: the setting and the address are named."""
    server = Metrics().serve("127.0.0.1", 0)
    try:
        with pytest.raises(BadSettings, match=rf"^--metrics '127.0.0.1:{server.port}': .*in use; name another port"):
            serve_at(f"127.0.0.1:{server.port}", "--metrics", Metrics())
    finally:
        server.close()


@pytest.mark.parametrize("process", Process)
def test_each_process_exposes_what_concerns_it(process: Process) -> None:
    """The registry of a process holds exactly the metrics of the list that name it."""
    names = {family.name for family in Metrics(process).registry.collect()}
    assert names == {metric.name.removesuffix("_total") for metric in METRICS if process in metric.processes}


def test_names_say_their_unit_and_kind() -> None:
    """A counter ends in _total, a histogram in its unit; a time or a size never stands without one."""
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert metric.name.startswith("twinbell_"), metric.name
        assert metric.name.endswith("_total") == (metric.kind is Kind.COUNTER), metric.name
        if metric.kind is Kind.HISTOGRAM or {"age", "budget", "interval", "timestamp"} & set(metric.name.split("_")):
            assert metric.name.endswith("_seconds"), metric.name


def test_what_is_owed_is_seen_before_it_is_late() -> None:
    """Counters of what a side is owed begin at 0, so that the first one late is an increase."""
    metrics = Metrics()
    metrics.expect(TWO)
    assert 'twinbell_bells_total{level="emergency",outcome="late",participant="JPN"} 0.0' in lines(metrics)
    assert 'twinbell_answers_total{level="watch",outcome="in_time",participant="USA"} 0.0' in lines(metrics)
