"""Holds → one line each: which rises of price an alert holds back, what holds it back, and until when at the latest."""

from collections.abc import Sequence

from alerts.holds import Hold, Holds
from alerts.rendering.mentions import Mentions
from alerts.rendering.voice import Voice


def holding(voice: Voice, mentions: Mentions, holds: Sequence[Hold]) -> str:
    """The rises that a supply alert holds back; empty where there are none."""
    if not holds:
        return ""
    named = [
        voice.say("hold.rise", alert=mentions.of(voice, hold.alert).line.text, moment=voice.at(hold.until))
        for hold in holds
    ]
    return voice.say("hold.holding", alerts=voice.clauses(named))


def statements(voice: Voice, mentions: Mentions, holds: Holds) -> list[str]:
    """What is to be said of an alert that holds something back, or is held back itself."""
    said = [holding(voice, mentions, holds.of)]
    if holds.by is not None:
        by, moment = mentions.of(voice, holds.by.by).line.text, voice.at(holds.by.until)
        said.append(voice.say("hold.held", alert=by, moment=moment))
    return [each for each in said if each]
