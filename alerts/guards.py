"""Which fact may follow: every transition of an alert, a track or a delivery that is not allowed is refused here."""

from typing import Final

from alerts.deliveries import Delivery, DeliveryState
from alerts.errors import Refused
from alerts.facts import (
    Acknowledged,
    Assessed,
    Body,
    Cancelled,
    CloseAgreed,
    Closed,
    FalseAlarm,
    Lapsed,
    Merged,
    Opened,
    Planned,
    PositionKind,
    PositionTaken,
    Released,
    Resolved,
    Responding,
    Rung,
    SendFailed,
    Sending,
    Sent,
    StoodDown,
)
from alerts.reasons import Reason
from alerts.states import AlertState, JointState, Track, TrackState

SYSTEM: Final = "system@"

PASSING: Final = frozenset(
    {
        Reason.GROUP_WAIT,
        Reason.GROUP_INTERVAL,
        Reason.INHIBITED,
        Reason.THROTTLED,
        Reason.QUIET_HOURS,
        Reason.NOT_ROUTED,
    }
)
"""Reasons that hold a delivery back for a while; any other suppression is final."""

DeliveryFact = Planned | Sending | Sent | SendFailed
SideFact = Acknowledged | Responding | StoodDown | PositionTaken | FalseAlarm | CloseAgreed


def is_system(author: str) -> bool:
    """Whether a fact is the system's own: `system@SITE`. People are `PARTICIPANT/person-id`."""
    return author.startswith(SYSTEM)


def check(state: AlertState | None, author: str, at: int, body: Body) -> None:
    """Raise Refused, with its reason and what to do, unless `body` may be the next fact of this alert."""
    if state is None:
        if not isinstance(body, Opened):
            raise Refused(Reason.UNKNOWN_ALERT, "nothing was opened under this id; `alerts list` shows the ids")
        _check_system(author, body)
        return
    if isinstance(body, DeliveryFact):
        _check_system(author, body)
        _check_delivery(state, body)
    elif isinstance(body, SideFact):
        _check_side(state, author, body)
    elif isinstance(body, Released):
        _check_released(state, author, body)
    else:
        if not isinstance(body, Cancelled):
            _check_system(author, body)
        _check_joint(state, at, body)


def _check_system(author: str, body: Body) -> None:
    if not is_system(author):
        raise Refused(Reason.NOT_ALLOWED, f"{author} may not record {type(body).__name__}: only the system does")


def _check_open(state: AlertState, what: str) -> None:
    if state.merged_into:
        raise Refused(Reason.INVALID_TRANSITION, f"alert {state.alert_id} was merged: use {state.merged_into}")
    if state.ended:
        raise Refused(Reason.INVALID_TRANSITION, f"alert {state.alert_id} is {state.joint}: no {what} any more")


def _check_delivery(state: AlertState, body: DeliveryFact) -> None:
    if isinstance(body, Planned):
        _check_planned(state, body.delivery)
        return
    known = state.deliveries.get(body.delivery_id)
    if known is None:
        raise Refused(Reason.INVALID_TRANSITION, f"delivery {body.delivery_id} was never planned")
    match body:
        case Sending():
            allowed = known.state in (DeliveryState.DUE, DeliveryState.FAILED_TEMPORARY)
            allowed = allowed and body.attempt == known.attempts + 1
        case Sent():
            # An answer may come after the time-out that counted as a failure; a bundled mention is sent with its lead.
            allowed = known.state in (DeliveryState.SENDING, DeliveryState.FAILED_TEMPORARY) or (
                known.state is DeliveryState.SUPPRESSED and bool(known.bundle)
            )
        case _:
            allowed = known.state is DeliveryState.SENDING
    if not allowed:
        raise Refused(
            Reason.INVALID_TRANSITION,
            f"delivery {known.delivery_id} is {known.state} after {known.attempts} attempts: "
            f"{type(body).__name__} cannot follow",
        )


def _check_planned(state: AlertState, delivery: Delivery) -> None:
    if delivery.mode is not state.mode:
        raise Refused(Reason.EXERCISE_NOT_ACTUAL, f"an alert in mode {state.mode} has no delivery in {delivery.mode}")
    if delivery.alert_id != state.alert_id or delivery.participant not in state.tracks:
        raise Refused(Reason.INVALID_TRANSITION, f"delivery {delivery.delivery_id} is not of alert {state.alert_id}")
    if delivery.state not in (DeliveryState.DUE, DeliveryState.SUPPRESSED):
        raise Refused(Reason.INVALID_TRANSITION, f"a delivery is planned due or suppressed, not {delivery.state}")
    if delivery.delivery_id in state.deliveries and delivery.delivery_id not in state.held:
        raise Refused(Reason.ALREADY_DONE, f"delivery {delivery.delivery_id} was planned before")


def _check_side(state: AlertState, author: str, body: SideFact) -> None:
    if author != f"{body.participant}/{body.person}":
        raise Refused(
            Reason.NOT_ALLOWED, f"{author} may not write the track of {body.participant}: only its own people"
        )
    track = state.tracks.get(body.participant)
    if track is None:
        raise Refused(Reason.NOT_ALLOWED, f"{body.participant} takes no part in alert {state.alert_id}")
    if isinstance(body, FalseAlarm):
        _check_false_alarm(state, track, body)
        return
    _check_open(state, type(body).__name__)
    match body:
        case Acknowledged():
            _check_acknowledged(track)
        case Responding():
            _check_move(track, TrackState.RESPONDING, (TrackState.ACKNOWLEDGED,), "acknowledge it first")
        case StoodDown():
            before = (TrackState.ACKNOWLEDGED, TrackState.RESPONDING)
            _check_move(track, TrackState.STOOD_DOWN, before, "acknowledge it first")
        case PositionTaken():
            _check_position(track, body)
        case CloseAgreed():
            _check_close_agreed(state, track)


def _check_acknowledged(track: Track) -> None:
    if track.answered:
        raise Refused(
            Reason.ALREADY_DONE,
            f"{track.acknowledged_by} has answered for {track.participant}, the track is {track.state}; "
            "`alerts respond` or `alerts stand-down` moves it on",
        )


def _words(state: TrackState) -> str:
    return state.replace("_", " ")


def _check_move(track: Track, to: TrackState, before: tuple[TrackState, ...], do: str) -> None:
    if track.state is to:
        raise Refused(Reason.ALREADY_DONE, f"{track.participant} is {_words(to)} already")
    if track.state not in before:
        raise Refused(
            Reason.INVALID_TRANSITION,
            f"{track.participant} is {_words(track.state)}, and cannot be {_words(to)} from there: {do}",
        )


def _check_position(track: Track, body: PositionTaken) -> None:
    if body.position is PositionKind.DISPUTE and not body.note.strip():
        raise Refused(Reason.NOTE_REQUIRED, "a dispute needs its reason: write it as the note (--note)")
    if track.position is body.position and track.position_note == body.note:
        raise Refused(Reason.ALREADY_DONE, f"{track.participant} has taken this position already")


def _check_false_alarm(state: AlertState, track: Track, body: FalseAlarm) -> None:
    """What is found out after the end is worth as much: an alert that was closed can still be called false."""
    if state.merged_into:
        raise Refused(Reason.INVALID_TRANSITION, f"alert {state.alert_id} was merged: use {state.merged_into}")
    if not state.rings:
        raise Refused(Reason.INVALID_TRANSITION, f"alert {state.alert_id} never rang: there is nothing to call false")
    if body.withdrawn and not track.false_alarm_by:
        raise Refused(Reason.INVALID_TRANSITION, f"{track.participant} has not called it a false alarm")
    if not body.withdrawn and track.false_alarm_by and track.false_alarm_note == body.note:
        raise Refused(Reason.ALREADY_DONE, f"{track.false_alarm_by} has called it a false alarm with this note")


def _check_close_agreed(state: AlertState, track: Track) -> None:
    if track.close_agreed_at is not None:
        raise Refused(Reason.ALREADY_DONE, f"{track.close_agreed_by} has agreed to close for {track.participant}")
    if state.joint is JointState.RESOLVED or track.state is TrackState.STOOD_DOWN:
        return
    raise Refused(
        Reason.INVALID_TRANSITION,
        f"the situation of alert {state.alert_id} has not ended on data: stand down first, then close",
    )


def _check_released(state: AlertState, author: str, body: Released) -> None:
    if is_system(author) or "/" not in author:
        raise Refused(Reason.NOT_ALLOWED, "an attribution is released by a person with the role, never by the system")
    _check_open(state, "release")
    if not body.attribution.strip():
        raise Refused(Reason.NOTE_REQUIRED, "say which attribution is released")
    if state.attribution == body.attribution:
        raise Refused(Reason.ALREADY_DONE, f"{body.attribution!r} was released by {state.attribution_by}")


def _check_joint(state: AlertState, at: int, body: Body) -> None:
    if isinstance(body, Opened):
        raise Refused(Reason.ALREADY_DONE, f"alert {state.alert_id} was opened before")
    _check_open(state, type(body).__name__)
    match body:
        case Assessed():
            situation = body.assessment.situation.situation_id
            allowed = body.revision == state.revision + 1 and situation == state.situation_id
        case Rung():
            allowed = state.revision > 0 and all(ring.ring_id != body.ring.ring_id for ring in state.rings)
        case Lapsed():
            track = state.tracks.get(body.participant)
            allowed = track is not None and track.lapses_at is not None and track.lapses_at <= at
        case Resolved():
            allowed = state.joint in (JointState.RELEASED, JointState.ACTIVE) and state.assessment.resolved
        case Closed():
            may_close(state, by_timeout=body.by_timeout)
            allowed = True
        case Cancelled():
            if not body.reason.strip():
                raise Refused(Reason.NOTE_REQUIRED, "a cancellation needs its reason")
            allowed = True
        case Merged():
            allowed = state.alert_id in (body.alias, body.into) and body.into < body.alias
        case _:
            allowed = False
    if not allowed:
        raise Refused(
            Reason.INVALID_TRANSITION,
            f"{type(body).__name__} cannot follow: alert {state.alert_id} is {state.joint}, revision {state.revision}",
        )


def may_close(state: AlertState, by_timeout: bool) -> None:
    """Raise Refused unless every side that was told has agreed, or (by time-out, once resolved) at least one has."""
    told = [track for track in state.tracks.values() if track.told]
    agreed = [track for track in state.tracks.values() if track.close_agreed_at is not None]
    missing = [track.participant for track in told if track.close_agreed_at is None]
    if not agreed:
        raise Refused(Reason.NEEDS_BOTH, "no side has agreed to close")
    if missing and not (by_timeout and state.joint is JointState.RESOLVED):
        raise Refused(Reason.NEEDS_BOTH, f"closing still needs {', '.join(missing)}")
