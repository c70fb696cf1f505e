"""Store → **metrics**: what only the record can say whichever process wrote it and however often it died."""

from collections.abc import Mapping
from typing import Final

import msgspec
import sqlalchemy as sa

from alerts import tables as alert_tables
from alerts.channels import CHANNELS
from alerts.deliveries import UNSENT, DeliveryState, Purpose
from alerts.facts import Fact
from alerts.participants import Directory
from alerts.record import facts_after
from alerts.states import JointState, TrackState
from services import tables
from services.clock import Clock
from services.dispatcher.operators import owed
from services.feed_clocks import FeedClocks
from services.live_feeds import budget_days, stale_days
from services.measuring import Metrics
from services.metrics import (
    CONTENT_AGE,
    CONTENT_BUDGET,
    FEED_REACHED,
    FETCH_AGE,
    OPEN_ALERTS,
    OUTBOX,
    OUTBOX_AGE,
    STORE_REACHED,
    UNANSWERED,
    UNPUBLISHED,
    UNREACHED,
    Meters,
)
from services.objectives import ANSWER_S, OVERDUE_S
from services.settings import Configuration
from services.sources import manifest_of
from services.wiring import Knowledge
from streams.observations import SECONDS_A_DAY

RECALL_S: Final = SECONDS_A_DAY  # what was rung longer ago is late already, or answered
_LIVE: Final = (JointState.RELEASED, JointState.ACTIVE)
_NOT_ANSWERED: Final = (TrackState.PENDING, TrackState.NOTIFIED)


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Whom and what a deployment looks after: its sides, and each feed with the age its content may have, in seconds.

    A feed that promises nothing has None. Empty while an episode is played: its content is of another time.
    """

    directory: Directory
    budgets_s: Mapping[str, int | None]


def measured_of(configuration: Configuration, known: Knowledge, feeds: bool = True) -> Measured:
    """What a configuration says of it; without `feeds` for an episode. Raises BadManifest."""
    days: dict[str, float | None] = {}
    if feeds:
        chosen = [source.name for source in configuration.settings.sources]
        days |= stale_days(chosen, known.reference, known.thresholds)
        for each in configuration.settings.feeds:
            manifest = manifest_of(configuration.path(each.manifest))
            days[manifest.name] = budget_days(manifest, known.thresholds)
    budgets = {name: None if each is None else int(each * SECONDS_A_DAY) for name, each in days.items()}
    return Measured(directory=configuration.directory, budgets_s=budgets)


class StoredMetrics:
    """Sets the gauges of one store at each scrape; a store that does not answer is a gauge too, no failed scrape."""

    def __init__(self, meters: Meters, database: sa.Engine, clock: Clock, measured: Measured) -> None:
        self._meters = meters
        self._reading = database.execution_options(reading=True)
        self._clocks = FeedClocks(database)
        self._clock = clock
        self._measured = measured

    def __call__(self) -> None:
        """Ask the store."""
        try:
            now = self._clock.now()
            with self._reading.connect() as connection:
                self._outbox(connection, now)
                self._alerts(connection, now)
                waiting = connection.execute(sa.select(sa.func.count()).select_from(tables.outgoing)).scalar() or 0
            self._meters.set(UNPUBLISHED, waiting)
            self._feeds(now)
        except sa.exc.SQLAlchemyError:
            self._meters.set(STORE_REACHED, 0)
            for metric in (OUTBOX, OUTBOX_AGE, UNREACHED, UNANSWERED, OPEN_ALERTS):
                self._meters.clear(metric)  # what was so before is not known to be so now
            return
        self._meters.set(STORE_REACHED, 1)

    def _outbox(self, connection: sa.Connection, now: int) -> None:
        table = alert_tables.deliveries
        lane = (table.c.participant, table.c.channel)
        query = sa.select(*lane, sa.func.count().label("number"), sa.func.min(table.c.due_at).label("since"))
        query = query.where(table.c.state.in_(UNSENT), table.c.due_at <= now).group_by(*lane)
        found = {(row.participant, row.channel): row for row in connection.execute(query)}
        operators = owed(connection, now)
        for side in self._measured.directory.participants:
            for kind in CHANNELS:
                row, own = found.get((side.iso3, kind.name)), operators.get((side.iso3, kind.name), [])
                oldest = min([*([row.since] if row else []), *own], default=now)
                self._meters.set(OUTBOX, (row.number if row else 0) + len(own), side.iso3, kind.name)
                self._meters.set(OUTBOX_AGE, now - oldest, side.iso3, kind.name)

    def _alerts(self, connection: sa.Connection, now: int) -> None:
        alerts, tracks = alert_tables.alerts, alert_tables.tracks
        query = sa.select(alerts.c.level, alerts.c.opened_at, tracks.c.participant, tracks.c.state, tracks.c.reached_at)
        query = query.join(tracks, tracks.c.alert_id == alerts.c.alert_id)
        query = query.where(alerts.c.joint.in_(_LIVE), _is_owed(tracks))
        rows = connection.execute(query).all()
        opened = sa.select(alerts.c.level, sa.func.count().label("number")).where(alerts.c.ended_at.is_(None))
        numbers = {row.level: row.number for row in connection.execute(opened.group_by(alerts.c.level))}
        for level in ANSWER_S:
            self._meters.set(OPEN_ALERTS, numbers.get(level, 0), level)
            for side in self._measured.directory.participants:
                own = [row for row in rows if (row.level, row.participant) == (level, side.iso3)]
                open_to = sum(row.state in _NOT_ANSWERED for row in own)
                unreached = sum(row.reached_at is None and row.opened_at + OVERDUE_S < now for row in own)
                self._meters.set(UNANSWERED, open_to, side.iso3, level)
                self._meters.set(UNREACHED, unreached, side.iso3, level)

    def _feeds(self, now: int) -> None:
        clocks = self._clocks.all()
        for feed, budget_s in self._measured.budgets_s.items():
            clock = clocks.get(feed)
            if budget_s is not None:
                self._meters.set(CONTENT_BUDGET, budget_s, feed)
            if clock is None:
                continue
            self._meters.set(FEED_REACHED, 0 if clock.reason else 1, feed)
            if clock.fetched_at is not None:
                self._meters.set(FETCH_AGE, max(0, now - clock.fetched_at), feed)
            if clock.content_at is not None:
                self._meters.set(CONTENT_AGE, max(0, now - clock.content_at), feed)


def _is_owed(tracks: sa.Table) -> sa.ColumnElement[bool]:
    """Whether a ring was planned for the side: one that is not rung for a mineral or holds it back is owed nothing."""
    table = alert_tables.deliveries
    held = sa.and_(table.c.state == DeliveryState.SUPPRESSED, table.c.bundle == "")
    same = (table.c.alert_id == tracks.c.alert_id, table.c.participant == tracks.c.participant)
    return sa.exists().where(*same, table.c.purpose == Purpose.RING, sa.not_(held))


def recalled(database: sa.Engine, now: int) -> list[Fact]:
    """The facts of the last day, in order: what a process that begins must know to time what is still owed."""
    table = alert_tables.facts
    with database.execution_options(reading=True).connect() as connection:
        before = connection.execute(sa.select(sa.func.max(table.c.position)).where(table.c.at < now - RECALL_S))
        return facts_after(connection, before.scalar() or 0)


def measure(metrics: Metrics, database: sa.Engine, clock: Clock, measured: Measured) -> None:
    """Let the metrics ask this store at each scrape, and time what it holds already."""
    metrics.expect(measured.directory)
    metrics.recall(recalled(database, clock.now()))
    metrics.at_each_scrape(StoredMetrics(metrics.meters, database, clock, measured))
