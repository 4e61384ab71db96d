"""Bringing people in: each line with its evidence, never over a withdrawal, all or nothing."""

import csv
import io
import json
from datetime import timedelta
from functools import partial

import pytest

from forms.permission import optin
from forms.permission.importing import UNKNOWN_WORDING, Grant, read_grants
from forms.permission.ledger import Method, State
from forms.store.people.erase import erase
from forms.store.people.export_all import contact_rows, event_rows, write_csv, write_jsonl
from forms.store.people.importing import ImportResult, import_grants, latest_wordings
from forms.store.records.store import Store

from ...contact_history import CATALOGUE
from ...databases import dump, rows
from ...declared import NOW
from .test_erase import confirm, findings, request, store

__all__ = ["store"]

KNOWN = {(text.purpose, text.language): text for text in CATALOGUE.wordings().values()}
HEADER = "email,purpose,language,source,date,evidence,wording"
LINE = "{},newsletter,en,fair 2025,2025-03-31,sheet 14,Send me the newsletter."


def read(*lines: str, header: str = HEADER) -> tuple[tuple[Grant, ...], list[str]]:
    grants, faults = read_grants([f"{line}\n" for line in (header, *lines)], KNOWN, now=NOW)
    return grants, [str(fault) for fault in faults]


def bring(store: Store, *emails: str, dry_run: bool = False) -> ImportResult:
    grants, faults = read(*(LINE.format(email) for email in emails))
    assert faults == []
    return import_grants(store, grants, now=NOW, dry_run=dry_run)


def state(store: Store, url: str, email: str) -> State:
    [(contact,)] = rows(url, "SELECT id FROM contact WHERE key = :k", k=email)
    return store.current_record(str(contact)).permission("newsletter").state


def test_who_is_brought_in_has_a_live_permission_with_its_evidence(
    store: Store, database_url: str
) -> None:
    assert bring(store, "Ana@example.org").permitted == 1
    [(contact,)] = rows(database_url, "SELECT id FROM contact")
    assert store.current_record(str(contact)).is_live("newsletter")
    [(body,)] = rows(database_url, "SELECT body FROM detail")
    assert json.loads(str(body)) == {
        "email": "Ana@example.org",
        "source": "fair 2025",
        "date": "2025-03-31T00:00:00.000000Z",
        "evidence": "sheet 14",
    }
    texts = rows(
        database_url,
        "SELECT text FROM wording JOIN ledger ON wording = wording.digest "
        "WHERE kind = 'permission.imported'",
    )
    assert texts == [("Send me the newsletter.",)]
    assert findings(store) == []


def test_a_dry_run_changes_nothing_and_says_the_same(store: Store, database_url: str) -> None:
    before = dump(database_url)
    told = bring(store, "ana@example.org", "eva@example.org", dry_run=True)
    assert dump(database_url) == before
    assert bring(store, "ana@example.org", "eva@example.org") == told


def test_nobody_is_brought_in_over_a_withdrawal_or_a_suppression(
    store: Store, database_url: str
) -> None:
    left, gone = request(store, "left@example.org"), request(store, "gone@example.org")
    confirm(store, left)
    withdraw = partial(optin.withdraw, ["newsletter"], method=Method.LINK, language="en")
    store.commit_for_contact(left.contact, lambda record: withdraw(record), now=NOW)
    erase(store, gone.contact, now=NOW, method=Method.OPERATOR)
    refused = request(store, "bounced@example.org")
    store.commit_for_contact(
        refused.contact, lambda record: optin.bounce(record, reply="550"), now=NOW
    )
    here = request(store, "here@example.org")
    confirm(store, here)
    asked = request(store, "asked@example.org")
    told = bring(store, *(f"{n}@example.org" for n in ("left", "gone", "bounced", "here", "asked")))
    assert told.permitted == 1
    assert [(fault.line, fault.message.split(":")[0]) for fault in told.left_out] == [
        (2, "withdrawn here"),
        (3, "the address is suppressed"),
        (4, "the address is suppressed"),
        (5, "permitted already"),
    ]
    assert state(store, database_url, "left@example.org") is State.WITHDRAWN
    assert store.current_record(asked.contact).is_live("newsletter")
    assert rows(database_url, "SELECT id FROM contact WHERE key = 'gone@example.org'") == []
    assert findings(store) == []


def test_importing_twice_is_importing_once(store: Store, database_url: str) -> None:
    bring(store, "ana@example.org")
    before = dump(database_url)
    assert bring(store, "ana@example.org").permitted == 0
    assert dump(database_url) == before


def test_imported_wordings_are_not_taken_for_the_sites_own(store: Store) -> None:
    bring(store, "ana@example.org")
    with store.database.reading() as connection:
        assert latest_wordings(connection) == KNOWN


def test_every_fault_is_named_with_its_line() -> None:
    grants, faults = read(
        LINE.format("ana@example.org"),
        LINE.format("no address"),
        "eva@example.org,newsletter,en,,2025-03-31,,",
        "",
        "eva@example.org,nothing,en,fair,2025-03-31,sheet,",
        "eva@example.org,newsletter,fr,fair,2025-03-31,sheet,",
        "eva@example.org,guide,en,fair,2025-03-31,sheet,",
        "eva@example.org,newsletter,en,fair,31/3/2025,sheet,",
        "eva@example.org,newsletter,en,fair,2126-01-01,sheet,",
        "eva@example.org,newsletter",
        LINE.format("ANA@example.org"),
        "eva@example.org,newsletter,en,a\x00b,2025-03-31,sheet,",
    )
    assert [grant.line for grant in grants] == [2]
    assert [fault.split(":")[0] for fault in faults] == [
        "line 3", "line 4", "line 4", "line 6", "line 7", "line 8", "line 9", "line 10",
        "line 11", "line 12", "line 13",
    ]  # fmt: skip
    assert "'source' is empty" in faults[1]
    assert "lasts once" in faults[5]
    assert "in the future" in faults[7]
    assert "as in line 2" in faults[9]


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("email,purpose", "the column 'language' is missing"),
        (HEADER + ",name", "unknown column 'name'"),
        (HEADER + ",email", "the column 'email' is there twice"),
    ],
)
def test_a_wrong_header_is_explained(header: str, fault: str) -> None:
    assert any(fault in each for each in read(LINE.format("ana@example.org"), header=header)[1])


def test_what_is_no_csv_is_explained() -> None:
    assert "it is no CSV" in read('"a"b')[1][0]
    assert read_grants([], KNOWN, now=NOW)[1][0].message == "the file is empty"


def test_an_unknown_wording_is_recorded_as_unknown() -> None:
    [grant], _ = read("ana@example.org,newsletter,es,feria,2025-03-31,hoja 14,")
    assert grant.wording.text == UNKNOWN_WORDING["es"]
    assert grant.wording.version == 0


def test_the_sites_own_text_is_the_sites_own_wording() -> None:
    text = KNOWN["newsletter", "en"].text
    [grant], _ = read(f'ana@example.org,newsletter,en,fair,2025-03-31,sheet,"{text}"')
    assert grant.wording == KNOWN["newsletter", "en"]


def test_exports_hold_states_and_events(store: Store) -> None:
    confirm(store, request(store, "ana@example.org"))
    request(store, "=cmd@example.org")
    with store.database.reading() as connection:
        out = io.StringIO()
        assert write_jsonl(contact_rows(connection), out) == 2
        lines = [json.loads(line) for line in out.getvalue().splitlines()]
        assert {(line["address"], line["state"]) for line in lines} == {
            ("ana@example.org", "confirmed"),
            ("=cmd@example.org", "requested"),
        }
        table = io.StringIO(newline="")
        assert write_csv(contact_rows(connection), table) == 2
        told = {row["address"] for row in csv.DictReader(io.StringIO(table.getvalue()))}
        assert told == {"ana@example.org", "'=cmd@example.org"}
        kinds = [event["kind"] for event in event_rows(connection)]
    assert kinds.count("permission.requested") == 2
    assert kinds.count("permission.confirmed") == 1


def test_an_import_that_fails_half_way_leaves_nothing(store: Store, database_url: str) -> None:
    before = dump(database_url)
    grants, _ = read(*(LINE.format(f"p{n}@example.org") for n in range(5)))

    def fail_at_three(done: int, _total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_grants(store, grants, now=NOW + timedelta(days=1), step=fail_at_three)
    assert dump(database_url) == before
