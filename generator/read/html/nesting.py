"""Nest pieces in the shortcodes that have a closing tag."""

from collections.abc import Iterable

from msgspec.structs import replace

from ...model.diagnostic import Diagnostic, Location, error
from ...model.document import Call, Piece, Verbatim

MAX_DEPTH = 32
"""Levels of shortcodes."""


def nest(flat: Iterable[Piece], path: str) -> tuple[tuple[Piece, ...], list[Diagnostic]]:
    """Nest flat pieces: a call whose name starts with `/` closes the nearest open one.

    A call that closes nothing, or that is nested too deep, is an error and becomes an empty piece.
    """
    nesting = _Nesting()
    findings = []
    for piece in flat:
        if not isinstance(piece, Call) or not piece.name.startswith("/"):
            nesting.add(piece)
            continue
        if message := nesting.close(piece):
            place = Location(path=path, line=piece.line)
            findings.append(error("shortcode-unopened", message, at=place))
            nesting.add(Verbatim(raw=piece.raw, html=""))
    return tuple(nesting.pieces), findings


class _Nesting:
    """The pieces so far, and the calls among them that may still be closed."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._depths: list[int] = []
        self._open: dict[str, list[int]] = {}

    def add(self, piece: Piece, depth: int = 0) -> None:
        if isinstance(piece, Call) and piece.inner is None:
            self._open.setdefault(piece.name, []).append(len(self.pieces))
        self.pieces.append(piece)
        self._depths.append(depth)

    def close(self, closing: Call) -> str:
        """Nest the pieces since the opening call; return a message if that's impossible."""
        name = closing.name[1:]
        start = self._opening(name)
        if start is None:
            return f"there is no open shortcode '{name}' to close"
        depth = 1 + max(self._depths[start + 1 :], default=0)
        if depth > MAX_DEPTH:
            return f"shortcodes are nested more than {MAX_DEPTH} levels deep in '{name}'"
        opening, inner = self.pieces[start], tuple(self.pieces[start + 1 :])
        assert isinstance(opening, Call)
        del self.pieces[start:], self._depths[start:]
        self.add(replace(opening, inner=inner, closing=closing.raw), depth)
        return ""

    def _opening(self, name: str) -> int | None:
        """Pop the position of the nearest open call with this name."""
        places = self._open.get(name, [])
        while places:
            start = places.pop()
            if start < len(self.pieces) and _is_open(self.pieces[start], name):
                return start
        return None


def _is_open(piece: Piece, name: str) -> bool:
    return isinstance(piece, Call) and piece.name == name and piece.inner is None
