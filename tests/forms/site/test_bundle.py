"""The tree of a build: whole or not at all, and again when a new one has come."""

import json
from pathlib import Path

import pytest

from forms.site.bundle import BundleError, Bundles, read_bundle

from ..declared import catalogue, pages, write_bundle

DECLARED, THEME = catalogue(), pages()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    write_bundle(tmp_path / "handler", DECLARED, THEME)
    return tmp_path / "handler"


def test_what_was_written_is_read(tree: Path) -> None:
    bundle = read_bundle(tree)
    assert bundle.catalogue == DECLARED
    assert bundle.pages.templates == THEME.templates
    assert bundle.pages.shells == THEME.shells
    assert bundle.pages.texts == THEME.texts
    resource = DECLARED.purposes["guide"].resource["en"]
    assert Bundles(tree).file(resource) == tree / "gated" / resource.digest / resource.name


def test_every_file_is_held_against_the_manifest(tree: Path) -> None:
    for path in sorted(tree.rglob("*.*")):
        if path.name == "manifest.json":
            continue
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(BundleError, match=path.name):
            read_bundle(tree)
        path.unlink()
        with pytest.raises(BundleError, match=path.name):
            read_bundle(tree)
        path.write_bytes(content)
    assert read_bundle(tree).catalogue == DECLARED


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"files": []}', '{"files": {"a": 1}}'])
def test_a_manifest_that_is_none_is_refused(tree: Path, manifest: str) -> None:
    (tree / "manifest.json").write_text(manifest)
    with pytest.raises(BundleError):
        read_bundle(tree)


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname"])
def test_a_manifest_reads_nothing_outside(tree: Path, name: str) -> None:
    (tree / "manifest.json").write_text(json.dumps({"files": {name: "0" * 64}}))
    with pytest.raises(BundleError, match="outside"):
        read_bundle(tree)


def test_no_tree_at_all_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="ATRAE_HANDLER_DIR"):
        Bundles(tmp_path / "nothing").current()


def test_a_new_tree_is_taken_up_when_it_is_whole(tree: Path) -> None:
    bundles = Bundles(tree)
    first = bundles.current()
    assert bundles.current() is first
    changed = DECLARED.model_copy(update={"title": {"en": "New", "es": "Nuevo"}})
    (tree / "catalogue.json").write_bytes(changed.to_json())
    (tree / "manifest.json").write_text((tree / "manifest.json").read_text() + " ")
    assert bundles.current() is first
    write_bundle(tree, changed, THEME)
    assert bundles.current().catalogue == changed
    (tree / "manifest.json").unlink()
    assert bundles.current().catalogue == changed
