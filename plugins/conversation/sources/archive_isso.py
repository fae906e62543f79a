"""Isso: its database, an SQLite file. Comments received that were accepted, with their threads.

The file is opened as one that nobody may write to, and only the columns named here are read: e-mail addresses and
network addresses are in the database and stay there. Table and columns: isso/db/comments.py.
"""

from __future__ import annotations

import contextlib
import html
import sqlite3
from collections.abc import Iterable, Iterator
from urllib.parse import quote, urljoin

from msgspec import structs

from ..acts import Act, Person, Problem
from ..addresses import is_web, split
from ..errors import ArchiveError
from .archive_parts import Document, Part, Reading
from .archive_parts import Kind as ArchiveKind
from .comments import Page, comment, name
from .hypertext import words
from .values import ADDRESS_LIMIT, NAME_LIMIT, TEXT_LIMIT, address_of, text_of, time_of

__all__ = ["KIND", "Row", "parse_rows", "placed_on"]

#: id, parent, created, modified, text, author, website, and the address of the page as Isso knows it.
Row = tuple[object, object, object, object, object, object, object, object]

_QUERY = """
    SELECT c.id, c.parent, c.created, c.modified, substr(c.text, 1, ?), substr(c.author, 1, ?), substr(c.website, 1, ?),
        substr(t.uri, 1, ?)
    FROM comments AS c JOIN threads AS t ON t.id = c.tid
    WHERE c.mode = 1 ORDER BY c.id
"""  # mode: 1 accepted, 2 waiting, 4 deleted but answered
_TABLES = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('comments', 'threads')"
_MAGIC = "SQLite format 3\x00"
#: The longest value that SQLite may hold for us, in bytes.
_LONGEST = 64 << 20


def parse_rows(rows: Iterable[Row], *, source: str, where: str, site: str) -> Iterator[Act | Problem]:
    """The acts of comments; `site` is the address that the pages' own are relative to."""
    for own, parent, created, modified, said, author, website, uri in rows:
        number, page = text_of(own, 40), text_of(uri)
        place = f"{where}, comment {number}"
        if not page:
            yield Problem(place, "is on a page without an address")
            continue
        target = placed_on(site, page)
        act = comment(
            Page(source, "isso", target.partition("#")[0], "isso-"),
            number,
            parent=text_of(parent, 40),
            author=Person(name=name(author), url=_website(website)),
            markup="",
            published=time_of(created),
            updated=time_of(modified),
        )
        if act.published is None:
            yield Problem(place, "its date is missing or cannot be read")
        # Isso keeps Markdown as it was typed and makes HTML of it when it answers.
        typed = text_of(said)
        act = act if is_web(target) else structs.replace(act, url="", parent="")
        yield structs.replace(act, id=f"{page}#isso-{number}", target=target, text=typed, words=words(typed))


def _website(value: object) -> str:
    """A commenter's page, kept escaped for HTML; Isso takes addresses without their scheme too."""
    site = html.unescape(text_of(value, ADDRESS_LIMIT))
    return address_of(site if not site or "://" in site else f"http://{site}")


def placed_on(site: str, uri: str) -> str:
    """The address of a page that Isso knows as `uri`: a whole address, or a path on the server of the site.

    Where the site is in a folder the path has that folder in front, unless it was given to Isso otherwise.
    """
    parts = split(site)
    if is_web(uri) or not site or parts is None:
        return uri
    folder = parts.path.rstrip("/")
    within = folder and (uri == folder or uri.startswith(f"{folder}/"))
    return urljoin(site, "/").rstrip("/") + uri if within else f"{site.rstrip('/')}/{uri.lstrip('/')}"


def _recognise(document: Document, beginning: str) -> str:
    if document.path is None or not beginning.startswith(_MAGIC):
        return ""
    with _connected(document) as connection:
        return "comments" if connection.execute(_TABLES).fetchone() == (2,) else ""


def _parse(part: Part, reading: Reading) -> Iterator[Act | Problem]:
    limits = (TEXT_LIMIT, NAME_LIMIT, ADDRESS_LIMIT, ADDRESS_LIMIT)
    with _connected(part.document) as connection:
        rows = connection.execute(_QUERY, limits)
        yield from parse_rows(rows, source=reading.source, where=part.document.name, site=reading.site)


@contextlib.contextmanager
def _connected(document: Document) -> Iterator[sqlite3.Connection]:
    """The database, opened so that nothing at all is written, no journal either. Raises ArchiveError."""
    address = f"file:{quote(str(document.path and document.path.resolve()))}?mode=ro&immutable=1"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
            connection.execute("PRAGMA trusted_schema = OFF")
            yield connection
    except (sqlite3.Error, OverflowError, ValueError) as error:
        raise ArchiveError(f"{document.name}: is a damaged database ({error}); copy it once more.") from error


KIND = ArchiveKind("isso", _recognise, _parse)
