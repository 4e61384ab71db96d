"""Folders within a folder, by the ten thousand: each is named, or made, once."""

import os
from pathlib import Path

from .spare import make_way


class Folders:
    """Makes the folders that files need, in place of whatever else a spare may have there."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._made = {""}

    def make_for(self, path: str) -> None:
        """Make the folders that hold `path`, where they are not there. Raises `OSError`."""
        self.make(path.rpartition("/")[0])

    def make(self, folder: str) -> None:
        """The same for a folder itself."""
        if folder in self._made:
            return
        self.make_for(folder)
        try:
            os.mkdir(f"{self._root}/{folder}")  # noqa: PTH102
        except FileExistsError:
            if not Path(self._root, folder).is_dir():
                make_way(f"{self._root}/{folder}")
                os.mkdir(f"{self._root}/{folder}")  # noqa: PTH102
        self._made.add(folder)
