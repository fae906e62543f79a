"""What was said last all over the site, and what is talked about most: for lists and feeds elsewhere on it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from msgspec import Struct

from .. import sanitise
from ..acts import Kind
from ..posts import Post
from .grouping import Grouped
from .types import Conversation, Counts, Number, Said

__all__ = [
    "LATEST",
    "Conversations",
    "Remark",
    "Talked",
    "most_talked",
    "newest",
    "overview",
    "path_of",
    "remarks",
    "runs",
    "times",
]

#: So many remarks the site's lists hold, and so many posts the list of the most talked about.
LATEST = 60
MOST = 10
#: The first words of a remark, in characters.
EXCERPT = 280


class Remark(Struct, frozen=True):
    """Something that was said (a reply, a mention, a quote), and the post that it was said of."""

    said: Said
    post: Post
    #: The post's address relative to SITEURL.
    path: str
    #: The comment that it stands below; None where it answers the post itself.
    to: Said | None = None

    @property
    def address(self) -> str:
        """Where it stands on the site, relative to SITEURL: on the post's own page, or on a further one."""
        return f"{self.said.page or self.path}#{self.said.anchor}"

    @property
    def url(self) -> str:
        """The same in full."""
        return self.post.url.removesuffix(self.path) + self.address

    @property
    def words(self) -> str:
        """Its first words as plain text; "" where there are none, or where a content warning stands before them."""
        return "" if self.said.warning else sanitise.line(sanitise.words(self.said.html), EXCERPT)


class Talked(Struct, frozen=True):
    """A post that is talked about: its conversation, and its address relative to SITEURL."""

    conversation: Conversation
    path: str

    @property
    def post(self) -> Post:
        """The post."""
        return self.conversation.post

    @property
    def counts(self) -> Counts:
        """Its five numbers."""
        return self.conversation.counts

    @property
    def talk(self) -> int:
        """What people said or passed on: comments, shares and mentions. Likes and bookmarks are silent."""
        return self.counts.comments + self.counts.shares + self.counts.mentions


class Conversations(Struct, frozen=True):
    """The site's conversations in short, as every template has them under the name `conversations`.

    `latest` holds the newest remarks, the newest first, the blogger's own among them (`said.own`); `most_talked` the
    posts with the most talk; `numbers` the five of all published posts together, as a `Conversation` has them.
    """

    latest: tuple[Remark, ...] = ()
    most_talked: tuple[Talked, ...] = ()
    numbers: tuple[Number, ...] = ()

    @property
    def total(self) -> Counts:
        """The same five as plain numbers."""
        return Counts(**{number.group: number.value for number in self.numbers})


def overview(conversations: Iterable[Conversation], site: str) -> Conversations:
    """What lists on all pages show of `conversations`; drafts' and hidden posts' are left out.

    `site` is the site's address without a slash at its end.
    """
    public = [conversation for conversation in conversations if conversation.post.status == "published"]
    talked = [Talked(conversation, path_of(conversation.post, site)) for conversation in public]
    return Conversations(
        latest=newest((remark for conversation in public for remark in remarks(conversation, site)), LATEST),
        most_talked=most_talked(talked),
        numbers=tuple(_number(group, public) for group in Counts.__struct_fields__) if public else (),
    )


def most_talked(talked: Iterable[Talked]) -> tuple[Talked, ...]:
    """Those of some posts that are talked about most, most talk first."""
    return tuple(sorted((one for one in talked if one.talk), key=_most_talked)[:MOST])


def remarks(conversation: Conversation, site: str) -> Iterator[Remark]:
    """Everything on a post that has words of its own or speaks of it elsewhere, in no order that matters."""
    post, path = conversation.post, path_of(conversation.post, site)
    todo: list[tuple[Said, Said | None]] = [(said, None) for said in conversation.comments]
    while todo:
        said, to = todo.pop()
        yield Remark(said, post, path, to)
        todo += [(reply, said) for reply in said.replies]
    for said in conversation.mentions:
        yield Remark(said, post, path)
    for said in conversation.shares:
        if said.kind is Kind.QUOTE:
            yield Remark(said, post, path)


def times(found: Grouped) -> Iterator[datetime]:
    """When each of the `remarks` on a post was made, from what is listed of its conversation."""
    for group in ("comments", "mentions", "shares"):
        for one in found.groups.get(group, ()):
            if group != "shares" or one.told.best.act.kind is Kind.QUOTE:
                yield one.when


def newest(some: Iterable[Remark], number: int) -> tuple[Remark, ...]:
    """The newest of `some`, newest first; the same whatever order they come in."""
    return tuple(heapq.nlargest(number, some, key=lambda one: (one.said.when, one.post.url, one.said.anchor)))


def runs(latest: Iterable[Remark]) -> tuple[tuple[Remark, ...], ...]:
    """Remarks in the order they come in, those together that follow each other on one post."""
    return tuple(tuple(together) for _, together in groupby(latest, key=lambda one: one.post.url))


def path_of(post: Post, site: str) -> str:
    """A post's address relative to SITEURL."""
    return post.url.removeprefix(f"{site}/")


def _most_talked(one: Talked) -> tuple[int, int, float, str]:
    """Most talk first; then most of all five numbers, then the newest post."""
    published = one.post.published.timestamp() if one.post.published else 0.0
    return -one.talk, -one.counts.total, -published, one.post.url


def _number(group: str, public: Iterable[Conversation]) -> Number:
    """One of the five numbers, of all posts together; "at least" where it is so for any of them."""
    value = sum(getattr(conversation.counts, group) for conversation in public)
    least = any(one.at_least for conversation in public for one in conversation.numbers if one.group == group)
    return Number(group, value, listed=value, at_least=least)
