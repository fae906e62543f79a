"""The file in which contents are kept: SQLite, with a table of bodies, and chunks of everything else.

A chunk has the rows of many contents: they are read at once, and strings that several of them hold are one. Which chunk
a content is in follows from its name, so that a change writes a chunk and not all of them.

Whatever is wrong with the file, it is begun anew. All of a build's changes come in one transaction, so that a build
that is killed leaves what the build before it left. The rows are read with `marshal`, which runs no code; but like
all of a site's cache folder, the file is trusted as the site's own code is.
"""

from __future__ import annotations

import marshal
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from .sources import as_bytes

FORMAT = 2
#: So many chunks there are at most.
CHUNKS = 64
#: Bytes of a checksum.
CHECKSUM = 4
TABLES = """
CREATE TABLE about (format INTEGER NOT NULL, fingerprint BLOB NOT NULL);
CREATE TABLE chunk (number INTEGER PRIMARY KEY, rows BLOB NOT NULL);
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
    """A content as it is kept, without its body: how its file was, and plain data."""

    signature: tuple[int, ...]
    digest: bytes
    meta: Any


class Changes(NamedTuple):
    """What a build brings to the file."""

    #: With the body of each.
    new: Mapping[str, tuple[Row, str]]
    touched: Mapping[str, tuple[int, ...]]
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
                chunks = [chunk for (chunk,) in db.execute("SELECT rows FROM chunk ORDER BY number")]
            rows = {name: Row(made, of, meta) for chunk in chunks for name, made, of, meta in decode(chunk)}
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
            # Another plugin may read bodies in threads; SQLite itself lets these take turns.
            self._reading = os.getpid(), sqlite3.connect(self.path, check_same_thread=False)
        return self._reading[1]

    def close(self) -> None:
        """Close the file until a body is asked for again."""
        if self._reading and self._reading[0] == os.getpid():
            self._reading[1].close()
            self._reading = None
        if self.damaged:
            with suppress(OSError):
                self._remove()

    def save(self, kept: Mapping[str, Row], changes: Changes) -> str | None:
        """Bring the changes of what was `kept` into the file, or say why that cannot be."""
        self.stale, self.damaged = self.stale or self.damaged, False
        self.close()
        try:
            try:
                self._save(kept, changes)
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF in PASSING:
                    raise
                self._remove()
                self.stale = True
                self._save(kept, changes)
        except (sqlite3.Error, OSError) as error:
            return f"{self.path.name} cannot be written ({error})"
        return None

    def _remove(self) -> None:
        for ending in ("", "-journal", "-wal", "-shm"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)

    def _save(self, kept: Mapping[str, Row], changes: Changes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("BEGIN IMMEDIATE")
            if self.stale:
                self._begin_anew(db)
            gone = [(os.fsencode(name),) for name in changes.gone]
            db.executemany("DELETE FROM body WHERE name = ?", gone)
            db.executemany("REPLACE INTO chunk VALUES (?, ?)", chunks({} if self.stale else kept, changes))
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


def chunks(kept: Mapping[str, Row], changes: Changes) -> Iterator[tuple[int, bytes]]:
    """The chunks that are no longer as they were, with their numbers."""
    gone = frozenset(changes.gone)
    changed = {number(name) for names in (changes.new, changes.touched, gone) for name in names}
    rows = {name: row for name, row in kept.items() if name not in gone and number(name) in changed}
    rows |= {name: rows[name]._replace(signature=one) for name, one in changes.touched.items() if name in rows}
    rows |= {name: row for name, (row, _) in changes.new.items()}
    sorted_in: dict[int, list[Any]] = {one: [] for one in changed}
    for name, row in rows.items():
        sorted_in[number(name)].append((name, tuple(row.signature), row.digest, row.meta))
    for one, members in sorted_in.items():
        yield one, encode(members)


def number(name: str) -> int:
    """Which chunk a content is in."""
    return crc32(os.fsencode(name)) % CHUNKS


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
