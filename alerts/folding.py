"""One fact applied to the state before it; `lifecycle.py` chains these into the fold.

The dictionaries of the state given in are private to the fold in progress (`lifecycle.begin` copied them), so they are
written in place; everything else is replaced.
"""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from alerts.deliveries import Purpose
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
from alerts.folding_deliveries import failed, planned, sending, sent
from alerts.reasons import Reason
from alerts.states import NOTHING_YET, AlertState, JointState, Move, MoveKind, Track, TrackState, rejoined
from streams.assessments import Assessment, Level, RingCause

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


def _assessed(state: AlertState, fact: Fact, body: Assessed) -> AlertState:
    news = state.revision == 0 or material(body.assessment) != material(state.assessment)
    is_revised = state.revision > 0 and body.assessment.revised_at > state.assessment.revised_at
    back = state.resolved_at is not None and not body.assessment.resolved
    if back:  # the data were revised: it has not ended after all, and whoever was told so is told again when it does
        for participant, track in state.tracks.items():
            state.tracks[participant] = replace(track, end_told="")
    return rejoined(
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
    return rejoined(replace(state, rings=(*state.rings, ring), resolved_at=None))


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
    return rejoined(replace(state, moves=(*state.moves, move)))


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


def _acted(state: AlertState, fact: Fact, body: Responding | StoodDown) -> AlertState:
    """A side began or ended its response: nothing of its answer lapses any more."""
    is_over = isinstance(body, StoodDown)
    kept, kind = (
        (TrackState.STOOD_DOWN, MoveKind.STOOD_DOWN) if is_over else (TrackState.RESPONDING, MoveKind.RESPONDING)
    )
    own = state.tracks[body.participant]
    track = replace(own, state=kept, changed_at=fact.at, lapses_at=None, note=body.note)
    return _moved(state, fact, track, kind, body.note)


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
    return rejoined(replace(state, resolved_at=fact.at))


def _closed(state: AlertState, fact: Fact, body: Closed) -> AlertState:
    return rejoined(replace(state, ended_at=fact.at, by_timeout=body.by_timeout))


def _cancelled(state: AlertState, fact: Fact, body: Cancelled) -> AlertState:
    return rejoined(replace(state, ended_at=fact.at, cancelled_reason=body.reason))


def _merged(state: AlertState, fact: Fact, body: Merged) -> AlertState:
    if body.alias != state.alert_id:
        return replace(state, aliases=(*state.aliases, body.alias))
    return rejoined(replace(state, merged_into=body.into, ended_at=fact.at, cancelled_reason=Reason.MERGED.value))


_STEPS: Final[MappingProxyType[type, Callable[[AlertState, Fact, Any], AlertState]]] = MappingProxyType(
    {
        Assessed: _assessed,
        Rung: _rung,
        Released: _released,
        Planned: planned,
        Sending: sending,
        Sent: sent,
        SendFailed: failed,
        Acknowledged: _acknowledged,
        Responding: _acted,
        StoodDown: _acted,
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
