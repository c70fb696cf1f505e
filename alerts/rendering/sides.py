"""Impact and track of each side → the lines *you* and *partner*: what is at stake there, and what is being done."""

from datetime import UTC, datetime

from alerts.coordination import partner_reason
from alerts.deliveries import DeliveryState, Purpose
from alerts.participants import Participant
from alerts.reasons import Reason
from alerts.rendering.plain import plain
from alerts.rendering.strikes import place
from alerts.rendering.voice import Voice
from alerts.states import AlertState, MoveKind, Track, TrackState
from streams.assessments import Figure, Impact
from streams.reference.records import EVERY_MINERAL, PriceFloor

_ON_ITS_WAY = (DeliveryState.DUE, DeliveryState.SENDING)
_FALSE_ALARM = (MoveKind.FALSE_ALARM, MoveKind.FALSE_ALARM_WITHDRAWN)


def impact_of(state: AlertState, iso3: str) -> Impact | None:
    """What is at stake for one side, where it was worked out."""
    return next((impact for impact in state.assessment.impacts if impact.participant == iso3), None)


def at_stake_line(voice: Voice, state: AlertState, iso3: str, own: bool) -> str:
    """Reliance, share at stake, cover and floor of one side, shortest form; `own`: the reader's own side."""
    impact = impact_of(state, iso3)
    if impact is None or not impact.mineral:
        return voice.sentences([voice.say("side.route" if state.assessment.situation.route else "side.none")])
    origin = state.assessment.situation.origin
    shares = [voice.say("side.reliance", figure=voice.brief(impact.reliance))]
    shown = [impact.reliance, impact.cover]
    if impact.place:
        share = voice.brief(impact.place_share)
        shares.append(voice.say("side.place", place=place(voice, impact.place), figure=share))
        shown.append(impact.place_share)
    elif origin:
        shares.append(_shares(voice, impact, origin, own))
        shown += [impact.world_share, impact.own_share]
    if impact.partner and impact.through_partner.value is not None and impact.through_partner.bound != "<":
        figure = voice.brief(impact.through_partner)
        shares.append(voice.say("side.through", figure=figure, partner=voice.within(impact.partner)))
        shown.append(impact.through_partner)
    if impact.cover.value is None:
        shown.append(impact.cover_target)
    reserve = voice.clauses(
        [voice.say("side.cover", figure=cover(voice, impact)), _floor(voice, state, impact.mineral)]
    )
    loss = voice.say("side.line", mineral=voice.mineral(impact.mineral), parts=_loss(voice, impact))
    line = voice.sentences([loss, voice.clauses(shares), reserve])
    if any(figure.younger_than_event and figure.value is not None for figure in shown):
        line += voice.say("figure.later")
    return line


def cover(voice: Voice, impact: Impact) -> str:
    """Days of cover; where none are published, that is said, with the target as a target."""
    if impact.cover.value is not None:
        return voice.brief(impact.cover)
    if impact.cover_target.value is None:
        return voice.say("figure.not_published")
    return voice.say("figure.target", target=voice.brief(impact.cover_target))


def floors(voice: Voice, mineral: str, day: str) -> list[PriceFloor]:
    """The price floors with a number that stood on this mineral on an ISO day."""
    return [
        floor
        for floor in voice.reference.floors
        if floor.kind == "floor"
        and floor.value is not None
        and floor.mineral_id in (mineral, EVERY_MINERAL)
        and floor.from_day <= day
        and (not floor.to_day or day[: len(floor.to_day)] <= floor.to_day)
    ]


def day_of(state: AlertState) -> str:
    """The UTC day of the assessment, ISO."""
    return datetime.fromtimestamp(state.assessment.as_of, UTC).date().isoformat()


def status_line(voice: Voice, state: AlertState, reader: Participant, iso3: str) -> str:
    """Whether a side was reached, has answered, and what it is doing, with names and times."""
    track = state.tracks.get(iso3, Track(participant=iso3))
    parts = [_reached(voice, state, track), *_answer(voice, state, track)]
    if _is_exhausted(state, reader, track):
        pending = track.state is TrackState.PENDING
        parts.append(voice.say("status.unreachable" if pending else "status.silent"))
    if track.position is not None:
        position = voice.say("status.position", position=voice.say(f"position.{track.position}"))
        parts.append(position + (f" {voice.quoted(track.position_note, 160)}" if track.position_note else ""))
    if track.false_alarm_by:
        said = voice.say("status.calls_false", person=voice.person(track.false_alarm_by))
        parts.append(said + (f" {voice.quoted(track.false_alarm_note, 160)}" if track.false_alarm_note else ""))
    if track.close_agreed_by:
        parts.append(voice.say("status.close_agreed", person=voice.person(track.close_agreed_by)))
    return voice.sentences(parts)


def news(voice: Voice, state: AlertState, reader: Participant, occasion: str) -> str:
    """What a message about the other side is about: who moved last, or who cannot be reached."""
    moves = [move for move in state.moves if move.participant != reader.iso3]
    iso3 = moves[-1].participant if moves else next((code for code in state.tracks if code != reader.iso3), reader.iso3)
    reason = partner_reason(state, occasion)
    if reason is not Reason.PARTNER_MOVED:
        iso3 = occasion.partition(":")[0]
    said = {
        Reason.PARTNER_UNREACHED: "status.unreached",
        Reason.LADDER_EXHAUSTED: "status.unanswered_all",
    }.get(reason, f"track.{state.tracks.get(iso3, Track(participant=iso3)).state}")
    if reason is Reason.PARTNER_MOVED and moves and moves[-1].kind in _FALSE_ALARM:
        said = f"status.{moves[-1].kind}"
    return voice.say("status.partner", country=voice.side(iso3), status=voice.say(said))


def _reached(voice: Voice, state: AlertState, track: Track) -> str:
    if track.reached_at is not None:
        return voice.say("status.reached", moment=voice.shortly(track.reached_at))
    if track.answered:
        return ""
    # Both sides are rung at one moment, one message after the other: the first to be written must not say that the
    # other was left out.
    ringing = any(
        delivery.participant == track.participant and delivery.purpose is Purpose.RING and delivery.state in _ON_ITS_WAY
        for delivery in state.deliveries.values()
    )
    return voice.say("status.ringing" if ringing else "status.pending")


def _answer(voice: Voice, state: AlertState, track: Track) -> list[str]:
    if not track.answered:
        unanswered = voice.say("status.unanswered") if track.reached_at is not None else ""
        return [voice.say("status.lapsed") if track.lapses else "", unanswered]
    parts = []
    if track.acknowledged_by and track.acknowledged_at is not None:
        person, moment = voice.person(track.acknowledged_by), voice.shortly(track.acknowledged_at)
        parts.append(voice.say("status.acknowledged", person=person, moment=moment))
    doing = {TrackState.RESPONDING: MoveKind.RESPONDING, TrackState.STOOD_DOWN: MoveKind.STOOD_DOWN}.get(track.state)
    if doing is not None:
        moves = [m for m in state.moves if m.participant == track.participant and m.kind is doing]
        at = moves[-1].at if moves else track.changed_at
        parts.append(voice.say(f"status.{track.state}", moment=voice.shortly(at)))
    if track.note:
        parts.append(voice.say("status.note", note=voice.quoted(track.note, 160)))
    return parts


def _is_exhausted(state: AlertState, reader: Participant, track: Track) -> bool:
    """The reader's side was told that the other side's ladder was exhausted, nobody has answered since, and it is not
    over: nobody telephones for what has ended."""
    if not state.live:
        return False
    own = state.tracks.get(reader.iso3)
    return own is not None and not track.answered and f"{track.participant}:{track.ladder}" in own.warned


def _loss(voice: Voice, impact: Impact) -> str:
    if impact.at_stake is None:
        return voice.say("side.loss_unknown")
    return voice.say("side.loss", figure=bound_of(impact) + voice.fraction(impact.at_stake))


def bound_of(impact: Impact) -> str:
    """The sign of a result that was computed from a bound."""
    return {"at_least": ">", "no_more_than": "<", "roughly": "≈"}.get(impact.reason, "")


def _shares(voice: Voice, impact: Impact, origin: str, own: bool) -> str:
    """The origin's part of the world and of this side's imports; an unknown one is said in words of its own."""
    whose = "you" if own else "partner"
    world, imports = impact.world_share, impact.own_share
    key = f"side.shares_{whose}"
    if world.value is None:
        key = "side.no_shares" if imports.value is None else f"side.own_{whose}"
    elif imports.value is None:
        key = "side.world"
    return voice.say(
        key,
        origin=voice.within(origin),
        world=voice.brief(world),
        own=voice.brief(imports),
        stage=voice.stage(world.stage),
    )


def _floor(voice: Voice, state: AlertState, mineral: str) -> str:
    standing = floors(voice, mineral, day_of(state))
    if not standing:
        return voice.say("side.no_floor")
    figures = [Figure(value=floor.value, unit=floor.unit, source=floor.source) for floor in standing]
    return voice.say("side.floor", figure=voice.listed([voice.brief(figure) for figure in figures]))


def floor_name(voice: Voice, floor: PriceFloor) -> str:
    """What a price floor is called."""
    return plain(floor.name.get(voice.code) or floor.name.get("en", floor.floor_id))
