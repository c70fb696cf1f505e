"""The golden files: the first ring on Slack and by e-mail in both languages, and the letter ten minutes later.

By then Tokyo has answered and is acting, Washington has not answered: each side reads so of the other.
"""

from pathlib import Path

import msgspec

from alerts.channels.base import Message
from alerts.deliveries import Purpose
from alerts.facts import Acknowledged, Responding
from alerts.render import compose
from tests.golden import readable
from tests.golden.scene import KNOWN_AT, MINUTE, Story, announced, delivery, surroundings

FOLDER = Path(__file__).resolve().parent
READERS = {"en": "usa-duty", "ja": "jpn-duty"}
AUTHOR = "JPN/jpn-duty"


def renderings() -> dict[str, str]:
    """File name → text."""
    texts = {}
    for language, person in READERS.items():
        texts[f"email.{language}.txt"] = readable.email(_ring(person, "email"))
        texts[f"slack.{language}.txt"] = readable.slack(_ring(person, "slack"))
        texts[f"email.later.{language}.txt"] = readable.email(_later(person))
    return texts


def _ring(person: str, channel: str) -> Message:
    """The first message: nobody has been reached yet."""
    gallium, germanium = Story(announced()["gallium"]), Story(announced()["germanium"])
    planned = delivery(gallium.alert_id, person, channel, KNOWN_AT, also=(germanium.alert_id,))
    return compose(gallium.state, planned, surroundings(), (germanium.state,))


def _later(person: str) -> Message:
    """Ten minutes later: the news of Tokyo's answer for Washington, the same page as an update for Tokyo."""
    story = Story(announced()["gallium"])
    for reader in READERS.values():
        story.sent(delivery(story.alert_id, reader, "email", KNOWN_AT), KNOWN_AT)
    story.add(KNOWN_AT + 6 * MINUTE, Acknowledged(participant="JPN", person="jpn-duty", means="cli"), AUTHOR)
    responding = Responding(participant="JPN", person="jpn-duty", note="緊急対応グループを招集中")
    story.add(KNOWN_AT + 9 * MINUTE, responding, AUTHOR)
    purpose = Purpose.PARTNER if person == "usa-duty" else Purpose.UPDATE
    planned = delivery(story.alert_id, person, "email", KNOWN_AT + 10 * MINUTE, purpose)
    return compose(story.state, msgspec.structs.replace(planned, occasion="move/12"), surroundings())
