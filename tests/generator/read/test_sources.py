"""What each file of a site's folders is for."""

from pathlib import Path

import pytest

from generator.errors import ConfigError
from generator.read.sources import find_sources

from ...conftest import MakeSite
from ...site import SmallSite


def kinds(made: SmallSite) -> dict[str, list[str]]:
    found = find_sources(made.root)
    return {
        name: [source.path for source in getattr(found, name)]
        for name in ("documents", "files", "gated", "forms", "purposes", "data")
        if getattr(found, name)
    }


def test_a_file_is_told_by_its_place_and_name(tiny: MakeSite) -> None:
    made = tiny("")
    for path in [
        *("content/_index.md", "content/blog/a.md", "content/blog/a/index.md"),
        *("content/blog/a/pic.png", "content/blog/a/_gated/x.pdf", "content/blog/_gated/y/n.md"),
        *("content/_forms/f.yaml", "content/_forms/README.md", "content/_purposes/p.yml"),
        *("content/blog/_forms/no.yaml", "content/_drafts/no.md", "content/blog/.hidden.md"),
        *("content/blog/a.md~", "content/blog/.a.md.swp", "content/blog/#a.md#"),
        *("static/x.txt", "static/.well-known/x", "static/_x/y", "data/t.yaml"),
    ]:
        made.put(path, "x: y\n")
    assert kinds(made) == {
        "documents": ["content/blog/a/index.md", "content/blog/a.md", "content/_index.md"],
        "files": ["content/blog/a/pic.png", "static/_x/y", "static/x.txt"],
        "gated": ["content/blog/_gated/y/n.md", "content/blog/a/_gated/x.pdf"],
        "forms": ["content/_forms/f.yaml"],
        "purposes": ["content/_purposes/p.yml"],
        "data": ["data/t.yaml"],
    }


def test_a_link_to_a_folder_around_it_is_nothing(tiny: MakeSite) -> None:
    made = tiny("-- content/blog/a.md --\nx\n")
    (made.root / "content/blog/loop").symlink_to(made.root / "content")
    assert kinds(made) == {"documents": ["content/blog/a.md"]}


def test_a_link_to_a_folder_elsewhere_is_that_folder(tiny: MakeSite, tmp_path: Path) -> None:
    made = tiny("")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.md").write_text("x")
    (made.root / "content/blog").symlink_to(tmp_path / "texts")
    assert kinds(made) == {"documents": ["content/blog/a.md"]}


def test_a_link_that_leads_nowhere_is_an_error_not_a_page_less(tiny: MakeSite) -> None:
    made = tiny("-- content/b.md --\nx\n")
    (made.root / "content/a.md").symlink_to("nowhere.md")
    assert made.said() == [
        "content/a.md: error: the file can't be read: No such file or directory [unreadable]"
    ]


def test_a_site_has_content(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no content/ in"):
        find_sources(tmp_path)
