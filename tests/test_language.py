"""The language of code and texts: retired names, locals, docstrings and turns of phrase."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOUSES = ("generator", "forms")
TEXTS = ("themes", "generator/starter", "generator/serve/templates")
"""Folders with texts that people read, every one of their files."""

MODULES = """
    again alike amended answers asking blocks cache catalogue centre clerk columns console current
    decision edge edit even exchange few folders fresh gate grounds group guard handlers hooks
    inputs kept late line markup me missing moment named new not_done opening owner packed patience
    personal places present questions queue records releasing resources restyle resumed seal
    service serving shelf sieve site_file spare spending stamp summary suppressing suspicion tags
    told together tracing trouble unchanged unfinished views whole words work workers
"""
CLASSES = """
    Adding Beat Bell Cache Clerks Columns Courier Done Edit Finding Joint Kept Late Markup Named
    NotDoneError PatientProtocol Place Planned Question Report Row Seen Shelf Shelved Sign Since
    Stamp Stamps Story Summary Tracing Traces
"""
FUNCTIONS = """
    _alone _said again agree arrive ask asked brought cut diagnostic each equipped everything give
    knocker_of let_go_on look look_again move part_of payment plain put_away question remember
    shared_question sift since spoken stamp_of stop take tell uncollected write_whole
"""
MEMBERS = """
    Body.named Heading.named LastBuild.surer Source.where Staleness.asked Staleness.news
    TextEdit.dated TextEdit.said View.fed View.filed View.listed View.said
"""
CONSTANTS = re.compile("BY_[A-Z_]+|OF_BODIES|OF_PLACES")
RETIRED = {
    "module": frozenset(MODULES.split()),
    "class": frozenset(CLASSES.split()),
    "function": frozenset(FUNCTIONS.split()),
    "member": frozenset(MEMBERS.split()),
}

STILL_USED = {
    "forms/catalogue.py": "the door between both packages; the generator's `catalogue` is retired",
    "forms/store/records": "the room of the ledger's rows; the old module is `database/read_only`",
    "forms/declared/findings.py:Finding": "what a check of the store reports",
    "forms/commands/database.py:move": "named after the command `atrae forms database move`",
    "forms/evidence/consent_record.py:BY_CONTROLLER": "kinds of events, not a stored method",
    "generator/incremental/snapshot.py:take": "the new name of `inputs.look`",
}
"""Definition -> why the new layout uses a retired name itself."""

SIGNED = ("forms/evidence/consent_record.py",)
"""Modules whose texts are in signed records, and stay as they are."""

LOCALS = frozenset({"found", "asked", "said", "told", "given"})
OPENINGS = re.compile(r"(The same|Those|Whether it is|What)\b")
TURNS = re.compile(
    r"\b(who(m|se)?ever|somebody|what (lies|stands)|lies (in|below|beside|under)|stands?|stood"
    r"|(is|are|was|were) said|lets? go|e-mails?"
    r"|lenguas?|vosotr[oa]s|ustedes|\w+([áé]is))\b",
    re.IGNORECASE,
)

Found = Iterator[tuple[int, str]]
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPE = (ast.Module, ast.ClassDef, *FUNCTION)


def definitions(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Yield the line, kind and name of what a module defines for others."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.lineno, "class", node.name
            for member in node.body:
                for name in bound_by(member):
                    yield member.lineno, "member", f"{node.name}.{name}"
        elif isinstance(node, FUNCTION):
            yield node.lineno, "function", node.name
        else:
            yield from ((node.lineno, "constant", name) for name in bound_by(node))


def bound_by(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a definition or an assignment binds."""
    if isinstance(node, FUNCTION):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def retired_names(path: str, tree: ast.Module) -> Found:
    """Yield the retired names under which a module is stored or defines something."""
    parts = path.removesuffix(".py").split("/")
    for end in range(2, len(parts) + 1):
        place = "/".join(parts[:end]) + (".py" if end == len(parts) else "")
        if parts[end - 1] in RETIRED["module"] and place not in STILL_USED:
            yield 1, f"module {parts[end - 1]}"
    for line, kind, name in definitions(tree):
        is_retired = CONSTANTS.fullmatch(name) if kind == "constant" else name in RETIRED[kind]
        if is_retired and f"{path}:{name}" not in STILL_USED:
            yield line, f"{kind} {name}"


def retired_locals(_path: str, tree: ast.Module) -> Found:
    """Yield the locals that are named after what happened to them. Fields of a class are none."""
    fields = {
        id(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        for target in ast.walk(statement)
        if not isinstance(statement, FUNCTION)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, lineno=line, ctx=ast.Store()) if id(node) not in fields:
                pass
            case ast.arg(arg=name, lineno=line) | ast.alias(asname=name, lineno=line):
                pass
            case (
                ast.MatchAs(name=name, lineno=line)
                | ast.MatchStar(name=name, lineno=line)
                | ast.ExceptHandler(name=name, lineno=line)
            ):
                pass
            case _:
                continue
        if name in LOCALS:
            yield line, f"local {name}"


def docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    """Yield the docstrings of modules, classes, functions and values."""
    for node in ast.walk(tree):
        for statement in node.body if isinstance(node, SCOPE) else ():
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                yield statement.value


def retired_openings(_path: str, tree: ast.Module) -> Found:
    """Yield the docstrings that make no sense without what they describe."""
    for docstring in docstrings(tree):
        if isinstance(docstring.value, str) and OPENINGS.match(docstring.value.strip()):
            yield docstring.lineno, f"docstring {docstring.value.strip().splitlines()[0]!r}"


def retired_turns(path: str, tree: ast.Module) -> Found:
    """Yield the retired turns in strings: CLI output, help of commands, errors and findings."""
    if path in SIGNED:
        return
    code = {id(each) for each in docstrings(tree)} - {id(each) for each in help_texts(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in code:
            yield from ((node.lineno, turn) for _, turn in turns(node.value))


def help_texts(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield the docstrings that click prints."""
    for node in ast.walk(tree):
        if isinstance(node, FUNCTION) and any(map(is_command, node.decorator_list)):
            yield from docstrings(node)


def is_command(decorator: ast.expr) -> bool:
    """Tell whether a decorator is click's `@….command()` or `@….group()`."""
    function = decorator.func if isinstance(decorator, ast.Call) else None
    return isinstance(function, ast.Attribute) and function.attr in ("command", "group")


def turns(text: str) -> Found:
    """Yield the retired turns in a text, with their lines."""
    for number, line in enumerate(text.splitlines(), 1):
        yield from ((number, f"text {match[0]!r}") for match in TURNS.finditer(line))


RULES = {
    "name": retired_names,
    "local": retired_locals,
    "docstring": retired_openings,
    "text": retired_turns,
}


@cache
def files(*folders: str) -> dict[str, str]:
    """Return the texts of all files in these folders by their paths."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.*"))]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in paths
        if path.suffix in (".py", ".yaml", ".md", ".html", ".txt", ".js", ".css")
    }


def lines(rule: str) -> Iterator[str]:
    """Yield what a rule objects to, in the packages and in the files with texts."""
    for path, text in files(*HOUSES).items():
        if path.endswith(".py"):
            findings = RULES[rule](path, ast.parse(text))
            yield from (f"{path}:{line}: {what}" for line, what in findings)
    for path, text in files(*TEXTS).items() if rule == "text" else ():
        yield from (f"{path}:{line}: {what}" for line, what in turns(text))


@pytest.mark.parametrize("rule", RULES)
def test_nothing_goes_back_to_retired_language(rule: str) -> None:
    assert list(lines(rule)) == []


@pytest.mark.parametrize("place", STILL_USED)
def test_every_exception_exists(place: str) -> None:
    path, _, name = place.partition(":")
    assert (ROOT / path).exists()
    assert not name or re.search(rf"\b{name}\b", (ROOT / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("rule", "path", "code", "expected"),
    [
        ("name", "generator/again.py", "", "module again"),
        ("name", "forms/told/x.py", "", "module told"),
        ("name", "forms/x.py", "class Courier: ...", "class Courier"),
        ("name", "forms/x.py", "async def let_go_on(): ...", "function let_go_on"),
        ("name", "forms/x.py", "BY_FORM: str = ''", "constant BY_FORM"),
        ("name", "generator/x.py", "class View:\n    def said(self): ...", "member View.said"),
        ("name", "generator/x.py", "class Source:\n    where: str", "member Source.where"),
        ("local", "forms/x.py", "def f(asked): ...", "local asked"),
        ("local", "forms/x.py", "def f():\n    for n, told in x: ...", "local told"),
        ("local", "forms/x.py", "x = [said for said in y]", "local said"),
        ("local", "forms/x.py", "if found := f(): ...", "local found"),
        ("local", "forms/x.py", "match x:\n    case [given]: ...", "local given"),
        ("docstring", "forms/x.py", '"""The same."""', "docstring 'The same.'"),
        ("docstring", "forms/x.py", 'X = 1\n"""What it is."""', "docstring 'What it is.'"),
        ("docstring", "forms/x.py", 'class A:\n    """Those."""', "docstring 'Those.'"),
        ("text", "forms/x.py", "echo(f'{x}: whoever asks')", "text 'whoever'"),
        ("text", "forms/x.py", "@m.command()\ndef f():\n    'It is said.'", "text 'is said'"),
    ],
)  # fmt: skip
def test_each_rule_finds_its_fault(rule: str, path: str, code: str, expected: str) -> None:
    assert [what for _, what in RULES[rule](path, ast.parse(code))] == [expected]


@pytest.mark.parametrize(
    ("rule", "path", "code"),
    [
        ("name", "forms/store/records/x.py", "def deliver():\n    def stop(): ..."),
        ("name", "generator/x.py", "class Page:\n    def said(self): ..."),
        ("local", "forms/x.py", "class A:\n    asked: str = found"),
        ("docstring", "forms/x.py", '"""Whatever is the same."""'),
        ("text", "forms/x.py", 'def f():\n    """Understands what stands."""'),
    ],
)
def test_no_rule_objects_to_more(rule: str, path: str, code: str) -> None:
    assert list(RULES[rule](path, ast.parse(code))) == []


@pytest.mark.parametrize(
    "text", ["Whoever", "it is said", "let go", "E-mail", "escribáis", "lengua"]
)
def test_turns_are_found_in_texts(text: str) -> None:
    assert [line for line, _ in turns(f"First line\n{text} here\n")] == [2]
