"""Alembic runs this; the connection comes from models.schema, so there is one way to the database."""

from alembic import context

import models.tables  # noqa: F401  every table, known to the metadata
from models.db import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
