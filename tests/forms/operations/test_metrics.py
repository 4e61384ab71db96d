"""Metrics: numbers for who may have them, and nobody's address in them or in the log."""

import json
import logging
from pathlib import Path

import pytest

from forms.errors import SettingsError
from forms.operations.equip import Operations, read_operations
from forms.settings.logging import JsonLines, TextLines, configure, without_persons

from ..world import World, world

TOKEN = "a-token-for-the-metrics-of-more-than-32-letters"


def number(page: str, name: str) -> float:
    [line] = [line for line in page.splitlines() if line.startswith(f"{name} ")]
    return float(line.split(" ")[-1])


def test_without_a_token_only_this_machine_gets_the_numbers(tmp_path: Path) -> None:
    with world(tmp_path, operations=Operations(metrics=True)) as here:
        assert here.client.get("/metrics").status_code == 200
        for headers in (
            {"Host": "forms.example.org"},
            {"X-Forwarded-For": "203.0.113.9"},
            {"Forwarded": "for=203.0.113.9"},
            {"X-Real-IP": "203.0.113.9"},
        ):
            assert here.client.get("/metrics", headers=headers).status_code == 404


def test_a_token_is_asked_for_where_there_is_one(tmp_path: Path) -> None:
    with world(tmp_path, operations=Operations(metrics=True, metrics_token=TOKEN)) as here:
        assert here.client.get("/metrics").status_code == 404
        for wrong in (f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN):
            answer = here.client.get("/metrics", headers={"Authorization": wrong})
            assert answer.status_code == 404
        answer = here.client.get(
            "/metrics",
            headers={"Authorization": f"Bearer {TOKEN}", "Host": "forms.example.org"},
        )
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert here.client.post("/metrics").status_code == 404


def test_without_operations_there_is_no_such_page(here: World) -> None:
    assert here.client.get("/metrics").status_code == 404


def test_what_happens_is_counted_without_persons(tmp_path: Path) -> None:
    with world(tmp_path, operations=Operations(metrics=True)) as here:
        here.confirmed("ana@example.org")
        here.settled()
        here.client.get("/confirm/no-such-token")
        here.client.get("/ana@example.org")
        page = here.client.get("/metrics").text
        assert "ana@example.org" not in page
        assert "no-such-token" not in page
        assert 'atrae_requests_total{method="POST",route="/f",status="303"} 1.0' in page
        assert 'route="other",status="404"} 1.0' in page
        assert number(page, "atrae_database_up") == 1
        assert number(page, 'atrae_outbox_mails{state="waiting"}') == 0
        assert number(page, "atrae_outbox_overdue_seconds") == 0
        assert number(page, "atrae_events_total") > 2
        assert number(page, 'atrae_request_seconds_count{route="/f"}') == 1
        assert number(page, "process_resident_memory_bytes") > 0


def test_what_is_wrong_with_the_settings_is_said() -> None:
    with pytest.raises(SettingsError) as raised:
        read_operations({"ATRAE_METRICS_TOKEN": "short", "ATRAE_WEBHOOK_URL": "nothing"})
    assert len(raised.value.faults) == 3
    assert "short" not in str(raised.value).replace("shorter", "")
    with pytest.raises(SettingsError, match="ATRAE_LOG"):
        configure({"ATRAE_LOG": "xml"})


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("for ana.b+c@mail.example.org failed", "for …@… failed"),
        ("<ana@example.org>: 550 no", "<…@…>: 550 no"),
        ("GET /confirm/abc.def?x=1", "GET /confirm/…?x=1"),
        ("postgresql://atrae:secret@db.example.org/forms", "postgresql://atrae:…@…/forms"),
        ("mail=3 attempt=1 state=sent", "mail=3 attempt=1 state=sent"),
    ],
)
def test_addresses_and_tokens_leave_the_log(text: str, clean: str) -> None:
    assert without_persons(text) == clean


def record(message: str, *arguments: object, fault: Exception | None = None) -> logging.LogRecord:
    trace = (type(fault), fault, None) if fault else None
    return logging.LogRecord("atrae.forms", logging.ERROR, "", 1, message, arguments, trace)


def test_json_lines_hold_their_parts_by_name() -> None:
    line = JsonLines().format(record("mail=%s state=%s", 3, "sent"))
    entry = json.loads(line)
    assert "\n" not in line
    assert (entry["mail"], entry["state"], entry["level"]) == ("3", "sent", "error")
    assert (entry["from"], entry["message"]) == ("atrae.forms", "mail=3 state=sent")
    assert entry["at"].endswith("+00:00")


@pytest.mark.parametrize("form", [JsonLines(), TextLines()])
def test_a_traceback_names_nobody(form: logging.Formatter) -> None:
    entry = form.format(record("it failed", fault=ValueError("ana@example.org is wrong")))
    assert "ana@" not in entry
    assert "ValueError" in entry
