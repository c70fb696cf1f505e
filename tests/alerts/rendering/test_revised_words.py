"""What a message says after a source has revised its figures: both languages, every channel, and CAP's terms."""

from collections.abc import Callable
from email.parser import BytesParser
from email.policy import default

import msgspec
import pytest
from lxml import etree

from alerts.channels import CHANNELS
from alerts.channels.base import Kind, Message
from alerts.channels.cap import NAMESPACE, document
from alerts.deliveries import Purpose
from alerts.facts import Assessed, Cancelled
from alerts.reasons import Reason
from alerts.render import compose
from streams.assessments import Assessment, Situation
from streams.observations import Family
from streams.signals import Direction, Hazard, Phase, Signal, revision_id_of
from tests.alerts.rendering.scenes import AT, DAY, fall, restriction, signal
from tests.golden.scene import MINUTE, Story, delivery, judged, surroundings

LATER = AT + 2 * DAY
CHINA = Situation(hazard=Hazard.RESTRICTION, group="graphite", origin="CHN")
SAID = {"en": "ource revised", "ja": "情報源"}


def halt() -> Signal:
    """A second signal of the same restriction."""
    return signal(
        "v2", "V2", Hazard.RESTRICTION, Family.CUSTOMS, destination="WLD", direction=Direction.DOWN, score=4.0
    )


def taken_back(*gone: Signal) -> Signal:
    """The revision that takes these signals back."""
    ids = tuple(each.signal_id for each in gone)
    return msgspec.structs.replace(
        gone[0],
        signal_id=revision_id_of("series", gone[0].hazard, LATER, ids),
        detector="X2",
        phase=Phase.REVISED,
        known_at=LATER,
        score=0.0,
        observed=21_400.0,
        expected=None,
        band_low=None,
        band_high=None,
        withdraws=ids,
    )


def told(before: Assessment, after: Assessment, purpose: Purpose, occasion: str) -> Message:
    """The message of the CAP channel to the Japanese officer after a revision."""
    story = Story(before)
    story.sent(delivery(story.alert_id, "jpn-duty", "cap", AT), AT)
    story.add(LATER, Assessed(revision=2, assessment=after))
    if after.void:
        story.add(LATER, Cancelled(reason=Reason.SOURCE_REVISED.value))
    planned = delivery(story.alert_id, "jpn-duty", "cap", LATER + MINUTE, purpose, revision=2, occasion=occasion)
    return compose(story.state, planned, surroundings())


def updated() -> Message:
    """One of two signals was taken back."""
    after = judged([fall(), halt(), taken_back(halt())], CHINA, LATER)
    assert not after.void
    return told(restriction(fall(), halt()), after, Purpose.UPDATE, "revised/2")


def withdrawn() -> Message:
    """The only signal was taken back."""
    after = judged([fall(), taken_back(fall())], CHINA, LATER)
    assert after.void
    return told(restriction(fall()), after, Purpose.CLOSE, "closed")


@pytest.mark.parametrize(("made", "msg_type"), [(updated, "Update"), (withdrawn, "Cancel")])
def test_cap_refers_to_what_was_sent_and_says_why(made: Callable[[], Message], msg_type: str) -> None:
    """Update or Cancel with references, both languages in one file, and the reason as a parameter."""
    message = made()
    alert = etree.fromstring(document(message))
    space = {"c": NAMESPACE}
    assert alert.findtext("c:msgType", namespaces=space) == msg_type
    (reference,) = (alert.findtext("c:references", namespaces=space) or "").split()
    assert reference.split(",")[1].endswith("-1")
    assert alert.findtext("c:identifier", namespaces=space) != reference.split(",")[1]
    infos = alert.findall("c:info", namespaces=space)
    assert {info.findtext("c:language", namespaces=space) for info in infos} == {"en-US", "ja-JP"}
    for info in infos:
        pairs = {
            pair.findtext("c:valueName", namespaces=space): pair.findtext("c:value", namespaces=space)
            for pair in info.findall("c:parameter", namespaces=space)
        }
        assert pairs["reason"] == "source_revised"
        language = (info.findtext("c:language", namespaces=space) or "")[:2]
        assert SAID[language] in (info.findtext("c:headline", namespaces=space) or "")


@pytest.mark.parametrize("made", [updated, withdrawn])
@pytest.mark.parametrize("kind", CHANNELS, ids=lambda kind: kind.name)
def test_every_channel_says_that_the_source_has_revised(kind: type[Kind], made: Callable[[], Message]) -> None:
    """Whatever the channel shows of a message, the words are there, in the reader's language."""
    message = made()
    content = kind.rendering(message).content
    if kind.name == "email":
        letter = BytesParser(policy=default).parsebytes(content)
        assert SAID["ja"] in letter["Subject"]
        content = letter.get_body(("plain",)).get_content().encode()  # type: ignore[union-attr]
    assert SAID["ja"] in content.decode()


@pytest.mark.parametrize("made", [updated, withdrawn])
def test_the_first_screen_and_the_evidence_say_what_counts_no_longer(made: Callable[[], Message]) -> None:
    """When it was revised and how many signals fell; each of them is marked, and the revised figure is shown."""
    message = made()
    for content in message.contents:
        screen = " ".join(line.text for line in content.first_screen)
        everything = " ".join(line.text for section in content.sections for line in section.lines)
        assert {"en": "1 earlier signal counts no longer", "ja": "従前の検知1件を取消し"}[content.language] in screen
        assert {"en": "withdrawn: source revised", "ja": "情報源の改定により取消し"}[content.language] in everything
        assert "21,400" in everything
        assert len(content.first_screen) <= 12
