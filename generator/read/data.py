"""data/ -> values for templates: `data/team.yaml` is `data("team")`."""

import csv
import io
import json
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from ..model.diagnostic import Diagnostic, Location, error
from ..model.document import Source
from ..schema.yaml_text import plain
from .documents import read_text


def read_data(sources: Iterable[Source]) -> tuple[dict[str, Any], tuple[Diagnostic, ...]]:
    """Path below `data/` without its suffix -> the values of a YAML, JSON or CSV file."""
    values: dict[str, Any] = {}
    findings: list[Diagnostic] = []
    for source in sources:
        text, found = read_text(source)
        findings += found
        if text is None:
            continue
        value, found = parse_data(text, path=source.path)
        findings += found
        name = str(PurePosixPath(source.path).with_suffix("")).partition("/")[2]
        if name in values:
            place = Location(path=source.path)
            message = f"there is another file for data '{name}'"
            findings.append(error("data-name", message, at=place, hint="rename one of them"))
        values[name] = value
    return values, tuple(findings)


def parse_data(text: str, *, path: str) -> tuple[Any, list[Diagnostic]]:
    """The values of one file, by its suffix; a CSV is a list of rows by column."""
    match PurePosixPath(path).suffix:
        case ".yaml" | ".yml":
            return plain(text, path=path)
        case ".json":
            try:
                return json.loads(text), []
            except json.JSONDecodeError as wrong:
                place = Location(path=path, line=wrong.lineno, column=wrong.colno)
                return None, [error("json-syntax", f"not JSON: {wrong.msg}", at=place)]
            except (ValueError, RecursionError) as wrong:
                return None, [error("json-syntax", f"not JSON: {wrong}", at=Location(path=path))]
        case ".csv":
            return _rows(text, path)
        case suffix:
            place = Location(path=path)
            message = f"data of the kind '{suffix}' cannot be read"
            return None, [error("data-kind", message, at=place, hint="write YAML, JSON or CSV")]


def _rows(text: str, path: str) -> tuple[Any, list[Diagnostic]]:
    reader = csv.DictReader(io.StringIO(text))
    try:
        return list(reader), []
    except csv.Error as wrong:
        place = Location(path=path, line=reader.line_num + 1)
        return None, [error("csv-syntax", f"not CSV: {wrong}", at=place)]
