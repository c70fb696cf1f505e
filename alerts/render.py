"""Alert and delivery → **message**: one set of facts put into the reader's language, then into the others.

Pure: the same state, delivery and surroundings give the same message. Channels lay out and escape, they do not word.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from alerts.channels.base import Content, Message, Section
from alerts.deliveries import Delivery, Purpose
from alerts.holds import Hold
from alerts.lifecycle import thread_of
from alerts.participants import Person
from alerts.plots import Curve
from alerts.rendering import events
from alerts.rendering.attribution import Gate
from alerts.rendering.evidence import act_sections, evidence_section
from alerts.rendering.first_screen import Screen
from alerts.rendering.holds import holding
from alerts.rendering.impact import impact_section
from alerts.rendering.machine import facts_of
from alerts.rendering.panel import panel_sections
from alerts.rendering.picture import plot
from alerts.rendering.plain import cut
from alerts.rendering.progress import (
    also_section,
    decided_section,
    held_section,
    message_section,
    rings_section,
    tracks_section,
)
from alerts.rendering.revised import errand
from alerts.rendering.sides import news
from alerts.rendering.surroundings import Surroundings, watermark_of
from alerts.rendering.voice import Voice
from alerts.rendering.wording import Catalogue
from alerts.states import AlertState

__all__ = ["Surroundings", "compose"]

_HEADLINE = 160  # CAP 1.2, section 3.2.2: longer ones may be cut by who receives them


def compose(
    state: AlertState,
    delivery: Delivery,
    surroundings: Surroundings,
    also: Sequence[AlertState] = (),
    curve: Curve | None = None,
    held_back: Sequence[Hold] = (),
    multilingual: bool = True,
) -> Message:
    """The message of one delivery: `contents[0]` in the recipient's language, then, if `multilingual`, the others'.

    `state` is the alert as of the delivery's revision, `also` the alerts of `delivery.also` that are at hand; the rest
    are named by their ids. `curve` is the series to be shown, as known then, `held_back` what this alert holds back.
    Raises KeyError when the person is no longer in the directory.
    """
    reader, person = surroundings.directory.person(delivery.person)
    wanted = delivery.language or person.language
    wording = surroundings.wording
    chosen = wording.chosen(wanted, reader.languages)
    others = surroundings.others(chosen)
    watermark = watermark_of(delivery.mode, [chosen, *others])
    catalogues = [chosen, *others] if multilingual else [chosen]
    gate = Gate(wording, released=bool(state.attribution))
    contents = tuple(
        _content(catalogue, wanted if catalogue is chosen else "", surroundings, state, delivery, (also, held_back))
        for catalogue in catalogues
    )
    if curve is not None and delivery.purpose is not Purpose.TEST:
        plots = [
            plot(_voice(catalogue, surroundings, person, delivery), state, curve, watermark) for catalogue in catalogues
        ]
        contents = tuple(replace(content, plot=each) for content, each in zip(contents, plots, strict=True))
    area = Voice(wording.chosen("en", ()), surroundings.reference, surroundings.directory, (), delivery.due_at)
    facts = facts_of(area, surroundings, state, delivery, reader, also)
    return Message(
        delivery=delivery,
        participant=reader,
        person=person,
        contents=tuple(replace(gate.content(content), watermark=watermark) for content in contents),
        facts=replace(facts, parameters=gate.parameters(facts.parameters)),
        thread=thread_of(state, delivery),
    )


def _content(
    catalogue: Catalogue,
    wanted: str,
    surroundings: Surroundings,
    state: AlertState,
    delivery: Delivery,
    others: tuple[Sequence[AlertState], Sequence[Hold]],
) -> Content:
    also, held_back = others
    reader, person = surroundings.directory.person(delivery.person)
    voice = _voice(catalogue, surroundings, person, delivery)
    screen = Screen(voice, surroundings, state, delivery, reader, also)
    note = _fallback(voice, wanted)
    return Content(
        language=catalogue.language,
        subject=_subject(voice, surroundings, screen),
        headline=_headline(voice, screen),
        first_screen=screen.lines(note, holding(voice, surroundings.mentions, held_back)),
        sections=tuple(_sections(voice, surroundings, screen, note, also)),
        asked=screen.asked(),
        event=voice.say(f"hazard.{state.assessment.situation.hazard}"),
    )


def _voice(catalogue: Catalogue, surroundings: Surroundings, person: Person, delivery: Delivery) -> Voice:
    """One language; times in the reader's own zone, then in those of the sides."""
    zones = (person.time_zone, *(p.time_zone for p in surroundings.directory.participants))
    return Voice(catalogue, surroundings.reference, surroundings.directory, zones, delivery.due_at)


def _fallback(voice: Voice, wanted: str) -> str:
    """Said aloud when a message is not in the language that was asked for."""
    if not wanted or wanted == voice.code:
        return ""
    return voice.say("message.fallback", wanted=voice.language(wanted), used=voice.language(voice.code))


def _subject(voice: Voice, surroundings: Surroundings, screen: Screen) -> str:
    """TLP and level first, then mineral and event: the longest wording that fits, cut only if none does."""
    state, delivery = screen.state, screen.delivery
    if delivery.purpose is Purpose.TEST:
        return voice.say("subject.test", tlp=surroundings.tlp)
    level = voice.say(f"level.{screen.level()}")
    tag = voice.say(f"tag.{errand(state, delivery)}", revision=voice.number(delivery.revision))
    if delivery.purpose in (Purpose.RESOLVE, Purpose.CLOSE):
        level, tag = tag.strip(), ""
    long, short = events.what(voice, state), events.short_what(voice, state)
    full = events.subject_of(voice, state, screen.minerals)
    brief = events.subject_of(voice, state, screen.minerals, short=True)
    mark = voice.say(f"mark.{delivery.mode}")
    limit = voice.catalogue.subject_limit
    for subject, what in ((full, long), (brief, long), (full, short), (brief, short)):
        line = voice.say(
            "subject.line", tlp=surroundings.tlp, level=level, mark=mark, tag=tag, subject=subject, what=what
        )
        if len(line) <= limit:
            return line
    return cut(line, limit)


def _headline(voice: Voice, screen: Screen) -> str:
    """Why this message comes, and what about."""
    headline = voice.say(
        f"headline.{errand(screen.state, screen.delivery)}",
        level=voice.say(f"level.{screen.level()}"),
        event=voice.clauses(
            [events.event(voice, screen.state, screen.minerals), events.effective(voice, screen.state)]
        ),
        revision=voice.number(screen.delivery.revision),
        news=news(voice, screen.state, screen.reader, screen.delivery.occasion),
    )
    return cut(headline, _HEADLINE)


def _sections(
    voice: Voice, surroundings: Surroundings, screen: Screen, note: str, also: Sequence[AlertState]
) -> list[Section]:
    """Everything below the first screen."""
    state, delivery, reader = screen.state, screen.delivery, screen.reader
    if delivery.purpose is Purpose.TEST:
        return [message_section(voice, state, delivery, note)]
    joined = screen.joined[:1]
    sides = [reader.iso3, *(iso3 for iso3 in state.tracks if iso3 != reader.iso3)]
    sections = [
        message_section(voice, state, delivery, note),
        also_section(voice, surroundings.mentions, delivery, also),
        *act_sections(voice, state),
        evidence_section(voice, state, surroundings),
        *(impact_section(voice, alert, iso3) for alert in (state, *joined) for iso3 in sides),
        *panel_sections(voice, state, surroundings, reader.iso3),
        rings_section(voice, state),
        tracks_section(voice, state, reader),
        held_section(voice, surroundings, state),
        decided_section(voice, surroundings, state),
    ]
    return [section for section in sections if section is not None]
