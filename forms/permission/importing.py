"""People who opted in elsewhere: a CSV file -> rows that each bring their own evidence. Pure.

The first line names the columns: `email`, `purpose`, `language`, `source` (where it was given),
`date` (when: ISO 8601, or a day) and `evidence` (how you would prove it: a signed sheet, a log
line) must be there and filled in; `wording` (the exact text that was shown) should be. Every fault
is found, each with its line; none of the file is brought in while there is one.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ..catalogue import Lasts, Wording
from ..declared.address import Address, parse_address
from .ledger import ENDINGS, GRANTS, Entry, Kind, Method, State, concerns, spell, state_of
from .record import Decision, Record

NEEDED = ("email", "purpose", "language", "source", "date", "evidence")
COLUMNS = (*NEEDED, "wording")
LONGEST = 2000
"""Characters in one cell."""
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
UNKNOWN_WORDING = {
    "en": "Brought in by the owner. The words that were shown then are not on record.",
    "es": "Importado por el responsable. Las palabras que se mostraron no constan.",
}
"""What is recorded where the file does not say what people read: that we do not know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One line: somebody allowed something, elsewhere."""

    line: int
    address: Address
    wording: Wording
    source: str
    date: datetime
    evidence: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the file, and where."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


def read_grants(
    lines: Iterable[str], known: Mapping[tuple[str, str], Wording], *, now: datetime
) -> tuple[tuple[Grant, ...], tuple[Fault, ...]]:
    """Read the whole file. `known` holds, by purpose and language, the wording loaded last."""
    reader = csv.reader(lines, strict=True)
    rows = list(_rows(reader))
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
        found = _grant(line, names, cells, known, now)
        if isinstance(found, Grant):
            pair = (found.address.key, found.wording.purpose)
            if pair in seen:
                found = [Fault(line, f"the same person and purpose as in line {seen[pair]}")]
            else:
                seen[pair] = line
                grants.append(found)
                continue
        faults += found
    return tuple(grants), tuple(faults)


def import_grant(grant: Grant, record: Record) -> Decision | str:
    """What to write for one line; or, in words, why it is left out: a withdrawal always wins."""
    if record.suppressed:
        return "the address is suppressed"
    purpose = grant.wording.purpose
    state = record.permission(purpose).state
    said = [e for e in record.events if concerns(e, purpose) and e.kind in GRANTS | ENDINGS]
    if said and said[-1].kind in ENDINGS:
        # Not the state: anybody can type the address of somebody who left into a form again.
        return f"{state_of(said, purpose)} here: only the person themselves can come back"
    match state:
        case State.NONE | State.REQUESTED | State.EXPIRED:
            return Decision(entries=(_entry(grant),))
        case State.CONFIRMED | State.PAUSED:
            return "permitted already"
        case _:
            return f"{state} here: only the person themselves can come back"


def _entry(grant: Grant) -> Entry:
    return Entry(
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


def _rows(reader: "Iterator[list[str]]") -> Iterator[tuple[int, list[str]] | Fault]:
    line = 0
    while True:
        # The number of the line on which a row begins: cells may hold line breaks.
        line = getattr(reader, "line_num", line) + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            yield Fault(line, f"it is no CSV: {fault}")
            return
        except UnicodeDecodeError:
            yield Fault(line, "it is not UTF-8: save the file as CSV UTF-8")
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _faults_of_header(names: list[str]) -> list[Fault]:
    faults = [Fault(1, f"the column {name!r} is missing") for name in NEEDED if name not in names]
    for name in dict.fromkeys(names):
        if name not in COLUMNS:
            faults.append(Fault(1, f"there is no column {name!r}; there are {', '.join(COLUMNS)}"))
        elif names.count(name) > 1:
            faults.append(Fault(1, f"the column {name!r} is there twice"))
    return faults


def _grant(
    line: int,
    names: list[str],
    cells: list[str],
    known: Mapping[tuple[str, str], Wording],
    now: datetime,
) -> Grant | list[Fault]:
    if len(cells) != len(names):
        return [Fault(line, f"it has {len(cells)} cells, and there are {len(names)} columns")]
    told = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
    faults = [f"{name!r} is empty" for name in NEEDED if not told[name]]
    faults += [f"{name!r} is too long" for name, cell in told.items() if len(cell) > LONGEST]
    faults += [f"{name!r} holds control characters" for name, cell in told.items() if _odd(cell)]
    if faults:
        return [Fault(line, fault) for fault in faults]
    address, date, wording = _address(told), _date(told["date"], now), _wording(told, known)
    faults = [found for found in (address, date, wording) if isinstance(found, str)]
    if isinstance(address, str) or isinstance(date, str) or isinstance(wording, str):
        return [Fault(line, fault) for fault in faults]
    source, evidence = told["source"], told["evidence"]
    return Grant(
        line=line, address=address, wording=wording, source=source, date=date, evidence=evidence
    )


def _odd(cell: str) -> bool:
    return any((ord(letter) < 32 and letter not in "\n\r\t") or letter == "\x7f" for letter in cell)


def _address(told: Mapping[str, str]) -> Address | str:
    try:
        return parse_address(told["email"])
    except ValueError as fault:
        return f"'email': {fault}"


def _date(text: str, now: datetime) -> datetime | str:
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return "'date': write it like 2025-03-31 or 2025-03-31T10:00:00+02:00"
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    if date > now:
        return "'date' is in the future"
    return date if date > EARLIEST else "'date' is before there was anything to opt in to"


def _wording(told: Mapping[str, str], known: Mapping[tuple[str, str], Wording]) -> Wording | str:
    purpose, language = told["purpose"], told["language"]
    current = known.get((purpose, language))
    if current is None:
        purposes = sorted({each for each, _ in known})
        there = ", ".join(f"{each} ({there})" for each, there in sorted(known))
        what = "language" if purpose in purposes else "purpose"
        return f"{what!r}: nobody was ever asked for {purpose!r} in {language!r}; known: {there}"
    if current.lasts is not Lasts.STANDING:
        return f"'purpose': {purpose!r} lasts once, and cannot become a standing permission"
    text = told.get("wording") or UNKNOWN_WORDING.get(language, UNKNOWN_WORDING["en"])
    if text == current.text:
        return current
    # Version 0: it is none of those that the site declares.
    return current.model_copy(update={"text": text, "version": 0})
