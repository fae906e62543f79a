"""Small pictures of people, by the address that they were fetched from.

A picture lives as long as an act whose author has it: who is gone leaves no face behind. Every function works inside a
transaction that the caller began.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlalchemy.engine import Connection

from ..acts import Direction
from .rows import LONGEST_KEY, chunks, clean, upsert
from .schema import acts
from .schema import pictures as table
from .values import Picture

__all__ = ["all_pictures", "drop", "keep", "merge", "number", "pictures_of", "prune", "save", "usage"]


def all_pictures(connection: Connection) -> Iterator[Picture]:
    """Everything that is known of pictures, by address."""
    for r in connection.execute(select(table).order_by(table.c.url)):
        yield _picture(r)


def pictures_of(connection: Connection, urls: Iterable[str]) -> Iterator[Picture]:
    """What is known of the pictures at these addresses, by address."""
    for some in chunks(urls):
        for r in connection.execute(select(table).where(table.c.url.in_(some)).order_by(table.c.url)):
            yield _picture(r)


def number(connection: Connection) -> int:
    """How many pictures there are."""
    return connection.scalar(select(func.count()).where(func.length(table.c.image) > 0)) or 0


def usage(connection: Connection) -> dict[str, tuple[int, datetime]]:
    """By address of a picture: how many received acts are by its person, and when the newest was first seen."""
    columns = (acts.c.author_photo, func.count(), func.max(acts.c.first_seen))
    used = select(*columns).where(acts.c.author_photo != "", acts.c.direction == str(Direction.RECEIVED))
    return {url: (times, newest) for url, times, newest in connection.execute(used.group_by(acts.c.author_photo))}


def save(connection: Connection, told: Iterable[Picture]) -> None:
    """Adds pictures, or replaces what was known of them. An address that had to be changed to be kept is left out."""
    rows = {one.url: {"url": one.url, "type": one.outcome, "image": one.image, "tried": one.tried} for one in told}
    upsert(connection, table, [row for url, row in rows.items() if _fits(url)])


def merge(connection: Connection, told: Iterable[Picture]) -> None:
    """Adds pictures of another store; of one in both, what was tried later stays."""
    known = {one.url: one.tried for one in all_pictures(connection)}
    save(connection, [one for one in told if one.url not in known or known[one.url] < one.tried])
    prune(connection)


def drop(connection: Connection, urls: Iterable[str]) -> None:
    """Drops the pictures at these addresses."""
    for some in chunks(urls):
        connection.execute(delete(table).where(table.c.url.in_(some)))


def keep(connection: Connection, wanted: Collection[str]) -> None:
    """Drops all pictures but those at the addresses `wanted`."""
    drop(connection, set(connection.scalars(select(table.c.url))).difference(wanted))


def prune(connection: Connection) -> None:
    """Drops the pictures of people of whom no act is left."""
    used = select(acts.c.author_photo).where(acts.c.author_photo == table.c.url)
    connection.execute(delete(table).where(~used.exists()))


def _picture(r: Row[Any]) -> Picture:
    return Picture(r.url, r.type, bytes(r.image), r.tried)


def _fits(url: str) -> bool:
    return url == clean(url) and 0 < len(url.encode()) <= LONGEST_KEY
