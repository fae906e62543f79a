"""JF2 of any length: mentions as webmention.io answers them, site generators keep them, this plugin exports them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from msgspec import structs

from ..acts import KINDS, Act, Direction, Kind, Person, Problem
from .archive_json import LARGEST_WHOLE, Reader
from .archive_parts import Document, Part, Reading
from .archive_parts import Kind as ArchiveKind
from .jf2 import read_entry
from .jf2_documents import entries_of, is_entry, is_jf2
from .values import ADDRESS_LIMIT, NAME_LIMIT, address_of, text_of

__all__ = ["KIND"]

#: An entry shows near the beginning, or not at all.
_FEW = 10
#: Where an export of this plugin keeps what JF2 has no words for (exchange/entries.py).
_EXTRA = "x-conversation"
#: Stands in for the target of an exported act that has none, so that it is not taken for an unreadable one.
_NOWHERE = "-"


def _recognise(document: Document, beginning: str) -> str:
    if not beginning.lstrip().startswith(("[", "{")):
        return ""
    with document.open() as stream:
        near = [entry for _, entry, _ in islice(entries_of(Reader(stream, document.name)), _FEW)]
    if any(isinstance(entry, dict) and is_entry(entry) for entry in near):
        return "entries"
    with document.open() as stream:
        return "entries" if not near and is_jf2(Reader(stream, document.name).value(LARGEST_WHOLE)) else ""


def _parse(part: Part, reading: Reading) -> Iterator[Act | Problem]:
    where = part.document.name
    with part.document.open() as stream:
        reader = Reader(stream, where)
        for place, entry, path in entries_of(reader):
            target = reading.site.rstrip("/") + path if path.startswith("/") else path
            target = _NOWHERE if _extra(entry) else target
            found = read_entry(entry, source=reading.source, where=f"{where}, {place}", target=target, ids="hash")
            if found.act:
                yield _exported(found.act, entry, _extra(entry)) if isinstance(entry, dict) else found.act
            yield from found.problems
        reader.finish()


def _extra(entry: object) -> Mapping[str, object]:
    extra = entry.get(_EXTRA) if isinstance(entry, dict) else None
    return extra if isinstance(extra, dict) else {}


def _exported(act: Act, entry: Mapping[str, object], extra: Mapping[str, object]) -> Act:
    """An act as it was before it was exported: given ones too, and what JF2 cannot say."""
    if not extra:
        return act
    kind, direction = text_of(extra.get("kind"), 40), text_of(extra.get("direction"), 40)
    given = direction == Direction.GIVEN
    words, number = extra.get("words"), text_of(extra.get("id"), ADDRESS_LIMIT)
    return structs.replace(
        act,
        direction=Direction.GIVEN if given else Direction.RECEIVED,
        kind=Kind(kind) if kind in KINDS else act.kind,
        id=f"{text_of(extra.get('source'), NAME_LIMIT)}:{number}" if number else act.id,
        target=text_of(extra.get("target"), ADDRESS_LIMIT) if given else act.target.removeprefix(_NOWHERE),
        channel=text_of(extra.get("channel"), 40) or act.channel,
        author=_person(entry.get("author")),
        to=_person(extra.get("to")),
        warning=text_of(extra.get("warning"), NAME_LIMIT),
        parent=address_of(extra.get("parent")),
        fragment=text_of(extra.get("fragment"), NAME_LIMIT),
        words=words if isinstance(words, int) and 0 <= words < 1 << 31 else None,
    )


def _person(card: object) -> Person:
    if not isinstance(card, dict):
        return Person()
    return Person(
        name=text_of(card.get("name"), NAME_LIMIT),
        url=address_of(card.get("url")),
        photo=address_of(card.get("photo")),
        handle=text_of(card.get("nickname"), NAME_LIMIT),
    )


KIND = ArchiveKind("jf2", _recognise, _parse)
