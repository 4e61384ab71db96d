"""Folders within a folder, by the ten thousand: each is named, or made, once."""

import os
from pathlib import Path

from .recycled import make_way


class Folders:
    """Makes the folders that files need, in place of whatever else a spare may have there."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        with os.scandir(root) as found:
            self._begun = any(found)
        self._made = {""}

    def make_for(self, path: str) -> None:
        """Make the folders that hold `path`, where they are not there. Raises `OSError`."""
        self.make(path.rpartition("/")[0])

    def make(self, folder: str) -> None:
        """The same for a folder itself."""
        if folder in self._made:
            return
        self.make_for(folder)
        path = f"{self._root}/{folder}"
        # That it is there, as in a spare, is seen sooner than refused.
        if not (self._begun and os.path.isdir(path)):  # noqa: PTH112
            _make(path)
        self._made.add(folder)


def _make(path: str) -> None:
    try:
        os.mkdir(path)  # noqa: PTH102
    except FileExistsError:
        if not os.path.isdir(path):  # noqa: PTH112
            make_way(path)
            os.mkdir(path)  # noqa: PTH102
