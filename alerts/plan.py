"""Alert → **delivery**: who is told what now, in the four lines of the delivery policy."""

from collections.abc import Iterable, Iterator

from alerts import coordination, escalation, grouping, routing, suppression
from alerts.board import NEVER
from alerts.candidates import Candidate, Occasion, Scene
from alerts.deliveries import Delivery, DeliveryState, Purpose
from alerts.fingerprint import group_key_of
from alerts.holds import is_held
from alerts.reasons import Reason
from alerts.states import AlertState

_TIMED = (Reason.GROUP_WAIT, Reason.GROUP_INTERVAL, Reason.QUIET_HOURS, Reason.THROTTLED)
"""Reasons that pass with time alone."""
_FIRST_THINGS_FIRST = {purpose: place for place, purpose in enumerate(Purpose)}
"""Messages of one alert leave in the order in which they are planned: a ring before what is told about it."""


def plan(alerts: Iterable[AlertState], now: int, scene: Scene) -> tuple[Delivery, ...]:
    """The deliveries to record now, due or suppressed with their reason. Planning twice plans once.

    `alerts` are those on which something happened or whose time has come. What waits in their groups is looked at with
    them, since a group is told as one.
    """
    looked_at = _with_waiting_mates(alerts, now, scene)
    due = _escalation(looked_at, now, scene)
    routed = _routing(due, looked_at, now, scene)
    allowed = _suppression(routed, now, scene)
    planned = _news(looked_at, grouping.gathered(allowed, now, scene), now)
    return tuple(sorted(planned, key=lambda delivery: _FIRST_THINGS_FIRST[delivery.purpose]))


def _with_waiting_mates(alerts: Iterable[AlertState], now: int, scene: Scene) -> dict[str, AlertState]:
    looked_at = {alert.alert_id: alert for alert in alerts}
    stormy = {side for side, end in scene.storms.items() if now < end}
    for key in {group_key_of(alert) for alert in looked_at.values()}:
        mates = scene.board.mates(key)
        # In a storm a group grows by the second: what waits in it is looked at when it can be told, not each time.
        if not grouping.is_resting(mates, now, scene.timers, stormy):
            looked_at.update((mate.alert_id, mate) for mate in mates if mate.held)
    return looked_at


def _escalation(alerts: dict[str, AlertState], now: int, scene: Scene) -> Iterator[Occasion]:
    for alert in alerts.values():
        for track in alert.tracks.values():
            yield from escalation.occasions(alert, track, now, scene.timers)
            yield from coordination.occasions(alert, track, now, scene.timers)


def _routing(due: Iterable[Occasion], alerts: dict[str, AlertState], now: int, scene: Scene) -> Iterator[Candidate]:
    fresh: set[str] = set()
    for occasion in due:
        for candidate in routing.candidates(occasion, now, scene):
            fresh.add(candidate.delivery.delivery_id)
            yield candidate
    for alert in alerts.values():
        for delivery_id in alert.held:
            if delivery_id not in fresh:
                delivery = alert.deliveries[delivery_id]
                again = suppression.again(alert, alert.tracks[delivery.participant], delivery, now)
                if again is not None:
                    yield again


def _suppression(routed: Iterable[Candidate], now: int, scene: Scene) -> Iterator[Candidate]:
    for candidate in routed:
        is_due = candidate.delivery.state is DeliveryState.DUE
        yield suppression.judged(candidate, now, scene) if is_due else candidate


def _news(alerts: dict[str, AlertState], planned: Iterable[Delivery], now: int) -> Iterator[Delivery]:
    """Without those that are held back as they were."""
    for delivery in planned:
        known = alerts[delivery.alert_id].deliveries.get(delivery.delivery_id)
        same = known is not None and (known.state, known.reason) == (delivery.state, delivery.reason)
        if not same or (known is not None and delivery.reason in _TIMED and known.due_at <= now):
            yield delivery


def next_at(alert: AlertState, now: int, scene: Scene) -> int | None:
    """The earliest instant after which time alone may make something due on this alert; None when nothing can."""
    instants: list[int] = []
    for track in alert.tracks.values():
        instants += escalation.next_at(alert, track, now, scene.timers, scene.storms.get(track.participant, 0))
        instants += coordination.next_at(alert, track, now, scene.timers)
    for delivery_id in alert.held:
        delivery = alert.deliveries[delivery_id]
        if delivery.reason in _TIMED and suppression.again(alert, alert.tracks[delivery.participant], delivery, now):
            instants.append(delivery.due_at)
    if is_held(alert) and (hold := scene.board.hold(alert, now, scene.timers.explains_s)) is not None:
        instants.append(hold.until)
    soonest = min(instants, default=NEVER)
    return None if soonest >= NEVER else soonest
