"""Checks of the database for `forms doctor`.

On PostgreSQL they include the server's durability, and what its own log records about people:
parameters of statements contain addresses, and no erasure reaches that log.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from shutil import disk_usage

from sqlalchemy import Connection, select, text

from ...declared.findings import Level, Line
from ...settings.environment import SuppressionKey
from ..database.engine import UNAVAILABLE, Database, open_engine, sqlite_file
from ..database.migrate import SchemaError, check_schema
from ..database.tables import NEVER_UPDATED, setting
from ..records.store import KEY_ID
from .counts import count_work

SUBJECT = "database"
DURABILITY = "durability"
SERVER_LOG = "server log"
MIN_FREE_BYTES = 500 * 1024 * 1024
LATE_SECONDS = 3600.0
"""An email that is overdue for longer means that none is being sent."""
DURABILITY_RISKS: Mapping[str, str] = {
    "fsync": "a power failure can lose confirmed data and corrupt the database",
    "full_page_writes": "a power failure while a page is written can corrupt the database",
    "synchronous_commit": (
        "the handler turns it on for itself, but other programs can lose their last commits"
    ),
}
"""Server settings, and what happens if they are off."""
LOGGING_OFF: Mapping[str, str] = {
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length_on_error": "0",
}
"""Server settings, and the value with which they log no parameters."""
_TRIGGERS = {
    "postgresql": (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
        ("append_only", "no_truncate"),
    ),
    "sqlite": (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        ("no_update", "no_replace", "no_delete"),
    ),
}
"""By database: how to list the triggers, and the endings of their names."""


def check_database(url: str, key: SuppressionKey | None, *, now: datetime) -> Iterator[Line]:
    """Check the connection, the tables, the triggers, the key, the queues, the server and disk."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        message = f"no database at {file}: `atrae forms serve` or `migrate` creates it"
        yield Line(Level.WARNING, SUBJECT, message)
        return
    with closing(Database(open_engine(url, read_only=True))) as database:
        try:
            with database.reading() as connection:
                yield Line(Level.OK, SUBJECT, f"connected ({connection.dialect.name})")
                check_schema(connection)
                yield Line(Level.OK, "tables", "up to date")
                yield _check_triggers(connection)
                yield _check_key(connection, key)
                yield from _check_queues(connection, now)
                if connection.dialect.name == "postgresql":
                    settings = _server_settings(connection)
                    yield from check_durability(settings)
                    yield check_server_log(settings)
        except SchemaError as fault:
            yield Line(Level.ERROR, "tables", str(fault))
        except UNAVAILABLE as fault:
            name = type(fault).__name__
            message = f"not available ({name}): check that it runs, and ATRAE_DATABASE_URL"
            yield Line(Level.ERROR, SUBJECT, message)
    if file is not None:
        yield check_space(disk_usage(file.parent).free)


def check_space(free: int) -> Line:
    """Check the free space on the database's disk, in bytes."""
    message = f"{free // (1024 * 1024)} MB are free on the database's disk"
    if free >= MIN_FREE_BYTES:
        return Line(Level.OK, "disk", message)
    level = Level.WARNING if free > MIN_FREE_BYTES // 10 else Level.ERROR
    return Line(level, "disk", f"{message}: make room before it is full")


def check_durability(settings: Mapping[str, str]) -> Iterator[Line]:
    """Check that the server waits for its disk."""
    off = [name for name in DURABILITY_RISKS if settings.get(name) == "off"]
    for name in off:
        # Our own connections turn this one on: only other programs are at risk.
        level = Level.WARNING if name == "synchronous_commit" else Level.ERROR
        yield Line(level, DURABILITY, f"{name} is off: {DURABILITY_RISKS[name]}. Turn it on")
    if not off:
        yield Line(Level.OK, DURABILITY, "every commit waits for the disk")


def check_server_log(settings: Mapping[str, str]) -> Line:
    """Check that the server logs no addresses.

    Rows, parameters and contexts are logged as DETAIL and CONTEXT, which `terse` leaves out.
    """
    if settings.get("log_error_verbosity") == "terse":
        return Line(Level.OK, SERVER_LOG, "no addresses are logged")
    message = "log_error_verbosity is not terse, so errors about conflicts contain the address"
    on = [name for name, off in LOGGING_OFF.items() if settings.get(name, off) not in (off, "ddl")]
    if on:
        message += f", and {' and '.join(on)} may write every address"
    message += ". Set it to terse: see the page on operations"
    return Line(Level.WARNING, SERVER_LOG, message)


def _server_settings(connection: Connection) -> dict[str, str]:
    names = [*DURABILITY_RISKS, *LOGGING_OFF, "log_error_verbosity"]
    query = text("SELECT name, setting, reset_val FROM pg_settings WHERE name = ANY(:names)")
    rows = connection.execute(query, {"names": names})
    # Our own connections turn this one on: `reset_val` is what other programs get.
    return {
        name: default if name == "synchronous_commit" else current
        for name, current, default in rows
    }


def _check_triggers(connection: Connection) -> Line:
    """Check the triggers that make the ledger append-only."""
    query, endings = _TRIGGERS[connection.dialect.name]
    expected = {f"{table}_{ending}" for table in NEVER_UPDATED for ending in endings}
    # Erasure deletes details.
    expected.discard("detail_no_delete")
    missing = sorted(expected - set(connection.scalars(text(query))))
    if missing:
        message = (
            f"missing: {', '.join(missing)}. Someone removed the ledger's protection: find out "
            "who, run `atrae forms verify`, restore a backup"
        )
        return Line(Level.ERROR, "triggers", message)
    return Line(Level.OK, "triggers", "the ledger is append-only")


def _check_key(connection: Connection, key: SuppressionKey | None) -> Line:
    stored = connection.scalar(select(setting.c.value).where(setting.c.name == KEY_ID))
    if key is None:
        message = "ATRAE_SUPPRESSION_KEY is missing: set the key this database was created with"
        return Line(Level.ERROR, "suppression key", message)
    if stored and stored != key.id:
        message = (
            "ATRAE_SUPPRESSION_KEY is not the key this database was created with (its id is "
            f"{stored}, yours is {key.id}): set the old key"
        )
        return Line(Level.ERROR, "suppression key", message)
    return Line(Level.OK, "suppression key", "it is the database's key")


def _check_queues(connection: Connection, now: datetime) -> Iterator[Line]:
    counts = count_work(connection, now=now)
    failed, waiting = counts.mails["failed"], counts.mails["waiting"]
    if counts.overdue > LATE_SECONDS:
        minutes = int(counts.overdue // 60)
        message = f"{waiting} are waiting, the first is {minutes} minutes late: check that"
        yield Line(Level.ERROR, "mails", f"{message} `atrae forms serve` runs, and its log")
    elif failed:
        message = f"{failed} failed: see the column `reply` of the table `outbox` for the reasons"
        yield Line(Level.WARNING, "mails", message)
    else:
        yield Line(Level.OK, "mails", f"{waiting} are waiting, none is late")
    if counts.webhooks["failed"]:
        message = f"{counts.webhooks['failed']} failed: use `atrae forms webhooks replay`"
        yield Line(Level.WARNING, "webhooks", message)
