"""The first version: the record, its state tables, the outbox, the archive and the store's own clock."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring an empty database to this version."""
    _record()
    _state()
    _outbox()
    _archive()
    _notices()
    _reading()
    _harness()
    # An empty record has a head too, so that the first two writers wait for each other.
    heads = sa.table("heads", sa.column("author"), sa.column("sequence"), sa.column("hash"))
    op.bulk_insert(heads, [{"author": "*", "sequence": 0, "hash": ""}])


def _record() -> None:
    """The facts, which are the record, and the heads of their chains."""
    op.create_table(
        "facts",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("author", "sequence", name="uq_facts_author"),
    )
    op.create_index("ix_facts_alert_id", "facts", ["alert_id"], unique=False)
    op.create_table(
        "heads",
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("author"),
    )


def _state() -> None:
    """State of alerts and tracks, for queries."""
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("situation_id", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("hazard", sa.Text(), nullable=False),
        sa.Column("supply_group", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("joint", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("attribution", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=False),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id"),
    )
    op.create_index("ix_alerts_situation_id", "alerts", ["situation_id"], unique=False)
    op.create_table(
        "tracks",
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("participant", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reached_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("lapses_at", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("close_agreed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("alert_id", "participant"),
    )
    op.create_table(
        "taken",
        sa.Column("assessment_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("assessment_id", "revision", "alert_id"),
    )
    op.create_index("ix_taken_revision", "taken", ["revision"], unique=False)


def _outbox() -> None:
    """Deliveries and their state."""
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("also", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("participant", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("retry_at", sa.BigInteger(), nullable=True),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id"),
    )
    op.create_index("ix_deliveries_alert_id", "deliveries", ["alert_id"], unique=False)
    op.create_index(
        "ix_deliveries_messages",
        "deliveries",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state != 'suppressed'"),
        postgresql_where=sa.text("state != 'suppressed'"),
    )
    op.create_index(
        "ix_deliveries_pending",
        "deliveries",
        ["state"],
        unique=False,
        sqlite_where=sa.text("state IN ('due', 'failed_temporary', 'sending')"),
        postgresql_where=sa.text("state IN ('due', 'failed_temporary', 'sending')"),
    )


def _archive() -> None:
    """What was read, and when it was known."""
    op.create_table(
        "evidence",
        sa.Column("evidence_key", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("evidence_key"),
        sa.UniqueConstraint("sha256"),
    )
    op.create_table(
        "series",
        sa.Column("series_key", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("is_partial", sa.Boolean(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("series_key"),
        sa.UniqueConstraint("series_id"),
    )
    op.create_table(
        "observations",
        sa.Column("series_key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("known_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("evidence_key", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_key"],
            ["evidence.evidence_key"],
        ),
        sa.ForeignKeyConstraint(
            ["series_key"],
            ["series.series_key"],
        ),
        sa.PrimaryKeyConstraint("series_key", "occurred_at", "known_at"),
        sqlite_with_rowid=False,
    )
    op.create_index("observations_known_at", "observations", ["known_at"], unique=False)


def _notices() -> None:
    """Documents, and the groups that they are about."""
    op.create_table(
        "notices",
        sa.Column("notice_key", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=True),
        sa.Column("evidence_key", sa.Integer(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_key"],
            ["evidence.evidence_key"],
        ),
        sa.PrimaryKeyConstraint("notice_key"),
        sa.UniqueConstraint("issuer", "number"),
    )
    op.create_index(op.f("ix_notices_known_at"), "notices", ["known_at"], unique=False)
    op.create_table(
        "notice_groups",
        sa.Column("notice_key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_key"],
            ["notices.notice_key"],
        ),
        sa.PrimaryKeyConstraint("notice_key", "group_name"),
    )


def _reading() -> None:
    """How far each feed was read, and what could not be used."""
    op.create_table(
        "cursors",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("polled_at", sa.BigInteger(), nullable=False),
        sa.Column("content_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("feed"),
    )
    op.create_table(
        "dead_letters",
        sa.Column("letter_id", sa.String(length=20), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("letter_id"),
    )
    op.create_table(
        "group_states",
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("group_name"),
    )


def _harness() -> None:
    """The clock and the episode of a played store."""
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("anchor_real_ms", sa.BigInteger(), nullable=False),
        sa.Column("anchor_store", sa.BigInteger(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("limit_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "deployment",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("episode", sa.Text(), nullable=False),
        sa.Column("configuration", sa.Text(), nullable=False),
        sa.Column("played_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
