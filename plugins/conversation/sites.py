"""The site's own addresses, present and former: how a text is read as an address there, and what lies under them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from .addresses import MAX_LENGTH, escapes
from .spellings import RELAXED, Form, read, settle

__all__ = ["Key", "Site", "Sites", "key_of"]

_SCHEME = re.compile(r"//|[A-Za-z][A-Za-z0-9+.-]*:")
_NOWHERE = Form("https", "", "", "", "", "", "")


class Key(NamedTuple):
    """What all spellings of an address share: its parts at the end of their chains, the query whole."""

    host: str
    port: str
    path: str
    query: str

    def relaxed(self, steps: Sequence[str]) -> Key:
        """The key without what `steps` (of `spellings.RELAXED`) take from the path."""
        path = self.path
        for name in steps:
            path = RELAXED[name](path)
        return self._replace(path=path)


def key_of(form: Form) -> Key:
    """The key of an address."""
    query = "" if form.query == "?" else escapes(form.query)
    return Key(settle("host", form.host), settle("port", form.port), settle("path", form.path), query)


class Site(Struct, frozen=True):
    """One address of the site, as it was given."""

    form: Form
    key: Key

    def below(self, key: Key) -> str | None:
        """The path of `key` below this site ("" or with its "/"), or None where it is not under it.

        ``/blogger`` is not under ``/blog``, nor ``/~bob`` under ``/~ada``.
        """
        root = self.key.path
        if key[:2] != self.key[:2] or not (key.path == root or key.path.startswith(f"{root}/")):
            return None
        return key.path[len(root) :]

    def page(self, below: str, query: str = "") -> Form:
        """The address of a page below this site."""
        return self.form._replace(path=self.form.path.rstrip("/") + below, query=query)


class Sites:
    """All addresses of the site: `here` is the present one, `former` the others, the deepest first."""

    def __init__(self, addresses: Sequence[str]) -> None:
        forms = [form._replace(query="", fragment="") for text in addresses if (form := read(text.strip()))]
        found = [Site(form, key_of(form)) for form in forms]
        self.here = found[0] if found else Site(_NOWHERE, key_of(_NOWHERE))
        former = {site.key: site for site in reversed(found) if site.key != self.here.key}
        self.former = sorted(former.values(), key=lambda site: (-len(site.key.path), site.key))

    def readings(self, text: str) -> Iterator[tuple[Form, str]]:
        """The ways to read `text` as an address, and the rule that this takes: as it is, or without scheme or host."""
        if len(text) > MAX_LENGTH:
            return
        if text.startswith("//"):
            if form := read(f"{self.here.form.scheme}:{text}"):
                yield form, "scheme"
        elif text.startswith("/"):
            yield self._at_host(text), "relative"
            if self.here.key.path:
                yield self._below(text), "relative"
        elif form := read(text):
            yield form, ""

    def aliases(self, text: str) -> Iterator[Form]:
        """A former address from front matter: a path begins at the site's root, or the host's where it repeats that."""
        if _SCHEME.match(text):
            yield from (form for form, _ in self.readings(text))
        elif text and len(text) <= MAX_LENGTH:
            path = text if text.startswith("/") else f"/{text}"
            yield self._below(path)
            whole = self._at_host(path)
            if self.here.key.path and self.here.below(key_of(whole)):
                yield whole

    def holds(self, key: Key) -> bool:
        """Whether an address lies under one of the site's."""
        return any(site.below(key) is not None for site in (self.here, *self.former))

    def _at_host(self, path: str) -> Form:
        parts = read(f"https://host{path}")
        return (
            self.here.form._replace(path=parts.path, query=parts.query, fragment=parts.fragment)
            if parts
            else self.here.form
        )

    def _below(self, path: str) -> Form:
        form = self._at_host(path)
        return form._replace(path=self.here.form.path.rstrip("/") + form.path)
