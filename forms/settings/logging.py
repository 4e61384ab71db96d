"""The log: a line an event, in text or in JSON, and never an address or a token in it.

Nobody here writes an address into the log on purpose; whatever a library puts into a message or a
traceback is taken out again, as is the token of a path.
"""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from .environment import SettingsError

ADDRESS = re.compile(r"[^\s@<>\"'(),;:=/]+@[^\s@<>\"'(),;:=/]+")
TOKEN = re.compile(r"/(confirm|unsubscribe|me|fresh|resource)/[^\s\"'?]+")
QUIET = ("alembic", "httpx", "httpcore")
FORMATS = ("text", "json")


def without_persons(text: str) -> str:
    """The text, with a sign in the place of each address and each token."""
    return TOKEN.sub(r"/\1/…", ADDRESS.sub("…@…", text))


class TextLines(logging.Formatter):
    """For people: moment, level, who says it, what."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """One line, and a traceback below it where there is one."""
        return without_persons(super().format(record))


class JsonLines(logging.Formatter):
    """For programs: an object a line, with `at`, `level`, `from`, `message`, perhaps `trace`.

    What a message says as `name=value` is in the object by its name, too.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        message = without_persons(record.getMessage())
        told = dict(re.findall(r"\b([a-z_]+)=(\S+)", message))
        told |= {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": message,
        }
        if record.exc_info:
            told["trace"] = without_persons(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)


def read_format(environ: Mapping[str, str]) -> logging.Formatter:
    """How ATRAE_LOG wants it. Raises `SettingsError`."""
    wish = environ.get("ATRAE_LOG", "").strip() or "text"
    if wish not in FORMATS:
        raise SettingsError((f"ATRAE_LOG: it is one of {', '.join(FORMATS)}, not {wish!r}",))
    return JsonLines() if wish == "json" else TextLines()


def configure(environ: Mapping[str, str]) -> None:
    """Write the log to standard error, as ATRAE_LOG says. Raises `SettingsError`."""
    handler = logging.StreamHandler()
    handler.setFormatter(read_format(environ))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
