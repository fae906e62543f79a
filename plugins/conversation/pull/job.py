"""A source that is asked about some posts, and what has come of it so far."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct, field

from ..acts import Problem
from ..posts import Post
from ..sources import Service, Source
from ..store import Changes

__all__ = ["Job"]


class Job(Struct, eq=False):
    """A source that is asked about `posts`; before them about its account, where `site` holds all posts of the site.

    `state` is "" while it is under way, "paused" where its requests are used up for now.
    """

    source: Source
    service: Service
    posts: tuple[Post, ...]
    #: Jobs of the same source take turns.
    turn: threading.Lock
    site: tuple[Post, ...] | None = None
    changes: Changes = field(default_factory=Changes)
    problems: tuple[Problem, ...] = ()
    #: When what the batches told was true, where they say.
    pulled: datetime | None = None
    #: Whether anything was told at all.
    told: bool = False
    #: The URLs of posts that were asked about to the end.
    ticked: set[str] = field(default_factory=set)
    state: str = ""
    error: str | None = None
    #: What the source raised though it should not.
    mistake: BaseException | None = None

    def stumble(self, mistake: BaseException) -> None:
        """Takes note of such an exception."""
        self.mistake = mistake

    @property
    def by_post(self) -> bool:
        """Whether the source is asked post by post."""
        return self.service.per_post(self.source)

    @property
    def left(self) -> tuple[Post, ...]:
        """The posts that the source was not asked about yet; none for one that answers for the whole site."""
        return tuple(post for post in self.posts if post.url not in self.ticked) if self.by_post else ()

    def portions(self) -> Iterator[tuple[Post, ...]]:
        """The posts, as many as the source is asked about at a time; of one that tells of the whole site, all.

        They are ticked off portion by portion: where a pull is cut short, the next one goes on with the others.
        """
        if not self.by_post:
            yield self.posts
            return
        left = self.left
        for start in range(0, len(left), self.service.at_once):
            yield left[start : start + self.service.at_once]

    def tick(self, urls: Iterable[str], among: Iterable[Post]) -> list[str]:
        """Ticks off those of the posts `among` that have these URLs; returns which were not so before."""
        fresh = sorted(({*urls} & {post.url for post in among}) - self.ticked)
        self.ticked.update(fresh)
        return fresh
