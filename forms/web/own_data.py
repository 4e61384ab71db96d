"""The export of a person's data in plain words, for a page. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..catalogue import Catalogue
from ..declared.canonical import Json
from ..declared.phrases import Phrases
from ..site.templates import time_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One event in plain words."""

    when: str
    what: str
    wording: str
    """The exact wording that the event is about; empty if it has none."""
    page: str
    details: tuple[tuple[str, str], ...]
    """Labels and values that the person typed or chose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """Values for the template `page/reveal.html`."""

    address: str
    since: str
    history: tuple[HistoryEntry, ...]
    emails: tuple[tuple[str, str], ...]
    suppressions: tuple[tuple[str, str], ...]


def describe_own_data(
    exported: Mapping[str, Json], catalogue: Catalogue, phrases: Phrases, language: str
) -> OwnData:
    """Describe a person's export (`store.people.export`) in `language`."""
    return OwnData(
        address=str(exported["address"]),
        since=_when(exported["first_seen"], language),
        history=tuple(
            _history_entry(event, catalogue, phrases, language)
            for event in _rows(exported, "events")
        ),
        emails=tuple(
            (_when(email["created"], language), _email(email, phrases))
            for email in _rows(exported, "mails")
        ),
        suppressions=tuple(
            (_when(row["at"], language), phrases(f"reveal_suppressed_{row['scope']}"))
            for row in _rows(exported, "suppressions")
        ),
    )


def _history_entry(
    event: Mapping[str, Json], catalogue: Catalogue, phrases: Phrases, language: str
) -> HistoryEntry:
    purpose = catalogue.purposes.get(str(event["purpose"]))
    name = catalogue.text(purpose.name, language) if purpose else str(event["purpose"])
    wording, kind = event["wording"], str(event["kind"])
    key = f"event_{kind.replace('.', '_')}"
    # Some kinds have a more precise text for each method.
    what = phrases(f"{key}_{event['method']}", default="", name=name)
    return HistoryEntry(
        when=_when(event["at"], language),
        what=what or phrases(key, default=kind, name=name or phrases("reveal_everything")),
        wording=str(wording["text"]) if isinstance(wording, dict) else "",
        page=str(event["page"]),
        details=tuple(_details(event["detail"], phrases, language)),
    )


def _details(detail: Json, phrases: Phrases, language: str) -> Iterator[tuple[str, str]]:
    for name, value in detail.items() if isinstance(detail, dict) else ():
        if isinstance(value, dict):
            yield from _details(value, phrases, language)
        elif value not in ("", None, []):
            label = phrases(f"reveal_{name}", default="") or phrases(f"field_{name}", default=name)
            yield label, _value(name, value, phrases, language)


def _value(name: str, value: Json, phrases: Phrases, language: str) -> str:
    if name == "until":
        return _when(value, language)
    if name == "frequency":
        return phrases(f"frequency_{value}", default=str(value))
    if name == "signs" and isinstance(value, list):
        return ", ".join(phrases(f"sign_{sign}", default=str(sign)) for sign in value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _email(email: Mapping[str, Json], phrases: Phrases) -> str:
    template, state = str(email["template"]), str(email["state"])
    what = phrases(f"reveal_mail_{template}", default=template)
    return f"{what}: {phrases(f'reveal_state_{state}', default=state)}"


def _rows(exported: Mapping[str, Json], name: str) -> Iterator[dict[str, Json]]:
    rows = exported.get(name, [])
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            yield row


def _when(value: Json, language: str) -> str:
    try:
        return time_in_words(datetime.fromisoformat(str(value)), language)
    except ValueError:
        return str(value)
