"""Props: the sites and people that the posts link to. Giving made visible, and clickable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from ..addresses import host_of, is_web
from .entries import Entry, address

__all__ = ["Prop", "Props", "props"]

#: So many links are listed for one site; one blog linked 3,278 times to one.
LINKS = 3


class Prop(Struct, frozen=True):
    """One page that a post linked to: `url` and `title` are the page's, `name` its author's where known."""

    url: str
    title: str
    name: str
    when: datetime
    post: str


class Props(Struct, frozen=True):
    """The links to one site, newest first: at most three, and how many `more` there are."""

    host: str
    names: tuple[str, ...]
    links: tuple[Prop, ...]
    more: int


def props(given: Iterable[Entry]) -> tuple[Props, ...]:
    """The sites that posts gave links to, the newest link first; each page once per post. Web pages only."""
    pages: dict[tuple[str, str], Prop] = {}
    for entry in given:
        if entry.post and is_web(entry.target):
            prop = Prop(entry.target, entry.title, entry.name, entry.when, entry.post)
            spot = (address(entry.target), entry.post)
            pages[spot] = max(prop, pages[spot], key=_order) if spot in pages else prop
    sites: dict[str, list[Prop]] = {}
    for prop in sorted(pages.values(), key=_order, reverse=True):
        sites.setdefault(host_of(prop.url), []).append(prop)
    return tuple(_site(host, links) for host, links in sites.items())


def _site(host: str, links: Sequence[Prop]) -> Props:
    names = tuple(dict.fromkeys(prop.name for prop in links if prop.name.casefold() not in {"", host}))
    return Props(host, names, tuple(links[:LINKS]), max(len(links) - LINKS, 0))


def _order(prop: Prop) -> tuple[datetime, str, str, str, str]:
    """Newest, and then anything that no shuffling changes; a link with a title before one without."""
    return (prop.when, prop.title, prop.name, prop.url, prop.post)
