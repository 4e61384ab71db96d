"""Gives each shortcode that is closed what stands before its closing tag."""

from collections.abc import Iterable
from dataclasses import replace

from ...model.diagnostic import Diagnostic, Location, error
from ...model.document import Call, Piece, Verbatim

MAX_DEPTH = 32
"""Shortcodes within one another."""


def nest(flat: Iterable[Piece], path: str) -> tuple[tuple[Piece, ...], list[Diagnostic]]:
    """Calls whose name begins with `/` close the nearest open one of that name.

    What closes nothing, or is nested too deep, is an error, and stays as an empty piece.
    """
    nesting = _Nesting()
    findings = []
    for piece in flat:
        if not isinstance(piece, Call) or not piece.name.startswith("/"):
            nesting.add(piece)
            continue
        if wrong := nesting.close(piece):
            place = Location(path=path, line=piece.line)
            findings.append(error("shortcode-unopened", wrong, at=place))
            nesting.add(Verbatim(raw=piece.raw, html=""))
    return tuple(nesting.done), findings


class _Nesting:
    """What is read so far, and which calls in it may still be closed."""

    def __init__(self) -> None:
        self.done: list[Piece] = []
        self._depths: list[int] = []
        self._open: dict[str, list[int]] = {}

    def add(self, piece: Piece, depth: int = 0) -> None:
        if isinstance(piece, Call) and piece.inner is None:
            self._open.setdefault(piece.name, []).append(len(self.done))
        self.done.append(piece)
        self._depths.append(depth)

    def close(self, closing: Call) -> str:
        """Nest; else say what is wrong."""
        name = closing.name[1:]
        start = self._opening(name)
        if start is None:
            return f"'/{name}' closes nothing"
        depth = 1 + max(self._depths[start + 1 :], default=0)
        if depth > MAX_DEPTH:
            return f"'/{name}' closes more shortcodes within one another than make sense"
        opening, inner = self.done[start], tuple(self.done[start + 1 :])
        assert isinstance(opening, Call)
        del self.done[start:], self._depths[start:]
        self.add(replace(opening, inner=inner, closing=closing.raw), depth)
        return ""

    def _opening(self, name: str) -> int | None:
        """The place of the nearest call of this name that is open, no longer counted as such."""
        places = self._open.get(name, [])
        while places:
            start = places.pop()
            if start < len(self.done) and _is_open(self.done[start], name):
                return start
        return None


def _is_open(piece: Piece, name: str) -> bool:
    return isinstance(piece, Call) and piece.name == name and piece.inner is None
