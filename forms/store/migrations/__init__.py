"""Alembic's room: each change of the tables is a file in `versions`."""
