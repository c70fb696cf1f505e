"""One fact applied to the state before it; `lifecycle.py` chains these into the fold.

The dictionaries of the state given in are private to the fold in progress (`lifecycle.begin` copied them), so they are
written in place; everything else is replaced.
"""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from alerts.deliveries import Delivery, DeliveryState, Purpose
from alerts.facts import (
    Acknowledged,
    Assessed,
    Cancelled,
    CloseAgreed,
    Closed,
    Fact,
    FalseAlarm,
    Lapsed,
    Merged,
    Opened,
    Planned,
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
from alerts.guards import PASSING
from alerts.reasons import Reason
from alerts.states import NOTHING_YET, AlertState, JointState, Move, MoveKind, Track, TrackState
from streams.assessments import Assessment, Level, RingCause

RINGING: Final = (Purpose.RING, Purpose.ESCALATE, Purpose.REPEAT)
"""The purposes that belong to a ladder: they reach a side and start its clock."""

REOPENING: Final = (RingCause.OPENED, RingCause.LEVEL_ROSE)


def opened(fact: Fact, body: Opened) -> AlertState:
    """The state after the opening fact: a draft."""
    return AlertState(
        alert_id=fact.alert_id,
        situation_id=body.situation_id,
        opened_on=body.opened_on,
        opened_at=fact.at,
        mode=body.mode,
        policies=body.policies,
        joint=JointState.DRAFT,
        revision=0,
        material_revision=0,
        assessment=NOTHING_YET,
        rings=(),
        tracks={participant: Track(participant=participant) for participant in sorted(body.policies)},
        deliveries={},
        held={},
        moves=(),
        facts=1,
    )


def owes_end(state: AlertState) -> bool:
    """Whether an ended alert still has to tell somebody, who was rung for it, that it has ended."""
    return state.ended and any(track.told and track.end_told != Purpose.CLOSE.value for track in state.tracks.values())


def material(assessment: Assessment) -> tuple[object, ...]:
    """What, when it changes without a ring, is worth an informing update of its own."""
    return (
        assessment.level,
        assessment.certainty,
        assessment.severity,
        assessment.urgency,
        assessment.direction,
        assessment.minerals,
        assessment.families,
        assessment.provisional,
        assessment.revised_at,
        tuple((impact.participant, impact.severity) for impact in assessment.impacts),
    )


def _joint_of(state: AlertState) -> JointState:
    """The joint state is a pure function of the tracks and the newest assessment, and of the end where there is one."""
    if state.cancelled_reason:
        return JointState.CANCELLED
    if state.ended_at is not None:
        return JointState.CLOSED
    if state.resolved_at is not None:
        return JointState.RESOLVED
    if state.revision == 0:
        return JointState.DRAFT
    reached = any(track.reached_at is not None for track in state.tracks.values())
    return JointState.ACTIVE if reached else JointState.RELEASED


def _rejoin(state: AlertState) -> AlertState:
    joint = _joint_of(state)
    return state if joint is state.joint else replace(state, joint=joint)


def _assessed(state: AlertState, fact: Fact, body: Assessed) -> AlertState:
    news = state.revision == 0 or material(body.assessment) != material(state.assessment)
    is_revised = state.revision > 0 and body.assessment.revised_at > state.assessment.revised_at
    back = state.resolved_at is not None and not body.assessment.resolved
    if back:  # the data were revised: it has not ended after all, and whoever was told so is told again when it does
        for participant, track in state.tracks.items():
            state.tracks[participant] = replace(track, end_told="")
    return _rejoin(
        replace(
            state,
            revision=body.revision,
            assessment=body.assessment,
            material_revision=body.revision if news else state.material_revision,
            revised_revision=body.revision if is_revised else state.revised_revision,
            resolved_at=None if back else state.resolved_at,
        )
    )


def _rung(state: AlertState, fact: Fact, body: Rung) -> AlertState:
    ring = body.ring
    for participant, track in state.tracks.items():
        rises = not track.ladder or ring.cause in REOPENING or ring.level.rank > track.ladder_level.rank
        told_anew = replace(
            track, news=ring.ring_id, news_at=fact.at, end_told="", close_agreed_by="", close_agreed_at=None
        )
        state.tracks[participant] = _ladder(told_anew, ring.ring_id, ring.level, fact, state) if rises else told_anew
    return _rejoin(replace(state, rings=(*state.rings, ring), resolved_at=None))


def _ladder(track: Track, ladder: str, level: Level, fact: Fact, state: AlertState) -> Track:
    """The ladder starts again from its first step: nobody holds the alert until somebody answers anew."""
    return replace(
        track,
        state=TrackState.PENDING,
        changed_at=fact.at,
        ladder=ladder,
        ladder_level=level,
        ladder_ordinal=state.facts,
        started_at=None,
        steps=0,
        repeats=0,
        repeated_at=None,
        reopened=track.answered,
        lapses_at=None,
    )


def _lapsed(state: AlertState, fact: Fact, body: Lapsed) -> AlertState:
    track = state.tracks[body.participant]
    lapses = track.lapses + 1
    ladder = f"{track.ladder.partition('~')[0]}~{lapses}"
    again = _ladder(track, ladder, track.ladder_level, fact, state)
    state.tracks[body.participant] = replace(again, lapses=lapses, news=ladder, news_at=fact.at)
    return state


def _planned(state: AlertState, fact: Fact, body: Planned) -> AlertState:
    delivery = body.delivery
    state.deliveries[delivery.delivery_id] = replace(delivery, moved_at=fact.at, ordinal=state.facts)
    suppressed = delivery.state is DeliveryState.SUPPRESSED
    if suppressed and delivery.reason in PASSING:
        state.held.setdefault(delivery.delivery_id, state.facts)
    else:
        state.held.pop(delivery.delivery_id, None)
    state.tracks[delivery.participant] = _planned_track(state, delivery, fact.at)
    return state


def _planned_track(state: AlertState, delivery: Delivery, at: int) -> Track:
    track = state.tracks[delivery.participant]
    told = delivery.state is DeliveryState.DUE or delivery.reason == Reason.GROUPED
    ringing = delivery.purpose in RINGING
    if ringing:
        track = _planned_ringing(state, track, delivery, told, at)
    elif delivery.purpose is Purpose.ANSWERED:
        return track  # tells nobody anything
    elif delivery.purpose is Purpose.PARTNER:
        ladder, _, what = delivery.occasion.rpartition("/")
        if what == "unreached" and ladder not in track.warned:
            track = replace(track, warned=(*track.warned, ladder))
    elif delivery.purpose in (Purpose.RESOLVE, Purpose.CLOSE):
        track = replace(track, end_told=delivery.purpose.value)
    if not told:
        return track
    recipient = (delivery.person, delivery.channel)
    leads = delivery.state is DeliveryState.DUE
    return replace(
        track,
        told=track.told if not ringing or recipient in track.told else (*track.told, recipient),
        led=track.led if not leads or recipient in track.led else (*track.led, recipient),
        told_ordinal=state.facts,
        told_at=at,
        told_revision=delivery.revision,
    )


def _planned_ringing(state: AlertState, track: Track, delivery: Delivery, told: bool, at: int) -> Track:
    occasion = delivery.occasion
    if occasion == track.news:
        track = replace(track, news="", steps=max(track.steps, 1))
    elif delivery.purpose is Purpose.ESCALATE and occasion.startswith(f"{track.ladder}/step/"):
        track = replace(track, steps=max(track.steps, int(occasion.rpartition("/")[2]) + 1))
    elif delivery.purpose is Purpose.REPEAT and occasion.startswith(f"{track.ladder}/repeat/"):
        track = replace(track, repeats=max(track.repeats, int(occasion.rpartition("/")[2])), repeated_at=at)
    passed = told or (delivery.state is DeliveryState.SUPPRESSED and delivery.reason not in PASSING)
    if passed and track.started_at is None:
        policy = state.policy(track.participant, track.ladder_level)
        first = policy.steps[0].after_minutes * 60 if policy and policy.steps else 0
        track = replace(track, started_at=at - first)
    if told and delivery.purpose is Purpose.RING:
        track = replace(track, flushed_at=at)
    return track


def _sending(state: AlertState, fact: Fact, body: Sending) -> AlertState:
    known = state.deliveries[body.delivery_id]
    state.deliveries[body.delivery_id] = replace(
        known, state=DeliveryState.SENDING, attempts=body.attempt, retry_at=None, moved_at=fact.at
    )
    return state


def _sent(state: AlertState, fact: Fact, body: Sent) -> AlertState:
    known = state.deliveries[body.delivery_id]
    reached = DeliveryState.DELIVERED if body.confirmed else DeliveryState.SENT
    state.deliveries[body.delivery_id] = replace(
        known, state=reached, receipt=body.receipt, retry_at=None, moved_at=fact.at
    )
    if known.purpose not in RINGING:
        return state
    track = state.tracks[known.participant]
    if track.state is TrackState.PENDING:
        track = replace(track, state=TrackState.NOTIFIED, changed_at=fact.at)
    if track.reached_at is None:
        track = replace(track, reached_at=fact.at)
    state.tracks[known.participant] = track
    return _rejoin(state)


def _failed(state: AlertState, fact: Fact, body: SendFailed) -> AlertState:
    known = state.deliveries[body.delivery_id]
    to = DeliveryState.FAILED_PERMANENT if body.retry_at is None else DeliveryState.FAILED_TEMPORARY
    state.deliveries[body.delivery_id] = replace(
        known, state=to, reason=body.reason, retry_at=body.retry_at, moved_at=fact.at
    )
    return state


def _moved(state: AlertState, fact: Fact, track: Track, kind: MoveKind, note: str) -> AlertState:
    """The side's own track, and the move that the other sides are told of."""
    person = fact.author.partition("/")[2]
    state.tracks[track.participant] = track
    move = Move(
        ordinal=state.facts,
        at=fact.at,
        participant=track.participant,
        person=person,
        kind=kind,
        note=note,
        position=track.position if kind is MoveKind.POSITION else None,
    )
    return _rejoin(replace(state, moves=(*state.moves, move)))


def _acknowledged(state: AlertState, fact: Fact, body: Acknowledged) -> AlertState:
    track = state.tracks[body.participant]
    policy = state.policy(body.participant, track.ladder_level)
    lapse_s = policy.lapse_minutes * 60 if policy else 0
    track = replace(
        track,
        state=TrackState.ACKNOWLEDGED,
        changed_at=fact.at,
        reached_at=track.reached_at if track.reached_at is not None else fact.at,
        news="",
        acknowledged_by=body.person,
        acknowledged_at=fact.at,
        acknowledged_means=body.means,
        answered_ordinal=state.facts,
        lapses_at=fact.at + lapse_s if lapse_s else None,
        note=body.note,
    )
    return _moved(state, fact, track, MoveKind.ACKNOWLEDGED, body.note)


def _responding(state: AlertState, fact: Fact, body: Responding) -> AlertState:
    track = replace(
        state.tracks[body.participant],
        state=TrackState.RESPONDING,
        changed_at=fact.at,
        lapses_at=None,
        note=body.note,
    )
    return _moved(state, fact, track, MoveKind.RESPONDING, body.note)


def _stood_down(state: AlertState, fact: Fact, body: StoodDown) -> AlertState:
    track = replace(
        state.tracks[body.participant],
        state=TrackState.STOOD_DOWN,
        changed_at=fact.at,
        lapses_at=None,
        note=body.note,
    )
    return _moved(state, fact, track, MoveKind.STOOD_DOWN, body.note)


def _position(state: AlertState, fact: Fact, body: PositionTaken) -> AlertState:
    track = replace(
        state.tracks[body.participant],
        position=body.position,
        position_by=body.person,
        position_at=fact.at,
        position_note=body.note,
    )
    return _moved(state, fact, track, MoveKind.POSITION, body.note)


def _false_alarm(state: AlertState, fact: Fact, body: FalseAlarm) -> AlertState:
    who, at, note = ("", None, "") if body.withdrawn else (body.person, fact.at, body.note)
    track = replace(state.tracks[body.participant], false_alarm_by=who, false_alarm_at=at, false_alarm_note=note)
    kind = MoveKind.FALSE_ALARM_WITHDRAWN if body.withdrawn else MoveKind.FALSE_ALARM
    return _moved(state, fact, track, kind, body.note)


def _close_agreed(state: AlertState, fact: Fact, body: CloseAgreed) -> AlertState:
    track = replace(state.tracks[body.participant], close_agreed_by=body.person, close_agreed_at=fact.at)
    return _moved(state, fact, track, MoveKind.CLOSE_AGREED, body.note)


def _released(state: AlertState, fact: Fact, body: Released) -> AlertState:
    # What people read changes with the attribution, so the number that they see changes too.
    return replace(
        state,
        attribution=body.attribution,
        attribution_by=fact.author,
        attribution_at=fact.at,
        attribution_note=body.note,
        revision=state.revision + 1,
        material_revision=state.revision + 1,
    )


def _resolved(state: AlertState, fact: Fact, body: Resolved) -> AlertState:
    return _rejoin(replace(state, resolved_at=fact.at))


def _closed(state: AlertState, fact: Fact, body: Closed) -> AlertState:
    return _rejoin(replace(state, ended_at=fact.at, by_timeout=body.by_timeout))


def _cancelled(state: AlertState, fact: Fact, body: Cancelled) -> AlertState:
    return _rejoin(replace(state, ended_at=fact.at, cancelled_reason=body.reason))


def _merged(state: AlertState, fact: Fact, body: Merged) -> AlertState:
    if body.alias != state.alert_id:
        return replace(state, aliases=(*state.aliases, body.alias))
    return _rejoin(replace(state, merged_into=body.into, ended_at=fact.at, cancelled_reason=Reason.MERGED.value))


_STEPS: Final[MappingProxyType[type, Callable[[AlertState, Fact, Any], AlertState]]] = MappingProxyType(
    {
        Assessed: _assessed,
        Rung: _rung,
        Released: _released,
        Planned: _planned,
        Sending: _sending,
        Sent: _sent,
        SendFailed: _failed,
        Acknowledged: _acknowledged,
        Responding: _responding,
        StoodDown: _stood_down,
        PositionTaken: _position,
        Lapsed: _lapsed,
        Resolved: _resolved,
        FalseAlarm: _false_alarm,
        CloseAgreed: _close_agreed,
        Closed: _closed,
        Cancelled: _cancelled,
        Merged: _merged,
    }
)


def applied(state: AlertState, fact: Fact) -> AlertState:
    """The state after one more fact; an opening fact has no state before it and is not given here."""
    after = _STEPS[type(fact.body)](state, fact, fact.body)
    return replace(after, facts=state.facts + 1)
