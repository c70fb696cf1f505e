"""The tables of this room: the facts, which are the record, and state tables for queries, made again from the facts."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

metadata = MetaData()

facts = Table(
    "facts",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("author", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("alert_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("author", "sequence", name="uq_facts_author"),
    Index("ix_facts_alert_id", "alert_id"),
)

heads = Table(
    "heads",
    metadata,
    Column("author", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", Text, primary_key=True),
    Column("situation_id", Text, nullable=False),
    Column("opened_on", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("mode", Text, nullable=False),
    Column("hazard", Text, nullable=False),
    Column("supply_group", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("joint", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("attribution", Text, nullable=False),
    Column("merged_into", Text, nullable=False),
    Column("resolved_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("watched", Boolean, nullable=False),  # not ended, or somebody has still to be told that it has
    Index("ix_alerts_situation_id", "situation_id"),
)

tracks = Table(
    "tracks",
    metadata,
    Column("alert_id", Text, primary_key=True),
    Column("participant", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("reached_at", BigInteger),
    Column("acknowledged_by", Text, nullable=False),
    Column("acknowledged_at", BigInteger),
    Column("lapses_at", BigInteger),
    Column("position", Text, nullable=False),
    Column("close_agreed_at", BigInteger),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", Text, primary_key=True),
    Column("alert_id", Text, nullable=False),
    Column("also", Text, nullable=False),  # JSON list
    Column("revision", Integer, nullable=False),
    Column("participant", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("bundle", Text, nullable=False),
    Column("retry_at", BigInteger),
    Column("moved_at", BigInteger, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Index("ix_deliveries_alert_id", "alert_id"),
)

# The outbox: what may still leave. Kept apart by partial indexes, so that a long history costs the sender nothing.
_PENDING = deliveries.c.state.in_(("due", "failed_temporary", "sending"))
Index("ix_deliveries_pending", deliveries.c.state, sqlite_where=_PENDING, postgresql_where=_PENDING)
_MESSAGES = deliveries.c.state != "suppressed"
Index("ix_deliveries_messages", deliveries.c.due_at, sqlite_where=_MESSAGES, postgresql_where=_MESSAGES)

taken = Table(
    "taken",
    metadata,
    Column("assessment_id", Text, primary_key=True),
    Column("revision", Text, primary_key=True),
    Column("alert_id", Text, primary_key=True),
    Index("ix_taken_revision", "revision"),
)

STATE_TABLES = (alerts, tracks, deliveries, taken)
