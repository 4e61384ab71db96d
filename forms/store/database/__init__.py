"""Database layer: engines, tables, transactions, locks, and migrations."""
