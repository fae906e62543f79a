"""Four kinds of ideas. Names and texts are plain and bounded, addresses http(s) or "", times in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

__all__ = ["Balance", "Fresh", "Giver", "Link", "Open"]


class Open(Struct, frozen=True, kw_only=True):
    """A comment that the blogger has not answered, and the post it is on; `closed`: that takes no more comments."""

    name: str
    profile: str
    url: str
    post: str
    title: str
    when: datetime
    words: str
    closed: bool


class Giver(Struct, frozen=True, kw_only=True):
    """Somebody who gave often and heard nothing back: {kind: acts}, and the newest one."""

    name: str
    profile: str
    gave: Mapping[str, int]
    when: datetime
    url: str
    post: str


class Link(Struct, frozen=True, kw_only=True):
    """A page that links to the site, by somebody to whom nothing was given since: its title, and what it links to."""

    name: str
    profile: str
    url: str
    title: str
    post: str
    when: datetime


class Fresh(Struct, frozen=True, kw_only=True):
    """A new post on the blog of somebody whom the blogger talks with."""

    name: str
    url: str
    title: str
    when: datetime


class Balance(Struct, frozen=True, kw_only=True):
    """All ideas, in the order in which they are shown; `problems` are blogs that could not be read, and why."""

    comments: tuple[Open, ...] = ()
    people: tuple[Giver, ...] = ()
    links: tuple[Link, ...] = ()
    posts: tuple[Fresh, ...] = ()
    problems: tuple[str, ...] = ()
