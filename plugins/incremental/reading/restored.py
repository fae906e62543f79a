"""Contents as they were when they came from their files, made again without Pelican's constructor.

What the cache knows of a content stands in one private attribute of it, `_incremental`. A restored content has
everything else that Pelican's constructor gave it, but its body comes when somebody asks for it.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from pelican import contents

from .sources import as_bytes, digest

KEPT = "_incremental"
#: What belongs to the build and not to the content.
SHARED = frozenset({"settings", "_context", "translations"})
#: The parts of an address of which `Address.basis` speaks.
IN_ADDRESSES = frozenset({"slug", "lang", "date", "author", "category"})

Links = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Origin:
    """How a content was when it came from its file."""

    #: Of all its attributes and its body.
    digest: bytes
    #: Its attributes, without the body and what belongs to the build: the objects themselves, to see by identity
    #: what was set since. Those that were changed in place since are not among them.
    attributes: Mapping[str, object]


@dataclass(slots=True)
class Kept:
    """What the cache knows of a content."""

    digest: bytes
    keys: tuple[str, ...]
    values: tuple[object, ...]
    #: What the lists and dictionaries among the values held, by the place of the value.
    held: tuple[tuple[int, tuple[object, ...]], ...]
    body_digest: bytes
    #: None where nobody looked yet.
    links: Links | None
    #: The body as it came from the file, once it is in memory.
    body: str | None
    whole: Whole | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """A pickle of a content goes without this."""
        return type(None), ()


@dataclass(slots=True)
class Whole:
    """What a restored content need not work out."""

    load: Callable[[contents.Content], str]
    name: str
    source_path: str
    relative_source_path: str
    static_links: frozenset[str]
    url: str
    save_as: str
    #: None where the address is not cached.
    basis: tuple[object, ...] | None


def kept(content: contents.Content) -> Kept | None:
    """What the cache knows of this content."""
    found = vars(content).get(KEPT)
    return found if isinstance(found, Kept) else None


def as_it_came(content: contents.Content, known: Kept) -> bool:
    """Whether the body is (or would be, once it is loaded) the one from the file."""
    return vars(content).get("_content", known.body) is known.body


def origin_of(content: contents.Content) -> Origin | None:
    """How the content was when it came from its file; None if this cache did not see it, or could not tell."""
    known = kept(content)
    if known is None or not known.digest:
        return None
    changed = {known.keys[place] for place, held in known.held if inside(known.values[place]) != held}
    without = changed | SHARED if changed else SHARED
    attributes = {key: value for key, value in zip(known.keys, known.values, strict=True) if key not in without}
    return Origin(known.digest, attributes)


def inside(value: object) -> tuple[object, ...]:
    """What a list or dictionary holds, to see whether that changes; nothing for what cannot be changed in place."""
    if type(value) is dict:
        return tuple(value.items())
    return tuple(value) if type(value) is list else ()


def held_in(attributes: Mapping[str, object]) -> tuple[tuple[int, tuple[object, ...]], ...]:
    """What can be changed in place among attributes, as it is now: `Kept.held`."""
    return tuple(
        (place, inside(value))
        for place, (key, value) in enumerate(attributes.items())
        if type(value) in {dict, list} and key not in SHARED
    )


def body_digest(content: contents.Content) -> bytes:
    """A digest of the body, which is not loaded for it."""
    known = kept(content)
    if known and as_it_came(content, known):
        return known.body_digest
    return digest(as_bytes(content._content or ""))  # noqa: SLF001


def links_of(content: contents.Content) -> Links:
    """The links within the site in the body, as (what, value); from the cache where that knows them."""
    known = kept(content)
    if known is None or not as_it_came(content, known):
        return links_in(content)
    if known.links is None:
        known.links = links_in(content)
    return known.links


def links_in(content: contents.Content) -> Links:
    """The links within the site, by Pelican's own pattern."""
    found = content._get_intrasite_link_regex().finditer(content._content or "")  # noqa: SLF001
    return tuple((link.group("what"), link.group("value")) for link in found)


def attributes_of(content: contents.Content) -> dict[str, object]:
    """All attributes but the body."""
    return {key: value for key, value in vars(content).items() if key not in {"_content", KEPT}}


@cache
def told_by_basis(address: str) -> bool:
    """Whether an address is made of nothing but what `basis` holds."""
    fields = [field for _, field, _, _ in string.Formatter().parse(address) if field is not None]
    # An attribute or item of a part (date.year) is told by the part; a part of a format's own format is not looked at.
    return "{" not in "".join(spec or "" for _, _, spec, _ in string.Formatter().parse(address)) and all(
        field.partition(".")[0].partition("[")[0] in IN_ADDRESSES for field in fields
    )


def basis(attributes: Mapping[str, Any]) -> tuple[object, ...]:
    """What Pelican makes an address of, beside the settings. A slug that is set elsewhere is seen, too."""
    author, category = attributes.get("author"), attributes.get("category")
    return (
        id(attributes.get("settings")),
        attributes.get("slug"),
        attributes.get("_status"),
        attributes.get("lang"),
        attributes.get("in_default_lang"),
        attributes.get("date"),
        author and author._slug,  # noqa: SLF001
        category and category._slug,  # noqa: SLF001
        attributes.get("override_url"),
        attributes.get("override_save_as"),
    )


def bare(kind: type[object]) -> object:
    """A content of this kind without any attribute."""
    return object.__new__(kind)


class Restored:
    """Beside one of Pelican's contents: its body comes late, and what was worked out before is not again."""

    _incremental: Kept
    original: type

    @cached_property
    def _content(self) -> str:
        known = self._incremental
        assert known.whole  # noqa: S101 - nothing else is restored
        known.body = known.whole.load(self)
        return known.body

    def _known(self) -> Whole | None:
        """What was worked out, while that is still true of the address."""
        whole = self._incremental.whole
        return whole if whole and whole.basis == basis(vars(self)) else None

    @property
    def url(self) -> str:
        """The address, as Pelican makes it."""
        whole = self._known()
        return whole.url if whole else super().url  # type: ignore[misc]

    @property
    def save_as(self) -> str:
        """The place of the page, as Pelican makes it."""
        whole = self._known()
        return whole.save_as if whole else super().save_as  # type: ignore[misc]

    def get_relative_source_path(self, source_path: str | None = None) -> str | None:
        """The path of a source below the content's folder; of the content's own without a look at folders."""
        whole = self._incremental.whole
        if not source_path and whole and vars(self)["source_path"] is whole.source_path:
            return whole.relative_source_path
        return super().get_relative_source_path(source_path)  # type: ignore[misc,no-any-return]

    def get_static_links(self) -> set[str]:
        """The files that the body wants to be published; it need not be loaded for that."""
        known = self._incremental
        if known.whole and as_it_came(self, known):
            return set(known.whole.static_links)
        return super().get_static_links()  # type: ignore[misc,no-any-return]

    def __reduce_ex__(self, _protocol: object) -> tuple[object, ...]:
        """Copies and pickles are Pelican's own contents, with their body."""
        state = {"_content": self._content, **vars(self)}
        del state[KEPT]
        return bare, (self.original,), state


class Article(Restored, contents.Article):
    """An article from the cache."""

    original = contents.Article


class Page(Restored, contents.Page):
    """A page from the cache."""

    original = contents.Page


RESTORED: Mapping[type, type[Restored]] = {contents.Article: Article, contents.Page: Page}
