"""What a page was made from, kept until the next build, and whether that is still so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from jinja2.utils import missing
from pelican.contents import Content

from .digests import Opaque, content_name, joined
from .recording import Reading
from .shelves import Question
from .site import TEXTS, Site

__all__ = ["Trace", "Verifier", "trace"]

Named = tuple[tuple[str, bytes], ...]
#: A content's name, the digest of all of it, and names and digest of the attributes that were read.
Told = tuple[str, bytes, tuple[str, ...], bytes]
#: Variables that differ from page to page whatever the context says.
_OWN = frozenset({"SITEURL", "localsiteurl", "output_file"})


class Trace(NamedTuple):
    """What one page read, as plain data.

    `templates` is the digest of its templates; `shared` are variables that all pages have in common, `own` those of the
    page; `contents` are name, digest of the whole, and names and digest of the attributes that were read; `shelves`
    key, question and answer; `always` has the reasons why it is rendered in each build.
    """

    templates: bytes
    shared: Named
    own: Named
    contents: tuple[Told, ...]
    shelves: tuple[tuple[tuple[str, ...], Question, bytes], ...]
    always: tuple[str, ...]


def trace(reading: Reading, site: Site, templates: bytes) -> Trace:
    """The trace of a page that was just rendered."""
    always = set(reading.always)
    shared: dict[str, bytes] = {}
    own: dict[str, bytes] = {}
    if any(TEXTS & read.keys() for _, read in reading.attributes.values()):
        reading.variables.setdefault("localsiteurl", reading.root.get("localsiteurl", missing))
    for name, value in reading.variables.items():
        common = name not in _OWN and value is site.context.get(name, missing)
        try:
            (shared if common else own)[name] = site.value(value, stays=common)
        except Opaque as reason:
            always.add(f"reads {name}: {reason}")
    contents: list[Told] = []
    for content, read in reading.attributes.values():
        told, reasons = site.once(content, tuple(read), partial(_told, site, content, read))
        contents += told
        always.update(reasons)
    shelves = []
    for key, question in reading.shelves:
        try:
            shelves.append((key, question, site.answer(key, question)))
        except Opaque as reason:
            always.add(f"reads the list {'.'.join(key)}: {reason}")
    common_to_all = site.same(_sorted(shared))
    asked, reasons = site.same(tuple(shelves)), tuple(sorted(always))
    return Trace(templates, common_to_all, _sorted(own), tuple(contents), asked, reasons)


def _told(site: Site, content: Content, read: Mapping[str, Any]) -> tuple[tuple[Told, ...], tuple[str, ...]]:
    """What of a content was read, as a trace has it; and why pages that read it must be rendered in each build."""
    attributes, always = {}, []
    for name, value in read.items():
        try:
            attributes[name] = site.attribute(content, name, value)
        except Opaque as reason:
            always.append(f"reads {name} of an article or page: {reason}")
    names = site.same(tuple(sorted(attributes)))
    together = joined(*[attributes[name] for name in names])
    try:
        return ((content_name(content), _whole(site, content), names, together),), tuple(always)
    except Opaque as reason:
        return (), (*always, f"shows a content that cannot be told: {reason}")


class Verifier:
    """Says of pages whether everything that they were made from is still the same."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._shared: dict[tuple[int, int], str] = {}
        self._names: dict[int, frozenset[str]] = {}
        #: Contents that were found to be as they were, by name.
        self._confirmed: dict[str, bytes] = {}
        self._kept: list[object] = []

    def stale(self, known: Trace, templates: bytes, context: Mapping[str, Any], own: Mapping[str, Any]) -> str:
        """Why a page must be rendered: "" where it need not be.

        `own` are the variables that the page is given beside the `context` of all pages.
        """
        if known.always:
            return known.always[0]
        if known.templates != templates:
            return "a template changed"
        return (
            self._shared_stale(known.shared, context, own)
            or self._own_stale(known.own, context, own)
            or self._contents_stale(known)
            or self._shelves_stale(known)
        )

    def _shared_stale(self, shared: Named, context: Mapping[str, Any], own: Mapping[str, Any]) -> str:
        """Asked once for all pages that share the same variables, but for those that a page has of its own by now."""
        place = (id(shared), id(context))
        found = self._shared.get(place)
        if found is None:
            self._kept += (shared, context)  # so that the identities stay theirs
            found = self._shared[place] = self._variables_stale(shared, context, stays=True)
            self._names[id(shared)] = frozenset(name for name, _ in shared)
        covered = self._names[id(shared)] & own.keys()
        if covered and not found:
            return self._variables_stale([pair for pair in shared if pair[0] in covered], own)
        return found

    def _own_stale(self, known: Named, context: Mapping[str, Any], own: Mapping[str, Any]) -> str:
        given = {name: own[name] if name in own else context.get(name, missing) for name, _ in known}
        return self._variables_stale(known, given)

    def _variables_stale(
        self, known: Iterable[tuple[str, bytes]], values: Mapping[str, Any], *, stays: bool = False
    ) -> str:
        for name, digest in known:
            try:
                if self._site.value(values.get(name, missing), stays=stays) != digest:
                    return f"{name} changed"
            except Opaque as reason:
                return f"reads {name}: {reason}"
        return ""

    def _contents_stale(self, known: Trace) -> str:
        for name, whole, read, together in known.contents:
            if whole and self._confirmed.get(name) == whole:
                continue
            content = self._site.content(name)
            if content is None:
                return f"{name} is gone"
            if whole and whole == _whole(self._site, content):
                if self._site.settled:
                    self._confirmed[name] = whole
                continue
            try:
                if joined(*(self._site.attribute(content, attribute) for attribute in read)) != together:
                    return f"{name} changed in {', '.join(read)}"
            except Opaque as reason:
                return f"reads {name}: {reason}"
        return ""

    def _shelves_stale(self, known: Trace) -> str:
        for key, question, digest in known.shelves:
            try:
                if self._site.answer(key, question) != digest:
                    return f"the list {'.'.join(key)} changed"
            except Opaque as reason:
                return f"reads the list {'.'.join(key)}: {reason}"
        return ""


def _whole(site: Site, content: Any) -> bytes:
    """The digest of a whole content; empty where only its attributes can be told one by one."""
    try:
        return site.whole(content)
    except Opaque:
        return b""


def _sorted(named: Mapping[str, bytes]) -> Named:
    return tuple(sorted(named.items()))
