"""Alembic's environment: runs the migrations in the transaction of the caller's connection."""

from alembic import context

from forms.store.database.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
