"""Blocked domains: answered like others, kept in quarantine, never written to."""

from pathlib import Path

import pytest

from forms.permission.ledger import Method
from forms.settings.abuse import Defence, read_domains
from forms.web.screening.blocklist import Blocklist

from ...world import world


def test_a_domain_is_blocked_with_all_below_it() -> None:
    blocklist = Blocklist(Defence(blocked_domains=read_domains("spam.example xn--espaol-zwa.es")))
    assert all(map(blocklist.blocks, ("spam.example", "a.b.spam.example", "xn--espaol-zwa.es")))
    assert not any(map(blocklist.blocks, ("example", "notspam.example", "spam.example.org")))


def test_a_list_is_read_with_its_comments() -> None:
    text = "# throw-away\nSpam.Example\nother.example, third.example # why\n\nespañol.es\n.dot.\n"
    assert read_domains(text) == {
        "spam.example",
        "other.example",
        "third.example",
        "xn--espaol-zwa.es",
        "dot",
    }


@pytest.mark.parametrize("text", ["a@b", "a b/c", "-- _", "a..b", "ex ample.org\n<html>"])
def test_what_is_no_domain_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is no domain"):
        read_domains(text)


def test_a_large_list_is_read_in_a_moment_and_asked_at_once() -> None:
    many = "\n".join(f"d{number}.example" for number in range(100_000))
    blocklist = Blocklist(Defence(blocked_domains=read_domains(many)))
    assert blocklist.blocks("mx.d99999.example")


def test_a_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "blocked.txt"
    file.write_text("one.example\n")
    blocklist = Blocklist(Defence(blocked_domains_file=file))
    assert blocklist.blocks("one.example")
    assert not blocklist.blocks("two.example")
    file.write_text("one.example\ntwo.example\n")
    assert blocklist.blocks("two.example")
    file.write_text("<html>404</html>, or whatever a failed download leaves behind\n")
    assert blocklist.blocks("two.example")
    file.unlink()
    assert blocklist.blocks("two.example")


def test_a_blocked_address_is_answered_like_others_and_gets_no_mail(tmp_path: Path) -> None:
    with world(tmp_path, ATRAE_BLOCKED_DOMAINS="spam.example") as here:
        answers = [here.submit(f"ana@{domain}") for domain in ("mx.Spam.example", "fine.example")]
        shapes = {
            str((each.status_code, sorted(each.headers.items()), each.content)).replace(
                each.headers["date"], ""
            )
            for each in answers
        }
        assert len(shapes) == 1
        query = "select method from ledger where subject <> 'system' order by seq"
        assert here.rows(query) == [(Method.QUARANTINED,), ("form",)]
        assert here.rows("select count(*) from outbox") == [(1,)]
