"""A database as on its first day, without making a new one: a new one takes longer than a history.

Whoever keeps what is written for ever keeps it here too, by triggers; so they are put aside first.
"""

from sqlalchemy import Connection, Engine, text

from forms.store.database.tables import metadata

KEPT = "setting"
"""What the handler has asked of the database when it was opened."""


def emptied(engine: Engine) -> None:
    """Nothing is on record, and rows are counted from one again."""
    tables = [each.name for each in reversed(metadata.sorted_tables) if each.name != KEPT]
    with engine.connect() as connection, connection.begin():
        guards = unguarded(connection)
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))
            return
        for each in tables:
            connection.exec_driver_sql(f"DELETE FROM {each}")
        for each in guards:
            connection.exec_driver_sql(each)


def unguarded(connection: Connection) -> list[str]:
    """From here to the end of the transaction anything can be written; what brings back the
    triggers of SQLite, where the transaction is not rolled back."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        return []
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    triggers = connection.exec_driver_sql(query).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return [str(sql) for _, sql in triggers]
