"""The plan of the last build: the next one starts from it after an edit of texts or theme."""

import pickle
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from msgspec import Struct

from ..config.config import Config
from ..model.document import Document
from ..model.output import Output, Tree
from ..model.site import Site
from ..render.dependencies import Dependency
from ..render.theme import Theme
from .documents import DocumentCache
from .store import PackedTable, read_record, write_record

FILE = "plan"


class OutputIndex:
    """The outputs of a plan, each unpacked when it's needed.

    `in` tells whether a path of the public tree is among them.
    """

    def __init__(self, table: PackedTable) -> None:
        self.table = table

    @classmethod
    def of(cls, outputs: Iterable[Output]) -> "OutputIndex":
        """Pack outputs."""
        rows = {_name(output.tree, output.path): tuple(output) for output in outputs}
        return cls(PackedTable.of(rows))

    def __contains__(self, path: object) -> bool:
        return _name(Tree.PUBLIC, path) in self.table

    def __iter__(self) -> Iterator[Output]:
        return (Output._make(values) for _, values in self.table.items())

    def public(self, paths: Iterable[str]) -> tuple[Output, ...]:
        """Return the outputs at paths of the public tree."""
        rows = (self.table.get(_name(Tree.PUBLIC, path)) for path in paths)
        return tuple(Output._make(values) for values in rows if values)


class LastPlan(Struct, frozen=True, kw_only=True):
    """A plan as it's stored. Its documents are read when they are first used."""

    config: Config
    theme: Theme
    site: Site
    outputs: OutputIndex
    handler: frozenset[Dependency] = frozenset()
    """Dependencies of the handler's outputs when they were last written."""
    anchored: frozenset[str] | None = None
    """Sources of the documents with an anchor that another document links to; None: not known."""


def save(folder: Path, plan: LastPlan, documents: DocumentCache) -> None:
    """Store a plan whose documents are in a cache.

    One that can't be stored, such as one with unusual data, is forgotten.
    """
    file, packed = folder / FILE, BytesIO()
    pickler = _Pickler(packed, plan.site)
    try:
        pickler.dump(tuple(getattr(plan, name) for name in _PICKLED))
    except (pickle.PicklingError, TypeError, AttributeError):
        file.unlink(missing_ok=True)
        return
    write_record(
        file, documents.fingerprint, pickler.paths, packed.getvalue(), *plan.outputs.table.parts
    )


def load(folder: Path, documents: DocumentCache) -> LastPlan | None:
    """Return the stored plan with its documents from a cache; None if they don't fit."""
    try:
        _, (paths, packed, names, packs) = read_record(folder / FILE, documents.fingerprint)
        values = _Unpickler(BytesIO(packed), documents.documents(paths)).load()
        fields = dict(zip(_PICKLED, values, strict=True))
        return LastPlan(outputs=OutputIndex(PackedTable(names, packs)), **fields)
    except (OSError, ValueError, pickle.UnpicklingError, EOFError, LookupError):
        return None
    except (AttributeError, ImportError, TypeError):
        return None  # another version of the program wrote it


_PICKLED = ("config", "theme", "site", "handler", "anchored")


def _name(tree: Tree, path: object) -> str:
    return f"{tree}/{path}"


class _Pickler(pickle.Pickler):
    """Writes documents as numbers: they have a store of their own, and may not be read yet."""

    def __init__(self, file: BytesIO, site: Site) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        hidden = {hidden.document.source.path: hidden.document for hidden in site.hidden}
        documents = {**site.by_source, **hidden}
        self.paths = list(documents)
        """Paths of the sources, in the order of their documents' numbers."""
        self._numbers = {id(document): number for number, document in enumerate(documents.values())}

    def persistent_id(self, value: Any) -> int | None:
        """See `pickle.Pickler`."""
        return self._numbers.get(id(value))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: BytesIO, documents: Sequence[Document]) -> None:
        # The parent class finds it here; for thousands it must not be a function of ours.
        self.persistent_load = documents.__getitem__  # type: ignore[method-assign]
        super().__init__(file)
