"""What has fallen silent, and the messages about it to the operators."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "silences",
        sa.Column("subject", sa.Text(), primary_key=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("noticed_at", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
    )
    op.create_table(
        "operator_messages",
        sa.Column("message_id", sa.Text(), primary_key=True),
        sa.Column("spell", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
    )
    op.create_index("operator_messages_spell", "operator_messages", ["spell"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("operator_messages")
    op.drop_table("silences")
