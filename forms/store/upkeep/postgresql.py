"""What `forms doctor` asks of a PostgreSQL server: does it keep what it promised, and what does its
own log keep of people?

Our statements carry addresses as parameters; some settings write them into the server's log, which
no erasure of ours reaches.
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, text

from ...declared.findings import Level, Line

DURABLE = "durability"
DISCREET = "server log"
LOSES: Mapping[str, str] = {
    "fsync": "what was answered can be lost, and the database torn, when the power fails",
    "full_page_writes": "the database can be torn when the power fails in the middle of a page",
    "synchronous_commit": (
        "the handler sets it for itself; other programs lose what was last committed"
    ),
}
"""Switched off, each of these costs something."""
SPEAKS: Mapping[str, str] = {
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length_on_error": "0",
}
"""Set to anything else, each of these writes parameters."""
_ASKED = (*LOSES, *SPEAKS, "log_error_verbosity")


def server_settings(connection: Connection) -> Iterator[Line]:
    """Both, as they hold for our own connections; and durability as it does for others."""
    shown = "SELECT name, setting FROM pg_settings WHERE name = ANY(:names)"
    found = {row[0]: row[1] for row in connection.execute(text(shown), {"names": list(_ASKED)})}
    found["synchronous_commit"] = _default(connection, "synchronous_commit")
    yield from durability(found)
    yield from discretion(found)


def durability(found: Mapping[str, str]) -> Iterator[Line]:
    """What is lost when the power fails."""
    off = [name for name in LOSES if found.get(name) == "off"]
    for name in off:
        # The one that we set for our own connections harms others alone.
        level = Level.WARNING if name == "synchronous_commit" else Level.ERROR
        yield Line(level, DURABLE, f"{name} is off: {LOSES[name]}. Switch it on")
    if not off:
        yield Line(Level.OK, DURABLE, "what was answered is on the disk")


def discretion(found: Mapping[str, str]) -> Iterator[Line]:
    """What of people the server writes into its log.

    Rows, parameters and contexts are DETAIL and CONTEXT of a message, and `terse` leaves both out.
    """
    if found.get("log_error_verbosity") == "terse":
        yield Line(Level.OK, DISCREET, "it keeps no addresses, by the settings")
        return
    told = "log_error_verbosity is not terse: what is said of a conflict repeats the address"
    names = [name for name, off in SPEAKS.items() if found.get(name, off) not in (off, "ddl")]
    if names:
        told += f", and {' and '.join(names)} may write every address"
    yield Line(Level.WARNING, DISCREET, f"{told}. Set it to terse: see the page on operations")


def _default(connection: Connection, name: str) -> str:
    """What others get: our own connections set what they need themselves."""
    query = "SELECT reset_val FROM pg_settings WHERE name = :name"
    return str(connection.execute(text(query), {"name": name}).scalar() or "")
