"""Four kinds of ideas. Names and texts are plain and bounded, addresses http(s) or "", times in UTC."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime

__all__ = ["Balance", "Fresh", "Giver", "Link", "Open"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A comment that the blogger has not answered, and the post it is on; `closed`: that takes no more comments."""

    name: str
    profile: str
    url: str
    post: str
    title: str
    when: datetime
    words: str
    closed: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Giver:
    """Somebody who gave often and heard nothing back: {kind: acts}, and the newest one."""

    name: str
    profile: str
    gave: Mapping[str, int]
    when: datetime
    url: str
    post: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A page that links to the site, by somebody to whom nothing was given since: its title, and what it links to."""

    name: str
    profile: str
    url: str
    title: str
    post: str
    when: datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A new post on the blog of somebody whom the blogger talks with."""

    name: str
    url: str
    title: str
    when: datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """All ideas, in the order in which they are shown; `problems` are blogs that could not be read, and why."""

    comments: tuple[Open, ...] = ()
    people: tuple[Giver, ...] = ()
    links: tuple[Link, ...] = ()
    posts: tuple[Fresh, ...] = ()
    problems: tuple[str, ...] = ()
