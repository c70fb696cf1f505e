"""PagerDuty: every ring that must be heard wakes, one incident stays open, the end closes all."""

import json
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels.base import Message, Parameter, Thread
from alerts.channels.credentials import Secret
from alerts.channels.pagerduty import EVENT_LIMIT, SUMMARY_LIMIT, PagerDuty, PagerDutySettings, events
from alerts.deliveries import Purpose
from alerts.errors import PermanentFailure, TemporaryFailure
from alerts.reasons import Reason
from tests.fakes.loopback import Answer, Trouble
from tests.fakes.messages import FACTS, PERSON, filled, ordinary, with_purpose
from tests.fakes.pagerduty import ROUTING_KEY, FakePagerDuty

SETTLED = settings(deadline=None, derandomize=True)  # the same examples on every machine, however slow


@pytest.fixture
def pagerduty() -> Iterator[FakePagerDuty]:
    """An account."""
    with FakePagerDuty() as fake:
        yield fake


def channel_of(fake: FakePagerDuty, key: str = ROUTING_KEY) -> PagerDuty:
    """The channel set up for it."""
    return PagerDuty(PagerDutySettings(keys={PERSON.person_id: Secret(key)}, endpoint=fake.endpoint, timeout_s=5))


def test_each_ring_wakes_even_after_an_answer_there(pagerduty: FakePagerDuty) -> None:
    """An acknowledged incident would swallow a second trigger: each ring opens its own, and the last is closed."""
    channel, first = channel_of(pagerduty), ordinary("pagerduty")
    root = channel.send(first).reference
    assert root.startswith("3f9a1c2b-USA-")
    pagerduty.incidents[root] = "acknowledged"
    second = channel.send(with_purpose(first, Purpose.RING, "level-rose", Thread(root=root))).reference
    third = channel.send(
        with_purpose(first, Purpose.REPEAT, "repeat-1", Thread(root=root, previous=(second,)))
    ).reference
    assert pagerduty.rings == [root, second, third]
    assert pagerduty.incidents == {root: "resolved", second: "resolved", third: "triggered"}


def test_an_update_is_appended_and_wakes_nobody(pagerduty: FakePagerDuty) -> None:
    """UPDATE and the partner's answer go to the incident that is open."""
    channel, first = channel_of(pagerduty), ordinary("pagerduty")
    thread = Thread(root=channel.send(first).reference)
    channel.send(with_purpose(first, Purpose.UPDATE, "revision-2", thread))
    channel.send(told(first, Reason.PARTNER_MOVED, thread))
    assert len(pagerduty.rings) == 1
    assert len(pagerduty.events) == 3


def test_the_answer_of_the_side_quiets_what_is_open(pagerduty: FakePagerDuty) -> None:
    """An answer given elsewhere acknowledges the incident; without one nothing is opened, and the next ring wakes."""
    channel, first = channel_of(pagerduty), ordinary("pagerduty")
    channel.send(with_purpose(first, Purpose.ANSWERED, "answered/3", Thread()))
    assert pagerduty.rings == []
    root = channel.send(first).reference
    channel.send(with_purpose(first, Purpose.ANSWERED, "answered/9", Thread(root=root)))
    assert pagerduty.incidents[root] == "acknowledged"
    ring = channel.send(with_purpose(first, Purpose.RING, "level-rose", Thread(root=root))).reference
    assert pagerduty.rings == [root, ring]


@pytest.mark.parametrize("reason", [Reason.PARTNER_UNREACHED, Reason.LADDER_EXHAUSTED, Reason.TIMED_OUT])
def test_a_partner_that_cannot_be_reached_wakes(pagerduty: FakePagerDuty, reason: Reason) -> None:
    """The other side's ladder is exhausted: this side's officer must hear of it."""
    channel, first = channel_of(pagerduty), ordinary("pagerduty")
    thread = Thread(root=channel.send(first).reference)
    channel.send(told(first, reason, thread))
    assert len(pagerduty.rings) == 2


def test_an_answer_given_elsewhere_quiets_the_incident(pagerduty: FakePagerDuty) -> None:
    """This side has answered: PagerDuty need not go on by itself."""
    channel, first = channel_of(pagerduty), ordinary("pagerduty")
    root = channel.send(first).reference
    update = with_purpose(first, Purpose.UPDATE, "answered", Thread(root=root))
    channel.send(msgspec.structs.replace(update, facts=msgspec.structs.replace(FACTS, answered=True)))
    assert pagerduty.incidents == {root: "acknowledged"}


@pytest.mark.parametrize("purpose", [Purpose.RESOLVE, Purpose.CLOSE])
def test_the_end_resolves_all(pagerduty: FakePagerDuty, purpose: Purpose) -> None:
    """Every incident that the thread knows of is resolved, and trying again is harmless."""
    channel, first = channel_of(pagerduty), ordinary("pagerduty")
    root = channel.send(first).reference
    second = channel.send(with_purpose(first, Purpose.ESCALATE, "step-2", Thread())).reference
    assert set(pagerduty.incidents.values()) == {"triggered"}
    channel.send(with_purpose(first, purpose, "end", Thread(root=root, previous=(second,))))
    assert set(pagerduty.incidents.values()) == {"resolved"}
    pagerduty.troubles.append(Trouble("drop"))
    end = with_purpose(first, purpose, "end", Thread(root=root, previous=(second,)))
    with pytest.raises(TemporaryFailure):
        channel.send(end)
    channel.send(end)
    assert set(pagerduty.incidents.values()) == {"resolved"}


def test_a_leftover_that_cannot_be_closed_is_no_reason_to_ring_again(pagerduty: FakePagerDuty) -> None:
    """The ring went out; the old incident stays until the end."""
    channel, first = channel_of(pagerduty), ordinary("pagerduty")
    root = channel.send(first).reference
    taken = Trouble("answer", Answer(202), taken=True)
    pagerduty.troubles += [taken, Trouble("answer", Answer(429))]
    second = channel.send(with_purpose(first, Purpose.RING, "level-rose", Thread(root=root))).reference
    assert pagerduty.rings == [root, second]
    assert pagerduty.incidents[root] == "triggered"
    channel.send(with_purpose(first, Purpose.RESOLVE, "end", Thread(root=root, previous=(second,))))
    assert set(pagerduty.incidents.values()) == {"resolved"}


def test_a_person_without_key_is_said(pagerduty: FakePagerDuty) -> None:
    """The error names the setting."""
    message = msgspec.structs.replace(ordinary("pagerduty"), person=msgspec.structs.replace(PERSON, person_id="other"))
    with pytest.raises(PermanentFailure, match="pagerduty_key_file") as caught:
        channel_of(pagerduty).send(message)
    assert caught.value.reason is Reason.UNKNOWN_RECIPIENT


def test_the_probe_sees_keys_and_endpoint(pagerduty: FakePagerDuty) -> None:
    """`twinbell check` opens no incident; a key of the wrong form is said without showing it."""
    channel_of(pagerduty).probe()
    with pytest.raises(PermanentFailure, match="usa-duty") as caught:
        channel_of(pagerduty, "not-a-key").probe()
    assert "not-a-key" not in str(caught.value)
    assert not pagerduty.incidents


@pytest.mark.parametrize(
    ("level", "severity"), [("emergency", "critical"), ("warning", "error"), ("watch", "warning"), ("advisory", "info")]
)
def test_severity_follows_the_level(level: str, severity: str) -> None:
    """PagerDuty's four words."""
    message = msgspec.structs.replace(ordinary("pagerduty"), facts=msgspec.structs.replace(FACTS, level=level))
    (event,) = events(message)
    assert event.payload.severity == severity


def test_equal_names_keep_all_their_values() -> None:
    """Two minerals are two values of one parameter."""
    (event,) = events(ordinary("pagerduty"))
    assert event.payload.custom_details.parameters["mineral"] == "gallium, germanium"


@SETTLED
@given(st.text(max_size=300), st.integers(min_value=0, max_value=400))
def test_no_text_breaks_the_limits(text: str, count: int) -> None:
    """Whatever the text and however much of it, an event keeps PagerDuty's limits."""
    message = filled("pagerduty", text * 20, lines=count)
    parameters = tuple(Parameter(name=f"{text}{number}", value=text * 20) for number in range(count))
    message = msgspec.structs.replace(message, facts=msgspec.structs.replace(message.facts, parameters=parameters))
    _check(message)


def test_a_storm_fits_into_one_event() -> None:
    """Ten thousand alerts in one message are all named, and the event is still taken."""
    message = filled("pagerduty", "あ" * 5000, lines=400)
    also = tuple(f"{number:020x}" for number in range(10_000))
    message = msgspec.structs.replace(message, delivery=msgspec.structs.replace(message.delivery, also=also))
    _check(message)
    (event,) = events(message)
    assert event.payload.custom_details.also == also


def told(first: Message, reason: Reason, thread: Thread) -> Message:
    """This side is told of the other, for a reason (that of the last failure, where it is tried again)."""
    message = with_purpose(first, Purpose.PARTNER, "partner", thread)
    return msgspec.structs.replace(message, delivery=msgspec.structs.replace(message.delivery, reason=reason))


def _check(message: Message) -> None:
    for event in json.loads(PagerDuty.rendering(message).content):
        assert len(json.dumps(event, ensure_ascii=False).encode()) < EVENT_LIMIT
        assert 1 <= len(event["payload"]["summary"]) <= SUMMARY_LIMIT
