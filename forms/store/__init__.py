"""The database: the only rooms that know SQLAlchemy and Alembic."""
