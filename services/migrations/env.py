"""Runs the versions within the transaction of `services.database.migrate`, which is the only caller."""

from alembic import context

from alerts.tables import metadata
from services.tables import archive_metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[metadata, archive_metadata],
    render_as_batch=True,  # SQLite cannot alter a column in place
    compare_type=True,
)
context.run_migrations()
