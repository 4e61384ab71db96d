"""The plan of the last build, kept for the next one, which is often about a single text."""

import marshal
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from ..config.config import Config
from ..model.document import Document
from ..model.output import Output, Tree
from ..model.site import Site
from ..model.value import value
from ..render.dependencies import Dependency as Question
from ..render.theme import Theme
from .named import Named
from .whole import write_whole

FILE = "plan"

Documents = Callable[[Sequence[str]], list[Document]]
"""Gives those of these sources. Raises `LookupError`."""


class Planned:
    """The outputs of a plan, opened when they are asked for; `in` it are the paths of those of the
    public tree."""

    def __init__(self, named: Named) -> None:
        self.named = named

    @classmethod
    def of(cls, outputs: Iterable[Output]) -> "Planned":
        """These."""
        return cls(Named.of({_name(output.tree, output.path): tuple(output) for output in outputs}))

    def __contains__(self, path: object) -> bool:
        return _name(Tree.PUBLIC, path) in self.named

    def __iter__(self) -> Iterator[Output]:
        return (Output._make(said) for _, said in self.named.items())

    def public(self, paths: Iterable[str]) -> tuple[Output, ...]:
        """Those at these paths of the public tree."""
        found = (self.named.get(_name(Tree.PUBLIC, path)) for path in paths)
        return tuple(Output._make(said) for said in found if said)


@value
class Kept:
    """What a build began with and planned. Its documents are opened when they are asked for."""

    config: Config
    theme: Theme
    site: Site
    outputs: Planned
    handler: frozenset[Question]
    """What the outputs of the handler's tree asked."""
    anchored: frozenset[str]
    """The sources of documents into whose middle another one leads."""


def keep(folder: Path, kept: Kept) -> None:
    """Replace what is kept as a whole; what cannot be kept, such as a value of data that is no
    plain one, is as good as unknown."""
    file = folder / FILE
    packed = BytesIO()
    pickler = _Pickler(packed, kept.site)
    try:
        pickler.dump(tuple(getattr(kept, name) for name in _PICKLED))
    except (pickle.PicklingError, TypeError, AttributeError):
        file.unlink(missing_ok=True)
        return
    parts = (pickler.paths, packed.getvalue(), *kept.outputs.named.parts)
    write_whole(file, marshal.dumps(parts))


def kept(folder: Path, documents: Documents) -> Kept | None:
    """What is kept; None where nothing is. `documents` gives those of sources by their paths."""
    try:
        paths, packed, names, packs = marshal.loads((folder / FILE).read_bytes())
        found = _Unpickler(BytesIO(packed), documents(paths)).load()
        said = dict(zip(_PICKLED, found, strict=True))
        return Kept(outputs=Planned(Named(names, packs)), **said)
    except (OSError, ValueError, pickle.UnpicklingError, EOFError, LookupError):
        return None
    except (AttributeError, ImportError, TypeError):
        return None  # another version of the program kept it


_PICKLED = ("config", "theme", "site", "handler", "anchored")


def _name(tree: Tree, path: object) -> str:
    return f"{tree}/{path}"


class _Pickler(pickle.Pickler):
    """Keeps documents by number alone: they have a place of their own, and need not be opened to be
    numbered."""

    def __init__(self, file: BytesIO, site: Site) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        hidden = {hidden.document.source.path: hidden.document for hidden in site.hidden}
        every = {**site.by_source, **hidden}
        self.paths = list(every)
        """Of the sources, in the order of their documents' numbers."""
        self._numbers = {id(document): number for number, document in enumerate(every.values())}

    def persistent_id(self, value: Any) -> int | None:
        """See `pickle.Pickler`."""
        return self._numbers.get(id(value))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: BytesIO, documents: Sequence[Document]) -> None:
        # Found here by the parent class; there are thousands, and this is no call of ours.
        self.persistent_load = documents.__getitem__  # type: ignore[method-assign]
        super().__init__(file)
