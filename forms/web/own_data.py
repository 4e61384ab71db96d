"""All that is known of a person, in plain words: the export -> what a page says. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..catalogue import Catalogue
from ..declared.canonical import Json
from ..declared.phrases import Phrases
from ..site.templates import time_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event, as a person would tell it."""

    when: str
    what: str
    wording: str
    """The exact words that it was about; empty where it had none."""
    page: str
    said: tuple[tuple[str, str], ...]
    """What they typed or chose: a label, and it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the page may ask."""

    address: str
    since: str
    happenings: tuple[Happening, ...]
    mails: tuple[tuple[str, str], ...]
    suppressions: tuple[tuple[str, str], ...]


def told(exported: Mapping[str, Json], catalogue: Catalogue, say: Phrases, language: str) -> Told:
    """Tell `store.export.export`'s record in `language`."""
    return Told(
        address=str(exported["address"]),
        since=_when(exported["first_seen"], language),
        happenings=tuple(
            _happening(event, catalogue, say, language) for event in _rows(exported, "events")
        ),
        mails=tuple(
            (_when(mail["created"], language), _mail(mail, say))
            for mail in _rows(exported, "mails")
        ),
        suppressions=tuple(
            (_when(row["at"], language), say(f"reveal_suppressed_{row['scope']}"))
            for row in _rows(exported, "suppressions")
        ),
    )


def _happening(
    event: Mapping[str, Json], catalogue: Catalogue, say: Phrases, language: str
) -> Happening:
    purpose = catalogue.purposes.get(str(event["purpose"]))
    name = catalogue.text(purpose.name, language) if purpose else str(event["purpose"])
    wording, kind = event["wording"], str(event["kind"])
    # Where a kind has a text for each of its methods, that one is plainer.
    key = f"event_{kind.replace('.', '_')}"
    what = say(f"{key}_{event['method']}", default="", name=name)
    return Happening(
        when=_when(event["at"], language),
        what=what or say(key, default=kind, name=name or say("reveal_everything")),
        wording=str(wording["text"]) if isinstance(wording, dict) else "",
        page=str(event["page"]),
        said=tuple(_said(event["detail"], say, language)),
    )


def _said(detail: Json, say: Phrases, language: str) -> Iterator[tuple[str, str]]:
    for name, value in detail.items() if isinstance(detail, dict) else ():
        if isinstance(value, dict):
            yield from _said(value, say, language)
        elif value not in ("", None, []):
            label = say(f"reveal_{name}", default="") or say(f"field_{name}", default=name)
            yield label, _value(name, value, say, language)


def _value(name: str, value: Json, say: Phrases, language: str) -> str:
    if name == "until":
        return _when(value, language)
    if name == "frequency":
        return say(f"frequency_{value}", default=str(value))
    if name == "signs" and isinstance(value, list):
        return ", ".join(say(f"sign_{sign}", default=str(sign)) for sign in value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _mail(mail: Mapping[str, Json], say: Phrases) -> str:
    what = say(f"reveal_mail_{mail['template']}", default=str(mail["template"]))
    return f"{what}: {say('reveal_state_' + str(mail['state']), default=str(mail['state']))}"


def _rows(exported: Mapping[str, Json], name: str) -> Iterator[dict[str, Json]]:
    found = exported.get(name, [])
    for row in found if isinstance(found, list) else ():
        if isinstance(row, dict):
            yield row


def _when(value: Json, language: str) -> str:
    try:
        return time_in_words(datetime.fromisoformat(str(value)), language)
    except ValueError:
        return str(value)
