"""The second line of the plan: why a delivery is held back. Each rule is one named reason; nothing is ever gone.

A delivery that is held for a reason that passes (`guards.PASSING`) is looked at again and may become due under the
same id. What tells that an alert has ended is never held back.
"""

import datetime
from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from alerts.candidates import ENDINGS, Candidate, Recipient, Scene
from alerts.coordination import REVISED, partner_reason, renewal_key
from alerts.deliveries import RINGING, Delivery, DeliveryState, Purpose
from alerts.escalation import is_overtaken
from alerts.reasons import Reason
from alerts.routing import fault
from alerts.states import AlertState, JointState, Track
from streams.assessments import Level

_QUIETEST: Final = (Level.NONE, Level.ADVISORY)
GROUPING: Final = (Reason.GROUP_WAIT, Reason.GROUP_INTERVAL)


def judged(candidate: Candidate, now: int, scene: Scene) -> Candidate:
    """The candidate as it is, or suppressed with the first reason that speaks against it."""
    alert, delivery = candidate.alert, candidate.delivery
    reason = fault(alert, delivery, scene.directory)
    if reason is not None:
        return suppressed(candidate, reason, now)
    if delivery.purpose in ENDINGS:
        return candidate
    if scene.board.hold(alert, now, scene.timers.explains_s) is not None:
        return suppressed(candidate, Reason.INHIBITED, now)
    until = quiet_until(delivery, now, scene)
    if until is not None:
        return suppressed(candidate, Reason.QUIET_HOURS, until)
    return candidate


def suppressed(candidate: Candidate, reason: Reason, due_at: int, bundle: str = "") -> Candidate:
    """The candidate, held back or given up: `due_at` is when it may go, where time alone decides that."""
    held = replace(
        candidate.delivery, state=DeliveryState.SUPPRESSED, reason=reason.value, due_at=due_at, bundle=bundle
    )
    return replace(candidate, delivery=held)


def quiet_until(delivery: Delivery, now: int, scene: Scene) -> int | None:
    """When the duty hours of the side begin, if it is not to hear of this outside them; None: it may hear of it now.

    An advisory informs in duty hours only. A watch informs at once and wakes in duty hours.
    """
    wakes = delivery.channel in scene.timers.waking_channels and delivery.purpose in (*RINGING, Purpose.PARTNER)
    if delivery.level not in _QUIETEST and not (delivery.level is Level.WATCH and wakes):
        return None
    side = scene.directory.participant(delivery.participant)
    begins, ends = side.duty_hours
    local = datetime.datetime.fromtimestamp(now, tz=ZoneInfo(side.time_zone))
    on_duty = begins <= local.hour < ends if begins < ends else local.hour >= begins or local.hour < ends
    if on_duty or begins == ends:
        return None
    morning = local.replace(hour=begins, minute=0, second=0, microsecond=0)
    if morning <= local:
        morning += datetime.timedelta(days=1)  # wall time: the offset is taken anew on that day
    return int(morning.timestamp())


def throttled_until(
    recipient: Recipient, level: Level, now: int, scene: Scene, planned: Mapping[Recipient, list[Level]]
) -> int | None:
    """When the throttle of this level lets the next message through to this recipient; None: now.

    `planned` are the levels of the messages of this very pass. An emergency is never throttled, only bundled.
    """
    throttle = scene.timers.throttle(level)
    if throttle is None:
        return None
    told = (each for each in scene.recent.get(recipient, ()) if each.level == level)
    lately = [each.at for each in told if now - throttle.per_s < each.at <= now]
    lately += [now for sent in planned.get(recipient, ()) if sent is level]
    if len(lately) < throttle.messages:
        return None
    return sorted(lately)[len(lately) - throttle.messages] + throttle.per_s


def again(alert: AlertState, track: Track, delivery: Delivery, now: int) -> Candidate | None:
    """A delivery that was held back, as a candidate once more; None when it is to stay as it is."""
    if alert.ended or alert.joint is JointState.RESOLVED:
        if delivery.purpose is Purpose.RING and delivery.reason in GROUPING:
            candidate = Candidate(alert, delivery, now)
            return suppressed(candidate, Reason.CLEARED_BEFORE_GROUP_WAIT, delivery.due_at)
        if alert.ended or delivery.purpose is not Purpose.PARTNER:
            return None
    held_at = alert.held[delivery.delivery_id]
    if delivery.purpose in RINGING:
        if is_overtaken(track, delivery, held_at) or not alert.live:
            return None
    elif delivery.renews:
        if delivery.occasion != renewal_key(alert, track):
            return None  # something newer was published, or is to be told instead
    elif held_at < track.told_ordinal:
        return None  # a later message has told it
    until = delivery.due_at if delivery.reason in GROUPING else now
    fresh = replace(
        delivery,
        state=DeliveryState.DUE,
        reason=_reason_of(alert, track, delivery).value,
        revision=alert.revision,
        level=alert.level,
        also=(),
        bundle="",
        due_at=now,
    )
    return Candidate(alert, fresh, until)


def _reason_of(alert: AlertState, track: Track, delivery: Delivery) -> Reason:
    """Why a delivery was planned in the first place, before it was held back."""
    match delivery.purpose:
        case Purpose.RING:
            return Reason.REOPENED_BY_LEVEL if track.reopened else Reason.RING
        case Purpose.ESCALATE:
            return Reason.ESCALATED
        case Purpose.REPEAT:
            return Reason.REPEATED if "/" in delivery.occasion else Reason.ACKNOWLEDGEMENT_LAPSED
        case Purpose.PARTNER:
            return partner_reason(alert, delivery.occasion)
        case _:
            if delivery.renews:
                return Reason.RENEWED
            revised = delivery.occasion.startswith(REVISED)
            return Reason.SOURCE_REVISED if revised else Reason.UPDATED_IN_PLACE
