"""What `forms doctor` asks of the database."""

from collections.abc import Iterator
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
from .postgresql import check_server

SUBJECT = "database"
MIN_FREE_BYTES = 500 * 1024 * 1024
LATE_SECONDS = 3600.0
"""Seconds: a mail that is overdue for longer says that none leaves."""


def check_database(url: str, key: SuppressionKey | None, *, now: datetime) -> Iterator[Line]:
    """Reachable, of this version, guarded by its triggers, begun with this key; and its work."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        told = f"there is none at {file} yet: `atrae forms serve` or `migrate` makes it"
        yield Line(Level.WARNING, SUBJECT, told)
        return
    database = Database(open_engine(url, read_only=True))
    try:
        with database.reading() as connection:
            yield Line(Level.OK, SUBJECT, f"it answers ({connection.dialect.name})")
            check_schema(connection)
            yield Line(Level.OK, "tables", "they are of this version")
            yield _triggers(connection)
            yield _key(connection, key)
            yield from _work(connection, now)
            if connection.dialect.name == "postgresql":
                yield from check_server(connection)
    except SchemaError as fault:
        yield Line(Level.ERROR, "tables", str(fault))
    except UNAVAILABLE as fault:
        told = f"it cannot be used ({type(fault).__name__}): see ATRAE_DATABASE_URL, and whether"
        yield Line(Level.ERROR, SUBJECT, f"{told} it runs")
    finally:
        database.close()
    if file is not None:
        yield check_space(disk_usage(file.parent).free)


def check_space(free: int) -> Line:
    """Whether there is room to grow on the database's disk; `free` is in bytes."""
    megabytes = free // (1024 * 1024)
    if free < MIN_FREE_BYTES:
        told = f"{megabytes} MB are left beside the database: make room before it fills up"
        return Line(Level.WARNING if free > MIN_FREE_BYTES // 10 else Level.ERROR, "disk", told)
    return Line(Level.OK, "disk", f"{megabytes} MB are left beside the database")


def _triggers(connection: Connection) -> Line:
    """The rules that make the ledger append-only are in the database itself; are they still?"""
    if connection.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        endings: tuple[str, ...] = ("append_only", "no_truncate")
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        endings = ("no_update", "no_replace")
    there = set(connection.execute(text(query)).scalars())
    wanted = {f"{table}_{ending}" for table in NEVER_UPDATED for ending in endings}
    if connection.dialect.name != "postgresql":
        wanted |= {f"{table}_no_delete" for table in NEVER_UPDATED if table != "detail"}
    missing = sorted(wanted - there)
    if missing:
        told = f"gone: {', '.join(missing)}. Somebody took away what guards the ledger: find out"
        return Line(Level.ERROR, "triggers", f"{told} who, run `atrae forms verify`, restore")
    return Line(Level.OK, "triggers", "the ledger is append-only")


def _key(connection: Connection, key: SuppressionKey | None) -> Line:
    kept = connection.execute(select(setting.c.value).where(setting.c.name == KEY_ID)).scalar()
    if key is None:
        told = "ATRAE_SUPPRESSION_KEY is missing: set the one that the database was begun with"
        return Line(Level.ERROR, "suppression key", told)
    if kept and kept != key.id:
        told = f"it is not the one of this database (its id is {kept}, yours is {key.id}): set that"
        return Line(Level.ERROR, "suppression key", told)
    return Line(Level.OK, "suppression key", "it is that of the database")


def _work(connection: Connection, now: datetime) -> Iterator[Line]:
    counts = count_work(connection, now=now)
    failed, waiting = counts.mails["failed"], counts.mails["waiting"]
    if counts.overdue > LATE_SECONDS:
        told = f"{waiting} wait, the first for {int(counts.overdue // 60)} minutes too long: does"
        yield Line(Level.ERROR, "mails", f"{told} `atrae forms serve` run? See its log")
    elif failed:
        told = f"{failed} were given up: the column `reply` of the outbox says why"
        yield Line(Level.WARNING, "mails", told)
    else:
        yield Line(Level.OK, "mails", f"{waiting} wait, none is late")
    if counts.webhooks["failed"]:
        told = f"{counts.webhooks['failed']} were given up: `atrae forms webhooks replay`"
        yield Line(Level.WARNING, "webhooks", told)
