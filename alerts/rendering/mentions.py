"""What is said of an alert in the message of another, written once: in a storm many messages name the same ones."""

from typing import NamedTuple

from alerts.channels.base import Line
from alerts.rendering import events
from alerts.rendering.voice import Voice
from alerts.states import AlertState
from streams.assessments import Assessment

_MOST = 100_000  # about 40 MB


class Mention(NamedTuple):
    """What happened to it, in the words of the first screen, and the line that names it."""

    what: str
    line: Line


class Mentions:
    """The mentions that were written so far. Forgetting them costs time and changes nothing."""

    def __init__(self) -> None:
        self._written: dict[tuple[str, str], tuple[Assessment, int, Mention]] = {}

    def of(self, voice: Voice, state: AlertState) -> Mention:
        """The mention of an alert as it stands, in the language of `voice`."""
        key = (voice.code, state.alert_id)
        assessment, revision, mention = self._written.get(key, (None, 0, None))
        if mention is not None and assessment is state.assessment and revision == state.revision:
            return mention
        if len(self._written) >= _MOST:
            self._written.clear()
        mention = _written(voice, state)
        self._written[key] = (state.assessment, state.revision, mention)
        return mention


def _written(voice: Voice, state: AlertState) -> Mention:
    text = voice.say(
        "detail.also",
        level=voice.say(f"level.{state.level}"),
        event=events.event(voice, state, events.minerals_of(state)),
        alert_id=state.alert_id,
        revision=voice.number(state.revision),
    )
    return Mention(events.what(voice, state), Line(label="", text=text))
