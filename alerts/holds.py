"""Supply alert → market alert: what a rise is held back by, and when the hold ends at the latest."""

from collections.abc import Iterable
from typing import NamedTuple

from alerts.reasons import Reason
from alerts.states import AlertState, TrackState
from streams.signals import Direction


class Hold(NamedTuple):
    """A supply alert keeps the deliveries of a market alert back, until this instant at the latest."""

    alert: AlertState
    by: AlertState
    until: int


class Holds(NamedTuple):
    """What keeps an alert back, and what it keeps back itself."""

    by: Hold | None = None
    of: tuple[Hold, ...] = ()


def explained(alert: AlertState, by: AlertState, now: int, explains_s: int) -> Hold | None:
    """The hold of a supply alert on a market alert of its group; None where it does not explain it, or no longer.

    It explains what is known to be a rise, not louder than itself, that rang less than `explains_s` after a ring of its
    own, and no longer than that after this ring, nor after every side has stood down from it. A price that falls is no
    shortage, and one that rang before it goes on ringing.
    """
    if alert.assessment.direction is not Direction.UP or not by.live or by.level.rank < alert.level.rank:
        return None
    if by.tracks and all(track.state is TrackState.STOOD_DOWN for track in by.tracks.values()):
        return None
    rang = max(_rang(alert))
    until = max((at for at in _rang(by) if at <= rang), default=-explains_s) + explains_s
    return Hold(alert, by, until) if max(rang, now) < until else None


def longest(holds: Iterable[Hold | None]) -> Hold | None:
    """The hold that ends last: until then the alert is held back."""
    return max((hold for hold in holds if hold is not None), key=lambda hold: hold.until, default=None)


def is_held(alert: AlertState) -> bool:
    """Whether something that is to be told of this alert waits for the end of a hold."""
    return alert.live and any(alert.deliveries[delivery_id].reason == Reason.INHIBITED for delivery_id in alert.held)


def _rang(alert: AlertState) -> list[int]:
    """When this alert rang, as the figures behind it became known."""
    return [ring.at for ring in alert.assessment.rings] or [alert.assessment.as_of]
