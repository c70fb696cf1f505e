"""What an alert, a delivery and a message group are known by: deterministic ids and the grouping key."""

from typing import NamedTuple

from alerts.deliveries import Mode, Purpose
from alerts.states import AlertState
from streams.codec import identity
from streams.signals import Hazard


def alert_id_of(situation_id: str, opened_on: str, again: int = 0) -> str:
    """The id that the opening fact fixes: situation and UTC day.

    `again` counts alerts on the same situation and day that have ended before: an ended alert never comes back to life.
    """
    if again:
        return identity("alert", situation_id, opened_on, again)
    return identity("alert", situation_id, opened_on)


def delivery_id_of(alert_id: str, purpose: Purpose, occasion: str, person: str, channel: str) -> str:
    """The id of a delivery: what it is about and for whom, never when it was planned."""
    return identity("delivery", alert_id, purpose, occasion, person, channel)


class GroupKey(NamedTuple):
    """Alerts with the same key are told to one participant in one message (the participant is the other part)."""

    mode: Mode
    hazard: Hazard
    place: str  # origin or route; empty where a situation has neither


def group_key_of(alert: AlertState) -> GroupKey:
    """Hazard and origin or route: what one message may be about."""
    situation = alert.assessment.situation
    return GroupKey(alert.mode, situation.hazard, situation.origin or situation.route)
