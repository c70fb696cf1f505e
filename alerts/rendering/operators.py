"""News about Twinbell itself → **message**, in the operator's language and then in those of the other sides."""

from typing import NamedTuple

from msgspec.structs import replace

from alerts.channels.base import Content, Facts, Line, Message, Parameter, Thread
from alerts.channels.cap import identifier, reference
from alerts.deliveries import Delivery
from alerts.operators import Alarm, News, Turn
from alerts.participants import Participant
from alerts.rendering.plain import cut, plain
from alerts.rendering.progress import runbook_line
from alerts.rendering.surroundings import Surroundings, watermark_of
from alerts.rendering.voice import Voice
from alerts.rendering.wording import Catalogue
from alerts.timers import MESSAGE_LIFE_S
from streams.assessments import Level
from streams.signals import Certainty

PAGE = "feed-stale"
_NAMED = 12
_UNKNOWN = "Unknown"


class _Own(NamedTuple):
    """What the facts of an alarm and of a source's silence do not share."""

    area: str
    is_over: bool
    parameters: tuple[Parameter, ...]
    references: tuple[str, ...]


def composed(news: News | Alarm, delivery: Delivery, surroundings: Surroundings) -> Message:
    """The message of one delivery. Raises KeyError when the person is no longer in the directory."""
    reader, person = surroundings.directory.person(delivery.person)
    chosen = surroundings.wording.chosen(delivery.language, reader.languages)
    catalogues = (chosen, *surroundings.others(chosen))
    watermark = watermark_of(delivery.mode, catalogues)
    read = (person.time_zone, delivery.due_at)
    contents = (
        _alarm_content(catalogue, news, surroundings, person.time_zone)
        if isinstance(news, Alarm)
        else _content(catalogue, news, surroundings, read)
        for catalogue in catalogues
    )
    own = _alarm_facts(news, reader) if isinstance(news, Alarm) else _news_facts(news, reader)
    return Message(
        delivery=delivery,
        participant=reader,
        person=person,
        contents=tuple(replace(content, watermark=watermark) for content in contents),
        facts=Facts(
            mode=delivery.mode,
            msg_type="Update" if own.references else "Alert",
            hazard="system",
            level=Level.NONE if own.is_over else delivery.level,
            certainty=Certainty.OBSERVED,
            severity=_UNKNOWN,
            urgency=_UNKNOWN,
            sent_at=delivery.due_at,
            onset_at=news.since,
            expires_at=delivery.due_at + MESSAGE_LIFE_S,
            area=own.area,
            geocodes=(),
            parameters=own.parameters,
            references=own.references,
            tlp=surroundings.tlp,
            releasable_to=tuple(side.iso3 for side in surroundings.directory.participants),
        ),
        thread=Thread(),
    )


def _alarm_facts(alarm: Alarm, reader: Participant) -> _Own:
    told = (reference(reader.sender, identifier(alarm.spell, 1), alarm.since),) if alarm.is_over else ()
    return _Own("Twinbell", alarm.is_over, (Parameter(name="rule", value=alarm.rule),), told)


def _news_facts(news: News, reader: Participant) -> _Own:
    told = tuple(reference(reader.sender, identifier(news.spell, n), at) for n, at in enumerate(news.before, start=1))
    names = tuple(Parameter(name="series", value=name) for name in news.series)
    source = Parameter(name="source", value=news.source)
    return _Own(plain(news.source), news.turn is Turn.HEARD, (source, *names), told)


def _alarm_content(catalogue: Catalogue, alarm: Alarm, surroundings: Surroundings, zone: str) -> Content:
    zones = (zone, *(side.time_zone for side in surroundings.directory.participants))
    voice = Voice(catalogue, surroundings.reference, surroundings.directory, zones, alarm.at)
    summary = plain(alarm.summaries.get(catalogue.language, alarm.rule), 300)
    said = voice.say("system.over", what=plain(alarm.rule, 60)) if alarm.is_over else plain(alarm.rule, 60)
    lines = [
        Line(label=voice.say("label.what"), text=summary),
        Line(label=voice.say("system.firing"), text=voice.at(alarm.since)),
    ]
    asked = voice.say("system.asked_over" if alarm.is_over else "system.asked_alarm")
    lines.append(Line(label=voice.say("label.asked"), text=asked))
    if alarm.page:
        lines.append(runbook_line(voice, surroundings, alarm.page))
    return _told(voice, surroundings, "system.alarm", lines, (said, asked))


def _content(catalogue: Catalogue, news: News, surroundings: Surroundings, read: tuple[str, int]) -> Content:
    """`read`: in which zone, and when."""
    zone, at = read
    zones = (zone, *(side.time_zone for side in surroundings.directory.participants))
    voice = Voice(catalogue, surroundings.reference, surroundings.directory, zones, at)
    source = plain(news.source, 40)
    said = voice.say(f"system.{news.turn}", source=source)
    shown = [plain(name) for name in news.series[:_NAMED] if name != news.source]
    more = len(news.series) - _NAMED
    if more > 0:
        shown.append(voice.say("system.more", n=voice.number(more)))
    lines = [
        Line(label=voice.say("label.what"), text=said),
        Line(label=voice.say("system.since"), text=voice.at(news.since)),
    ]
    if shown:
        lines.append(
            Line(label=voice.count("system.series", len(news.series)), text=voice.say("meta.list").join(shown))
        )
    if news.left:
        lines.append(Line(label=voice.say("system.left"), text=voice.number(news.left)))
    asked = voice.say(f"system.asked_{news.turn}", command=f"{surroundings.command} feeds status")
    lines += [
        Line(label=voice.say("system.meaning"), text=voice.say(f"system.means_{news.turn}")),
        Line(label=voice.say("label.asked"), text=asked),
        runbook_line(voice, surroundings, PAGE),
    ]
    return _told(voice, surroundings, "system.event", lines, (said, asked))


def _told(voice: Voice, surroundings: Surroundings, event: str, lines: list[Line], words: tuple[str, str]) -> Content:
    """`words`: what is said, and what is asked."""
    said, asked = words
    return Content(
        language=voice.catalogue.language,
        subject=cut(voice.say("system.subject", tlp=surroundings.tlp, what=said), voice.catalogue.subject_limit),
        headline=said,
        first_screen=tuple(lines),
        sections=(),
        asked=asked,
        event=voice.say(event),
    )
