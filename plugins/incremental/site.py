"""What the site is like in this build, asked piece by piece: attributes of contents, shelves, values of variables."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from jinja2.utils import missing
from pelican.contents import Content, Static

from .digests import MISSING, Digester, Opaque, content_name, joined
from .reading import Kept, additions, as_it_came, body_digest, kept, origin_of, raw, targets_of
from .shelves import ALL, LENGTH, Question, Shelf

__all__ = ["Site"]

Equal = TypeVar("Equal", bound=Hashable)
Answer = TypeVar("Answer")
#: Attributes that the place of the page which shows them has a say in.
TEXTS = frozenset({"content", "summary"})
#: What Pelican hands to each content anew, and the settings' digest stands for; and the body, which has its own digest.
_LENT = frozenset({"settings", "_context", "_content", "_incremental"})
#: And a list of translations, where there is none.
_ASIDE = _LENT | {"translations"}


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
        self._told: dict[tuple[int, tuple[str, ...]], tuple[Content, Any]] = {}

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

    def once(self, content: Content, read: tuple[str, ...], make: Callable[[], Answer]) -> Answer:
        """What `make` says of attributes that were read of a content, asked once if nobody changes them meanwhile."""
        if not self.settled:
            return make()
        found = self._told.get((id(content), read))
        if found is None:
            # The content is kept, so that its identity stays its own.
            found = self._told[id(content), read] = (content, make())
        return found[1]

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
        own = raw(content)
        if f"get_{name}" in own or "_get_content" in own:
            raise Opaque(f"{name} of {content.relative_source_path}, which a plugin makes in a way of its own")
        if name == "summary" and "summary" in content.metadata:
            return self.value(content.metadata["summary"])
        return joined(b"text", body_digest(content), *self._links(content))

    def _whole(self, content: Content) -> bytes:
        """The digest that it came with, while it is as it came; else one of that and of what is other."""
        known = kept(content)
        if known is None or not known.digest:
            raise Opaque(f"{content.relative_source_path}, which was not read from its file by this plugin")
        added = additions(content, known)
        as_ever = added == ()
        if as_ever and known.targets == ():
            return known.digest
        told = [*(() if as_ever else self._changed(content, known, added)), *self._links(content)]
        return joined(known.digest, *told) if told else known.digest

    def _changed(self, content: Content, known: Kept, added: tuple[str, ...] | None) -> Iterator[bytes]:
        """What plugins have changed since (`additions`): in the order of names, so that theirs does not matter."""
        if not as_it_came(content, known):
            yield from (b"_content", body_digest(content))
        own = raw(content)
        if added is None:
            origin = origin_of(content)
            first = origin.attributes if origin else {}
            yield from (name.encode() for name in first if name not in own)
            added = tuple(name for name, value in own.items() if first.get(name, missing) is not value)
        others = {*added} - (_LENT if own.get("translations") else _ASIDE)
        for name in sorted(others):
            yield name.encode()
            try:
                yield self._digester.of(own[name])
            except Opaque:
                yield b"opaque"  # a page that reads it is rendered always, for that very reason

    def _links(self, content: Content) -> Iterator[bytes]:
        """Where the links to other sources of the site lead."""
        for what, places in targets_of(content):
            for key, path in places:
                linked = self.context[key].get(path)
                if what == "attach" or (linked is not None and path in self._attached):
                    raise Opaque(f"{content.relative_source_path}, whose link decides where {path} goes")
                yield b"-" if linked is None else _url(linked).encode("utf-8", "surrogatepass")

    def _attachments(self) -> Iterator[str]:
        for content in self.context["generated_content"].values():
            for what, places in targets_of(content) if content is not None else ():
                if what == "attach":
                    yield from (path for _, path in places)

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
    once = list({id(one): one for one in reversed(everything)}.values())  # most are on several shelves
    return (one for one in reversed(once) if one is not None and one.relative_source_path)


def _url(linked: Content) -> str:
    """Where a content is. A static file that is asked is pinned down, which Pelican must not see us do."""
    return str(Content.url.fget(linked) if isinstance(linked, Static) else linked.url)
