"""A disk under SQLite that remembers every write, and that can fail.

It is put under the SQLite of Python's own `sqlite3`, the one that production uses, by ctypes: files
are opened by the usual VFS, and then their table of methods is exchanged for a copy in which write,
truncate and sync are ours. Nothing of the handler is changed for it.

https://www.sqlite.org/c3ref/vfs.html, https://www.sqlite.org/c3ref/io_methods.html
"""

import ctypes
import sqlite3
import threading
from _ctypes import CFuncPtr
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from ctypes.util import find_library
from dataclasses import dataclass, field
from pathlib import Path

OK, FULL = 0, 13
IOERR_READ, IOERR_WRITE, IOERR_FSYNC = 266, 778, 1034

WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
# Names stay pointers: SQLite keeps the one that it gave to xOpen, and asks for it again later.
OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
DELETE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)


class Methods(Structure):
    """sqlite3_io_methods, version 3."""

    _fields_ = (
        ("iVersion", c_int),
        ("xClose", c_void_p),
        ("xRead", c_void_p),
        ("xWrite", c_void_p),
        ("xTruncate", c_void_p),
        ("xSync", c_void_p),
        *((name, c_void_p) for name in ("size", "lock", "unlock", "reserved", "control")),
        *((name, c_void_p) for name in ("sector", "device", "map", "shmlock", "barrier", "unmap")),
        *((name, c_void_p) for name in ("fetch", "unfetch")),
    )


class File(Structure):
    """sqlite3_file."""

    _fields_ = (("pMethods", POINTER(Methods)),)


class Vfs(Structure):
    """sqlite3_vfs, version 3."""

    _fields_ = (
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        ("xOpen", c_void_p),
        ("xDelete", c_void_p),
        *((f"more{number}", c_void_p) for number in range(15)),
    )


@dataclass(frozen=True)
class Step:
    """Something that happened to a file: `write`, `truncate`, `sync` or `delete`."""

    what: str
    path: str
    offset: int = 0
    content: bytes = b""


@dataclass(eq=False)
class Disk:
    """What happened so far; `fault` is asked before each step and answers SQLite's error code."""

    steps: list[Step] = field(default_factory=list)
    fault: Callable[[Step], int] = lambda _step: OK
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, step: Step, do: Callable[[], int]) -> int:
        """Fail, or do it and remember it."""
        with self.lock:
            code = self.fault(step)
            if code != OK:
                return code
            code = do()
            if code == OK:
                self.steps.append(step)
            return code


def available() -> bool:
    """Whether Python's SQLite is a library of its own, which we can reach."""
    name = find_library("sqlite3")
    if name is None:
        return False
    library = ctypes.CDLL(name)
    library.sqlite3_libversion.restype = c_char_p
    return bytes(library.sqlite3_libversion()).decode() == sqlite3.sqlite_version


@contextmanager
def disk(directory: Path) -> Iterator[Disk]:
    """While it lasts, every SQLite file that is opened below `directory` lies on this disk.

    All connections must be closed before it ends.
    """
    library = ctypes.CDLL(find_library("sqlite3"))
    library.sqlite3_vfs_find.restype = POINTER(Vfs)
    usual = library.sqlite3_vfs_find(None)
    made, kept = Disk(), _Patched(str(directory))
    ours = Vfs.from_buffer_copy(usual.contents)
    ours.zName = b"atrae-faults"
    opened = kept.open(OPEN(usual.contents.xOpen), made)
    deleted = kept.delete(DELETE(usual.contents.xDelete), made)
    ours.xOpen = ctypes.cast(opened, c_void_p)
    ours.xDelete = ctypes.cast(deleted, c_void_p)
    library.sqlite3_vfs_register(ctypes.byref(ours), 1)
    try:
        yield made
    finally:
        library.sqlite3_vfs_unregister(ctypes.byref(ours))
        library.sqlite3_vfs_register(usual, 1)


class _Patched:
    """The functions that take the place of the usual ones, kept alive for as long as files are."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.paths: dict[int, str] = {}
        self.alive: list[object] = []
        self.tables: dict[int, Methods] = {}

    def open(self, usual: Callable[..., int], made: Disk) -> CFuncPtr:
        def xopen(vfs: int, name: int | None, file: int, flags: int, out: object) -> int:
            code = usual(vfs, name, file, flags, out)
            path = ctypes.string_at(name).decode() if name else ""
            if code == OK and path.startswith(self.directory):
                self.paths[file] = path
                handle = ctypes.cast(file, POINTER(File)).contents
                before = ctypes.addressof(handle.pMethods.contents)
                if before not in self.tables:
                    self.tables[before] = self.methods(handle.pMethods.contents, made)
                handle.pMethods = ctypes.pointer(self.tables[before])
            return int(code)

        return self.keep(OPEN(xopen))

    def delete(self, usual: Callable[..., int], made: Disk) -> CFuncPtr:
        def xdelete(vfs: int, name: int, sync: int) -> int:
            path = ctypes.string_at(name).decode()
            if not path.startswith(self.directory):
                return int(usual(vfs, name, sync))
            return made.take(Step("delete", path), lambda: int(usual(vfs, name, sync)))

        return self.keep(DELETE(xdelete))

    def methods(self, usual: Methods, made: Disk) -> Methods:
        ours = Methods.from_buffer_copy(usual)
        write, truncate, sync = WRITE(usual.xWrite), TRUNCATE(usual.xTruncate), SYNC(usual.xSync)

        def xwrite(file: int, content: int, size: int, offset: int) -> int:
            step = Step("write", self.paths[file], offset, ctypes.string_at(content, size))
            return made.take(step, lambda: int(write(file, content, size, offset)))

        def xtruncate(file: int, size: int) -> int:
            step = Step("truncate", self.paths[file], size)
            return made.take(step, lambda: int(truncate(file, size)))

        def xsync(file: int, flags: int) -> int:
            return made.take(Step("sync", self.paths[file]), lambda: int(sync(file, flags)))

        ours.xWrite = ctypes.cast(self.keep(WRITE(xwrite)), c_void_p)
        ours.xTruncate = ctypes.cast(self.keep(TRUNCATE(xtruncate)), c_void_p)
        ours.xSync = ctypes.cast(self.keep(SYNC(xsync)), c_void_p)
        return ours

    def keep(self, function: CFuncPtr) -> CFuncPtr:
        self.alive.append(function)
        return function
