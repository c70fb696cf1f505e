"""Live feeds: headers and parsers of evidence, hazards with their groups, and the clocks of each feed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of version 0001 to this one."""
    with op.batch_alter_table("evidence") as evidence:
        evidence.add_column(sa.Column("headers", sa.Text(), nullable=False, server_default="[]"))
    op.create_table(
        "readings",
        sa.Column("evidence_key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("parser", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["evidence_key"], ["evidence.evidence_key"]),
        sa.PrimaryKeyConstraint("evidence_key", "parser"),
    )
    op.create_table(
        "hazards",
        sa.Column("hazard_key", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("evidence_key", sa.Integer(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["evidence_key"], ["evidence.evidence_key"]),
        sa.PrimaryKeyConstraint("hazard_key"),
        sa.UniqueConstraint("event_id", "known_at"),
    )
    op.create_index(op.f("ix_hazards_known_at"), "hazards", ["known_at"], unique=False)
    op.create_table(
        "hazard_groups",
        sa.Column("hazard_key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["hazard_key"], ["hazards.hazard_key"]),
        sa.PrimaryKeyConstraint("hazard_key", "group_name"),
    )
    op.create_table(
        "feed_clocks",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", sa.BigInteger(), nullable=False),
        sa.Column("not_before_ms", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("feed"),
    )
