"""The log: a line for each event, as text or JSON, without addresses and tokens.

Our own messages have none; those that a library puts into a message or a traceback are removed.
"""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from .variables import Variable, Variables, reading

ADDRESS = re.compile(r"[^\s@<>\"'(),;:=/]+@[^\s@<>\"'(),;:=/]+")
TOKEN = re.compile(r"/(confirm|unsubscribe|me|fresh|resource)/[^\s\"'?]+")
QUIET = ("alembic", "httpx", "httpcore")


def without_persons(text: str) -> str:
    """Return the text with each address and token replaced by an ellipsis."""
    return TOKEN.sub(r"/\1/…", ADDRESS.sub("…@…", text))


class TextLines(logging.Formatter):
    """Lines for people: time, level, logger, message."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return a line, with the traceback below it if there is one."""
        return without_persons(super().format(record))


class JsonLines(logging.Formatter):
    """Lines for programs: an object with `at`, `level`, `from`, `message` and perhaps `trace`.

    Each `name=value` in the message is also a member of the object.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return a line."""
        message = without_persons(record.getMessage())
        fields: dict[str, str] = dict(re.findall(r"\b([a-z_]+)=(\S+)", message))
        fields |= {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": message,
        }
        if record.exc_info:
            fields["trace"] = without_persons(self.formatException(record.exc_info))
        return json.dumps(fields, ensure_ascii=False)


FORMATS: Mapping[str, type[logging.Formatter]] = {"text": TextLines, "json": JsonLines}


def read_format(variables: Variables) -> logging.Formatter:
    """Return the formatter that `ATRAE_LOG` names. Raises `SettingsError`."""
    with reading(variables) as environment:
        return next(iter(environment.read("ATRAE_LOG", Variable(_formatter))), TextLines())


def configure(variables: Variables) -> None:
    """Write the log to standard error, as `ATRAE_LOG` says. Raises `SettingsError`."""
    handler = logging.StreamHandler()
    handler.setFormatter(read_format(variables))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _formatter(name: str) -> logging.Formatter:
    if name not in FORMATS:
        raise ValueError(f"it must be one of {', '.join(FORMATS)}, not {name!r}")
    return FORMATS[name]()
