"""Upkeep of the database: backups, moves between databases, health checks and counts."""
