"""The golden files: what each side's officer reads on Slack and in a letter, ten minutes into the golden alert."""

from pathlib import Path

from alerts.render import compose
from tests.golden import readable
from tests.golden.scene import KNOWN_AT, MINUTE, delivery, gallium, germanium, surroundings

FOLDER = Path(__file__).resolve().parent
READERS = {"en": "usa-duty", "ja": "jpn-duty"}


def renderings() -> dict[str, str]:
    """File name → text."""
    story, also = gallium(), germanium()
    texts = {}
    for language, person in READERS.items():
        for channel, readable_by in (("email", readable.email), ("slack", readable.slack)):
            planned = delivery(story.alert_id, person, channel, KNOWN_AT + 10 * MINUTE, also=(also.alert_id,))
            message = compose(story.state, planned, surroundings(), (also.state,))
            texts[f"{channel}.{language}.txt"] = readable_by(message)
    return texts
