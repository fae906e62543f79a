"""The file in which contents are kept: SQLite, a row per content, bodies in a table of their own.

Whatever is wrong with the file, it is begun anew. All of a build's changes come in one transaction, so that a build
that is killed leaves what the build before it left. The rows are read with `marshal`, which runs no code; but like
all of a site's cache folder, the file is trusted as the site's own code is.
"""

from __future__ import annotations

import marshal
import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from .sources import Signature, as_bytes

FORMAT = 1
#: Bytes of a checksum.
CHECKSUM = 4
TABLES = """
CREATE TABLE about (format INTEGER NOT NULL, fingerprint BLOB NOT NULL);
CREATE TABLE content (name BLOB PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL, ctime INTEGER NOT NULL,
    inode INTEGER NOT NULL, digest BLOB NOT NULL, meta BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE body (name BLOB PRIMARY KEY, text BLOB NOT NULL);
"""


#: Errors that are not the file's own fault: whoever else uses it, the disk, or its owner.
PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
}


class Row(NamedTuple):
    """A content as it is kept, without its body."""

    signature: Signature
    digest: bytes
    meta: bytes


class Changes(NamedTuple):
    """What a build brings to the file."""

    #: With the body of each.
    new: Mapping[str, tuple[Row, str]]
    touched: Mapping[str, Signature]
    gone: Iterable[str]


class Rows:
    """The file. It is open only while it is used: no connection outlives a call, so none crosses a fork."""

    def __init__(self, path: Path, fingerprint: bytes) -> None:
        self.path = path
        self.fingerprint = fingerprint
        #: What is in the file belongs to other settings or versions.
        self.stale = True
        self.damaged = False
        self._reading: tuple[int, sqlite3.Connection] | None = None
        self._inherited: tuple[int, sqlite3.Connection] | None = None

    def load(self) -> tuple[dict[str, Row], str | None]:
        """All rows by name, and why there are none."""
        if not self.path.exists():
            return {}, None
        try:
            with closing(sqlite3.connect(self.path)) as db:
                if db.execute("SELECT format, fingerprint FROM about").fetchall() != [(FORMAT, self.fingerprint)]:
                    return {}, "settings, versions or the place of the site have changed: everything is read anew"
                found = db.execute("SELECT name, size, mtime, ctime, inode, digest, meta FROM content")
                rows = {
                    os.fsdecode(name): Row(Signature(size, mtime, ctime, inode), digest, meta)
                    for name, size, mtime, ctime, inode, digest, meta in found
                }
        except (sqlite3.Error, TypeError, ValueError) as error:
            return {}, f"{self.path.name} cannot be used ({error}): everything is read anew"
        self.stale = False
        return rows, None

    def body(self, name: str) -> bytes | None:
        """The body of a content, if the file still has it."""
        try:
            found = self._connection().execute("SELECT text FROM body WHERE name = ?", (os.fsencode(name),)).fetchone()
        except sqlite3.Error:
            return None
        return found[0] if found and isinstance(found[0], bytes) else None

    def distrust(self) -> None:
        """Begin anew with the next build: what was read here is not what was written."""
        self.damaged = True

    def _connection(self) -> sqlite3.Connection:
        """The connection of this process; a child leaves its parent's alone."""
        if self._reading is None or self._reading[0] != os.getpid():
            self._inherited = self._reading  # kept, for closing it in a child would disturb the parent's locks
            self._reading = os.getpid(), sqlite3.connect(self.path)
        return self._reading[1]

    def close(self) -> None:
        """Close the file until a body is asked for again."""
        if self._reading and self._reading[0] == os.getpid():
            self._reading[1].close()
            self._reading = None
        if self.damaged:
            with suppress(OSError):
                self._remove()

    def save(self, changes: Changes) -> str | None:
        """Bring the changes into the file, or say why that cannot be."""
        self.stale, self.damaged = self.stale or self.damaged, False
        self.close()
        try:
            try:
                self._save(changes)
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF in PASSING:
                    raise
                self._remove()
                self.stale = True
                self._save(changes)
        except (sqlite3.Error, OSError) as error:
            return f"{self.path.name} cannot be written ({error})"
        return None

    def _remove(self) -> None:
        for ending in ("", "-journal", "-wal", "-shm"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)

    def _save(self, changes: Changes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("BEGIN IMMEDIATE")
            if self.stale:
                self._begin_anew(db)
            gone = [(os.fsencode(name),) for name in changes.gone]
            db.executemany("DELETE FROM content WHERE name = ?", gone)
            db.executemany("DELETE FROM body WHERE name = ?", gone)
            db.executemany(
                "UPDATE content SET size = ?, mtime = ?, ctime = ?, inode = ? WHERE name = ?",
                ((*signature, os.fsencode(name)) for name, signature in changes.touched.items()),
            )
            db.executemany(
                "REPLACE INTO content VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((os.fsencode(name), *row.signature, row.digest, row.meta) for name, (row, _) in changes.new.items()),
            )
            db.executemany(
                "REPLACE INTO body VALUES (?, ?)",
                ((os.fsencode(name), as_bytes(body)) for name, (_, body) in changes.new.items()),
            )
            db.execute("COMMIT")
        self.stale = False

    def _begin_anew(self, db: sqlite3.Connection) -> None:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            db.execute(f'DROP TABLE "{name}"')
        for statement in filter(str.strip, TABLES.split(";")):
            db.execute(statement)
        db.execute("INSERT INTO about VALUES (?, ?)", (FORMAT, self.fingerprint))


def encode(meta: Any) -> bytes:
    """Plain data as bytes, with a checksum. Raises ValueError for what is not plain."""
    told = marshal.dumps(meta)
    return crc32(told).to_bytes(CHECKSUM, "big") + told


def decode(meta: bytes) -> Any:
    """What was encoded. Raises ValueError for bytes that are no longer what was written."""
    told = memoryview(meta)[CHECKSUM:]
    if crc32(told) != int.from_bytes(meta[:CHECKSUM], "big") or not told:
        raise ValueError("it is damaged")
    return marshal.loads(told)  # noqa: S302 - runs no code
