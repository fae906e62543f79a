"""A channel's feed: videos that are copies of the blogger's posts, how many people liked them and how often they were
looked at. Pure.

YouTube gives every channel such a feed (``/feeds/videos.xml?channel_id=…``: Atom with Media RSS). A video is the copy
of the post that names it in `syndication:`, else of the first post that its description links to. To look at something
is no act of anybody's, so that views are a number of their own and in no sum.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import parse_qs

from msgspec import structs

from ..acts import Count, Kind
from ..addresses import host_of, split
from ..posts import Post
from . import Ask, Copy
from .copies import Index
from .feed_acts import Told
from .feed_parse import Feed
from .pages import page_of

__all__ = ["parse_videos", "video_of"]

#: Where the number of a video stands in a path: /shorts/ID, /embed/ID, /live/ID, /v/ID; on youtu.be at its beginning.
_PATH = re.compile(r"/(?:shorts|embed|live|v)/([\w-]+)")
_SHORT = re.compile(r"/([\w-]+)")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


def parse_videos(feed: Feed, ask: Ask, *, source: str) -> tuple[Feed, Told]:
    """The feed without its videos, the numbers of those that are copies of posts, and the copies found."""
    videos = [entry for entry in feed.entries if entry.is_video]
    if not videos:
        return feed, Told()
    named = _named(ask.posts)
    index = Index(ask.posts, ask.sites)
    numbers: defaultdict[tuple[str, Kind], int] = defaultdict(int)
    found: list[Copy] = []
    for entry in videos:
        post = named.get(video_of(entry.link))
        if post is None and (post := index.post_of(_links(entry.text))):
            found.append(Copy(post.url, entry.link))
        for kind, value in ((Kind.LIKE, entry.likes), (Kind.VIEW, entry.views)):
            if post and value is not None:
                numbers[post.url, kind] += value
    rest = tuple(entry for entry in feed.entries if not entry.is_video)
    counts = tuple(Count(source, post, kind, value) for (post, kind), value in numbers.items())
    return structs.replace(feed, entries=rest), Told(counts=counts, copies=tuple(found))


def video_of(url: str) -> str:
    """One spelling for all addresses of a video; of what is none on YouTube, the page."""
    parts, host = split(url), host_of(url)
    if parts and host in {"youtube.com", "m.youtube.com", "youtube-nocookie.com", "youtu.be"}:
        match = (_SHORT if host == "youtu.be" else _PATH).match(parts.path)
        number = match[1] if match else "".join(parse_qs(parts.query[:2_000]).get("v", ())[:1])
        if number:
            return f"youtube:{number}"
    return page_of(url)


def _named(posts: Iterable[Post]) -> dict[str, Post]:
    """The posts by the copies that their front matter names."""
    return {video_of(url): post for post in posts for url in post.syndication}


def _links(text: str) -> list[str]:
    """The addresses in a description, which is plain text."""
    return [found.rstrip(").,;:!?") for found in _ADDRESS.findall(text)]
