"""Imports of people who opted in elsewhere: a CSV file whose rows each have their own evidence.

The first line names the columns. Required are `email`, `purpose`, `language`, `source` (where they
opted in), `date` (when: ISO 8601, or a day) and `evidence` (how you would prove it: a signed sheet,
a log line). `wording`, the exact text that was shown, is optional. Every fault is reported with its
line, and a file with a fault is not imported at all.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ..catalogue import Lasts, Wording
from ..declared.address import Address, parse_address
from .ledger import ENDINGS, GRANTS, Entry, Kind, Method, concerns, spell, state_of
from .record import Decision, Record

NEEDED = ("email", "purpose", "language", "source", "date", "evidence")
COLUMNS = (*NEEDED, "wording")
LONGEST = 2000
"""Characters in a cell."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""An ASCII control character other than white space."""
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
UNKNOWN_WORDING = {
    "en": "Brought in by the owner. The words that were shown then are not on record.",
    "es": "Importado por el responsable. Las palabras que se mostraron no constan.",
}
"""Language -> the recorded wording of rows without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A row of the file: a permission that someone gave elsewhere."""

    line: int
    address: Address
    wording: Wording
    source: str
    date: datetime
    evidence: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the file, and its line."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


def read_grants(
    lines: Iterable[str], known: Mapping[tuple[str, str], Wording], *, now: datetime
) -> tuple[tuple[Grant, ...], tuple[Fault, ...]]:
    """Read a whole file. `known` holds the latest wording by purpose and language."""
    rows = list(_rows(lines))
    faults = [row for row in rows if isinstance(row, Fault)]
    table = [row for row in rows if not isinstance(row, Fault)]
    if not table:
        return (), tuple(faults) or (Fault(1, "the file is empty"),)
    names = [name.strip().lower().removeprefix("\ufeff") for name in table[0][1]]
    faults += _faults_of_header(names)
    if faults:
        return (), tuple(faults)
    grants: list[Grant] = []
    seen: dict[tuple[str, str], int] = {}
    for line, cells in table[1:]:
        grant = _read_grant(line, names, cells, known, now)
        if not isinstance(grant, Grant):
            faults += grant
            continue
        first = seen.setdefault((grant.address.key, grant.wording.purpose), line)
        if first == line:
            grants.append(grant)
        else:
            faults.append(Fault(line, f"the same person and purpose as in line {first}"))
    return tuple(grants), tuple(faults)


def import_grant(grant: Grant, record: Record) -> Decision | str:
    """Record a row; or return why it is left out, because a withdrawal always wins."""
    if record.suppressed:
        return "the address is suppressed"
    purpose = grant.wording.purpose
    answers = [e for e in record.events if concerns(e, purpose) and e.kind in GRANTS | ENDINGS]
    if answers and answers[-1].kind in ENDINGS:
        # The state may be another by now, because anyone can enter the address in a form again.
        return f"{state_of(answers, purpose)} here: only the person can subscribe again"
    if answers:
        return "permitted already"
    entry = Entry(
        kind=Kind.IMPORTED,
        purpose=grant.wording.purpose,
        wording=grant.wording.digest,
        language=grant.wording.language,
        method=Method.IMPORT,
        detail={
            "email": grant.address.typed,
            "source": grant.source,
            "date": spell(grant.date),
            "evidence": grant.evidence,
        },
    )
    return Decision(entries=(entry,))


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, list[str]] | Fault]:
    reader, line = csv.reader(lines, strict=True), 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            # The line on which the next row starts, because cells may contain line breaks.
            line = reader.line_num + 1
    except csv.Error as error:
        yield Fault(line, f"it is no CSV: {error}")
    except UnicodeDecodeError:
        yield Fault(line, "it is not UTF-8: save the file as CSV UTF-8")


def _faults_of_header(names: list[str]) -> list[Fault]:
    faults = [Fault(1, f"the column {name!r} is missing") for name in NEEDED if name not in names]
    for name in dict.fromkeys(names):
        if name not in COLUMNS:
            faults.append(Fault(1, f"unknown column {name!r}; known are {', '.join(COLUMNS)}"))
        elif names.count(name) > 1:
            faults.append(Fault(1, f"the column {name!r} is there twice"))
    return faults


def _read_grant(
    line: int,
    names: list[str],
    cells: list[str],
    known: Mapping[tuple[str, str], Wording],
    now: datetime,
) -> Grant | list[Fault]:
    if len(cells) != len(names):
        return [Fault(line, f"it has {len(cells)} cells, but there are {len(names)} columns")]
    row = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
    faults = [f"{name!r} is empty" for name in NEEDED if not row[name]]
    faults += [f"{name!r} is too long" for name, cell in row.items() if len(cell) > LONGEST]
    faults += [f"{name!r} has control characters" for name in names if CONTROL.search(row[name])]
    if faults:
        return [Fault(line, fault) for fault in faults]
    address, date = _read_address(row["email"]), _read_date(row["date"], now)
    wording = _find_wording(row, known)
    if isinstance(address, str) or isinstance(date, str) or isinstance(wording, str):
        return [Fault(line, v) for v in (address, date, wording) if isinstance(v, str)]
    return Grant(
        line=line,
        address=address,
        wording=wording,
        source=row["source"],
        date=date,
        evidence=row["evidence"],
    )


def _read_address(text: str) -> Address | str:
    try:
        return parse_address(text)
    except ValueError as error:
        return f"'email': {error}"


def _read_date(text: str, now: datetime) -> datetime | str:
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return "'date': write it like 2025-03-31 or 2025-03-31T10:00:00+02:00"
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    if date > now:
        return "'date' is in the future"
    return date if date > EARLIEST else f"'date' is before {EARLIEST.year}"


def _find_wording(
    row: Mapping[str, str], known: Mapping[tuple[str, str], Wording]
) -> Wording | str:
    purpose, language = row["purpose"], row["language"]
    current = known.get((purpose, language))
    if current is None:
        pairs = ", ".join(f"{name} ({code})" for name, code in sorted(known))
        column = "language" if purpose in {name for name, _ in known} else "purpose"
        return f"{column!r}: there is no {purpose!r} in {language!r}; known are: {pairs}"
    if current.lasts is not Lasts.STANDING:
        return f"'purpose': {purpose!r} lasts once and cannot become a standing permission"
    text = row.get("wording") or UNKNOWN_WORDING.get(language, UNKNOWN_WORDING["en"])
    if text == current.text:
        return current
    # Version 0 marks a wording that the site has not declared.
    return current.model_copy(update={"text": text, "version": 0})
