"""The directions of import: every module is in one room, and rooms import downwards only."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOUSES = ("generator", "forms")

GENERATOR_ROOMS = (
    {"__main__"},
    {"cli"},
    {"scaffold", "terminal"},
    {"serve"},
    {"build"},
    {"publish"},
    {"plan"},
    {"outputs", "check", "write"},
    {"incremental"},
    {"read", "render"},
    {"config"},
    {"schema"},
    {"parallel", "errors"},
    {"model"},
)
"""From the top down: each room may import from the rows below it, and from itself."""

FORMS_ROOMS = (
    {"cli"},
    {"commands"},
    {"server", "embedding"},
    {"app"},
    {"operations"},
    {"web", "delivery"},
    {"mail"},
    {"site", "links"},
    {"store"},
    {"settings"},
    {"evidence"},
    {"permission"},
    {"catalogue"},
    {"declared", "errors"},
)

STORE_ROOMS = (
    {"people", "upkeep", "verify"},
    {"queues"},
    {"records"},
    {"database"},
)
"""The rooms inside `forms.store`; `migrations` may import from `database` and `declared` only."""

MIGRATIONS_IMPORT = ("forms.store.database", "forms.store.migrations", "forms.declared")

HOMES = {
    "markdown_it": {"generator.read.markdown"},
    "markdown_it_pyrs": {"generator.read.markdown"},
    "mdit_py_plugins": {"generator.read.markdown"},
    "jinja2": {"generator.render.templates", "forms.site.templates"},
    "yaml": {"generator.schema"},
    "watchdog": {"generator.serve.watch"},
    "PIL": {"generator.images"},
    "pygments": {"generator.render.highlight"},
    "smtplib": {"forms.mail.smtp"},
    "cryptography": {"forms.evidence.signing"},
    "sqlalchemy": {"forms.store"},
    "alembic": {"forms.store"},
}
"""A third party -> where it is imported: a module, or a folder with everything in it."""

PYDANTIC = {
    "generator.schema",
    "generator.config.site_yaml",
    "generator.read",
    "generator.render.theme",
    "forms.catalogue",
    "forms.settings",
    "forms.site.bundle",
}
"""Where values enter."""

STAGES = {"read", "outputs", "check", "write"}
SEES_ALL_STAGES = {"build", "serve", "cli", "plan"}

DOORS = {
    "forms.catalogue": HOUSES,
    "forms.embedding": ("generator.serve",),
    "forms.cli": ("generator.cli",),
}
"""What the generator may import of the form handler, and from where."""


@dataclass(frozen=True, slots=True)
class Import:
    """One module imports another, both by their full names."""

    importer: str
    imported: str

    def __str__(self) -> str:
        return f"{self.importer} imports {self.imported}"


def house(module: str) -> str:
    """Return the package that a module belongs to."""
    return module.partition(".")[0]


def room(module: str) -> str:
    """Return the folder or file below the package: `read` for `generator.read.html.body`."""
    return [*module.split("."), ""][1]


def modules(package: str) -> Iterator[tuple[str, Path]]:
    """Yield every module of a package by its full name."""
    for file in sorted((ROOT / package).rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), file


def _imports(package: str) -> Iterator[Import]:
    for name, file in modules(package):
        parent = name if file.name == "__init__.py" else name.rpartition(".")[0]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for imported in _imported(node, parent):
                yield Import(name, imported)


def _imported(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        parts = package.split(".")
        above = parts[: len(parts) - node.level + 1] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        for alias in node.names:
            name = f"{base}.{alias.name}"
            yield name if _is_module(name) else base


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


@cache
def imports(*packages: str) -> tuple[Import, ...]:
    """Return every import of the packages, those inside functions too."""
    return tuple(edge for package in packages for edge in _imports(package))


def _heights(rows: tuple[set[str], ...]) -> dict[str, int]:
    return {name: -number for number, names in enumerate(rows) for name in names}


HEIGHTS = {"generator": _heights(GENERATOR_ROOMS), "forms": _heights(FORMS_ROOMS)}
STORE_HEIGHTS = _heights(STORE_ROOMS)


def _described(edges: list[Import]) -> list[str]:
    return [str(edge) for edge in edges]


def test_the_imports_are_read() -> None:
    assert len(imports("generator")) > 200
    assert Import("generator.publish", "generator.write.publish") in imports("generator")
    assert Import("forms.mail.compose", "forms.mail.letters") in imports("forms")


@pytest.mark.parametrize("package", HOUSES)
def test_every_module_is_in_exactly_one_room(package: str) -> None:
    rows = {"generator": GENERATOR_ROOMS, "forms": FORMS_ROOMS}[package]
    rooms = [name for row in rows for name in row]
    assert len(rooms) == len(set(rooms))
    unassigned = [name for name, _ in modules(package) if room(name) not in {*rooms, ""}]
    assert unassigned == []
    on_disk = {room(name) for name, _ in modules(package)}
    assert set(rooms) <= on_disk, "a room without a module"


@pytest.mark.parametrize(
    "place", sorted(f"{package}.{name}" for package in HOUSES for name in HEIGHTS[package])
)
def test_a_room_imports_downwards_only(place: str) -> None:
    package, name = place.split(".")
    heights = HEIGHTS[package]
    upwards = [
        edge
        for edge in imports(*HOUSES)
        if house(edge.importer) == house(edge.imported) == package
        and room(edge.importer) == name
        and room(edge.imported) not in ("", name)
        and heights[room(edge.imported)] >= heights[name]
    ]
    assert _described(upwards) == []


@pytest.mark.parametrize("name", sorted(STORE_HEIGHTS))
def test_a_room_of_the_store_imports_downwards_only(name: str) -> None:
    def store_room(module: str) -> str:
        return [*module.split("."), "", ""][2] if module.startswith("forms.store") else ""

    upwards = [
        edge
        for edge in imports("forms")
        if store_room(edge.importer) == name
        and store_room(edge.imported) not in ("", name)
        and STORE_HEIGHTS.get(store_room(edge.imported), 1) >= STORE_HEIGHTS[name]
    ]
    assert _described(upwards) == []


def test_a_migration_imports_the_database_and_what_is_declared_only() -> None:
    wrong = [
        edge
        for edge in imports("forms")
        if edge.importer.startswith("forms.store.migrations")
        and house(edge.imported) == "forms"
        and not edge.imported.startswith(MIGRATIONS_IMPORT)
    ]
    assert _described(wrong) == []


def test_stages_do_not_import_one_another() -> None:
    wrong = [
        edge
        for edge in imports("generator")
        if room(edge.importer) in STAGES
        and room(edge.imported) in STAGES
        and house(edge.imported) == "generator"
        and room(edge.importer) != room(edge.imported)
    ]
    assert _described(wrong) == []


def test_few_rooms_see_every_stage() -> None:
    seen: dict[str, set[str]] = {}
    for edge in imports("generator"):
        if house(edge.imported) == "generator" and room(edge.imported) in STAGES:
            seen.setdefault(room(edge.importer), set()).add(room(edge.imported))
    assert {place for place, stages in seen.items() if stages == STAGES} <= SEES_ALL_STAGES


def test_the_generator_imports_the_doors_of_the_handler_only() -> None:
    wrong = [
        edge
        for edge in imports("generator")
        if house(edge.imported) == "forms"
        and not edge.importer.startswith(tuple(DOORS.get(edge.imported, ("nowhere",))))
    ]
    assert _described(wrong) == []


def test_the_handler_imports_nothing_of_the_generator() -> None:
    assert (
        _described([edge for edge in imports("forms") if house(edge.imported) == "generator"]) == []
    )


@pytest.mark.parametrize("party", sorted(HOMES))
def test_a_third_party_has_one_home(party: str) -> None:
    wrong = [
        edge
        for edge in imports(*HOUSES)
        if house(edge.imported) == party
        and not any(_is_within(edge.importer, home) for home in HOMES[party])
    ]
    assert _described(wrong) == []


def test_pydantic_is_where_values_enter() -> None:
    wrong = [
        edge
        for edge in imports(*HOUSES)
        if house(edge.imported) in ("pydantic", "pydantic_core")
        and not any(_is_within(edge.importer, home) for home in PYDANTIC)
    ]
    assert _described(wrong) == []


def _is_within(module: str, home: str) -> bool:
    return module == home or module.startswith(f"{home}.")


def test_no_module_imports_itself_by_a_detour() -> None:
    known = _known(edge for edge in imports(*HOUSES) if house(edge.imported) in HOUSES)
    for package in HOUSES:
        for name, _ in modules(package):
            assert name not in _reached(known, name), f"{name} imports itself"


def test_a_build_loads_neither_web_server_nor_database() -> None:
    loaded = {house(name) for name in _reached(_known(imports(*HOUSES)), "generator.build")}
    assert not loaded & {"starlette", "uvicorn", "sqlalchemy", "alembic", "watchdog"}


def _known(edges: "Iterator[Import] | tuple[Import, ...]") -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for edge in edges:
        known.setdefault(edge.importer, set()).add(edge.imported)
    return known


def _reached(known: dict[str, set[str]], start: str) -> set[str]:
    """Return every module that `start` loads, directly or through others."""
    reached: set[str] = set()
    ahead = list(known.get(start, ()))
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += known.get(name, ())
    return reached
