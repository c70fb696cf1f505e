"""When a dead letter was put back on its topic; its place may be an offset that needs more than four bytes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. SQLite's integers are of any length."""
    op.add_column("dead_letters", sa.Column("put_back_at", sa.BigInteger, nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("dead_letters", "row", type_=sa.BigInteger)


def downgrade() -> None:
    """Take it away; the wider row stays."""
    op.drop_column("dead_letters", "put_back_at")
