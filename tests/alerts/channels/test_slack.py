"""Slack: who is told, what is edited, and that nothing is lost when the thread is broken."""

import json
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels.base import Line, Message, Thread
from alerts.channels.credentials import Secret
from alerts.channels.slack import Slack, SlackSettings
from alerts.channels.slack_blocks import escaped
from alerts.deliveries import Purpose
from alerts.errors import PermanentFailure, TemporaryFailure
from alerts.reasons import Reason
from tests.fakes.loopback import Answer, Trouble
from tests.fakes.messages import filled, ordinary, with_purpose
from tests.fakes.slack import TOKEN, FakeSlack, error_of, texts_of

SETTLED = settings(deadline=None, derandomize=True)  # the same examples on every machine, however slow


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """A workspace."""
    with FakeSlack() as fake:
        yield fake


def channel_of(slack: FakeSlack, token: str = TOKEN) -> Slack:
    """The channel set up for it."""
    return Slack(SlackSettings(token=Secret(token), api_base=slack.api_base, timeout_s=5))


def opened(slack: FakeSlack) -> tuple[Slack, Message, Thread]:
    """An alert that has rung once."""
    channel, first = channel_of(slack), ordinary("slack")
    return channel, first, Thread(root=channel.send(first).reference)


def test_the_first_message_mentions_the_person(slack: FakeSlack) -> None:
    """The root is a new message in the participant's channel that tells the person on call."""
    _, _, thread = opened(slack)
    (root,) = slack.posted.values()
    assert thread.root == f"C0ALERTS/{root.ts}"
    assert slack.notified == [("U012AB3CD", root.ts)]
    assert root.body["unfurl_links"] is root.body["unfurl_media"] is False


def test_an_update_edits_and_tells_nobody(slack: FakeSlack) -> None:
    """UPDATE changes the one message in place."""
    channel, first, thread = opened(slack)
    receipt = channel.send(with_purpose(first, Purpose.UPDATE, "revision-2", thread))
    (root,) = slack.posted.values()
    assert receipt.reference == thread.root
    assert root.edits == 1
    assert len(slack.notified) == 1


@pytest.mark.parametrize("purpose", [Purpose.RING, Purpose.REPEAT, Purpose.ESCALATE, Purpose.PARTNER])
def test_whatever_must_be_heard_is_a_reply_shown_in_the_channel(slack: FakeSlack, purpose: Purpose) -> None:
    """The root is edited, and a reply in its thread, shown in the channel, mentions the person."""
    channel, first, thread = opened(slack)
    channel.send(with_purpose(first, purpose, "second", thread))
    root, reply = slack.posted.values()
    assert root.edits == 1
    assert reply.body["thread_ts"] == root.ts
    assert reply.body["reply_broadcast"] is True
    assert slack.notified[1:] == [("U012AB3CD", reply.ts)]


@pytest.mark.parametrize("purpose", [Purpose.RESOLVE, Purpose.CLOSE])
def test_an_end_is_shown_and_mentions_nobody(slack: FakeSlack, purpose: Purpose) -> None:
    """The end is seen in the channel; nobody is called for it."""
    channel, first, thread = opened(slack)
    channel.send(with_purpose(first, purpose, "end", thread))
    assert len(slack.posted) == 2
    assert len(slack.notified) == 1


def test_a_ring_is_not_held_back_by_a_failed_edit(slack: FakeSlack) -> None:
    """The edit meets a rate limit: the reply rings all the same."""
    channel, first, thread = opened(slack)
    slack.troubles.append(Trouble(answer=Answer(429, b"{}", {"Retry-After": "9"})))
    channel.send(with_purpose(first, Purpose.REPEAT, "repeat-1", thread))
    assert len(slack.notified) == 2


def test_a_failed_edit_without_a_ring_is_tried_again(slack: FakeSlack) -> None:
    """An update that Slack did not take is a failure, since nothing else carries its news."""
    channel, first, thread = opened(slack)
    slack.troubles.append(Trouble(answer=Answer(429, b"{}", {"Retry-After": "9"})))
    with pytest.raises(TemporaryFailure) as caught:
        channel.send(with_purpose(first, Purpose.UPDATE, "revision-2", thread))
    assert caught.value.retry_after_s == 9


@pytest.mark.parametrize("purpose", [Purpose.UPDATE, Purpose.RING])
def test_a_deleted_root_is_posted_anew(slack: FakeSlack, purpose: Purpose) -> None:
    """Somebody deleted the message: the next delivery stands in the channel in full."""
    channel, first, thread = opened(slack)
    slack.posted.clear()
    receipt = channel.send(with_purpose(first, purpose, "after", thread))
    (root,) = slack.posted.values()
    assert receipt.reference.endswith(root.ts)
    assert "thread_ts" not in root.body


def test_a_participant_without_channel_is_reached_in_person(slack: FakeSlack) -> None:
    """The message goes to the person's own conversation, and the thread holds there."""
    first = ordinary("slack")
    participant = msgspec.structs.replace(first.participant, slack_channel="")
    first = msgspec.structs.replace(first, participant=participant)
    channel = channel_of(slack)
    root = channel.send(first).reference
    assert root.startswith("D012AB3CD/")
    channel.send(with_purpose(first, Purpose.UPDATE, "revision-2", Thread(root=root)))
    assert [message.edits for message in slack.posted.values()] == [1]


@pytest.mark.parametrize(
    ("slack_id", "slack_channel"), [("", ""), ("duty officer", "C0ALERTS"), ("<!here>", "C0ALERTS")]
)
def test_an_address_that_is_none_is_said(slack: FakeSlack, slack_id: str, slack_channel: str) -> None:
    """A person who cannot be mentioned is a permanent failure that names the setting, not a silent message."""
    first = ordinary("slack")
    message = msgspec.structs.replace(
        first,
        person=msgspec.structs.replace(first.person, slack_id=slack_id),
        participant=msgspec.structs.replace(first.participant, slack_channel=slack_channel),
    )
    with pytest.raises(PermanentFailure) as caught:
        channel_of(slack).send(message)
    assert caught.value.reason is Reason.UNKNOWN_RECIPIENT
    assert not slack.posted


def test_where_slack_ignores_the_key_the_copy_shows_its_revision(slack: FakeSlack) -> None:
    """client_msg_id is a favour, not a promise: a second copy names alert and revision."""
    slack.honours_client_msg_id = False
    channel, message = channel_of(slack), ordinary("slack")
    channel.send(message)
    channel.send(message)
    first, second = slack.posted.values()
    assert first.body == second.body
    assert "3f9a1c2b · r1" in json.dumps(second.body, ensure_ascii=False)


def test_the_probe_names_the_scope_that_is_missing(slack: FakeSlack) -> None:
    """`twinbell check` can say what to mend: a bad token, or a missing scope."""
    channel_of(slack).probe()
    slack.scopes = "users:read"
    with pytest.raises(PermanentFailure, match="chat:write"):
        channel_of(slack).probe()
    with pytest.raises(PermanentFailure, match="invalid_auth"):
        channel_of(slack, "xoxb-wrong").probe()


def test_links_are_ours_and_text_stays_dead(slack: FakeSlack) -> None:
    """A line's own address is a link; an address within a text is not."""
    _, first, _ = opened(slack)
    shown = json.dumps(slack.posted.popitem()[1].body)
    assert "<https://runbooks.example.org/en/restriction.html|Restriction: first 15 minutes>" in shown
    assert '"verbatim": false' not in shown
    assert first.contents[0].first_screen[7].text in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
        ("*bold* ~gone~ `code`", "∗bold∗ ∼gone∼ ˋcodeˋ"),
        ("_leaning_ but snake_case", "＿leaning＿ but snake_case"),
        (":skull: at 12:30:45", "∶skull∶ at 12:30:45"),
    ],
)
def test_text_does_nothing_in_slack(text: str, shown: str) -> None:
    """Entities by Slack's rule; formatting signs become signs that only look alike."""
    assert escaped(text) == shown


@SETTLED
@given(st.text(max_size=400), st.integers(min_value=0, max_value=40), st.integers(min_value=0, max_value=40))
def test_no_text_breaks_the_limits(text: str, lines: int, sections: int) -> None:
    """Whatever the text and however much of it, the message keeps Slack's limits."""
    (call,) = json.loads(Slack.rendering(filled("slack", text, lines, sections)).content)
    assert error_of(call["body"]) is None


def test_what_is_asked_is_asked_once_and_in_bold() -> None:
    """One paragraph of its own, whether the content has placed it or not."""
    message = ordinary("slack")
    content = message.contents[0]
    placed = msgspec.structs.replace(
        content, first_screen=(*content.first_screen[:7], Line(label="Asked", text=content.asked))
    )
    for each in (message, msgspec.structs.replace(message, contents=(placed,))):
        (call,) = json.loads(Slack.rendering(each).content)
        asked = [text for text in texts_of(call["body"]) if content.asked in text]
        assert len(asked) == 1
        assert asked[0].startswith(":bell: *")
