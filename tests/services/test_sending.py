"""Every due delivery leaves at least once: intention first, retried as asked, given up visibly, in order."""

import threading
from collections.abc import Callable, Sequence

import pytest

from alerts.channels.base import Channel, Message, Receipt, Rendering
from alerts.deliveries import Delivery, DeliveryState, Mode, Purpose
from alerts.errors import PermanentFailure, TemporaryFailure
from alerts.facts import SendFailed, Sending, Sent
from alerts.lifecycle import AlertState
from alerts.participants import Directory
from alerts.reasons import Reason
from alerts.timers import Timers
from services.dispatcher.lanes import SideBySide
from services.dispatcher.send import Claimed, Patience, Sender
from streams.assessments import Level, RingCause
from tests.alerting import (
    JPN,
    MINUTE,
    START,
    USA,
    Recorder,
    assessment,
    compose,
    policy,
    ring,
    situation,
    with_policy,
)
from tests.bell import Bell

SLACK_ONLY = Directory(participants=tuple(with_policy(side, policy(channels=("slack",))) for side in (USA, JPN)))


class Scripted:
    """A channel that answers each message with the next outcome of its script, then takes everything."""

    waking = False

    def __init__(self, name: str, script: Sequence[Exception | Receipt] = ()) -> None:
        self.name = name
        self.script = list(script)
        self.messages: list[Message] = []

    def send(self, message: Message) -> Receipt:
        """Answer as scripted."""
        self.messages.append(message)
        outcome = self.script.pop(0) if self.script else Receipt(reference=f"receipt-{len(self.messages)}")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def rendering(self, message: Message) -> Rendering:
        """Nothing to see."""
        return Rendering(suffix=".txt", content=b"")


def ringing(script: Sequence[Exception | Receipt], timers: Timers | None = None) -> tuple[Bell, Scripted, str]:
    """One alert on Slack alone, whose channel follows a script. The Japanese side's message comes first in its lane."""
    channel = Scripted("slack", script)
    bell = Bell(SLACK_ONLY, timers, {"slack": channel})
    (alert_id,) = bell.take(assessment())
    return bell, channel, alert_id


def first_of(bell: Bell, alert_id: str, side: str) -> Delivery:
    """The ring of one side."""
    deliveries = bell.store.alert(alert_id).deliveries.values()
    return next(each for each in deliveries if each.participant == side and each.purpose is Purpose.RING)


def test_the_intention_is_on_disk_before_the_request_leaves() -> None:
    """When the channel is asked, another process already reads `sending`."""
    seen: list[DeliveryState] = []
    bell = Bell(SLACK_ONLY)

    class Looking(Scripted):
        def send(self, message: Message) -> Receipt:
            state = bell.store.alert(message.delivery.alert_id).deliveries[message.delivery.delivery_id]
            seen.append(state.state)
            return super().send(message)

    sender = Sender(bell.store, {"slack": Looking("slack")}, compose)
    bell.take(assessment())
    sender.send_due(START)
    assert seen == [DeliveryState.SENDING] * 2


def test_a_temporary_failure_is_tried_again_by_the_schedule() -> None:
    """Backoff is data; each attempt is two facts; the id and the revision never change."""
    failures = [TemporaryFailure(Reason.TIMED_OUT) for _ in range(3)]
    timers = Timers(send_backoff_s=(5, 15))
    bell, channel, alert_id = ringing(failures, timers)
    bell.run(MINUTE)
    sent = {message.delivery.participant: message for message in channel.messages}
    assert set(sent) == {"USA", "JPN"}
    tried = [message.delivery for message in channel.messages if message.delivery.participant == "USA"]
    assert len({(each.delivery_id, each.revision) for each in tried}) == 1
    facts = [fact.body for fact in bell.store.facts(alert_id)]
    assert sum(isinstance(body, Sending) for body in facts) == 5
    retries = [body.retry_at for body in facts if isinstance(body, SendFailed)]
    assert retries == [START + 5, START + 5, START + 5 + 15]
    assert first_of(bell, alert_id, "USA").state is DeliveryState.SENT


def test_what_the_provider_asks_for_is_respected() -> None:
    """A longer wait than the schedule's is kept, a shorter one is not used to hurry."""
    bell, _, alert_id = ringing([TemporaryFailure(Reason.RATE_LIMITED, retry_after_s=90.0)])
    bell.sender.send_due(START)
    failed = next(each for each in bell.store.alert(alert_id).deliveries.values() if each.retry_at)
    assert (failed.reason, failed.retry_at) == ("rate_limited", START + 90)


def test_too_many_attempts_end_visibly() -> None:
    """After the last attempt the delivery has failed for good, with that reason, and the ladder goes on."""
    timers = Timers(send_backoff_s=(5,), send_attempts=3)
    bell, channel, alert_id = ringing([TemporaryFailure(Reason.UNREACHABLE) for _ in range(6)], timers)
    bell.run(MINUTE)
    for side in ("USA", "JPN"):
        ring_of = first_of(bell, alert_id, side)
        assert (ring_of.state, ring_of.reason) == (DeliveryState.FAILED_PERMANENT, "too_many_attempts")
    details = [fact.body.detail for fact in bell.store.facts(alert_id) if isinstance(fact.body, SendFailed)]
    assert "unreachable" in details[-1]
    # Nobody was reached by the first step: the second does not wait for its time.
    escalated = [message.delivery for message in channel.messages if message.delivery.purpose is Purpose.ESCALATE]
    assert {each.person for each in escalated} == {"usa-deputy", "jpn-deputy"}
    assert all(each.due_at < START + 10 * MINUTE for each in escalated)


def test_a_permanent_failure_is_not_tried_again() -> None:
    """The reason is the channel's; one request and no more."""
    bell, channel, alert_id = ringing([PermanentFailure(Reason.UNKNOWN_RECIPIENT)] * 2)
    bell.settle()
    assert first_of(bell, alert_id, "USA").reason == "unknown_recipient"
    assert sum(message.delivery.purpose is Purpose.RING for message in channel.messages) == 2


def test_a_channel_that_is_not_there_fails_by_name() -> None:
    """A policy that names a channel which this process does not have is seen in the record."""
    bell = Bell(SLACK_ONLY, channels={})
    (alert_id,) = bell.take(assessment())
    bell.settle()
    assert first_of(bell, alert_id, "USA").reason == "unknown_channel"


def test_what_is_found_sending_after_a_crash_is_sent_again() -> None:
    """The same delivery id and revision, another attempt, and the reason on the record."""
    bell, channel, alert_id = ringing([])
    with bell.store.transaction() as connection:
        for delivery in bell.store.due(connection, START):
            assert bell.store.claim(connection, delivery.delivery_id, 1, START)
    revised = ring(START + 5, Level.WARNING, RingCause.DOCUMENT_JOINED)
    bell.now += 5
    bell.take(assessment(as_of=bell.now, rings=[ring(START, Level.WARNING, about=""), revised]))
    assert bell.sender.send_due(bell.now) == []  # perhaps another process is still at it
    recovered = bell.sender.recover(bell.now)
    assert {each.revision for each in recovered} == {1}
    bell.settle()
    again = [message.delivery for message in channel.messages if message.delivery.occasion == recovered[0].occasion]
    assert {(each.delivery_id, each.revision, each.attempts) for each in again} == {
        (each.delivery_id, 1, 1) for each in recovered
    }
    assert channel.messages[0].contents[0].subject == "warning r1"
    reasons = [fact.body.reason for fact in bell.store.facts(alert_id) if isinstance(fact.body, SendFailed)]
    assert reasons == ["interrupted", "interrupted"]


def test_a_lease_that_ran_out_is_an_interruption_too() -> None:
    """Without a restart: whatever nobody in this process is sending is due again after the lease."""
    bell, channel, _ = ringing([])
    with bell.store.transaction() as connection:
        for delivery in bell.store.due(connection, START):
            bell.store.claim(connection, delivery.delivery_id, 1, START)
    bell.now += bell.timers.send_lease_s - 1
    bell.settle()
    assert channel.messages == []
    bell.now += 1
    bell.settle()
    assert len(channel.messages) == 2


def test_messages_of_one_alert_to_one_person_leave_in_order() -> None:
    """While a ring is still being tried, what follows it on the same channel waits; other channels do not."""
    bell = Bell()
    slow = Scripted("slack", [TemporaryFailure(Reason.TIMED_OUT, retry_after_s=120)] * 2)
    channels: dict[str, Channel] = {"slack": slow, "pagerduty": bell.recorders["pagerduty"]}
    bell.sender = Sender(bell.store, channels, bell._compose, Mode.EXERCISE)
    first = ring(START, Level.WARNING)
    bell.take(assessment(rings=[first]))
    bell.run(MINUTE)
    joined = ring(bell.now, Level.WARNING, RingCause.DOCUMENT_JOINED)
    bell.take(assessment(as_of=bell.now, rings=[first, joined]))
    bell.run(5 * MINUTE)
    occasions = [each.delivery.occasion for each in slow.messages if each.delivery.participant == "USA"]
    assert occasions == [first.ring_id, first.ring_id, joined.ring_id]
    assert [at for at, _, _ in bell.heard("USA", "pagerduty")] == [0, 60]


def test_what_left_without_a_part_of_it_says_so_on_the_record() -> None:
    """The reason of the receipt is in the fact: log and metric have it from there."""
    bell, _, alert_id = ringing([Receipt(reference="r", lacks="not_drawn")])
    bell.settle()
    sent = [fact.body for fact in bell.store.facts(alert_id) if isinstance(fact.body, Sent)]
    assert sorted(body.lacks for body in sent) == ["", "not_drawn"]


def test_a_thread_hangs_on_its_first_receipt() -> None:
    """Later messages of the alert name the receipt of the first that was taken, and those since."""
    channel = Scripted("slack")
    bell = Bell(SLACK_ONLY, channels={"slack": channel})
    bell.take(assessment())
    bell.run(41 * MINUTE)
    mine = [message for message in channel.messages if message.delivery.participant == "USA"]
    receipts = [bell.store.alert(m.delivery.alert_id).deliveries[m.delivery.delivery_id].receipt for m in mine]
    assert [message.thread.root for message in mine] == ["", *[receipts[0]] * (len(mine) - 1)]
    assert mine[-1].thread.previous == tuple(receipts[1:-1])


def test_a_confirmed_receipt_is_delivered() -> None:
    """What the provider says it has delivered is more than what it has taken."""
    bell, _, alert_id = ringing([Receipt(reference="a", confirmed=True), Receipt(reference="b")])
    bell.settle()
    states = [each.state for each in bell.store.alert(alert_id).deliveries.values()]
    assert sorted(states) == [DeliveryState.DELIVERED, DeliveryState.SENT]


def test_a_message_that_cannot_be_written_stops_nobody_else() -> None:
    """A defect in composing is a failed attempt with its own reason; the other side is rung."""

    def broken(alert: AlertState, delivery: Delivery) -> Message:
        if delivery.participant == "USA":
            raise ValueError("a template is wrong")
        return compose(alert, delivery)

    bell = Bell(SLACK_ONLY)
    sender = Sender(bell.store, bell.recorders, broken)
    (alert_id,) = bell.take(assessment())
    sender.send_due(START)
    assert first_of(bell, alert_id, "USA").reason == "not_composed"
    assert first_of(bell, alert_id, "JPN").state is DeliveryState.SENT


def test_a_defect_of_a_channel_is_a_failed_attempt() -> None:
    """An unexpected error names its kind, not its words, which may hold a secret; it is tried again."""
    bell, _, alert_id = ringing([RuntimeError("token xoxb-secret")])
    bell.sender.send_due(START)
    facts = [fact.body for fact in bell.store.facts(alert_id)]
    failure = next(body for body in facts if isinstance(body, SendFailed))
    assert (failure.reason, failure.detail) == ("provider_error", "RuntimeError")


def test_a_sender_sends_what_is_of_its_mode() -> None:
    """An exercise is invisible to a sender of actual messages, and the other way round."""
    bell = Bell(SLACK_ONLY)
    bell.take(assessment())
    actual = Sender(bell.store, bell.recorders, compose, Mode.ACTUAL)
    assert actual.send_due(START) == []
    assert actual.recover(START) == []
    assert bell.messages(lambda delivery: True) == []


def test_a_slow_channel_of_one_side_does_not_hold_the_other() -> None:
    """With a thread for each lane the other side is rung while one provider does not answer at all."""
    answered, may_answer = threading.Event(), threading.Event()

    class Stuck(Recorder):
        def send(self, given: Message) -> Receipt:
            if given.delivery.participant == "USA":
                assert may_answer.wait(20)
            receipt = super().send(given)
            answered.set()
            return receipt

    bell = Bell(SLACK_ONLY)
    lanes = SideBySide()
    channel = Stuck("slack")
    sender = Sender(bell.store, {"slack": channel}, compose, patience=Patience(lanes=lanes))
    (alert_id,) = bell.take(assessment())
    sender.send_due(START)
    assert answered.wait(20)
    until(lambda: first_of(bell, alert_id, "JPN").state is DeliveryState.SENT)
    assert first_of(bell, alert_id, "USA").state is DeliveryState.SENDING
    assert sender.send_due(START + 1_000) == []  # its lane is busy: neither repeated nor taken for interrupted
    may_answer.set()
    lanes.close()
    assert first_of(bell, alert_id, "USA").state is DeliveryState.SENT
    assert len(channel.messages) == 2


def test_what_waits_for_its_lane_is_seen_to_wait() -> None:
    """It is not claimed while the lane is sending, somebody is told that it waits, and then it leaves."""
    may_answer = threading.Event()

    class Slow(Recorder):
        def send(self, given: Message) -> Receipt:
            assert may_answer.wait(20)
            return super().send(given)

    bell, lanes = Bell(SLACK_ONLY), SideBySide()
    sender = Sender(bell.store, {"slack": Slow("slack")}, compose, patience=Patience(lanes=lanes))
    bell.take(assessment())
    assert len(sender.send_due(START)) == 2
    assert (sender.is_sending, sender.is_behind) == (True, False)
    bell.take(assessment(situation(group="cobalt", origin="COD")))
    assert sender.send_due(START) == []
    assert sender.is_behind
    may_answer.set()
    until(lambda: not sender.is_sending)
    assert len(sender.send_due(START)) == 2
    lanes.close()
    assert (sender.is_sending, sender.is_behind) == (False, False)


def test_what_is_claimed_with_what_made_it_due_is_so_with_it_or_not_at_all() -> None:
    """One transaction for the alert, its deliveries and the intention to send them; the request leaves after it."""
    channel = Scripted("slack")
    bell = Bell(SLACK_ONLY, channels={"slack": channel})

    def take_in() -> Claimed:
        with bell.store.transaction() as connection:
            bell.intake.take_many(connection, [assessment()], START)
            return bell.sender.claim(connection, START)

    def fail() -> None:
        with bell.store.transaction():
            take_in()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert bell.store.open_alerts() == []
    claimed = take_in()
    (alert,) = bell.store.open_alerts()
    assert {each.state for each in alert.deliveries.values()} == {DeliveryState.SENDING}
    assert channel.messages == []
    bell.sender.send(claimed, START)
    assert {first_of(bell, alert.alert_id, side).state for side in ("USA", "JPN")} == {DeliveryState.SENT}
    assert len(channel.messages) == 2


def until(holds: Callable[[], bool]) -> None:
    """Look again until it holds; the thread that makes it hold is running."""
    for _ in range(100_000):
        if holds():
            return
    pytest.fail("it never held")


def test_an_answer_that_comes_after_its_time_out_counts() -> None:
    """A receipt for a delivery that had been counted as failed ends its retries."""
    bell, channel, alert_id = ringing([TemporaryFailure(Reason.TIMED_OUT)] * 2)
    bell.sender.send_due(START)
    late = first_of(bell, alert_id, "USA")
    with bell.store.transaction() as connection:
        body = Sent(delivery_id=late.delivery_id, receipt="late")
        bell.store.append(connection, bell.store.system, START + 1, alert_id, body)
    bell.run(MINUTE)
    assert first_of(bell, alert_id, "USA").receipt == "late"
    assert sum(message.delivery.participant == "USA" for message in channel.messages) == 1
