"""Alerts named in the message of another: written once for each language, and never as they no longer are."""

from msgspec.structs import replace

from alerts.rendering.mentions import Mentions
from alerts.rendering.voice import Voice
from streams.assessments import Level
from tests.alerts.rendering.scenes import assessments
from tests.golden.scene import KNOWN_AT, Story, directory, surroundings


def voice(language: str) -> Voice:
    """A reader of one language."""
    around = surroundings()
    return Voice(around.wording.chosen(language, ()), around.reference, directory(), ("UTC",), KNOWN_AT)


def test_a_mention_is_written_once_for_each_language() -> None:
    """The same alert in the same language is the same line, in another language another."""
    state, mentions = Story(assessments()["figures alone"]).state, Mentions()
    english = mentions.of(voice("en"), state)
    assert mentions.of(voice("en"), state) is english
    assert mentions.of(voice("ja"), state).line.text != english.line.text
    assert state.alert_id in english.line.text


def test_a_mention_follows_its_alert() -> None:
    """A new assessment, revision or level is written anew; so is another alert under the same id."""
    state, mentions = Story(assessments()["figures alone"]).state, Mentions()
    before = mentions.of(voice("en"), state)
    louder = replace(state, assessment=replace(state.assessment, level=Level.EMERGENCY))
    assert mentions.of(voice("en"), louder).line.text != before.line.text
    assert mentions.of(voice("en"), replace(state, revision=7)).line.text != before.line.text
    assert mentions.of(voice("en"), state) == before
