"""Files that are replaced as a whole: whoever reads one finds the old or the new."""

import os
from pathlib import Path


def write_whole(file: Path, content: bytes) -> None:
    """Put the content where the file is. Two processes may do so at once. Raises `OSError`."""
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    new.write_bytes(content)
    new.replace(file)
