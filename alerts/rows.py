"""The rows of the state tables, from the folded state and back."""

import msgspec
from sqlalchemy import RowMapping

from alerts.deliveries import Delivery
from alerts.folding import owes_end
from alerts.states import AlertState, Track
from streams.codec import encode

Cell = str | int | bool | None
Row = dict[str, Cell]
"""One row on its way to SQLAlchemy, which takes rows as dictionaries of columns."""


def watched(state: AlertState) -> bool:
    """Whether anything may still become due on this alert."""
    return not state.ended or owes_end(state)


def alert_row(state: AlertState) -> Row:
    """The row of `alerts`."""
    situation = state.assessment.situation
    return {
        "alert_id": state.alert_id,
        "situation_id": state.situation_id,
        "opened_on": state.opened_on,
        "opened_at": state.opened_at,
        "mode": state.mode.value,
        "hazard": situation.hazard.value,
        "supply_group": situation.group,
        "origin": situation.origin,
        "route": situation.route,
        "joint": state.joint.value,
        "level": state.assessment.level.value,
        "revision": state.revision,
        "attribution": state.attribution,
        "merged_into": state.merged_into,
        "resolved_at": state.resolved_at,
        "ended_at": state.ended_at,
        "watched": watched(state),
        "facts": state.facts,
    }


def track_row(alert_id: str, track: Track) -> Row:
    """The row of `tracks`."""
    return {
        "alert_id": alert_id,
        "participant": track.participant,
        "state": track.state.value,
        "reached_at": track.reached_at,
        "acknowledged_by": track.acknowledged_by,
        "acknowledged_at": track.acknowledged_at,
        "lapses_at": track.lapses_at,
        "position": track.position.value if track.position else "",
        "close_agreed_at": track.close_agreed_at,
    }


def delivery_row(delivery: Delivery) -> Row:
    """The row of `deliveries`."""
    return {
        "delivery_id": delivery.delivery_id,
        "alert_id": delivery.alert_id,
        "also": encode(delivery.also).decode() if delivery.also else "[]",
        "revision": delivery.revision,
        "participant": delivery.participant,
        "person": delivery.person,
        "channel": delivery.channel,
        "language": delivery.language,
        "purpose": delivery.purpose.value,
        "level": delivery.level.value,
        "mode": delivery.mode.value,
        "occasion": delivery.occasion,
        "due_at": delivery.due_at,
        "state": delivery.state.value,
        "reason": str(delivery.reason),
        "attempts": delivery.attempts,
        "receipt": delivery.receipt,
        "bundle": delivery.bundle,
        "retry_at": delivery.retry_at,
        "moved_at": delivery.moved_at,
        "ordinal": delivery.ordinal,
    }


def delivery_of(row: RowMapping) -> Delivery:
    """The delivery that a row of `deliveries` is about."""
    cells = {str(name): cell for name, cell in row.items()}
    return msgspec.convert({**cells, "also": msgspec.json.decode(row["also"])}, Delivery)


def taken_row(alert_id: str, assessment_id: str, revision: str) -> Row:
    """The row of `taken`."""
    return {"assessment_id": assessment_id, "revision": revision, "alert_id": alert_id}
