"""Alert → **delivery** on disk: what has become due is recorded, within the transaction of whoever made it due."""

from collections.abc import Iterable

from sqlalchemy import Connection

from alerts import coordination
from alerts.candidates import Scene
from alerts.facts import Planned
from alerts.grouping import storms
from alerts.participants import Directory
from alerts.plan import next_at, plan
from alerts.record import Proposal
from alerts.states import AlertState
from alerts.store import Store
from alerts.timers import Timers


def escalate(store: Store, directory: Directory, now: int, timers: Timers | None = None) -> int:
    """Record everything that time, people or another process have made due; the number of deliveries planned.

    One transaction, and none at all when nothing is due.
    """
    if not store.awake(now):
        return 0
    with store.transaction() as connection:
        return record_due(store, connection, (), now, (directory, timers or Timers()))


def record_due(
    store: Store, connection: Connection, alert_ids: Iterable[str], now: int, configured: tuple[Directory, Timers]
) -> int:
    """Record the system's own facts that are due, then the deliveries; the number of deliveries.

    `alert_ids` are those to which something happened; whatever time has made due by now is looked at with them.
    """
    directory, timers = configured
    board = store.board(connection)
    due = _system_facts(store, connection, list(dict.fromkeys([*alert_ids, *board.awake(now)])), now, timers)
    board = store.board(connection)
    looked_at = {alert.alert_id: alert for alert in due}
    for alert in due:
        # A supply alert that opens or ends holds or frees the market alerts beside it.
        looked_at.update((beside.alert_id, beside) for beside in board.markets_beside(alert))
    longest = max((throttle.per_s for throttle in timers.throttles), default=0)
    longest = max(longest, timers.storm_interval_s + timers.storm_calm_s)
    recent = store.messages_since(connection, now - longest)
    scene = Scene(directory, timers, board, recent, storms(directory, timers, recent, now))
    deliveries = plan(looked_at.values(), now, scene)
    store.append_many(
        connection,
        [Proposal(store.system, now, delivery.alert_id, Planned(delivery=delivery)) for delivery in deliveries],
    )
    for alert_id in {*looked_at, *(delivery.alert_id for delivery in deliveries)}:
        fresh = board.get(alert_id)
        if fresh is not None:
            board.wake(alert_id, next_at(fresh, now, scene))
    return len(deliveries)


def _system_facts(
    store: Store, connection: Connection, alert_ids: list[str], now: int, timers: Timers
) -> list[AlertState]:
    """Lapses, merges and ends that are due, recorded; the alerts as they then are."""
    board = store.board(connection)
    found = [alert for alert in (board.get(alert_id) for alert_id in alert_ids) if alert is not None]
    merges = dict.fromkeys(
        merge
        for situation_id in dict.fromkeys(alert.situation_id for alert in found)
        for merge in coordination.merges(board.on_situation(situation_id))
    )
    store.append_many(connection, [Proposal(store.system, now, alert_id, body) for alert_id, body in merges])
    wanted = dict.fromkeys([*(alert.alert_id for alert in found), *(alert_id for alert_id, _ in merges)])
    standing = store.states(connection, list(wanted))
    proposals = [
        Proposal(store.system, now, alert.alert_id, body)
        for alert in standing
        for body in coordination.bodies(alert, now, timers)
    ]
    store.append_many(connection, proposals)
    return store.states(connection, list(wanted)) if proposals else standing
