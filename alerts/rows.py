"""The rows of the state tables, cells in the order of the columns, from the folded state and back."""

import msgspec
from sqlalchemy import RowMapping

from alerts.bulk import Row
from alerts.deliveries import Delivery
from alerts.folding import owes_end
from alerts.states import AlertState, Track
from streams.codec import ID_CHARS, encode


def watched(state: AlertState) -> bool:
    """Whether anything may still become due on this alert."""
    return not state.ended or owes_end(state)


def alert_row(state: AlertState) -> Row:
    """The row of `alerts`."""
    situation = state.assessment.situation
    return (
        state.alert_id,
        state.situation_id,
        state.opened_on,
        state.opened_at,
        state.mode.value,
        situation.hazard.value,
        situation.group,
        situation.origin,
        situation.route,
        state.joint.value,
        state.assessment.level.value,
        state.revision,
        state.attribution,
        state.merged_into,
        state.resolved_at,
        state.ended_at,
        watched(state),
    )


def track_row(alert_id: str, track: Track) -> Row:
    """The row of `tracks`."""
    return (
        alert_id,
        track.participant,
        track.state.value,
        track.reached_at,
        track.acknowledged_by,
        track.acknowledged_at,
        track.lapses_at,
        track.position.value if track.position else "",
        track.close_agreed_at,
    )


def delivery_row(delivery: Delivery) -> Row:
    """The row of `deliveries`."""
    return (
        delivery.delivery_id,
        delivery.alert_id,
        encode(delivery.also).decode() if delivery.also else "[]",
        delivery.revision,
        delivery.participant,
        delivery.person,
        delivery.channel,
        delivery.language,
        delivery.purpose.value,
        delivery.level.value,
        delivery.mode.value,
        delivery.occasion,
        delivery.due_at,
        delivery.state.value,
        str(delivery.reason),
        delivery.attempts,
        delivery.receipt,
        delivery.bundle,
        delivery.retry_at,
        delivery.moved_at,
        delivery.ordinal,
    )


def named_in(length: int) -> int:
    """How many alerts a column `also` of this length names: each takes its id, two quotes and a comma or a bracket."""
    return (length - 1) // (ID_CHARS + 3)


def delivery_of(row: RowMapping) -> Delivery:
    """The delivery that a row of `deliveries` is about."""
    cells = {str(name): cell for name, cell in row.items()}
    return msgspec.convert({**cells, "also": msgspec.json.decode(row["also"])}, Delivery)


def taken_row(alert_id: str, assessment_id: str, revision: str) -> Row:
    """The row of `taken`."""
    return (assessment_id, revision, alert_id)
