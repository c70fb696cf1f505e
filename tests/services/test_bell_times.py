"""Facts to objectives: each side's bell, the difference between them, its answer, and what is late the moment it is."""

import pytest
from msgspec.structs import replace
from prometheus_client import generate_latest

from alerts.deliveries import Delivery, DeliveryState, Mode, Purpose
from alerts.facts import Acknowledged, Body, Closed, Fact, Planned, Rung, Sending
from services.bell_times import BellTimes
from services.metrics import Meters, Process
from services.objectives import ANSWER_S, BELL_S
from streams.assessments import Level
from tests.alerting import START, ring

ALERT, OTHER = "a" * 20, "b" * 20


class Timed:
    """The times of one process, and what it counts."""

    def __init__(self) -> None:
        self.meters = Meters(Process.RUN)
        self.times = BellTimes(self.meters)

    def take(self, body: Body, at: int = START, alert: str = ALERT) -> None:
        """One entry of the record."""
        self.times.take(fact(body, at, alert))

    def value(self, line: str) -> float:
        """What Prometheus would read for this series; 0 where there is none."""
        text = generate_latest(self.meters.registry).decode().splitlines()
        return next((float(each.rsplit(" ", 1)[1]) for each in text if each.startswith(f"{line} ")), 0.0)

    def bells(self, side: str, outcome: str, level: Level = Level.WARNING) -> float:
        """Bells counted for a side."""
        return self.value(f'twinbell_bells_total{{level="{level}",outcome="{outcome}",participant="{side}"}}')

    def answers(self, side: str, outcome: str) -> float:
        """Answers counted for a side at level warning."""
        return self.value(f'twinbell_answers_total{{level="warning",outcome="{outcome}",participant="{side}"}}')


def fact(body: Body, at: int = START, alert: str = ALERT) -> Fact:
    """An entry of the record."""
    return Fact(author="system@hub", sequence=1, at=at, alert_id=alert, body=body, previous="", hash="")


def planned(side: str, delivery_id: str = "", alert: str = ALERT) -> Planned:
    """A ring of one side, due."""
    delivery = Delivery(
        delivery_id=delivery_id or f"d-{side}",
        alert_id=alert,
        also=(),
        revision=1,
        participant=side,
        person=f"{side.lower()}-duty",
        channel="pagerduty",
        language="en",
        purpose=Purpose.RING,
        level=Level.WARNING,
        mode=Mode.EXERCISE,
        occasion="o",
        due_at=START,
    )
    return Planned(delivery=delivery)


def sending(side: str) -> Sending:
    """The intention to send it."""
    return Sending(delivery_id=f"d-{side}", attempt=1)


@pytest.fixture
def rung() -> Timed:
    """An alert that has rung, owed to both sides."""
    timed = Timed()
    timed.take(Rung(ring=ring(START, Level.WARNING)))
    timed.take(planned("USA"))
    timed.take(planned("JPN"))
    return timed


def test_each_sides_bell_and_the_difference(rung: Timed) -> None:
    """From the ring to the first attempt on each side; what lies between the two is observed once both have theirs."""
    rung.take(sending("USA"), START + 2)
    assert rung.value('twinbell_bell_difference_seconds_count{level="warning"}') == 0
    rung.take(sending("JPN"), START + 9)
    assert rung.value('twinbell_bell_seconds_sum{level="warning",participant="USA"}') == 2
    assert rung.value('twinbell_bell_seconds_sum{level="warning",participant="JPN"}') == 9
    assert rung.value('twinbell_bell_difference_seconds_sum{level="warning"}') == 7
    assert rung.value('twinbell_bell_difference_seconds_count{level="warning"}') == 1
    assert (rung.bells("USA", "in_time"), rung.bells("JPN", "in_time"), rung.bells("JPN", "late")) == (1, 1, 0)


def test_a_bell_that_never_leaves_is_late_when_its_time_is_over(rung: Timed) -> None:
    """Nobody has to send it for it to count; when it leaves at last it is not counted again."""
    rung.take(sending("USA"), START + 1)
    rung.times.move(START + BELL_S)
    assert rung.bells("JPN", "late") == 0
    rung.times.move(START + BELL_S + 1)
    rung.times.move(START + BELL_S + 2)
    assert (rung.bells("JPN", "late"), rung.bells("USA", "late")) == (1, 0)
    rung.take(sending("JPN"), START + BELL_S + 30)
    assert (rung.bells("JPN", "late"), rung.bells("JPN", "in_time")) == (1, 0)


def test_what_a_side_holds_back_is_owed_from_when_it_is_let_go(rung: Timed) -> None:
    """A silence makes nothing late and compares nothing; once it is over the bell is owed from then."""
    timed = Timed()
    timed.take(Rung(ring=ring(START, Level.WARNING)))
    silenced = planned("JPN").delivery
    timed.take(Planned(delivery=replace(silenced, state=DeliveryState.SUPPRESSED, reason="silenced")))
    timed.times.move(START + 3_600)
    assert timed.bells("JPN", "late") == 0
    timed.take(Planned(delivery=silenced), START + 3_600)
    timed.take(sending("JPN"), START + 3_604)
    assert timed.bells("JPN", "in_time") == 1
    assert timed.value('twinbell_bell_seconds_sum{level="warning",participant="JPN"}') == 4


def test_an_alert_that_stands_in_anothers_message_rings_with_it() -> None:
    """Grouped alerts leave in one message: each of them has had its attempt."""
    timed = Timed()
    for alert in (ALERT, OTHER):
        timed.take(Rung(ring=ring(START, Level.WARNING)), alert=alert)
    leading = replace(planned("USA").delivery, also=(OTHER,))
    mention = replace(
        leading,
        delivery_id="m",
        alert_id=OTHER,
        also=(),
        bundle="d-USA",
        state=DeliveryState.SUPPRESSED,
        reason="grouped",
    )
    timed.take(Planned(delivery=leading))
    timed.take(Planned(delivery=mention), alert=OTHER)
    timed.take(sending("USA"), START + 1)
    assert timed.bells("USA", "in_time") == 2


def test_an_answer_that_does_not_come_is_late(rung: Timed) -> None:
    """A side's answer counts once a ring: in time, or late the moment its time is over."""
    rung.take(Acknowledged(participant="USA", person="usa-duty", means="cli"), START + 90)
    rung.times.move(START + ANSWER_S[Level.WARNING] + 1)
    rung.take(Acknowledged(participant="JPN", person="jpn-duty", means="cli"), START + 2 * ANSWER_S[Level.WARNING])
    assert (rung.answers("USA", "in_time"), rung.answers("USA", "late")) == (1, 0)
    assert (rung.answers("JPN", "in_time"), rung.answers("JPN", "late")) == (0, 1)
    rung.take(Rung(ring=ring(START, Level.WARNING)), START + 10_000)
    rung.take(planned("USA", "again"), START + 10_000)
    rung.times.move(START + 20_000)
    assert rung.answers("USA", "late") == 1, "a new ring wants a new answer"


def test_what_has_ended_owes_nothing(rung: Timed) -> None:
    """An alert that is closed before its time is over makes nobody late."""
    rung.take(Closed(), START + 5)
    rung.times.move(START + 10 * ANSWER_S[Level.WARNING])
    assert (rung.bells("JPN", "late"), rung.answers("JPN", "late")) == (0, 0)


def test_what_was_owed_before_a_restart_is_owed_after_it() -> None:
    """A process that begins follows what it finds in the record from its own time, and counts only what comes."""
    timed = Timed()
    before = [
        fact(Rung(ring=ring(START, Level.WARNING))),
        fact(planned("USA")),
        fact(planned("JPN")),
        fact(sending("USA")),
    ]
    timed.times.recall(before)
    assert timed.bells("USA", "in_time") == 0
    timed.times.move(START + 300)
    timed.take(sending("JPN"), START + 300)
    assert (timed.bells("JPN", "late"), timed.bells("USA", "in_time")) == (1, 0)
    assert timed.value('twinbell_bell_seconds_sum{level="warning",participant="JPN"}') == 300
