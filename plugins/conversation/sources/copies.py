"""Copies of a post elsewhere: which ones a service knows, and of which post a status is a copy. Pure.

Front matter (`syndication:`) rules; else what earlier pulls found, in the account's own statuses, by the post that they
link to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from ..posts import Post
from ..sites import Key, Sites, key_of
from ..spellings import settle
from . import Ask

__all__ = ["Index", "of"]

_RANKS = {"published": 0, "hidden": 1, "draft": 2}


def of(post: Post, ask: Ask, is_mine: Callable[[str], bool]) -> tuple[str, ...]:
    """The URLs of the post's copies at one service, each once: those in front matter, else those found.

    `is_mine` says whether an address is one of the service's (and of this instance, where that matters).
    """
    named = tuple(dict.fromkeys(url.strip() for url in post.syndication if is_mine(url.strip())))
    return named or tuple(dict.fromkeys(url for url in ask.copies.get(post.url, ()) if is_mine(url)))


class Index:
    """Finds the post that somebody links to. Make it once per pull: `Index(ask.posts, ask.sites)`.

    Exact up to what never makes another page: scheme, ``www.``, default port, percent-escapes, doubled and final
    slashes, ``index.html``, tracking parameters, fragment; aliases and the site's former addresses count too. Whatever
    needs a guess (a missing ``.html``) is left to `urls.py`.
    """

    def __init__(self, posts: Iterable[Post], sites: Sequence[str]) -> None:
        self._sites = Sites(sites)
        self._posts: dict[Key, Post] = {}
        ordered = sorted(posts, key=lambda post: (_RANKS.get(post.status, len(_RANKS)), post.url))
        for post in ordered:
            for form, _ in self._sites.readings(post.url):
                self._posts.setdefault(key_of(form), post)
        for post in ordered:
            for alias in post.aliases:
                for form in self._sites.aliases(alias.strip()):
                    self._posts.setdefault(key_of(form), post)

    def post_of(self, urls: Iterable[str]) -> Post | None:
        """The post that a status with these links is about: the first of the site's that it links to, if any."""
        return next(self._found(urls), None)

    def posts_of(self, urls: Iterable[str]) -> tuple[Post, ...]:
        """All posts that are linked, in the order of the links, each once."""
        return tuple({post.url: post for post in self._found(urls)}.values())

    def _found(self, urls: Iterable[str]) -> Iterator[Post]:
        for url in urls:
            post = next((self._posts[key] for key in self._keys(url.strip()) if key in self._posts), None)
            if post:
                yield post

    def _keys(self, url: str) -> Iterator[Key]:
        """What to look up for an absolute address: the query whole, then without tracking; then at the present site."""
        if url.startswith("/"):
            return
        for form, _ in self._sites.readings(url):
            whole = key_of(form)
            here = self._sites.here.key
            for query in dict.fromkeys((whole.query, settle("query", form.query))):
                key = whole._replace(query=query)
                yield key
                for site in self._sites.former:
                    if (below := site.below(key)) is not None:
                        yield here._replace(path=here.path + below, query=query)
