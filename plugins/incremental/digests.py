"""What a template reads, as a few bytes: equal bytes, equal pages.

Plain data and Pelican's own objects are known here. An object of another plugin says itself what it is worth, by a
method `incremental_key() -> str`; a function, by the attribute `incremental_pure = True`. Everything else is `Opaque`:
nobody can tell whether it changed, so that whoever reads it is made anew.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from pathlib import PurePath
from zoneinfo import ZoneInfo

from pelican.contents import Content
from pelican.paginator import Page, Paginator
from pelican.urlwrappers import URLWrapper
from pelican.utils import SafeDatetime

from .shelves import Shelf

__all__ = ["MISSING", "SIZE", "Digester", "Opaque", "content_name", "joined"]

#: Bytes of a digest: enough for never meeting the same by chance (2^64 pages), short enough for millions.
SIZE = 16
#: Characters of a text that tells itself: longer than a digest with the words before it, and so like none.
SHORT = 100
#: What stands for a variable that is not there.
MISSING = b"missing"
#: What a wrapper (tag, category, author) has beside what its name and the settings give.
_WRAPPER_OWN = frozenset({"settings", "_name", "_slug", "_slug_from_name", "name", "slug"})


class Opaque(Exception):
    """A value of which nobody can tell whether it changed; its message names what it is."""


def joined(*parts: bytes) -> bytes:
    """One digest of several byte strings, each with its length, so that no two lists of parts are alike."""
    return blake2b(b"".join([b"%d:%b" % (len(part), part) for part in parts]), digest_size=SIZE).digest()


def content_name(content: Content) -> str:
    """What identifies a content from build to build: its class and source file. Raises Opaque where it has no file."""
    if not content.relative_source_path:
        raise Opaque(f"{type(content).__name__} without a source file")
    return f"{type(content).__name__}:{content.relative_source_path}"


class Digester:
    """Digests values; remembers those of containers that are asked for again and again while pages are written.

    An object is remembered by its identity, and kept so that the identity stays its own.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, bytes]] = {}
        self._contents: dict[int, tuple[Content, bytes]] = {}
        self._texts: dict[str, bytes] = {}
        self._wrappers: dict[tuple[type, str, str], bytes] = {}

    def remembered(self, value: object) -> bytes:
        """The digest of a value that stays as it is for the rest of the build. Raises Opaque."""
        found = self._known.get(id(value))
        if found is None:
            found = self._known[id(value)] = (value, self.of(value))
        return found[1]

    def of(self, value: object) -> bytes:
        """The digest of a value as it is now. Raises Opaque."""
        if type(value) is str:
            return self._text(value)
        if isinstance(value, Content):
            return self.of_content(value)
        if isinstance(value, URLWrapper):
            return self._wrapper(value)
        try:
            return joined(*self._parts(value))
        except RecursionError:
            raise Opaque(f"{type(value).__name__} that holds itself") from None

    def of_content(self, content: Content) -> bytes:
        """Which content it is, not what it says: that is asked attribute by attribute. Raises Opaque."""
        found = self._contents.get(id(content))
        if found is None:
            # Longer than a digest, and so like none.
            name = b"content with the name " + content_name(content).encode("utf-8", "surrogatepass")
            found = self._contents[id(content)] = (content, name)
        return found[1]

    def _all(self, values: Iterable[object]) -> list[bytes]:
        """The digests of many values: mostly contents, which are known by now."""
        known = self._contents
        return [known[id(one)][1] if id(one) in known else self.of(one) for one in values]

    def _text(self, text: str) -> bytes:
        if len(text) <= SHORT:
            return b"a text of a few words: " + text.encode("utf-8", "surrogatepass")
        found = self._texts.get(text)
        if found is None:
            found = self._texts[text] = joined(b"s", text.encode("utf-8", "surrogatepass"))
        return found

    def _wrapper(self, wrapper: URLWrapper) -> bytes:
        """A tag, category or author: its name and slug, and what plugins have added."""
        own = {key: one for key, one in vars(wrapper).items() if key not in _WRAPPER_OWN}
        place = (type(wrapper), str(wrapper.name), str(wrapper.slug))
        if own:
            return joined(b"wrapper", *(str(part).encode() for part in place), self.of(own))
        found = self._wrappers.get(place)
        if found is None:
            found = self._wrappers[place] = joined(b"wrapper", *(str(part).encode() for part in place))
        return found

    def _parts(self, value: object) -> Iterable[bytes]:
        plain = _PLAIN.get(type(value))
        if plain:
            return (plain[0], plain[1](value))
        return self._composed(value)

    def _composed(self, value: object) -> Iterable[bytes]:  # noqa: PLR0911 - a kind of value, a return
        name = type(value).__qualname__.encode()
        if isinstance(value, Shelf) and value.key:
            return (b"shelf", repr(value.key).encode())
        if key := getattr(type(value), "incremental_key", None):
            return (b"key", name, str(key(value)).encode())
        if isinstance(value, str):
            return (b"str", name, str(value).encode("utf-8", "surrogatepass"))
        if isinstance(value, list | tuple):
            return (b"list", name, *self._all(value))
        if isinstance(value, Mapping):
            return (b"map", name, *(part for pair in value.items() for part in map(self.of, pair)))
        if isinstance(value, set | frozenset):
            return (b"set", name, *sorted(map(self.of, value)))
        return (name, *self._special(value))

    def _special(self, value: object) -> Iterable[bytes]:
        if isinstance(value, Page):
            shown = (value.full_name, value.base_url, value.number, list(value.object_list))
            return (b"page", self.of(shown), *self._parts(value.paginator))
        if isinstance(value, Paginator):
            return (b"paginator", self.of((value.name, value.url, value.per_page, value.orphans, value.count)))
        if isinstance(value, datetime.tzinfo | PurePath | re.Pattern | datetime.date | datetime.time):
            return (b"repr", _written(value).encode())
        if callable(value) and getattr(value, "incremental_pure", False) is True:
            return (b"function", f"{value.__module__}.{getattr(value, '__qualname__', type(value).__name__)}".encode())
        raise Opaque(type(value).__name__)


def _written(value: object) -> str:
    """A value as it is written; dates with their zone, since a zone's own text need not tell which it is."""
    zone = getattr(value, "tzinfo", None)
    return f"{value!r} {zone.key}" if isinstance(zone, ZoneInfo) else repr(value)


_PLAIN: Mapping[type, tuple[bytes, Callable[..., bytes]]] = {
    int: (b"i", lambda value: b"%d" % value),
    bool: (b"b", lambda value: b"1" if value else b"0"),
    type(None): (b"n", lambda _: b""),
    float: (b"f", lambda value: repr(value).encode()),
    bytes: (b"y", bytes),
    datetime.timedelta: (b"d", lambda value: repr(value).encode()),
    datetime.datetime: (b"t", lambda value: _written(value).encode()),
    SafeDatetime: (b"safe", lambda value: _written(value).encode()),
}
