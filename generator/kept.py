"""The plan of the last build, kept for the next one, which is often about a single text."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from .config import Config
from .model.document import Document
from .model.output import Output
from .model.site import Site
from .render.questions import Question
from .render.theme import Theme
from .whole import write_whole

FILE = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a build began with and planned. Its documents are opened when they are asked for."""

    config: Config
    theme: Theme
    site: Site
    outputs: tuple[Output, ...]
    handler: frozenset[Question]
    """What the outputs of the handler's tree asked."""
    anchored: frozenset[str]
    """The sources of documents into whose middle another one leads."""


def keep(folder: Path, kept: Kept) -> None:
    """Replace what is kept as a whole; what cannot be kept, such as a value of data that is no
    plain one, is as good as unknown."""
    file = folder / FILE
    packed = BytesIO()
    try:
        _Pickler(packed, pickle.HIGHEST_PROTOCOL).dump(kept)
    except (pickle.PicklingError, TypeError, AttributeError):
        file.unlink(missing_ok=True)
        return
    write_whole(file, packed.getvalue())


def kept(folder: Path, document: Callable[[str], Document]) -> Kept | None:
    """What is kept; None where nothing is. `document` gives one by the path of its source."""
    try:
        with (folder / FILE).open("rb") as file:
            found = _Unpickler(file, document).load()
    except (OSError, ValueError, pickle.UnpicklingError, EOFError, LookupError):
        return None
    except (AttributeError, ImportError, TypeError):
        return None  # another version of the program kept it
    return found if isinstance(found, Kept) else None


def _whole(
    config: Config,
    theme: Theme,
    site: Site,
    handler: frozenset[Question],
    anchored: frozenset[str],
    outputs: list[tuple[Any, ...]],
) -> Kept:
    return Kept(
        config=config,
        theme=theme,
        site=site,
        outputs=tuple(map(partial(tuple.__new__, Output), outputs)),
        handler=handler,
        anchored=anchored,
    )


def _named(path: str) -> Document:
    """Stands for a document in what is kept."""
    raise NotImplementedError(path)


class _Pickler(pickle.Pickler):
    """Keeps documents by name alone: they have a place of their own. And outputs as plain tuples,
    which are read in half of the time."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, Document):
            return _named, (value.source.path,)
        if isinstance(value, Kept):
            fields = (value.config, value.theme, value.site, value.handler, value.anchored)
            return _whole, (*fields, [tuple(output) for output in value.outputs])
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: Any, document: Callable[[str], Document]) -> None:
        super().__init__(file)
        self._document = document

    def find_class(self, module: str, name: str) -> Any:
        if name == _named.__name__ and module == __name__:
            return self._document
        return super().find_class(module, name)
