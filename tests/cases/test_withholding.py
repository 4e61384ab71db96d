"""What its author withholds is never published, however that is written."""

import pytest
from hypothesis import given, settings, strategies as st

from generator.errors import SiteError
from generator.model.document import Source, SourceKind
from generator.read.documents import read_document
from tests.conftest import MakeSite
from tests.generator.read.test_reading import SETTINGS

SECRET = "Nobody may read this yet."

WITHHELD = {
    "a blank line before": "\n---\ntitle: One\ndraft: true\n---\n",
    "a byte order mark and blank lines": "\ufeff\n \n---\ndraft: true\n---\n",
    "TOML": '+++\ntitle = "One"\ndraft = true\n+++\n',
    "TOML with a date to come": "+++\ndate = 2099-01-01T00:00:00Z\n+++\n",
    "JSON": '{"title": "One 😀", "draft": true}\n',
    "JSON on several lines": '{\n  "title": "\\ud83d\\ude00",\n  "draft": true\n}\n',
    "published": "---\npublished: false\n---\n",
    "publish": "---\npublish: no\n---\n",
    "a status": "---\nstatus: draft\n---\n",
    "a status nobody knows": "---\nStatus: in review\n---\n",
    "members only": "---\nvisibility: members\n---\n",
    "another case": "---\nDraft: True\n---\n",
    "a camel": "---\nisDraft: true\n---\n",
    "an end that has passed": "---\nexpiryDate: 2020-01-01\n---\n",
    "the earlier of two ends": "---\nexpires: 2099-01-01\nunpublish_date: 2020-01-01\n---\n",
    "a beginning to come": "---\ndate: 2020-01-01\npublishDate: 2099-01-01\n---\n",
    "a beginning as publication": "---\npublished: 2099-01-01\n---\n",
    "a password": "---\npassword: sesame\n---\n",
    "no rendering": "---\n_build:\n  render: never\n---\n",
    "one of two keys": "---\ndraft: false\npublished: false\n---\n",
}


@pytest.mark.parametrize("front", WITHHELD.values(), ids=WITHHELD)
def test_it_is_hidden(site: MakeSite, front: str) -> None:
    made = site("-- content/other.md --\n# Other\n")
    made.put("content/one.md", f"{front}{SECRET}\n")
    result = made.build()
    assert sum(result.hidden.values()) == 1
    assert result.diagnostics == ()
    assert not (made.public / "one").exists()


REFUSED = {
    "four hyphens": "----\ndraft: true\n----\n",
    "a word behind the hyphens": "---yaml\ndraft: true\n---\n",
    "a space and a word": "--- yaml\ndraft: true\n---\n",
    "long dashes": "———\ndraft: true\n———\n",
    "short dashes": "––\ndraft: true\n––\n",
    "four plus signs": "++++\ndraft = true\n++++\n",
    "a comment before": "<!-- ours -->\n---\ndraft: true\n---\n",
    "within a comment": "<!--\ndraft: true\n-->\n",
    "an invisible sign before": "\u200b---\ndraft: true\n---\n",
    "a second byte order mark in the line": "\u2060\ufeff---\ndraft: true\n---\n",
    "spaces before": "  ---\ndraft: true\n---\n",
    "no markers": "Title: One\nStatus: draft\n\n",
    "no markers, with equals signs": "draft = true\n\n",
    "semicolons": ';;;\n"draft": true\n;;;\n',
    "percent signs": "%%%\ndraft = true\n%%%\n",
    "a code block": "```yaml\ndraft: true\n```\n",
    "JSON with a mistake": '{"draft": true,}\n',
    "JSON without quotes": "{draft: true}\n",
    "text behind the JSON": '{"draft": true} Text\n',
    "TOML with a mistake": "+++\ndraft = True\n+++\n",
    "never closed": "+++\ndraft = true\n",
    "a typing error": "---\ndrfat: true\n---\n",
    "a value nobody knows": "---\ndraft: maybe\n---\n",
    "a date nobody can read": "---\nexpiryDate: soon\n---\n",
    "16 bits without a mark": "---\ndraft: true\n---\n".encode("utf-16-le").decode(),
}


@pytest.mark.parametrize("front", REFUSED.values(), ids=REFUSED)
def test_it_is_an_error_where_it_cannot_be_read(site: MakeSite, front: str) -> None:
    made = site("-- content/other.md --\n# Other\n")
    made.put("content/one.md", f"{front}{SECRET}\n")
    with pytest.raises(SiteError) as caught:
        made.build()
    assert all("content/one.md" in str(finding) for finding in caught.value.diagnostics)
    assert not made.public.exists()


@pytest.mark.parametrize(
    "text",
    [
        "Drafts: how we write them\n\nText.\n",
        "- one\n- two\n",
        "* * *\n\nText.\n",
        "> Published: an odd word.\n\n# One\n",
        "<!-- A comment. -->\n\n# One\n",
        "{curly} words\n\nText.\n",
        "Status quo: nothing new.\n",
        "# Draft: true stories\n",
        "1. draft: true\n",
        "---\nkeyword: private\npublisher: Ana\n---\nText.\n",
        "---\ndraft: false\npublished: true\nstatus: published\nhidden: false\n---\nText.\n",
    ],
)
def test_prose_is_no_front_matter(site: MakeSite, text: str) -> None:
    made = site("-- content/other.md --\n# Other\n")
    made.put("content/one.md", text)
    made.build()
    assert (made.public / "one" / "index.html").exists()


@pytest.mark.parametrize("name", ["one.MD", "one.Md", "one.markdown", "one.es.Markdown"])
def test_a_document_is_one_whatever_the_case_of_its_suffix(site: MakeSite, name: str) -> None:
    made = site("-- content/other.md --\n# Other\n")
    made.put(f"content/{name}", f"---\ndraft: true\n---\n{SECRET}\n")
    assert sum(made.build().hidden.values()) == 1
    assert not list(made.public.glob("**/one*"))


@pytest.mark.parametrize("path", ["content/one.mdx", "content/one.HTML", "static/one.html"])
def test_front_matter_of_other_files_is_reported(site: MakeSite, path: str) -> None:
    made = site("-- content/other.md --\n# Other\n")
    made.put(path, f"\n---\r\ndraft: true\n---\n{SECRET}\n")
    with pytest.raises(SiteError, match="front matter isn't read in"):
        made.build()


def test_a_link_to_a_document_with_a_long_suffix_leads_to_its_page(site: MakeSite) -> None:
    made = site("-- content/one.markdown --\n# One\n-- content/two.md --\n[One](one.markdown)\n")
    assert made.build().diagnostics == ()
    assert 'href="/one/"' in made.read("two/index.html")


MARKERS = st.sampled_from(
    [
        *("---", "----", "+++", "++++", "--- yaml", "---yaml", "+++toml", "- - -", "———", "–––"),
        *(
            "−−−",
            ";;;",
            "%%%",
            "~~~",
            "~~~ yaml",
            "```",
            "===",
            "___",
            "***",
            "--",
            "—",
            "{",
            "<!--",
        ),
    ]
)
INVISIBLE = st.text("\ufeff\u200b\u200c\u200d\u2060\u00ad \t\u00a0\u2003", max_size=3)
ENTRIES = st.sampled_from(
    [
        "draft: true",
        "Draft: TRUE",
        '"draft": yes',
        "draft = true",
        "published: false",
        "status: draft",
        "is_draft: true",
        "draft：true",
        "ｄｒａｆｔ: true",
    ]
)


@settings(max_examples=300)
@given(
    lines=st.lists(st.sampled_from(["", " ", "\t", "<!-- note -->", "<!--", "\u200b"]), max_size=3),
    before=INVISIBLE,
    opening=MARKERS,
    entries=st.lists(st.sampled_from(["title: One", "", "tags: [a]"]), max_size=2),
    withholding=ENTRIES,
    inside=INVISIBLE,
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]),
)
def test_no_first_block_hides_a_draft(
    lines: list[str],
    before: str,
    opening: str,
    entries: list[str],
    withholding: str,
    inside: str,
    end: str,
    encoding: str,
) -> None:
    text = [*lines, f"{before}{opening}", *entries, f"{inside}{withholding}", opening, SECRET]
    raw = end.join(text).encode(encoding)
    source = Source(path="content/one.md", kind=SourceKind.DOCUMENT, location="")
    document = read_document(source, raw, SETTINGS, frozenset()).document
    assert document is None or document.draft
