"""Keeps leaves from build to build, in a SQLite file below the cache: whatever happens to it, it is made anew.

It holds people's names and addresses, so whoever is to be forgotten makes it go (`remove`).
"""

from __future__ import annotations

import contextlib
import sqlite3
from array import array
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

from msgspec import DecodeError, Struct, json

from .acquaintances import Signed
from .files import caches_of
from .leaves import COLUMNS, Details, Leaf
from .ledger import Entry

__all__ = ["Almanac", "Damaged", "Page", "path_of"]

#: Changes with the form of what is kept; another form is thrown away.
EDITION = 6
#: Seconds to wait for another build of the same site.
PATIENCE = 5
#: Values in one `IN (...)`.
CHUNK = 500

_BLOBS = ", ".join(f"{name} BLOB" for name in COLUMNS)
_TABLES = f"""
CREATE TABLE leaves (url TEXT PRIMARY KEY, leaf BLOB, {_BLOBS}) WITHOUT ROWID;
CREATE TABLE details (url TEXT PRIMARY KEY, entries BLOB, spots BLOB, signed BLOB);
CREATE TABLE lines (at INTEGER, line TEXT, url TEXT);
CREATE INDEX lines_at ON lines (at DESC, line);
CREATE INDEX lines_url ON lines (url);
CREATE TABLE remarks (at INTEGER, url TEXT);
CREATE INDEX remarks_at ON remarks (at DESC, url);
CREATE INDEX remarks_url ON remarks (url);
CREATE TABLE photos (url TEXT, photo TEXT);
CREATE INDEX photos_url ON photos (url);
CREATE TABLE lots (about TEXT PRIMARY KEY, key TEXT, names BLOB, lot BLOB) WITHOUT ROWID;
CREATE TABLE reprints (key TEXT PRIMARY KEY, text TEXT);
CREATE TABLE notes (name TEXT PRIMARY KEY, note BLOB);
PRAGMA user_version = {EDITION};
"""


T = TypeVar("T")


class Rows(NamedTuple):
    """The rows of a page in the ledger: of acts received, and of the blogger's own."""

    entries: tuple[Entry, ...]
    mine: tuple[Entry, ...]


class Page(Struct, frozen=True, kw_only=True):
    """All that is kept of one page.

    `lines` are its rows in received.csv, each with its time, `remarks` the times of what has words, `photos` the
    addresses of the pictures of all who are shown in full.
    """

    leaf: Leaf
    details: Details
    columns: Mapping[str, array[int]]
    lines: Sequence[tuple[int, str]] = ()
    remarks: Sequence[int] = ()
    photos: Sequence[str] = ()


class Damaged(Exception):
    """What was kept cannot be read or written: `Almanac.begin_anew`, and once more from the beginning."""


class Almanac:
    """What was kept by the last build. A file that is no almanac is replaced. All methods raise Damaged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: sqlite3.Connection | None = None
        self._is_busy = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.rest()

    def rest(self) -> None:
        """Closes the file until it is asked for something again: processes that go on from here have nothing of it."""
        if self._open is not None and self._path.is_file() and not self._is_busy:
            self._open.close()
            self._open = None

    def begin_anew(self) -> None:
        """Throws everything away; what another build has in its hands is left alone, and nothing kept this time."""
        if self._open is not None:
            self._open.close()
        self._open = None
        if self._is_busy:
            self._open = _prepared(sqlite3.connect(":memory:", isolation_level=None))
        else:
            with contextlib.suppress(OSError):
                remove(self._path)

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            try:
                self._open = _opened(self._path)
            except (sqlite3.DatabaseError, OSError):
                self.begin_anew()
                try:
                    self._open = _opened(self._path)
                except (sqlite3.DatabaseError, OSError):  # nowhere to write: it lives as long as this build
                    self._open = _prepared(sqlite3.connect(":memory:", isolation_level=None))
        return self._open

    @property
    def is_shared(self) -> bool:
        """Whether other processes find here what this one keeps: not where it is in memory."""
        return bool(self._connection.execute("PRAGMA database_list").fetchone()[2])

    def leaves(self, urls: Iterable[str] | None = None) -> dict[str, Leaf]:
        """The leaves of these pages, or of all, by the address of their page."""
        rows = self._all("SELECT url, leaf FROM leaves") if urls is None else self._rows("leaf", "leaves", urls)
        return dict(_read(rows, Leaf))

    def columns(self, *names: str) -> list[tuple[Any, ...]]:
        """Addresses of pages that have any of these arrays, in their order, each with the arrays as bytes."""
        some, any_ = ", ".join(names), " + ".join(f"length({name})" for name in names)
        with self._told():
            return self._connection.execute(f"SELECT url, {some} FROM leaves WHERE {any_} ORDER BY url").fetchall()  # noqa: S608 - ours

    def entries(self, urls: Iterable[str]) -> dict[str, Rows]:
        """The rows of these pages."""
        return dict(_read(self._rows("entries", "details", urls), Rows))

    def spots(self, urls: Iterable[str]) -> dict[str, tuple[tuple[str, str], ...]]:
        """`Details.spots` of these pages."""
        return dict(_read(self._rows("spots", "details", urls), tuple[tuple[str, str], ...]))

    def signed(self, urls: Iterable[str]) -> dict[str, tuple[Signed, ...]]:
        """`Details.signed` of these pages."""
        return dict(_read(self._rows("signed", "details", urls), tuple[Signed, ...]))

    def _rows(self, column: str, table: str, urls: Iterable[str]) -> Iterator[Any]:
        """Address and column of these pages, in the order of their addresses."""
        wanted = sorted(set(urls))
        for start in range(0, len(wanted), CHUNK):
            some = wanted[start : start + CHUNK]
            marks = ", ".join("?" * len(some))
            yield from self._all(f"SELECT url, {column} FROM {table} WHERE url IN ({marks}) ORDER BY url", some)  # noqa: S608 - ours

    def lines(self) -> Iterator[tuple[int, str]]:
        """All rows of received.csv, newest first."""
        return self._all("SELECT at, line FROM lines ORDER BY at DESC, line")

    def newest_remarks(self, urls: Iterable[str], number: int) -> set[str]:
        """Those of these pages on which the newest of all remarks are, so many of them and all of the same time."""
        wanted, last = set(urls), None
        found: list[str] = []
        for at, url in self._all("SELECT at, url FROM remarks ORDER BY at DESC"):
            if len(found) >= number and at != last:
                break
            if url in wanted:
                found.append(url)
                last = at
        return set(found)

    def photos(self) -> dict[str, list[str]]:
        """The addresses of pictures by page."""
        found: dict[str, list[str]] = {}
        for url, photo in self._all("SELECT url, photo FROM photos ORDER BY url, photo"):
            found.setdefault(url, []).append(photo)
        return found

    def lot_keys(self) -> dict[str, tuple[str, array[int]]]:
        """What stands for each of the lots of gifts, and numbers that go with it, by what they are about."""
        rows = self._all("SELECT about, key, names FROM lots")
        return {about: (key, array("q", names)) for about, key, names in rows}

    def lots(self, kind: type[T]) -> list[T]:
        """All lots of gifts, which are of that kind, by what they are about."""
        return [lot for _, lot in _read(self._all("SELECT about, lot FROM lots ORDER BY about"), kind)]

    def keep_lots(self, lots: Mapping[str, tuple[str, Iterable[int], object]], gone: Iterable[str]) -> None:
        """Keeps lots of gifts by what they are about, each after its key and numbers; forgets those that are gone."""
        self._many("DELETE FROM lots WHERE about = ?", [(about,) for about in gone])
        rows = [
            (about, key, array("q", names).tobytes(), json.encode(lot)) for about, (key, names, lot) in lots.items()
        ]
        self._many("INSERT OR REPLACE INTO lots VALUES (?, ?, ?, ?)", rows)

    def reprint(self, key: str) -> str | None:
        """What a template made of something for which that key stands."""
        return next((text for (text,) in self._all("SELECT text FROM reprints WHERE key = ?", [key])), None)

    def reprints(self, texts: Mapping[str, str]) -> None:
        """Keeps what a template made, by what stands for all that it was made from."""
        self._many("INSERT OR REPLACE INTO reprints VALUES (?, ?)", list(texts.items()))

    def keep_reprints(self, keys: Container[str]) -> None:
        """Forgets all such texts but these."""
        gone = [(key,) for (key,) in self._all("SELECT key FROM reprints") if key not in keys]
        self._many("DELETE FROM reprints WHERE key = ?", gone)

    def note(self, name: str, kind: type[T]) -> T | None:
        """What was noted under a name, which is of that kind; None where nothing was."""
        rows = self._all("SELECT name, note FROM notes WHERE name = ?", [name])
        return next((note for _, note in _read(rows, kind)), None)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction around what is kept."""
        self._do("BEGIN IMMEDIATE")
        well = False
        try:
            yield
            well = True
        finally:
            self._do("COMMIT" if well else "ROLLBACK")

    def keep(self, pages: Iterable[Page]) -> None:
        """Keeps pages of which nothing is kept (`drop`)."""
        for page in pages:
            url, details = page.leaf.url, page.details
            row = [url, json.encode(page.leaf), *(page.columns[name].tobytes() for name in COLUMNS)]
            self._do(f"INSERT INTO leaves VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608 - ours
            told = Rows(details.entries, details.mine), details.spots, details.signed
            self._do("INSERT INTO details VALUES (?, ?, ?, ?)", [url, *map(json.encode, told)])
            self._many("INSERT INTO lines VALUES (?, ?, ?)", [(at, line, url) for at, line in page.lines])
            self._many("INSERT INTO remarks VALUES (?, ?)", [(at, url) for at in page.remarks])
            self._many("INSERT INTO photos VALUES (?, ?)", [(url, photo) for photo in page.photos])

    def drop(self, urls: Iterable[str]) -> None:
        """Forgets pages, as far as anything is kept of them."""
        gone = [(url,) for url in urls]
        for table in ("leaves", "details", "lines", "remarks", "photos"):
            self._many(f"DELETE FROM {table} WHERE url = ?", gone)  # noqa: S608 - ours

    def write_down(self, name: str, note: object) -> None:
        """Notes plain values, or a record of such, under a name."""
        self._do("INSERT OR REPLACE INTO notes VALUES (?, ?)", [name, json.encode(note)])

    def _all(self, statement: str, values: Sequence[object] = ()) -> Iterator[Any]:
        with self._told():
            yield from self._connection.execute(statement, values)

    def _do(self, statement: str, values: Sequence[object] = ()) -> None:
        with self._told():
            self._connection.execute(statement, values)

    def _many(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        if rows:
            with self._told():
                self._connection.executemany(statement, rows)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            self._is_busy = "locked" in str(error)
            raise Damaged(str(error)) from error


def _read(rows: Iterable[tuple[str, bytes]], kind: type[T]) -> Iterator[tuple[str, T]]:
    """Names with what was kept of a kind. Raises Damaged where it is of another."""
    decode = json.Decoder(kind).decode
    try:
        for name, kept in rows:
            yield name, decode(kept)
    except DecodeError as error:
        raise Damaged(str(error)) from error


def path_of(root: Path) -> Path:
    """Where the almanac of the site with this folder is."""
    return caches_of(root) / "almanac.sqlite"


def remove(path: Path) -> None:
    """Deletes an almanac, with all that it holds. Raises OSError where it is there and cannot be deleted."""
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        return _prepared(connection)
    except sqlite3.DatabaseError:
        connection.close()
        raise


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    """The connection with its tables. Raises DatabaseError where it holds others."""
    connection.execute("PRAGMA synchronous = OFF")  # what a power cut breaks is made anew
    connection.execute("PRAGMA journal_mode = WAL")
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found == 0 and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        connection.executescript(_TABLES)
    elif found != EDITION:
        raise sqlite3.DatabaseError("another form")
    return connection
