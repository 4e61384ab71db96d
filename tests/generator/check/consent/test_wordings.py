"""Under one version a wording never says anything else."""

import pytest

from generator.errors import ContentError, PublishError
from generator.model.wordings import LOCK, read_lock

from ....conftest import MakeSite
from ....site import SmallSite
from .test_consent import publish
from .test_dark_patterns import OPEN

NEWSLETTER = "-- content/_purposes/newsletter.yaml --\n"


def lock_of(made: SmallSite) -> list[str]:
    """Purpose, version and language of each line."""
    lines = (made.root / LOCK).read_text(encoding="utf-8").splitlines()
    return [" ".join(line.split()[:3]) for line in lines if not line.startswith("#")]


def refusal(made: SmallSite) -> list[str]:
    with pytest.raises(ContentError) as refused:
        made.build()
    return [str(found) for found in refused.value.diagnostics]


def test_what_is_published_is_kept_beside_the_purposes(site: MakeSite) -> None:
    made = site(OPEN)
    made.build()
    assert lock_of(made) == ["guide 1 en", "newsletter 1 en"]


def test_another_text_wants_another_version(site: MakeSite) -> None:
    made = site(OPEN)
    made.build()
    before = (made.root / LOCK).read_bytes()
    made.write(f"{NEWSLETTER}version: 1\nwording: Send me news and offers\n")
    assert refusal(made) == [
        "content/_purposes/newsletter.yaml:2:1: error: version 1 of 'newsletter' was published with"
        " another wording in 'en' (write `version: 2`; if nobody ever saw the old text,"
        " delete line 4 of content/_purposes/wordings.lock instead) [changed-wording]"
    ]
    assert (made.root / LOCK).read_bytes() == before
    made.write(f"{NEWSLETTER}version: 2\nwording: Send me news and offers\n")
    made.build()
    assert lock_of(made) == ["guide 1 en", "newsletter 1 en", "newsletter 2 en"]


def test_an_old_version_may_return_with_its_old_text_alone(site: MakeSite) -> None:
    made = site(OPEN)
    made.build()
    made.write(f"{NEWSLETTER}version: 2\nwording: Send me offers\n").build()
    made.write(f"{NEWSLETTER}version: 1\nwording: Send me the newsletter\n").build()
    made.write(f"{NEWSLETTER}version: 1\nwording: Send me offers\n")
    assert "write `version: 3`" in refusal(made)[0]


def test_how_long_a_permission_lasts_is_part_of_it(site: MakeSite) -> None:
    made = site(OPEN)
    made.build()
    made.write(f"{NEWSLETTER}lasts: once\nwording: Send me the newsletter\n")
    assert "[changed-wording]" in refusal(made)[0]


def test_a_version_that_speaks_another_language_too_is_the_same(site: MakeSite) -> None:
    made = site(OPEN)
    made.build()
    two = "privacy: privacy.md\nlanguages: {en: , es: }\n"
    made.write(OPEN.replace("privacy: privacy.md\n", two))
    made.write("-- content/privacy.es.md --\n# Privacidad\n")
    for name, lasts in (("guide", "lasts: once\nresource: guide/_gated/guide.pdf\n"),
                        ("newsletter", "")):  # fmt: skip
        english = {"guide": "Send me the guide, this once", "newsletter": "Send me the newsletter"}
        wording = f"wording: {{en: '{english[name]}', es: 'Envíamelo'}}\n"
        made.write(f"-- content/_purposes/{name}.yaml --\n{lasts}{wording}")
    made.build()
    assert lock_of(made) == ["guide 1 en", "guide 1 es", "newsletter 1 en", "newsletter 1 es"]


def test_the_lock_alone_tells_so_a_fresh_checkout_knows(site: MakeSite) -> None:
    made = site(OPEN)
    made.build()
    for folder in (made.public, made.handler, made.root / ".atrae"):
        folder.rename(folder.with_name(f"{folder.name}-gone"))
    made.write(f"{NEWSLETTER}wording: Send me offers\n")
    assert "[changed-wording]" in refusal(made)[0]


def test_a_preview_keeps_nothing(site: MakeSite) -> None:
    made = site(OPEN)
    made.build(drafts=True)
    assert not (made.root / LOCK).exists()


def test_nothing_is_kept_of_what_is_refused(site: MakeSite) -> None:
    made = site(OPEN + "-- content/a.md --\n# A\n\n<dialog open></dialog>\n")
    refusal(made)
    assert not (made.root / LOCK).exists()


def test_a_line_that_two_branches_made_a_mess_of_is_named(site: MakeSite) -> None:
    made = site(OPEN)
    made.build()
    file = made.root / LOCK
    file.write_text(file.read_text(encoding="utf-8") + "<<<<<<< HEAD\n", encoding="utf-8")
    assert "content/_purposes/wordings.lock:5: error: this line doesn't name" in refusal(made)[0]


def test_two_lines_that_contradict_each_other_are_a_mess_too() -> None:
    _, findings = read_lock(f"a 1 en {'0' * 64}\na 1 en {'1' * 64}\na 1 en {'0' * 64}\n")
    assert [str(found.at) for found in findings] == [f"{LOCK}:2"]


def test_a_folder_where_it_cannot_be_written_is_said(site: MakeSite) -> None:
    made = site(OPEN)
    (made.root / "content/_purposes/.wordings.lock.new").mkdir()
    with pytest.raises(PublishError, match=r"wordings\.lock"):
        made.build()


def test_the_build_after_the_first_has_nothing_to_do(site: MakeSite) -> None:
    made = site(OPEN)
    publish(made)
    assert publish(made).changed == 0
    assert publish(made).rendered == {}
