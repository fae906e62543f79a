"""The feeds of a few blogs, fetched side by side within a time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from ..errors import SourceError
from ..http import Client
from ..sources.feed import ACCEPT
from ..sources.feed_parse import Feed, parse_feed
from .blogroll import Blog

__all__ = ["read"]

#: Blogs that are asked, at a time and in all; seconds for one of them; bytes of a feed.
AT_ONCE, MOST = 6, 60
PATIENCE = 10.0
LARGEST = 4 << 20


def read(blogs: Sequence[Blog], client: Client, seconds: float) -> tuple[list[tuple[Blog, Feed]], list[str]]:
    """The feeds of the first sixty `blogs` that answered in time, in that order, and why others could not be read.

    Their addresses come out of a file that somebody else may have made: only the public Internet is asked.
    """
    end = time.monotonic() + seconds

    def fetched(blog: Blog) -> Feed | str:
        left = end - time.monotonic()
        if left <= 0:
            return f"{blog.feed}: there was no time left to ask (CONVERSATION_DEADLINE)."
        try:
            answer = client.get(
                blog.feed, accept=ACCEPT, deadline=min(left, PATIENCE), max_bytes=LARGEST, public_only=True
            )
            return parse_feed(answer.body, answer.url, answer.headers.get("Content-Type", ""))
        except SourceError as error:
            return str(error)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(zip(blogs, pool.map(fetched, blogs[:MOST]), strict=False))
    feeds = [(blog, answer) for blog, answer in answers if isinstance(answer, Feed)]
    return feeds, [answer for _, answer in answers if isinstance(answer, str)]
