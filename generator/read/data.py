"""Read the files of `data/` for templates: `data/team.yaml` is `data("team")`."""

import csv
import io
import json
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from ..model.diagnostic import Diagnostic, Location, error
from ..model.document import Source
from ..schema.yaml_text import parse_any
from .sources import read_text


def read_data(sources: Iterable[Source]) -> tuple[dict[str, Any], tuple[Diagnostic, ...]]:
    """Return the values of YAML, JSON and CSV files by path below `data/` without suffix."""
    values: dict[str, Any] = {}
    findings: list[Diagnostic] = []
    for source in sources:
        text, errors = read_text(source)
        findings += errors
        if text is None:
            continue
        value, errors = parse_data(text, path=source.path)
        findings += errors
        name = str(PurePosixPath(source.path).with_suffix("")).partition("/")[2]
        if name in values:
            place = Location(path=source.path)
            message = f"two files have the name '{name}'"
            findings.append(error("data-name", message, at=place, hint="rename one of them"))
        values[name] = value
    return values, tuple(findings)


def parse_data(text: str, *, path: str) -> tuple[Any, list[Diagnostic]]:
    """Parse a file by its suffix; CSV becomes a list of rows, each by column."""
    match PurePosixPath(path).suffix:
        case ".yaml" | ".yml":
            return parse_any(text, path=path)
        case ".json":
            try:
                return json.loads(text), []
            except json.JSONDecodeError as cause:
                place = Location(path=path, line=cause.lineno, column=cause.colno)
                return None, [error("json-syntax", f"not JSON: {cause.msg}", at=place)]
            except (ValueError, RecursionError) as cause:
                return None, [error("json-syntax", f"not JSON: {cause}", at=Location(path=path))]
        case ".csv":
            return _rows(text, path)
        case suffix:
            place = Location(path=path)
            message = f"unknown data format '{suffix}'"
            return None, [error("data-kind", message, at=place, hint="use YAML, JSON or CSV")]


def _rows(text: str, path: str) -> tuple[Any, list[Diagnostic]]:
    reader = csv.DictReader(io.StringIO(text))
    try:
        return list(reader), []
    except csv.Error as cause:
        place = Location(path=path, line=reader.line_num + 1)
        return None, [error("csv-syntax", f"not CSV: {cause}", at=place)]
