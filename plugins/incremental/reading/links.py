"""The links within the site that bodies hold, and where Pelican looks for what they mean."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import unquote, urlparse

from pelican import contents

from .kept import Links, Targets, as_it_came, is_original, kept, raw

#: A path that means itself, however it is read.
UNADORNED = re.compile(r"[\w/.-]*", re.ASCII)
#: Links to sources; all others follow from the settings.
TO_SOURCES = frozenset({"filename", "static", "attach"})


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


def targets_of(content: contents.Content) -> Targets:
    """Where the links to other sources may lead; from the cache where that knows it."""
    known = kept(content)
    if known and known.targets is not None and known.late and known.late.set_since == ():
        return known.targets  # nobody set a body or a path
    if known is None or not as_it_came(content, known) or not is_at_home(content):
        return targets_in(content.relative_source_path, links_of(content))
    if known.targets is None:
        known.targets = targets_in(content.relative_source_path, links_of(content))
    return known.targets


def is_at_home(content: contents.Content) -> bool:
    """Whether nobody set another path."""
    known = kept(content)
    return known is not None and is_original(known, raw(content), "relative_source_path")


def targets_in(path: str, links: Links) -> Targets:
    """Where the links of a source at `path` may lead."""
    folder = posixpath.dirname(path)
    return tuple((what, tuple(candidates(folder, what, target))) for what, target in links if what in TO_SOURCES)


def candidates(folder: str, what: str, target: str) -> Iterator[tuple[str, str]]:
    """Under which keys and paths Pelican looks for what a link means, found or not (Content._link_replacer)."""
    keys = ("generated_content", "static_content") if what == "filename" else ("static_content",)
    for spelled in spellings(target):
        place = spelled[1:] if spelled.startswith("/") else posixpath.normpath(posixpath.join(folder, spelled))
        yield from ((key, place) for key in keys)


def spellings(target: str) -> Iterable[str]:
    """The paths that a link may mean, as Pelican tries them."""
    if UNADORNED.fullmatch(target):
        return (target,)
    path = urlparse(target).path
    return dict.fromkeys((path, unquote(path), urlparse(unescape(target)).path))
