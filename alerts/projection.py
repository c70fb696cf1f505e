"""The state tables: written beside the facts in one transaction, for queries only, and made again from the facts."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection, Table, delete, select

from alerts import tables
from alerts.bulk import Row, insert_rows, update_rows, written
from alerts.errors import StoreDamaged
from alerts.facts import Assessed, Fact, Planned, SendFailed, Sending, Sent
from alerts.rows import alert_row, delivery_row, taken_row, track_row
from alerts.states import AlertState

_WRITTEN: Final = {table: written(table) for table in tables.STATE_TABLES}


class Change(msgspec.Struct, frozen=True, gc=False):
    """What some facts made of one alert. `before` is None when they opened it."""

    before: AlertState | None
    after: AlertState
    facts: Sequence[Fact]


def write(connection: Connection, changes: Iterable[Change]) -> None:
    """Bring the state tables up to date, one statement for each kind of row."""
    new: dict[Table, list[Row]] = {tables.alerts: [], tables.tracks: [], tables.deliveries: [], tables.taken: []}
    old: dict[Table, list[Row]] = {tables.alerts: [], tables.tracks: [], tables.deliveries: []}
    for change in changes:
        _collect(change, new, old)
    for table, rows in new.items():
        insert_rows(connection, _WRITTEN[table], rows)
    for table, rows in old.items():
        update_rows(connection, _WRITTEN[table], rows)


def _collect(change: Change, new: dict[Table, list[Row]], old: dict[Table, list[Row]]) -> None:
    before, after = change.before, change.after
    row = alert_row(after)
    if before is None:
        new[tables.alerts].append(row)
    elif row != alert_row(before):
        old[tables.alerts].append(row)
    for participant, track in after.tracks.items():
        was = before.tracks.get(participant) if before else None
        if was is not track:
            (old if was else new)[tables.tracks].append(track_row(after.alert_id, track))
    touched: dict[str, None] = {}
    for fact in change.facts:
        match fact.body:
            case Planned():
                touched[fact.body.delivery.delivery_id] = None
            case Sending() | Sent() | SendFailed():
                touched[fact.body.delivery_id] = None
            case Assessed():
                assessment = fact.body.assessment
                new[tables.taken].append(taken_row(after.alert_id, assessment.assessment_id, assessment.revision))
    for delivery_id in touched:
        known = before is not None and delivery_id in before.deliveries
        (old if known else new)[tables.deliveries].append(delivery_row(after.deliveries[delivery_id]))


def check(connection: Connection, changes: Iterable[Change]) -> None:
    """Raise StoreDamaged when the state tables are not what the facts add up to; `changes` are all alerts, whole."""
    wanted: dict[Table, list[Row]] = {table: [] for table in tables.STATE_TABLES}
    for change in changes:
        _collect(change, wanted, {})
    for name, found in snapshot(connection).items():
        table = next(each for each in tables.STATE_TABLES if each.name == name)
        differ = found ^ {tuple(row) for row in wanted[table]}
        if differ:
            alert_id = min(str(row[list(table.columns.keys()).index("alert_id")]) for row in differ)
            raise StoreDamaged(
                f"table {name}: what it says of alert {alert_id} is not what the facts add up to; `twinbell store "
                "rebuild` makes the state tables again from the facts"
            )


def clear(connection: Connection) -> None:
    """Empty the state tables."""
    for table in tables.STATE_TABLES:
        connection.execute(delete(table))


def snapshot(connection: Connection) -> dict[str, set[tuple[object, ...]]]:
    """All rows of the state tables, to hold against another snapshot."""
    return {table.name: {tuple(row) for row in connection.execute(select(table))} for table in tables.STATE_TABLES}
