"""Mastodon: the archive that one asks for in the settings, and those of its kin (ActivityStreams 2.0 collections).

`outbox.json` is for `outbox.py`. `likes.json` holds bare addresses without dates; `bookmarks.json`, which looks the
same, is nobody else's business and is not read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from itertools import islice

from ..acts import Act, Direction, Kind, Problem
from ..errors import ArchiveError
from .archive_json import Reader
from .archive_parts import Document, Part, Reading
from .archive_parts import Kind as ArchiveKind
from .outbox import addressee, parse_outbox, place_of, whose
from .values import NAME_LIMIT, address_of, text_of

__all__ = ["KIND", "parse_likes"]

#: A collection says what it is within its first members.
_FEW = 20


def parse_likes(items: Iterable[object], *, source: str, where: str) -> Iterator[Act | Problem]:
    """The acts of a list of addresses that were favoured. Nothing says when."""
    for number, item in enumerate(items, 1):
        target = address_of(item if isinstance(item, str) else item.get("id") if isinstance(item, dict) else None)
        if not target:
            yield Problem(f"{where}, item {number}", "is no address of anything that could be liked")
            continue
        yield Act(
            direction=Direction.GIVEN,
            kind=Kind.LIKE,
            source=source,
            id=f"like:{target}",
            url=target,
            target=target,
            channel=place_of(target),
            to=addressee(target, []),
        )


def _recognise(document: Document, beginning: str) -> str:
    """Tells an "outbox" by what its items are, and "likes" from "bookmarks", all bare addresses, by its own id."""
    if not beginning.lstrip().startswith("{") or "orderedItems" not in beginning:
        return ""
    called = ""
    with contextlib.suppress(ArchiveError), document.open() as stream:
        reader = Reader(stream, document.name)
        for name in islice(reader.members(), _FEW):
            if name == "orderedItems" and reader.peek() == "[":
                first = next(reader.items(), {})
                bare = "bookmarks" if "bookmark" in called else "likes"
                return "outbox" if isinstance(first, dict) else bare if isinstance(first, str) else ""
            value = reader.value(1 << 20)
            called = text_of(value, NAME_LIMIT) if name == "id" else called
    return ""


def _parse(part: Part, reading: Reading) -> Iterator[Act | Problem]:
    """One of the collections; an outbox is read twice, as what comes late may be answered early."""
    source, where = reading.source, part.document.name
    if part.name == "likes":
        yield from parse_likes(_items(part.document), source=source, where=where)
    elif part.name == "outbox":
        me = whose(_intact(_items(part.document)))
        yield from parse_outbox(_items(part.document), me, source=source, where=where)


def _items(document: Document) -> Iterator[object]:
    """The items of a collection, one by one."""
    with document.open() as stream:
        reader = Reader(stream, document.name)
        for name in reader.members():
            if name == "orderedItems" and reader.peek() == "[":
                yield from reader.items()
            else:
                reader.value()
        reader.finish()


def _intact(items: Iterator[object]) -> Iterator[object]:
    """The items before the first damage, which whoever reads them next will meet and tell."""
    with contextlib.suppress(ArchiveError):
        yield from items


KIND = ArchiveKind("mastodon", _recognise, _parse)
