"""The acts received, as the almanac has them, laid out for the ledger and its table."""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import itemgetter

from . import exports
from .acts import Direction
from .almanac import Almanac
from .bookkeeping import Bookkeeper
from .leaves import COLUMNS, Leaf
from .ledger import Entry, Ledger, PostFacts
from .ledger.received import Table
from .posts import Post

__all__ = ["fact_of", "lines_of", "table_of"]


def table_of(almanac: Almanac, posts: Iterable[Post], channels: Iterable[str], books: Bookkeeper) -> Table:
    """All acts received, in the order of their pages; `books` knows the addresses that they answer."""
    names = ("at", "day", "who", "spot", "parent", "how")
    columns = {name: array(COLUMNS[name]) for name in names}
    post, begins, urls = array("i"), array("I"), []
    public = {one.url: number for number, one in enumerate(posts)}
    for url, *data in almanac.columns(*names):
        urls.append(url)
        begins.append(len(post))
        for name, part in zip(names, data, strict=True):
            columns[name].frombytes(part)
        post.extend([public.get(url, -1)] * (len(columns["at"]) - len(post)))

    def entries(places: Iterable[int]) -> list[Entry]:
        found = [(place, bisect_right(begins, place) - 1) for place in places]
        rows = almanac.entries({urls[page] for _, page in found})
        return [books.settled(rows[urls[page]][0][place - begins[page]]) for place, page in found]

    return Table(**columns, post=post, channels=list(channels), entries=entries)


def lines_of(almanac: Almanac, ledger: Ledger) -> Iterator[str]:
    """The lines of received.csv below its head."""
    published = {post.url for post in ledger.posts}
    order = exports.newest_first
    more = sorted(exports.lines(ledger.acts.received, Direction.RECEIVED, published, ledger.zone), key=order)
    rows = heapq.merge(almanac.lines(), more, key=order) if more else almanac.lines()
    return map(itemgetter(1), rows)


def fact_of(post: Post, leaf: Leaf, links: int) -> PostFacts:
    """What the ledger says of a post with so many links."""
    counts = leaf.counts
    return PostFacts(
        url=post.url,
        title=post.title,
        published=post.published,
        given_links=links,
        comments=counts.comments,
        shares=counts.shares,
        mentions=counts.mentions,
        likes=counts.likes,
        bookmarks=counts.bookmarks,
        first=leaf.first,
        last=leaf.last,
    )
