"""`atrae new` makes file names of titles in any script."""

import pytest
from click.testing import CliRunner

from generator.cli import main
from tests.conftest import MakeSite

NAMES = {
    "Cómo estropear el té": "como-estropear-el-te",
    "Привет, мир": "привет-мир",
    "Straße & Ærø": "strasse-and-aero",
    "Tiếng Việt": "tieng-viet",
    "नमस्ते दुनिया": "नमस्ते-दुनिया",
    "Łódź, søndag": "lodz-sondag",
    "日本語 2": "日本語-2",
    "x\u0304y": "xy",
    "a" * 80: "a" * 60,
    "C++ or C#?": "c-plus-plus-or-c-sharp",
}


@pytest.mark.parametrize(("title", "name"), NAMES.items())
def test_an_article_is_named_after_its_title(site: MakeSite, title: str, name: str) -> None:
    made = site("-- content/other.md --\n# Other\n")
    result = CliRunner().invoke(main, ["new", "article", title, "-s", str(made.root)])
    assert result.exit_code == 0, result.output
    assert [file.stem for file in (made.root / "content" / "blog").iterdir()] == [name]
    assert made.build(drafts=True, future=True).diagnostics == ()
    assert (made.public / "blog" / name / "index.html").exists()


@pytest.mark.parametrize("title", ["Привет, мир", "Cómo"])
def test_a_resource_is_too(site: MakeSite, title: str) -> None:
    made = site(
        "-- site.yaml --\ntitle: One\ncontroller: {name: A, email: a@b.org, address: C}\n"
        "privacy: privacy.md\n-- content/privacy.md --\n# Privacy\n"
    )
    for text in (title, f"{title} 2"):
        result = CliRunner().invoke(main, ["new", "resource", text, "-s", str(made.root)])
        assert result.exit_code == 0, result.output
    made.build(drafts=True, future=True)
    assert len(list((made.root / "content" / "_forms").iterdir())) == 2


@pytest.mark.parametrize("title", ["!?", "—", "\u0304"])
def test_a_title_without_letters_is_refused(site: MakeSite, title: str) -> None:
    made = site("-- content/other.md --\n# Other\n")
    result = CliRunner().invoke(main, ["new", "article", title, "-s", str(made.root)])
    assert (result.exit_code, "use letters or digits" in result.output) == (1, True)
