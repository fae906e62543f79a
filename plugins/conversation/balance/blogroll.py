"""A blogroll as feed readers export it (OPML), and which of its blogs are by people one talks with.

Specification: http://opml.org/spec2.opml
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from .. import sanitise
from ..acts import Person
from ..addresses import host_of, is_web, link
from ..people import People
from ..sources.archive_xml import Record, records
from ..sources.feed_parse import Feed
from ..sources.pages import page_of, whose
from .deeds import Deeds
from .ideas import Fresh

__all__ = ["Blog", "blogs_in", "by_partners", "fresh"]

#: Folders in folders, and no more of them than anybody has.
DEEPEST = 8
#: Blogs taken from a file, and new posts from one blog.
MOST, EACH = 5_000, 2
TITLE_LENGTH = 80

_FIELDS = frozenset({"@xmlUrl", "@xmlurl", "@htmlUrl", "@htmlurl", "@title", "@text"})
_WANTED = {"opml/body" + "/outline" * depth: _FIELDS for depth in range(1, DEEPEST + 1)}


class Blog(Struct, frozen=True):
    """A blog in a blogroll: the addresses of its feed and of itself ("" where the file does not tell), its name."""

    feed: str
    site: str
    name: str


def blogs_in(data: bytes, name: str) -> tuple[Blog, ...]:
    """The blogs in an OPML file called `name` (for messages), each feed once. Raises ArchiveError where it is none."""
    blogs: dict[str, Blog] = {}
    for record in records(io.BytesIO(data), name, _WANTED):
        feed, site = _told(record, "@xmlUrl", "@xmlurl"), _told(record, "@htmlUrl", "@htmlurl")
        if is_web(feed) and len(blogs) < MOST:
            called = sanitise.name(_told(record, "@title", "@text"))
            blogs.setdefault(page_of(feed), Blog(feed, site if is_web(site) else "", called))
    return tuple(blogs.values())


def by_partners(blogs: Iterable[Blog], partners: Collection[str], people: People) -> tuple[Blog, ...]:
    """The blogs whose address, or whose site, is that of one of `partners` (keys of `People`)."""
    return tuple(blog for blog in blogs if not frozenset(_keys(blog, people)).isdisjoint(partners))


def fresh(read: Iterable[tuple[Blog, Feed]], deeds: Deeds, *, since: datetime, until: datetime) -> tuple[Fresh, ...]:
    """The new posts on these blogs, newest first, two of each at most: those of `since` to `until` that nothing of the
    blogger's answers or links.
    """
    found: dict[str, Fresh] = {}
    for blog, feed in read:
        name = blog.name or sanitise.name(feed.title) or host_of(blog.site or blog.feed)
        posts = []
        for entry in feed.entries:
            when = entry.published or entry.updated
            if when and since < when <= until and is_web(entry.link) and not deeds.knows(entry.link):
                title = sanitise.line(entry.title or entry.text, TITLE_LENGTH)
                posts.append(Fresh(name=name, url=link(entry.link), title=title, when=when))
        for post in sorted(posts, key=_newest_first)[:EACH]:
            found.setdefault(page_of(post.url), post)
    return tuple(sorted(found.values(), key=_newest_first))


def _newest_first(post: Fresh) -> tuple[float, str]:
    return -post.when.timestamp(), post.url


def _told(record: Record, *names: str) -> str:
    return next((record[name] for name in names if record[name]), "")


def _keys(blog: Blog, people: People) -> Iterator[str]:
    for url in (blog.site, blog.feed):
        if url:
            yield from (people.key(Person(url=url)), people.key(whose(url)))
