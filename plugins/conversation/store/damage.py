"""What a file at the store's place is: ours, new, another program's, or damaged; and how a damaged one is set aside.

Nothing here writes to a file that is not ours. The header of a SQLite file is read as bytes, because opening a file
with SQLite may already change it. Our own files carry `APPLICATION_ID` in their header from the first transaction on.
"""

from __future__ import annotations

import os
import re
import sqlite3
import struct
from contextlib import closing, suppress
from enum import Enum
from pathlib import Path

from ..errors import StoreError
from .schema import APPLICATION_ID

__all__ = ["Finding", "drop_aside", "find", "is_corruption", "mark_suspect", "set_aside", "use_wal"]

#: Up to this size, a file is checked at every open: 16 MiB take about 20 ms. Larger ones where anything hints at it.
CHECKED_SIZE = 16 << 20
#: File names that SQLite files usually have: only such a file is set aside when it is no SQLite file at all.
SUFFIXES = frozenset({".sqlite", ".sqlite3", ".db"})
#: SQLite's files beside its database file; the second is there as long as anybody has that open.
COMPANIONS = ("-wal", "-shm", "-journal")
#: An empty file of this name beside the database says that a query found damage.
SUSPECT = "-suspect"

_MAGIC = b"SQLite format 3\x00"
_HEADER = 100
_SMALLEST_PAGE = 512
#: SQLITE_CORRUPT and SQLITE_NOTADB.
_CORRUPT = frozenset({11, 26})


class Finding(Enum):
    """What a file is."""

    NEW = "new"
    OURS = "ours"
    DAMAGED = "damaged"


def find(path: Path) -> Finding:
    """What the file at `path` is; no file and an empty one are new.

    Raises:
        StoreError: the file is another program's, or cannot be read.
    """
    try:
        if path.is_dir():
            raise StoreError(f"{path} is a folder: CONVERSATION_STORE has to name a file in it.")
        size = path.stat().st_size if path.exists() else 0
        if size == 0:
            return Finding.NEW
        header = _first_bytes(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error.strerror}): check its folder and permissions.") from error
    if not _is_header(header):
        if path.suffix.lower() not in SUFFIXES:
            raise StoreError(f"{path} is not a SQLite file: CONVERSATION_STORE has to name another one.")
        return Finding.DAMAGED
    (application,) = struct.unpack_from(">I", header, 68)
    if application not in {0, APPLICATION_ID}:
        raise _foreign(path)
    with suppress(sqlite3.OperationalError):  # locked, not readable: opening it for good tells so in full
        return _look_inside(path, application, check=_is_suspect(path, header, size))
    return Finding.OURS


def set_aside(path: Path) -> Path | None:
    """Renames a damaged file, and SQLite's files beside it, to the first free `NAME.damaged-N`.

    Returns the new path; None where the file is sound after all.

    Raises:
        StoreError: the folder cannot be written to.
    """
    number = 1
    try:
        while True:
            aside = path.with_name(f"{path.name}.damaged-{number}")
            with suppress(FileExistsError):
                aside.touch(exist_ok=False)  # takes the name: two builds never move two files to one place
                break
            number += 1
        if find(path) is not Finding.DAMAGED:  # another build was quicker, and this is its new store
            aside.unlink()
            return None
        path.replace(aside)
        for companion in COMPANIONS:
            with suppress(FileNotFoundError):
                path.with_name(path.name + companion).replace(aside.with_name(aside.name + companion))
        path.with_name(path.name + SUSPECT).unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"{path} is damaged and cannot be set aside ({error.strerror}): move it away, then run this again."
        ) from error
    return aside


def drop_aside(path: Path) -> list[Path]:
    """Deletes all files that `set_aside` has made of `path`; returns which.

    Raises:
        StoreError: one cannot be deleted.
    """
    name = re.compile(re.escape(path.name) + r"\.damaged-\d+(-wal|-shm|-journal)?")
    found = sorted(one for one in path.parent.iterdir() if name.fullmatch(one.name))
    for one in found:
        try:
            one.unlink()
        except OSError as error:
            raise StoreError(f"{one} cannot be deleted ({error.strerror}): delete it by hand.") from error
    return found


def is_corruption(error: BaseException | None) -> bool:
    """Whether SQLite says that the file itself is broken; a text that is not UTF-8 counts."""
    if not isinstance(error, sqlite3.Error):
        return False
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _CORRUPT or "decode to UTF-8" in str(error)


def mark_suspect(path: Path) -> None:
    """Notes that a query met damage, so that the next open sets the file aside."""
    with suppress(OSError):
        path.with_name(path.name + SUSPECT).touch()


def use_wal(path: Path) -> None:
    """Switches the file to write-ahead logging, for good; does nothing where it is on already or the file is busy."""
    with closing(sqlite3.connect(path)) as connection, suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")


def _first_bytes(path: Path) -> bytes:
    """The header, as bytes.

    Whoever closes a file takes away all locks that SQLite has on it in this process, and another process may then
    delete the log that is written here (https://www.sqlite.org/howtocorrupt.html, section 2.2). So where anybody has it
    open, it stays open here until the process ends.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        return os.read(descriptor, _HEADER)
    finally:
        if not path.with_name(f"{path.name}-shm").exists():
            os.close(descriptor)


def _is_header(header: bytes) -> bool:
    """Whether these are the first 100 bytes of a SQLite file (https://www.sqlite.org/fileformat.html, section 1.3)."""
    if len(header) < _HEADER or not header.startswith(_MAGIC):
        return False
    (page,) = struct.unpack_from(">H", header, 16)
    return (page == 1 or (page >= _SMALLEST_PAGE and page & (page - 1) == 0)) and header[21:24] == b"\x40\x20\x20"


def _is_suspect(path: Path, header: bytes, size: int) -> bool:
    """Whether to check the whole file: it is small, was left open by a killed process, or is shorter than it says."""
    page = struct.unpack_from(">H", header, 16)[0]
    pages = struct.unpack_from(">I", header, 28)[0]
    left = any(path.with_name(path.name + companion).exists() for companion in COMPANIONS)
    return size <= CHECKED_SIZE or left or size < pages * (65536 if page == 1 else page)


def _look_inside(path: Path, application: int, *, check: bool) -> Finding:
    """Asks SQLite; raises StoreError for a file that holds another program's tables."""
    if application == APPLICATION_ID and path.with_name(path.name + SUSPECT).exists():
        return Finding.DAMAGED
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        try:
            if application != APPLICATION_ID:
                if connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                    raise _foreign(path)
                return Finding.NEW
            if check and connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                return Finding.DAMAGED
        except sqlite3.DatabaseError as error:
            if is_corruption(error):
                return Finding.DAMAGED
            raise
    return Finding.OURS


def _foreign(path: Path) -> StoreError:
    return StoreError(
        f"{path} is another program's database and was left alone: CONVERSATION_STORE has to name another file."
    )
