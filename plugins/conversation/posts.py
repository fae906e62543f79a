"""A page of the site that can have a conversation, as the rest of the plugin sees it: free of Pelican."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct, field, structs

__all__ = ["Later", "Post", "digest_of_body", "without_body"]


class Later(Struct, frozen=True):
    """A rendered body that is read when somebody asks for its text; `digest` stands for it (`digest_of_body`)."""

    digest: str
    read: Callable[[], str]

    def __str__(self) -> str:
        return self.read()


class Post(Struct, frozen=True, kw_only=True):
    """An article or a page.

    `url` is absolute (SITEURL + Pelican's url). `content` is "article" or "page", `status` Pelican's word: "published",
    "draft" or "hidden". `fields` holds the front matter that the plugin reads (`reply_to`, `like_of` ...: URLs by
    lower-case name) and `path` the source file, for messages. `html` is the rendered body, "" where not needed; `str`
    makes a text of it.
    """

    url: str
    title: str = ""
    content: str = "article"
    status: str = "published"
    path: str = ""
    lang: str = ""
    #: For a translation, the URL of the original; else the post's own URL.
    original: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    aliases: tuple[str, ...] = ()
    syndication: tuple[str, ...] = ()
    #: True, or the day it ends as a datetime, where front matter says `comments: closed` or a date.
    closed: bool | datetime = False
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    html: str | Later = ""


def without_body(post: Post) -> Post:
    """The post as everybody but its own page needs it."""
    return structs.replace(post, html="") if post.html else post


def digest_of_body(html: str | Later) -> str:
    """The same for the same body: BLAKE2b of its UTF-8, 16 bytes in hexadecimal."""
    if isinstance(html, Later):
        return html.digest
    return hashlib.blake2b(html.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
