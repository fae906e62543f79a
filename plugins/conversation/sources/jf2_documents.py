"""Where the entries are in a JF2 document: a feed, a list, a site generator's cache, or an entry alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from ..addresses import is_web
from .archive_json import LARGEST_WHOLE, Reader
from .values import listed, text_of

__all__ = ["entries_in", "entries_of", "is_entry", "is_jf2"]

_ENTRY_KEYS = ("wm-id", "wm-target", "wm-source", "source")
_LISTS = ("children", "links", "mentions", "items")
_DEEPEST = 4


def entries_in(
    value: object, place: str = "", path: str = "", depth: int = _DEEPEST
) -> Iterator[tuple[str, object, str]]:
    """Every entry in a document, with its place for messages and the path that it was filed under, if any.

    A document is a feed (`children`), a bare list, webmention.io's first form (`links`), a dictionary of any of these
    by path or address, as caches of site generators are, or a single entry.
    """
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield f"{place}entry {index + 1}{_numbered(item)}", item, path
        return
    named = _list_in(value)
    if not isinstance(value, dict) or not depth or (is_entry(value) and not named):
        yield place.rstrip(", ") or "the whole document", value, path
        return
    if named:
        yield from entries_in(value[named], place, path, depth - 1)
        return
    for name, item in value.items():
        if isinstance(item, list | dict):
            filed = name if name.startswith("/") or is_web(name) else path
            yield from entries_in(item, f"{place}{name[:100]}, ", filed, depth - 1)


def entries_of(
    reader: Reader, place: str = "", path: str = "", depth: int = _DEEPEST
) -> Iterator[tuple[str, object, str]]:
    """What `entries_in` gives, of a document of any length: its lists are read entry by entry.

    What is neither in a list of a known name nor filed under a path is decoded at once, and may not be long.
    """
    opening = reader.peek()
    if opening == "[":
        for index, item in enumerate(reader.items()):
            yield f"{place}entry {index + 1}{_numbered(item)}", item, path
        return
    if opening != "{" or not depth:
        yield place.rstrip(", ") or "the whole document", reader.value(LARGEST_WHOLE), path
        return
    rest: dict[str, object] = {}
    is_listed = False
    for name in reader.members():
        opening = reader.peek()
        if opening == "[" and name in _LISTS and rest.get("type") != "entry":
            is_listed = True
            yield from entries_of(reader, place, path, depth - 1)
        elif opening in {"[", "{"} and (name.startswith("/") or is_web(name)):
            yield from entries_of(reader, f"{place}{name[:100]}, ", name, depth - 1)
        elif name.startswith("x-"):  # somebody's extension, of any length
            reader.pass_over()
        else:
            rest[name] = reader.value(LARGEST_WHOLE)
    if rest and not is_listed:
        yield from entries_in(rest, place, path, depth)


def is_jf2(value: object) -> bool:
    """Whether a document is for `entries_in`: it has an entry near its beginning, or is an empty feed."""
    if value == [] or (_list_in(value) and not any(True for _ in entries_in(value))):
        return True
    return any(isinstance(entry, dict) and is_entry(entry) for _, entry, _ in islice(entries_in(value), 10))


def _list_in(value: object) -> str:
    """The name under which a document lists its entries, "" where it does not."""
    if not isinstance(value, dict) or value.get("type") == "entry":
        return ""
    return next((name for name in _LISTS if isinstance(value.get(name), list)), "")


def is_entry(value: Mapping[str, object]) -> bool:
    """Whether an object is an entry by its type, or by what only entries have."""
    types = listed(value.get("type"))
    return "entry" in types or "h-entry" in types or not value.keys().isdisjoint(_ENTRY_KEYS)


def _numbered(entry: object) -> str:
    number = text_of(entry.get("wm-id") or entry.get("id"), 40) if isinstance(entry, dict) else ""
    return f" (id {number})" if number else ""
