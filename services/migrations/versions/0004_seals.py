"""A seal on each piece of evidence. What was stored before has none, and is told apart by that."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("evidence", sa.Column("seal", sa.String(32), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("evidence", "seal")
