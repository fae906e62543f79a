"""What was noted while pages were rendered, from build to build: in a SQLite file below the cache.

It holds addresses of posts, and nothing that anybody said.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from .cutting import NOWHERE, Cut
from .staging import StandIn

__all__ = ["Noted", "Part", "Places", "notes_of", "places_of"]

#: Changes with the form of what is kept; another form is thrown away.
EDITION = 3
_TABLES = f"""
CREATE TABLE epoch (name TEXT);
CREATE TABLE pages (file TEXT PRIMARY KEY, noted TEXT);
CREATE TABLE needs (thing TEXT, file TEXT, PRIMARY KEY (thing, file)) WITHOUT ROWID;
CREATE INDEX needs_file ON needs (file);
CREATE TABLE keys (thing TEXT PRIMARY KEY, key TEXT) WITHOUT ROWID;
CREATE TABLE contents (place INTEGER PRIMARY KEY, told TEXT);
CREATE TABLE notes (name TEXT PRIMARY KEY, told TEXT) WITHOUT ROWID;
PRAGMA user_version = {EDITION};
"""


class Part(Struct, frozen=True):
    """Where one of our templates stands on a page.

    `given` are its variables (`plain`), None where they cannot be kept; `reads` the names of the living things that it
    read; `cut` is where it is.
    """

    template: str
    given: dict[str, Any] | None
    reads: frozenset[str]
    cut: Cut


class Noted(Struct, frozen=True):
    """A page of the site: its parts, and what else it asked of living things (name, question, arguments, answer)."""

    file: str
    parts: tuple[Part, ...]
    asked: tuple[tuple[str, str, str, str], ...] = ()


class Places:
    """All that was noted. A file that cannot be read is begun anew."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = _opened(path)
        except sqlite3.DatabaseError:
            path.unlink(missing_ok=True)
            self._connection = _opened(path)

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    @property
    def epoch(self) -> str:
        """What all pages have to be rendered in, so that nothing is missing here."""
        return str(self._connection.execute("SELECT name FROM epoch").fetchone()[0])

    def begin_anew(self) -> None:
        """Forgets everything: all pages have to be rendered once more."""
        with self._writing():
            for table in ("epoch", "pages", "needs", "keys", "contents", "notes"):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - ours
            self._connection.execute("INSERT INTO epoch VALUES (?)", [secrets.token_hex(8)])

    def take_in(self, folder: Path, output: Path, *, all_rendered: bool) -> None:
        """Takes what a notebook left in `folder`, and forgets pages that are no more, which goes by the site's files.

        `all_rendered`: what was not noted this time is none of the site's pages.
        """
        fresh = {noted.file: noted for file in sorted(folder.glob("*.jsonl")) for noted in _read(file)}
        with self._writing():
            known = {file for (file,) in self._connection.execute("SELECT file FROM pages")}
            left = known - fresh.keys()
            there = () if all_rendered else {file for file in left if os.path.isfile(f"{output}/{file}")}  # noqa: PTH113 - ten thousand
            gone = left.difference(there)
            self._forget(gone)
            self._keep(fresh.values())

    def keep(self, pages: Iterable[Noted]) -> None:
        """Keeps what is known of pages, in the place of what was."""
        with self._writing():
            self._keep(pages)

    def showing(self, things: Collection[str]) -> Iterator[Noted]:
        """The pages that read any of these living things, by their files."""
        self._connection.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (thing TEXT PRIMARY KEY)")
        self._connection.execute("DELETE FROM wanted")
        self._connection.executemany("INSERT INTO wanted VALUES (?)", ([thing] for thing in things))
        files = "SELECT DISTINCT file FROM needs JOIN wanted USING (thing)"
        for file, told in self._connection.execute(
            f"SELECT file, noted FROM pages WHERE file IN ({files}) ORDER BY file"  # noqa: S608 - ours
        ):
            yield _from_plain([file, *json.loads(told)])

    @property
    def keys(self) -> dict[str, str]:
        """The keys of all living things, as the site shows them."""
        return dict(self._connection.execute("SELECT thing, key FROM keys"))

    @property
    def contents(self) -> list[StandIn]:
        """What stands in for the contents of the site, in the order in which they were read."""
        rows = self._connection.execute("SELECT told FROM contents ORDER BY place")
        return [StandIn.from_json(told) for (told,) in rows]

    @property
    def strangers(self) -> dict[str, list[str]]:
        """What in the site reads nobody knows what: names by kinds."""
        found: dict[str, list[str]] = json.loads(self._noted("strangers") or "{}")
        return found

    @property
    def state(self) -> str:
        """What stands for all that the last build knew of the store; "" where that was not noted."""
        return self._noted("state")

    @property
    def pictures(self) -> int:
        """How many pictures of people the last build had."""
        return int(self._noted("pictures") or 0)

    def note_build(self, strangers: Mapping[str, Collection[str]], state: str, pictures: int) -> None:
        """Notes all that of a build."""
        with self._writing():
            notes = {"strangers": json.dumps(strangers), "state": state, "pictures": str(pictures)}
            self._connection.executemany("INSERT OR REPLACE INTO notes VALUES (?, ?)", notes.items())

    def note_keys(self, keys: Mapping[str, str], contents: Iterable[StandIn] | None = None) -> None:
        """Notes the keys of all living things, and what stands in for contents (None: as they were)."""
        with self._writing():
            self._note("keys", "thing", keys)
            if contents is not None:
                self._note("contents", "place", {place: one.as_json() for place, one in enumerate(contents)})

    def _noted(self, name: str) -> str:
        row = self._connection.execute("SELECT told FROM notes WHERE name = ?", [name]).fetchone()
        return str(row[0]) if row else ""

    def _note(self, table: str, name: str, rows: Mapping[Any, str]) -> None:
        """Has a table of pairs hold these; most of many thousands it holds already."""
        known = dict(self._connection.execute(f"SELECT * FROM {table}"))  # noqa: S608 - ours
        gone = ([one] for one in known.keys() - rows.keys())
        self._connection.executemany(f"DELETE FROM {table} WHERE {name} = ?", gone)  # noqa: S608 - ours
        news = (pair for pair in rows.items() if known.get(pair[0]) != pair[1])
        self._connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", news)  # noqa: S608 - ours

    def _forget(self, files: Iterable[str]) -> None:
        for file in files:
            self._connection.execute("DELETE FROM pages WHERE file = ?", [file])
            self._connection.execute("DELETE FROM needs WHERE file = ?", [file])

    def _keep(self, pages: Iterable[Noted]) -> None:
        for page in pages:
            self._forget([page.file])
            things = {name for part in page.parts for name in part.reads} | {name for name, *_ in page.asked}
            self._connection.execute("INSERT INTO pages VALUES (?, ?)", [page.file, json.dumps(_to_plain(page))])
            self._connection.executemany("INSERT INTO needs VALUES (?, ?)", ([thing, page.file] for thing in things))

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        with self._connection:  # commits, or rolls back
            yield


def places_of(cache: Path) -> Path:
    """The file of places, in the folder of the plugin's caches."""
    return cache / "places.sqlite"


def notes_of(cache: Path) -> Path:
    """Where the notes of a build are until it is done: a folder in that of the plugin's caches."""
    return cache / "notes"


def _read(file: Path) -> Iterator[Noted]:
    """The pages in one file of notes; what was put into a page when that was done follows it."""
    page: Noted | None = None
    for line in file.read_text("utf-8").splitlines():
        name, parts, asked, more = json.loads(line)
        noted = _from_plain([name, parts, asked])
        if page and more and page.file == name:
            page = Noted(name, page.parts + noted.parts, page.asked + noted.asked)
            continue
        if page:
            yield page
        page = noted
    if page:
        yield page


def _to_plain(page: Noted) -> list[Any]:
    parts = [
        [one.template, one.given, sorted(one.reads), one.cut.size, one.cut.head, one.cut.digest, one.cut.begin]
        for one in page.parts
    ]
    return [parts, page.asked]


def _from_plain(told: Sequence[Any]) -> Noted:
    file, parts, asked = told
    found = []
    for template, given, reads, size, head, digest, begin in parts:
        # A part that is in none of its page's pieces was made, and then made something else of.
        cut = Cut(NOWHERE if begin is None else begin, size, head, digest)
        found.append(Part(template, given, frozenset(reads), cut))
    return Noted(file, tuple(found), tuple(tuple(one) for one in asked))


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = OFF")  # what a power cut breaks is made anew
        connection.execute("PRAGMA journal_mode = WAL")
        if connection.execute("PRAGMA user_version").fetchone()[0] != EDITION:
            connection.executescript(_TABLES)  # fails where there are tables of another form
            connection.execute("INSERT INTO epoch VALUES (?)", [secrets.token_hex(8)])
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection
