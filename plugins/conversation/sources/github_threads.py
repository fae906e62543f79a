"""Which discussions and issues of a repository are about which post: giscus and utterances say so by their titles.

Both name a discussion or an issue after the page: its path without the extension, its address, or its title. They look
for it by a search, which GitHub answers by likeness; here all titles are listed, a hundred a request, and compared
whole, so that `/tea` never gets the comments of `/tea-time` (https://github.com/giscus/giscus/issues/1202).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import quote, unquote

from ..addresses import split
from ..errors import Malformed
from ..http import Client
from ..posts import Post
from . import Ask, Batch, Copy, Source, copies
from .github_api import dig, fetch_list, graphql, page_of
from .github_queries import DISCUSSIONS
from .paging import Listing
from .relisting import Course, Page, pages
from .targets import spellings
from .values import address_of, text_of, time_of

__all__ = ["MAPPINGS", "Find", "find_posts", "finder"]

#: How posts are found (giscus' `data-mapping`, utterances' `issue-term`). By "number" means: only by front matter.
MAPPINGS = ("pathname", "url", "title", "og:title", "number")

_EXTENSION = re.compile(r"\.\w+\Z", re.ASCII)
#: What stands between a post's title and the site's in the title of a page.
_BETWEEN = re.compile(r"\s+(?:[|·•–—«»:-]|::|//)\s+")

Find = Callable[[str], Post | None]


def finder(mapping: str, posts: Sequence[Post], sites: Sequence[str]) -> Find:
    """What finds the post that a title stands for."""
    if mapping == "url":
        index = copies.Index(posts, sites)
        return lambda title: index.post_of([title.strip()])
    if mapping == "pathname":
        by_path: dict[str, Post] = {}
        for post in posts:
            by_path.setdefault(_term(post.url), post)
        for post in posts:
            for url in (*spellings(post, sites), *post.aliases):
                by_path.setdefault(_term(url), post)
        return lambda title: by_path.get(unquote(title.strip()).strip("/"))
    by_title = _by_title(posts)
    return lambda title: next((by_title[one] for one in _pieces(title) if by_title.get(one)), None)


def find_posts(source: Source, ask: Ask, client: Client, course: Course) -> Iterator[Batch]:
    """The discussions and issues of the repository that are about posts of the site, as copies of them.

    Changed ones since the last pull, or all of them. Raises SourceError.
    """
    owner, _, name = source.options.get("repository", "").strip().partition("/")
    whole, asked = True, False
    for kind in ("discussions", "issues"):
        mapping = source.options.get(kind, "number")
        if mapping == "number" or not name or (kind == "discussions" and not source.token):
            continue
        asked = True
        find = finder(mapping, ask.posts, ask.sites)
        listing = (
            _discussions(source, client, owner, name) if kind == "discussions" else _issues(source, client, owner, name)
        )
        for page in listing:
            threads = page[0] if isinstance(page, tuple) else page
            if not isinstance(threads, list):
                raise Malformed("The answer holds no list of issues; is base_url the address of GitHub's API?")
            yield Batch(copies=tuple(_copies(threads, find)))
            if course.is_known(time_of(dig(one, "updatedAt") or dig(one, "updated_at")) for one in threads):
                break
        whole = whole and listing.whole
    if asked:
        yield course.end(whole=whole)


def _discussions(source: Source, client: Client, owner: str, name: str) -> Listing[object]:
    def fetch(cursor: str) -> Page:
        told = graphql(source, client, DISCUSSIONS, {"owner": owner, "name": name, "after": cursor or None})
        return page_of(dig(told, "repository", "list"))

    return pages(fetch)


def _issues(source: Source, client: Client, owner: str, name: str) -> Listing[object]:
    params = {"state": "all", "sort": "updated", "direction": "desc"}
    return fetch_list(source, client, f"repos/{quote(owner)}/{quote(name)}/issues", params)


def _copies(threads: Iterable[object], find: Find) -> Iterator[Copy]:
    for thread in threads:
        url = address_of(dig(thread, "html_url")) or address_of(dig(thread, "url"))
        post = find(text_of(dig(thread, "title"), 1_000))
        if url and post:
            yield Copy(post.url, url)


def _term(url: str) -> str:
    """The path of an address as a title: no slashes at its ends, no extension; "index" for the home page."""
    parts = split(url)
    path = unquote(parts.path if parts else "").strip("/")
    return _EXTENSION.sub("", path) or "index"


def _by_title(posts: Iterable[Post]) -> dict[str, Post | None]:
    """Posts by their titles; None where several have one title: nobody can tell which is meant."""
    found: dict[str, Post | None] = {}
    for post in posts:
        title = _plain(post.title)
        if title:
            found[title] = None if title in found else post
    return found


def _pieces(title: str) -> Iterator[str]:
    """A title, and what it may be made of: "Tea - Small Kindnesses" is the page "Tea" of that site."""
    yield _plain(title)
    for between in _BETWEEN.finditer(title):
        yield _plain(title[: between.start()])
        yield _plain(title[between.end() :])


def _plain(title: str) -> str:
    return " ".join(title.split()).casefold()
