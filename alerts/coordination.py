"""What one side's move, silence or wish means for the other, and when the alert as a whole ends or is joined with one.

A side is told of the newest move of the others once, by channels that wake nobody; that nobody could be reached on the
other side it is told by the channels that wake, with the telephone step of the runbook.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from alerts.board import NEVER
from alerts.candidates import Occasion, Recipient
from alerts.deliveries import EXPIRING, RENEWED, Mode, Purpose
from alerts.errors import Refused
from alerts.escalation import awaited, exhausted_at, steps_of
from alerts.facts import Body, Cancelled, Closed, Lapsed, Merged
from alerts.fingerprint import delivery_id_of
from alerts.guards import may_close
from alerts.reasons import Reason
from alerts.states import AlertState, JointState, Move, Track, TrackState
from alerts.timers import RENEWED_AFTER_S, SET_BACK_S, Timers

_UNREACHED: Final = "/unreached"
REVISED: Final = "revised/"
"""How the occasion of an update begins that a source's revision has caused."""


def occasions(alert: AlertState, track: Track, now: int, timers: Timers) -> Iterator[Occasion]:
    """What one side is to be told besides its own ladder: the others' moves and silence, updates, the end."""
    if alert.ended:
        if track.told and track.end_told != Purpose.CLOSE.value:
            reason = Reason.CLOSED if alert.joint is JointState.CLOSED else Reason.CANCELLED
            yield _occasion(alert, track, Purpose.CLOSE, "closed", reason, track.told)
        return
    if alert.joint is JointState.RESOLVED and track.told and not track.end_told:
        key = f"resolved/{alert.resolved_at}"
        yield _occasion(alert, track, Purpose.RESOLVE, key, Reason.RESOLVED, track.told)
    if track.answered and alert.live:
        woken = tuple(recipient for recipient in track.led if recipient[1] in timers.waking_channels)
        yield _occasion(alert, track, Purpose.ANSWERED, f"answered/{track.answered_ordinal}", Reason.ANSWERED, woken)
    yield from _silence(alert, track, now, timers)
    informed = _informed(track, timers)
    move = _untold_move(alert, track)
    if informed and move is not None:
        yield _occasion(alert, track, Purpose.PARTNER, f"move/{move.ordinal}", Reason.PARTNER_MOVED, informed)
    elif _update_at(alert, track, now, timers) <= now:
        unaware = _unaware(alert, track, informed)
        if unaware:
            revised = alert.revised_revision > track.told_revision
            key = f"{REVISED if revised else 'revision/'}{alert.revision}"
            reason = Reason.SOURCE_REVISED if revised else Reason.UPDATED_IN_PLACE
            yield _occasion(alert, track, Purpose.UPDATE, key, reason, unaware)
    yield from (occasion for occasion, at in _renewal(alert, track) if at <= now)


def _renewal(alert: AlertState, track: Track) -> Iterator[tuple[Occasion, int]]:
    """The message that keeps what was published from lapsing while the alert is open, and when it is due."""
    published, key = track.published, renewal_key(alert, track)
    if published is None or not key:
        return
    recipient = (published.person, EXPIRING)
    if delivery_id_of(alert.alert_id, Purpose.UPDATE, key, *recipient) not in alert.deliveries:
        occasion = _occasion(alert, track, Purpose.UPDATE, key, Reason.RENEWED, (recipient,))
        yield occasion, published.at + RENEWED_AFTER_S


def renewal_key(alert: AlertState, track: Track) -> str:
    """The occasion of that message; empty where nothing is in force, or where something new is to be told instead."""
    is_open = alert.joint in (JointState.RELEASED, JointState.ACTIVE)
    if track.published is None or not is_open or alert.material_revision > track.told_revision:
        return ""
    return f"{RENEWED}{track.published.at}"


def _untold_move(alert: AlertState, track: Track) -> Move | None:
    """The newest move of the other sides, when nothing that this side was told says it."""
    moves = [move for move in alert.moves if move.participant != track.participant]
    return moves[-1] if moves and moves[-1].ordinal > track.told_ordinal else None


def _occasion(
    alert: AlertState, track: Track, purpose: Purpose, key: str, reason: Reason, audience: tuple[Recipient, ...]
) -> Occasion:
    return Occasion(alert=alert, track=track, purpose=purpose, key=key, reason=reason, audience=audience, since=0)


def _informed(track: Track, timers: Timers) -> tuple[Recipient, ...]:
    """Whoever was rung, by those channels that wake nobody."""
    return tuple(recipient for recipient in track.told if recipient[1] not in timers.waking_channels)


def _unaware(alert: AlertState, track: Track, informed: tuple[Recipient, ...]) -> tuple[Recipient, ...]:
    """Who of those does not learn of a change by a ring anyway."""
    rung = awaited(alert, track)
    return tuple(recipient for recipient in informed if recipient not in rung)


def _silence(alert: AlertState, track: Track, now: int, timers: Timers) -> Iterator[Occasion]:
    """The other sides whose ladder is exhausted: this side's duty officer is told, once for each ladder."""
    for other, at in _exhausted(alert, track, now, timers):
        steps = steps_of(alert, track) if at <= now else []
        if steps:
            key = _ladder_of(other) + _UNREACHED
            audience = tuple((who, channel) for who in steps[0].people for channel in steps[0].channels)
            yield _occasion(alert, track, Purpose.PARTNER, key, partner_reason(alert, key), audience)


def _exhausted(alert: AlertState, track: Track, now: int, timers: Timers) -> Iterator[tuple[Track, int]]:
    """The other sides of whose silence this side has not been told, and when it is to be."""
    for other in alert.tracks.values():
        if other.participant == track.participant or _ladder_of(other) in track.warned:
            continue
        at = exhausted_at(alert, other, now, timers)
        if at is not None:
            yield other, at


def _ladder_of(track: Track) -> str:
    return f"{track.participant}:{track.ladder}"


def partner_reason(alert: AlertState, key: str) -> Reason:
    """Why a side is told of the others: they moved, they could not be reached, or they were and did not answer."""
    if not key.endswith(_UNREACHED):
        return Reason.PARTNER_MOVED
    other = alert.tracks.get(key.partition(":")[0])
    reached = other is not None and other.state is not TrackState.PENDING
    return Reason.LADDER_EXHAUSTED if reached else Reason.PARTNER_UNREACHED


def _update_at(alert: AlertState, track: Track, now: int, timers: Timers) -> int:
    """When a change that rings nobody is told. Alertmanager's rule: at most so often, and only if there is one."""
    unchanged = alert.material_revision <= track.told_revision
    if unchanged or alert.joint not in (JointState.RELEASED, JointState.ACTIVE):
        return NEVER
    if track.told_at - now > SET_BACK_S:
        return now
    return track.told_at + timers.update_interval_s


def bodies(alert: AlertState, now: int, timers: Timers) -> Iterator[Body]:
    """The facts that the system itself has to record now: lapsed acknowledgements, and the end of the alert."""
    if alert.ended:
        return
    for track in alert.tracks.values():
        if track.lapses_at is not None and track.lapses_at <= now and alert.live:
            yield Lapsed(participant=track.participant)
    if alert.joint is JointState.RESOLVED and not any(track.told for track in alert.tracks.values()):
        inhibited = any(delivery.reason == Reason.INHIBITED for delivery in alert.deliveries.values())
        yield Cancelled(reason=(Reason.INHIBITED if inhibited else Reason.CLEARED_BEFORE_GROUP_WAIT).value)
    elif _agreed(alert):
        yield Closed()
    elif _close_at(alert, timers) <= now:
        yield Closed(by_timeout=True)


def _agreed(alert: AlertState) -> bool:
    try:
        may_close(alert, by_timeout=False)
    except Refused:
        return False
    return True


def _close_at(alert: AlertState, timers: Timers) -> int:
    """When one side's wish to close is enough: only once the situation has ended, and only after the time-out."""
    wishes = [track.close_agreed_at for track in alert.tracks.values() if track.close_agreed_at is not None]
    if alert.joint is not JointState.RESOLVED or not wishes:
        return NEVER
    return max(min(wishes), alert.resolved_at or 0) + timers.close_timeout_s


def next_at(alert: AlertState, track: Track, now: int, timers: Timers) -> Iterator[int]:
    """The instants at which time alone makes something due here."""
    if alert.ended:
        return
    yield _close_at(alert, timers)
    unaware = _unaware(alert, track, _informed(track, timers))
    if unaware and _untold_move(alert, track) is None and not _update_is_held(alert, track):
        yield _update_at(alert, track, now, timers)
    yield from (at for _, at in _renewal(alert, track))
    if steps_of(alert, track):
        yield from (at for _, at in _exhausted(alert, track, now, timers))


def _update_is_held(alert: AlertState, track: Track) -> bool:
    held = (alert.deliveries[delivery_id] for delivery_id in alert.held)
    return any(
        delivery.purpose is Purpose.UPDATE
        and not delivery.renews
        and delivery.participant == track.participant
        and delivery.revision >= alert.material_revision
        for delivery in held
    )


def merges(alerts: Sequence[AlertState]) -> Iterator[tuple[str, Merged]]:
    """The facts that join open alerts on one situation under the lowest id: (alert id, fact), for both of each pair."""
    first: dict[Mode, AlertState] = {}  # an exercise and the real thing are never one alert
    for alert in sorted(alerts, key=lambda each: each.alert_id):
        if alert.joint not in (JointState.RELEASED, JointState.ACTIVE):
            continue
        if alert.mode not in first:
            first[alert.mode] = alert
            continue
        merged = Merged(alias=alert.alert_id, into=first[alert.mode].alert_id)
        yield first[alert.mode].alert_id, merged
        yield alert.alert_id, merged
