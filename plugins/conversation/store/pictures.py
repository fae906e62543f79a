"""Small pictures of people, by the address that they were fetched from.

A picture lives as long as an act whose author has it: who is gone leaves no face behind. Every function works inside a
transaction that the caller began.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from .database import Connection, Row
from .rows import LONGEST_KEY, chunks, clean, upsert
from .schema import PICTURES, moment, stamp
from .values import Picture

__all__ = ["all_pictures", "drop", "keep", "merge", "number", "pictures_of", "prune", "save", "usage"]

_PICTURES = "SELECT url, type, image, tried FROM conversation_pictures"


def all_pictures(connection: Connection) -> Iterator[Picture]:
    """Everything that is known of pictures, by address."""
    yield from map(_picture, connection.rows(f"{_PICTURES} ORDER BY url"))


def pictures_of(connection: Connection, urls: Iterable[str]) -> Iterator[Picture]:
    """What is known of the pictures at these addresses, by address."""
    for some in chunks(urls):
        yield from map(_picture, connection.rows(f"{_PICTURES} WHERE url IN (:urls) ORDER BY url", urls=some))


def number(connection: Connection) -> int:
    """How many pictures there are."""
    many: int = connection.value("SELECT COUNT(*) FROM conversation_pictures WHERE LENGTH(image) > 0")
    return many


def usage(connection: Connection) -> dict[str, tuple[int, datetime]]:
    """By address of a picture: how many received acts are by its person, and when the newest was first seen."""
    used = connection.rows(
        "SELECT author_photo, COUNT(*), MAX(first_seen) FROM conversation_acts "
        "WHERE author_photo <> '' AND direction = 'received' GROUP BY author_photo"
    )
    return {url: (times, moment(newest)) for url, times, newest in used}


def save(connection: Connection, told: Iterable[Picture]) -> None:
    """Adds pictures, or replaces what was known of them. An address that had to be changed to be kept is left out."""
    rows = [
        {"url": url, "type": one.outcome, "image": one.image, "tried": stamp(one.tried)}
        for url, one in {one.url: one for one in told}.items()
        if _fits(url)
    ]
    upsert(connection, PICTURES, rows)


def merge(connection: Connection, told: Iterable[Picture]) -> None:
    """Adds pictures of another store; of one in both, what was tried later stays."""
    known = {one.url: one.tried for one in all_pictures(connection)}
    save(connection, [one for one in told if one.url not in known or known[one.url] < one.tried])
    prune(connection)


def drop(connection: Connection, urls: Iterable[str]) -> None:
    """Drops the pictures at these addresses."""
    for some in chunks(urls):
        connection.change("DELETE FROM conversation_pictures WHERE url IN (:urls)", urls=some)


def keep(connection: Connection, wanted: Collection[str]) -> None:
    """Drops all pictures but those at the addresses `wanted`."""
    drop(connection, set(connection.column("SELECT url FROM conversation_pictures")).difference(wanted))


def prune(connection: Connection) -> None:
    """Drops the pictures of people of whom no act is left."""
    connection.change(
        "DELETE FROM conversation_pictures "
        "WHERE NOT EXISTS (SELECT 1 FROM conversation_acts WHERE author_photo = conversation_pictures.url)"
    )


def _picture(row: Row) -> Picture:
    url, outcome, image, tried = row
    return Picture(url, outcome, bytes(image), moment(tried))


def _fits(url: str) -> bool:
    return url == clean(url) and 0 < len(url.encode()) <= LONGEST_KEY
