"""Record of an alert → the detail sections on the message, rings, sides, what was held back, how it was decided."""

from collections.abc import Sequence

from alerts.channels.base import Line, Section
from alerts.deliveries import Delivery, DeliveryState, Purpose
from alerts.participants import Participant
from alerts.rendering import sides
from alerts.rendering.before import before
from alerts.rendering.mentions import Mentions
from alerts.rendering.plain import plain
from alerts.rendering.revised import errand
from alerts.rendering.surroundings import Surroundings
from alerts.rendering.voice import Voice
from alerts.states import AlertState
from streams.assessments import Assessment

_HELD = 20  # deliveries shown
_RINGING = (Purpose.RING, Purpose.ESCALATE)
_FAILED = (DeliveryState.FAILED_TEMPORARY, DeliveryState.FAILED_PERMANENT)


def runbook_line(voice: Voice, surroundings: Surroundings, page: str) -> Line:
    """The page to go on with."""
    address = surroundings.runbook(page, voice.code)
    linked = address if address.startswith("https://") else ""
    return Line(label=voice.say("label.runbook"), text=address, address=linked)


def message_section(voice: Voice, state: AlertState, delivery: Delivery, note: str) -> Section:
    """Why this message came, to whom, and in which mode."""
    say = voice.say
    recipient = say("message.recipient", person=voice.person(delivery.person), channel=voice.channel(delivery.channel))
    lines = [
        Line(label=say("message.purpose"), text=say(f"purpose.{errand(state, delivery)}")),
        Line(label=say("message.to"), text=recipient),
        Line(label=say("message.mode"), text=say(f"mode.{delivery.mode}")),
    ]
    occasion = delivery.occasion.partition("/")[0].partition("~")[0]
    ring = next((ring for ring in state.rings if ring.ring_id == occasion), None)
    if state.rings and (delivery.purpose is Purpose.REPEAT or (ring is None and delivery.purpose in _RINGING)):
        ring = state.rings[-1]  # a ladder repeats the last ring, whichever one it began with
    if ring is not None:
        lines.insert(1, Line(label=say("message.why"), text=say(f"cause.{ring.cause}")))
    if note:
        lines.append(Line(label=say("message.language"), text=note))
    return Section(heading=say("heading.message"), lines=tuple(lines))


def also_section(voice: Voice, mentions: Mentions, delivery: Delivery, also: Sequence[AlertState]) -> Section | None:
    """The alerts that this message speaks for as well: each one is named, however many."""
    if not delivery.also:
        return None
    lines = {state.alert_id: mentions.of(voice, state).line for state in also}
    named = tuple(lines.get(alert_id) or Line(label="", text=alert_id) for alert_id in delivery.also)
    return Section(heading=voice.say("heading.also"), lines=named)


def rings_section(voice: Voice, state: AlertState) -> Section:
    """Everything that woke somebody so far."""
    lines = []
    for number, ring in enumerate(state.rings, start=1):
        text = voice.say(
            "detail.ring",
            number=voice.number(number),
            moment=voice.at(ring.at),
            level=voice.say(f"level.{ring.level}"),
            cause=voice.say(f"cause.{ring.cause}"),
            families=voice.listed([voice.say(f"family.{family}") for family in ring.families]),
        )
        lines.append(Line(label="", text=text))
    if not lines:
        lines.append(Line(label="", text=voice.say("detail.no_ring", level=voice.say("level.watch"))))
    return Section(heading=voice.say("heading.rings"), lines=tuple(lines))


def tracks_section(voice: Voice, state: AlertState, reader: Participant) -> Section:
    """Where each side stands; the same for every reader."""
    lines = [Line(label=voice.say("field.state"), text=voice.say(f"joint.{state.joint}"))]
    for iso3, track in state.tracks.items():
        said = sides.status_line(voice, state, reader, iso3)
        parts = [voice.sentences([voice.say(f"track.{track.state}")]), said]
        if track.answered and track.lapses_at is not None:
            parts.append(voice.sentences([voice.say("status.lapses", moment=voice.at(track.lapses_at))]))
        lines.append(Line(label=voice.side(iso3), text=voice.say("meta.gap").join(parts)))
    return Section(heading=voice.say("heading.tracks"), lines=tuple(lines))


def held_section(voice: Voice, surroundings: Surroundings, state: AlertState) -> Section | None:
    """Deliveries that were held back or failed, each with its reason: suppressed is visible, never gone."""
    chosen = [d for d in state.deliveries.values() if d.state is DeliveryState.SUPPRESSED or d.state in _FAILED]
    if not chosen:
        return None
    chosen.sort(key=lambda d: (-d.due_at, d.delivery_id))
    lines = [Line(label="", text=_held(voice, delivery)) for delivery in chosen[:_HELD]]
    if len(chosen) > _HELD:
        lines.append(Line(label="", text=voice.say("subject.more", first="", count=voice.number(len(chosen) - _HELD))))
    if any(delivery.state in _FAILED for delivery in chosen):
        lines.append(runbook_line(voice, surroundings, "deliveries-failing"))
    return Section(heading=voice.say("heading.held"), lines=tuple(lines))


def _held(voice: Voice, delivery: Delivery) -> str:
    return voice.say(
        "detail.delivery",
        country=voice.side(delivery.participant),
        person=voice.person(delivery.person),
        channel=voice.channel(delivery.channel),
        state=voice.say(f"delivery.{delivery.state}"),
        reason=voice.catalogue.name(f"reason.{delivery.reason}") or plain(delivery.reason, 80),
    )


def level_line(voice: Voice, assessment: Assessment) -> Line:
    """The field of the level table that an assessment stands in."""
    text = voice.say(
        "detail.certainty",
        level=voice.say(f"level.{assessment.level}"),
        severity=voice.say(f"severity.{assessment.severity}"),
        certainty=voice.say(f"certainty.{assessment.certainty}"),
    )
    return Line(label=voice.say("field.level"), text=text)


def decided_section(voice: Voice, surroundings: Surroundings, state: AlertState) -> Section:
    """How level, severity and certainty came about, and by which thresholds."""
    say, assessment = voice.say, state.assessment
    lines = [
        level_line(voice, assessment),
        Line(label=say("field.score"), text=say("detail.score", score=voice.number(assessment.score))),
        Line(label=say("field.thresholds"), text=assessment.thresholds[:16] or say("figure.unknown")),
    ]
    lines += [Line(label=say("field.before"), text=text) for text in before(voice, state, surroundings.record)]
    if assessment.stale:
        stale = voice.clauses([plain(series, 80) for series in assessment.stale[:_HELD]])
        lines.append(Line(label=say("field.stale"), text=stale))
        lines.append(runbook_line(voice, surroundings, "feed-stale"))
    return Section(heading=say("heading.decided"), lines=tuple(lines))
