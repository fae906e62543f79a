"""What the site is like in this build, asked piece by piece: attributes of contents, shelves, values of variables."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from html import unescape
from typing import Any, TypeVar
from urllib.parse import unquote, urlparse

from jinja2.utils import missing
from pelican.contents import Content

from .digests import MISSING, Digester, Opaque, content_name, joined
from .reading import body_digest, links_of, origin_of
from .shelves import ALL, LENGTH, Question, Shelf

__all__ = ["Site"]

Equal = TypeVar("Equal", bound=Hashable)
#: Attributes that the place of the page which shows them has a say in.
TEXTS = frozenset({"content", "summary"})
#: A path that means itself, however it is read.
_UNADORNED = re.compile(r"[\w/.-]*", re.ASCII)
#: What Pelican hands to each content anew, and the settings' digest stands for; and the body, which has its own digest.
_LENT = frozenset({"settings", "_context", "_content", "_incremental"})


class Site:
    """Digests of everything that pages can read. Raises Opaque where nobody can tell whether something changed.

    `settled` says that nobody changes contents any more while pages are written, so that answers can be remembered.
    """

    def __init__(
        self, digester: Digester, context: Mapping[str, Any], shelves: Mapping[tuple[str, ...], Shelf], *, settled: bool
    ) -> None:
        self.context, self.shelves, self.settled, self._digester = context, shelves, settled, digester
        self._contents = {content_name(one): one for one in _named(context, shelves)}
        self._attached = frozenset(self._attachments())
        self._answers: dict[tuple[tuple[str, ...], Question], bytes] = {}
        self._attributes: dict[tuple[int, str], bytes] = {}
        self._wholes: dict[int, bytes] = {}
        self._same: dict[Hashable, Any] = {}

    @property
    def attaches(self) -> bool:
        """Whether links decide where static files go: then the order in which pages are made matters."""
        return bool(self._attached)

    def content(self, name: str) -> Content | None:
        """The content of that name (`content_name`), if it is there."""
        return self._contents.get(name)

    def same(self, value: Equal) -> Equal:
        """The first of equal values: what many pages have in common is kept, and asked, once."""
        return self._same.setdefault(value, value)  # type: ignore[no-any-return]

    def value(self, value: Any, *, stays: bool = False) -> bytes:
        """The digest of a variable's value; one that `stays` as it is while pages are written is remembered."""
        if value is missing:
            return MISSING
        return self._digester.remembered(value) if stays and self.settled else self._digester.of(value)

    def answer(self, key: tuple[str, ...], question: Question) -> bytes:
        """What a shelf answers to a question; a shelf that is not there is MISSING."""
        found = self._answers.get((key, question))
        if found is None:
            shelf = self.shelves.get(key)
            found = MISSING if shelf is None else self._answered(shelf, question)
            self._answers[key, question] = found
        return found

    def whole(self, content: Content) -> bytes:
        """All of a content at once, as it came from its file and as plugins changed it since."""
        found = self._wholes.get(id(content)) if self.settled else None
        if found is None:
            found = self._wholes[id(content)] = self._whole(content)
        return found

    def attribute(self, content: Content, name: str, value: Any = missing) -> bytes:
        """One attribute of a content; `value` is what a template was given for it, where that is known."""
        place = (id(content), name)
        found = self._attributes.get(place) if self.settled else None
        if found is None:
            found = self._attributes[place] = self._attribute(content, name, value)
        return found

    def _attribute(self, content: Content, name: str, value: Any) -> bytes:
        if name in TEXTS:
            return self._text(content, name)
        if value is missing:
            value = getattr(content, name, missing)
        return self.value(value)

    def _text(self, content: Content, name: str) -> bytes:
        own = vars(content)
        if f"get_{name}" in own or "_get_content" in own:
            raise Opaque(f"{name} of {content.relative_source_path}, which a plugin makes in a way of its own")
        if name == "summary" and "summary" in content.metadata:
            return self.value(content.metadata["summary"])
        return joined(b"text", body_digest(content), *self._links(content))

    def _whole(self, content: Content) -> bytes:
        origin = origin_of(content)
        if origin is None:
            raise Opaque(f"{content.relative_source_path}, which was not read from its file by this plugin")
        return joined(origin.digest, *self._changed(content, origin.attributes), *self._links(content))

    def _changed(self, content: Content, first: Mapping[str, object]) -> Iterator[bytes]:
        """What plugins have changed since: in the order of names, so that theirs does not matter."""
        own = vars(content)
        yield body_digest(content)
        for name in sorted(name for name, value in own.items() if first.get(name, missing) is not value):
            if name in _LENT:
                continue
            yield name.encode()
            try:
                yield self._digester.of(own[name])
            except Opaque:
                yield b"opaque"  # a page that reads it is rendered always, for that very reason
        yield from (name.encode() for name in first if name not in own)

    def _links(self, content: Content) -> Iterator[bytes]:
        """Where the links to other sources of the site lead."""
        for what, target in links_of(content):
            if what not in {"filename", "static", "attach"}:
                continue  # they follow from the settings
            for key, path in _candidates(content, what, target):
                linked = self.context[key].get(path)
                if what == "attach" or (linked is not None and path in self._attached):
                    raise Opaque(f"{content.relative_source_path}, whose link decides where {path} goes")
                yield b"-" if linked is None else Content.url.fget(linked).encode("utf-8", "surrogatepass")

    def _attachments(self) -> Iterator[str]:
        for content in self.context["generated_content"].values():
            for what, target in links_of(content) if content is not None else ():
                if what == "attach":
                    yield from (path for _, path in _candidates(content, what, target))

    def _answered(self, shelf: Shelf, question: Question) -> bytes:
        asked, *details = question
        if question == LENGTH:
            return joined(b"length", b"%d" % sum(1 for _ in shelf.plain()))
        held = list(shelf.plain())
        if asked == "has":
            content = self._contents.get(":".join(details))
            return joined(b"has", b"%d" % any(one is content for one in held))
        if asked == "at":
            (place,) = details
            held = held[place : place + 1 or None]  # nothing, where there is none
        elif question != ALL:
            held = held[slice(*details)]
        return joined(b"held", *map(self._digester.of_content, held))


def _named(context: Mapping[str, Any], shelves: Mapping[tuple[str, ...], Shelf]) -> Iterable[Content]:
    sources: list[Callable[[], Iterable[Any]]] = [context["generated_content"].values, context["static_content"].values]
    everything = [one for source in (*sources, *(shelf.plain for shelf in shelves.values())) for one in source()]
    return (one for one in everything if one is not None and one.relative_source_path)


def _candidates(content: Content, what: str, target: str) -> Iterator[tuple[str, str]]:
    """Under which keys and paths Pelican looks for what a link means, found or not (Content._link_replacer)."""
    keys = ("generated_content", "static_content") if what == "filename" else ("static_content",)
    folder = posixpath.dirname(content.relative_source_path)
    for spelled in _spellings(target):
        place = spelled[1:] if spelled.startswith("/") else posixpath.normpath(posixpath.join(folder, spelled))
        yield from ((key, place) for key in keys)


def _spellings(target: str) -> Iterable[str]:
    """The paths that a link may mean, as Pelican tries them."""
    if _UNADORNED.fullmatch(target):
        return (target,)
    path = urlparse(target).path
    return dict.fromkeys((path, unquote(path), urlparse(unescape(target)).path))
