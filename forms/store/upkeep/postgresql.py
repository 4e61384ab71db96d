"""What `forms doctor` asks of a PostgreSQL server: does it keep what it promised, and what does its
own log keep of people?

Our statements carry addresses as parameters; some settings write them into the server's log, which
no erasure of ours reaches.
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, text

from ...declared.findings import Level, Line

DURABILITY = "durability"
SERVER_LOG = "server log"
DURABILITY_RISKS: Mapping[str, str] = {
    "fsync": "what was answered can be lost, and the database torn, when the power fails",
    "full_page_writes": "the database can be torn when the power fails in the middle of a page",
    "synchronous_commit": (
        "the handler sets it for itself; other programs lose what was last committed"
    ),
}
"""Switched off, each of these costs something."""
LOGGING_OFF: Mapping[str, str] = {
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length_on_error": "0",
}
"""Set to anything else, each of these writes parameters."""
_ASKED = (*DURABILITY_RISKS, *LOGGING_OFF, "log_error_verbosity")


def check_server(connection: Connection) -> Iterator[Line]:
    """Both, as they hold for our own connections; and durability as it does for others."""
    shown = "SELECT name, setting FROM pg_settings WHERE name = ANY(:names)"
    found = {row[0]: row[1] for row in connection.execute(text(shown), {"names": list(_ASKED)})}
    found["synchronous_commit"] = _default(connection, "synchronous_commit")
    yield from check_durability(found)
    yield from check_server_log(found)


def check_durability(found: Mapping[str, str]) -> Iterator[Line]:
    """What is lost when the power fails."""
    off = [name for name in DURABILITY_RISKS if found.get(name) == "off"]
    for name in off:
        # The one that we set for our own connections harms others alone.
        level = Level.WARNING if name == "synchronous_commit" else Level.ERROR
        yield Line(level, DURABILITY, f"{name} is off: {DURABILITY_RISKS[name]}. Switch it on")
    if not off:
        yield Line(Level.OK, DURABILITY, "what was answered is on the disk")


def check_server_log(found: Mapping[str, str]) -> Iterator[Line]:
    """What of people the server writes into its log.

    Rows, parameters and contexts are DETAIL and CONTEXT of a message, and `terse` leaves both out.
    """
    if found.get("log_error_verbosity") == "terse":
        yield Line(Level.OK, SERVER_LOG, "it keeps no addresses, by the settings")
        return
    told = "log_error_verbosity is not terse: what is said of a conflict repeats the address"
    names = [name for name, off in LOGGING_OFF.items() if found.get(name, off) not in (off, "ddl")]
    if names:
        told += f", and {' and '.join(names)} may write every address"
    yield Line(Level.WARNING, SERVER_LOG, f"{told}. Set it to terse: see the page on operations")


def _default(connection: Connection, name: str) -> str:
    """What others get: our own connections set what they need themselves."""
    query = "SELECT reset_val FROM pg_settings WHERE name = :name"
    return str(connection.execute(text(query), {"name": name}).scalar() or "")
