"""The directions of import: who may know of whom."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOUSES = ("generator", "forms")


@dataclass(frozen=True, slots=True)
class Import:
    """That one module imports another, both with their whole names."""

    importer: str
    imported: str

    @property
    def room(self) -> str:
        """The importer's place: a folder of its house, or a file there."""
        return room(self.importer)


def room(module: str) -> str:
    """`generator.read.body` stands in `generator.read`, `generator.build` is one of its own."""
    return ".".join(module.split(".")[:2])


def modules(house: str) -> Iterator[tuple[str, Path]]:
    """Every module of a house, by its whole name."""
    for file in sorted((ROOT / house).rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), file


def imports(house: str) -> Iterator[Import]:
    """Every import of a house, those within functions too."""
    for name, file in modules(house):
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for imported in _imported(node, package):
                yield Import(name, imported)


def _imported(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        parts = package.split(".")
        above = parts[: len(parts) - node.level + 1] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        for alias in node.names:
            whole = f"{base}.{alias.name}"
            yield whole if _is_module(whole) else base


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


ALL = tuple(found for house in HOUSES for found in imports(house))
GENERATOR = tuple(found for found in ALL if found.importer.startswith("generator"))
FORMS = tuple(found for found in ALL if found.importer.startswith("forms"))

GROUND = {"generator.model", "forms.catalogue"}
PLAIN = {"generator.errors", "generator.schema", "generator.scalar"} | GROUND
MAY_IMPORT: dict[str, set[str]] = {
    "generator.model": GROUND,
    "generator.errors": {"generator.model"},
    "generator.scalar": set(),
    "generator.schema": {"generator.model", "generator.scalar", "generator.schema"},
    "generator.config": PLAIN | {"generator.site_file"},
    "generator.site_file": PLAIN,
    "generator.read": PLAIN | {"generator.config", "generator.read"},
    "generator.render": PLAIN | {"generator.render", "generator.trace"},
    "generator.outputs": PLAIN | {"generator.render", "generator.outputs"},
    "generator.check": {"generator.check", "generator.model"},
    "generator.write": {"generator.write", "generator.errors", "generator.model"}
    | {"generator.trace"},
    "generator.trace": {"generator.model", "generator.errors"},
}
"""What each room may know of its own two houses; those that are not here see every stage."""

SEES_ALL = {"generator.build", "generator.serve", "generator.cli"}
STAGES = {f"generator.{stage}" for stage in ("read", "outputs", "check", "write")}

HOMES = {
    "markdown_it": {"generator.read.markdown"},
    "markdown_it_pyrs": {"generator.read.markdown"},
    "mdit_py_plugins": {"generator.read.markdown"},
    "jinja2": {"generator.render.templates", "forms.templates"},
    "yaml": {"generator.schema"},
    "watchdog": {"generator.serve.watch"},
    "PIL": {"generator.image"},
    "pygments": {"generator.render.highlight"},
    "smtplib": {"forms.mail"},
    "cryptography": {"forms.signing"},
    "sqlalchemy": {"forms.store"},
    "alembic": {"forms.store"},
}
"""A third party -> where it lives: a module, or a folder and all in it."""

PYDANTIC = {
    "generator.schema",
    "generator.site_file",
    "generator.read",
    "generator.render.theme",
} | {
    "forms.catalogue",
    "forms.fields",
    "forms.settings",
    "forms.canonical",
    "forms.bundle",
}
"""Where values enter."""


def said(wrong: list[Import]) -> list[str]:
    return [f"{found.importer} imports {found.imported}" for found in wrong]


def is_ours(name: str) -> bool:
    return name.split(".")[0] in HOUSES


def test_there_is_something_to_judge() -> None:
    assert len(GENERATOR) > 200
    assert Import("generator.prepare", "generator.read.documents") in GENERATOR
    assert Import("generator.publish", "generator.write.publish") in GENERATOR


@pytest.mark.parametrize("place", sorted(MAY_IMPORT))
def test_a_room_knows_only_what_lies_below(place: str) -> None:
    allowed = MAY_IMPORT[place]
    wrong = [
        found
        for found in GENERATOR
        if found.room == place and is_ours(found.imported) and room(found.imported) not in allowed
    ]
    assert said(wrong) == []


def test_stages_know_nothing_of_one_another() -> None:
    wrong = [
        found
        for found in GENERATOR
        if found.room in STAGES
        and room(found.imported) in STAGES
        and found.room != room(found.imported)
    ]
    assert said(wrong) == []


def test_only_three_see_every_stage() -> None:
    seen: dict[str, set[str]] = {}
    for found in GENERATOR:
        if room(found.imported) in STAGES and found.room not in STAGES:
            seen.setdefault(found.room, set()).add(room(found.imported))
    assert {place for place, stages in seen.items() if stages == STAGES} <= SEES_ALL


def test_the_generator_knows_the_door_of_the_forms_alone() -> None:
    wrong = [
        found
        for found in GENERATOR
        if found.imported.startswith("forms")
        and found.imported != "forms.catalogue"
        and not (
            found.room in ("generator.serve", "generator.cli")
            and found.imported in ("forms.app", "forms.cli")
        )
    ]
    assert said(wrong) == []


def test_the_forms_know_nothing_of_the_generator() -> None:
    assert said([found for found in FORMS if found.imported.startswith("generator")]) == []


LAYERS = (
    {"cli"},
    {"app"},
    {"handlers", "outbox"},
    {"store", "guard", "mail"},
    {"optin", "validate", "templates", "tokens", "settings"},
    {"ledger", "catalogue"},
)
"""Of the forms, from above: each may know those below it."""


def test_the_forms_know_only_what_lies_below() -> None:
    height = {f"forms.{name}": i for i, names in enumerate(LAYERS) for name in names}
    wrong = [
        found
        for found in FORMS
        if found.room in height
        and height.get(room(found.imported), len(LAYERS)) < height[found.room]
    ]
    assert said(wrong) == []


@pytest.mark.parametrize("party", sorted(HOMES))
def test_a_third_party_has_one_home(party: str) -> None:
    wrong = [
        found
        for found in ALL
        if found.imported.split(".")[0] == party
        and not any(_within(found.importer, home) for home in HOMES[party])
    ]
    assert said(wrong) == []


def test_pydantic_is_where_values_enter() -> None:
    wrong = [
        found
        for found in ALL
        if found.imported.split(".")[0] in ("pydantic", "pydantic_core")
        and not any(_within(found.importer, home) for home in PYDANTIC)
    ]
    assert said(wrong) == []


def _within(module: str, home: str) -> bool:
    return module == home or module.startswith(f"{home}.")


def test_no_module_knows_itself_by_a_detour() -> None:
    known: dict[str, set[str]] = {}
    for found in ALL:
        if is_ours(found.imported):
            known.setdefault(found.importer, set()).add(found.imported)
    for house in HOUSES:
        for name, _ in modules(house):
            assert name not in _reached(known, name), f"{name} imports itself"


def _reached(known: dict[str, set[str]], start: str) -> set[str]:
    """Every module that `start` loads, straight or by others."""
    reached: set[str] = set()
    ahead = list(known.get(start, ()))
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += known.get(name, ())
    return reached


def test_a_build_loads_neither_web_server_nor_database() -> None:
    known: dict[str, set[str]] = {}
    for found in ALL:
        known.setdefault(found.importer, set()).add(found.imported)
    loaded = {name.split(".")[0] for name in _reached(known, "generator.build")}
    assert not loaded & {"starlette", "uvicorn", "sqlalchemy", "alembic", "watchdog"}
