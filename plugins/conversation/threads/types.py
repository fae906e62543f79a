"""What a template sees of a conversation. All values are immutable; texts are plain unless they are Markup."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

from markupsafe import Markup

from ..acts import Act, Kind, Person
from ..posts import Post

__all__ = ["Conversation", "Counts", "Gave", "House", "Join", "Said", "Stale"]


@dataclasses.dataclass(frozen=True, slots=True)
class Counts:
    """The five numbers of a post, as the contract defines them."""

    comments: int = 0
    shares: int = 0
    mentions: int = 0
    likes: int = 0
    bookmarks: int = 0

    @property
    def total(self) -> int:
        """All five together: whether there is anything to show at all."""
        return self.comments + self.shares + self.mentions + self.likes + self.bookmarks


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One act as a template shows it. Every text is safe: `html` is sanitised Markup, all others are plain strings."""

    act: Act
    #: Fragment for a permalink on the page, unique there and stable: "said-…".
    anchor: str
    #: Name to show, shortened; never empty ("Somebody" at the very least).
    name: str
    #: One or two letters to stand for a face.
    initials: str
    #: The author's page and the act's permalink: http(s) or "".
    profile: str
    url: str
    #: In the site's time zone. `dated` is False where the source gave no time and this is when it was first heard of.
    when: datetime
    dated: bool
    #: The words, sanitised; empty for likes and the like. `long` says that a template should fold them.
    html: Markup
    long: bool
    title: str
    warning: str
    #: "Mastodon", "Hacker News", or the host of the page for the open web.
    place: str
    #: The blogger's own.
    own: bool
    #: A small picture of the author on the site itself, relative to SITEURL; "" where the initials stand in.
    picture: str = ""
    #: All places that told of this act, where there are several: it came by two ways and counts once.
    ways: tuple[Join, ...] = ()
    replies: tuple[Said, ...] = ()

    @property
    def kind(self) -> Kind:
        """The kind of the act."""
        return self.act.kind


@dataclasses.dataclass(frozen=True, slots=True)
class Join:
    """A place where a reader can answer: "on Mastodon" and its address (http(s) or mailto)."""

    label: str
    url: str


@dataclasses.dataclass(frozen=True, slots=True)
class Stale:
    """A source whose state shown here may be old: its name and when it was last reached (site's zone), if ever."""

    name: str
    since: datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class Gave:
    """What the post itself gave: a page that it links to."""

    url: str
    title: str
    host: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Everything that a template needs to know of one post's conversation.

    `comments` are threaded (`Said.replies`), oldest first; `shares`, `likes`, `mentions`, `bookmarks` are flat, oldest
    first. `counts` may be larger than what is listed where a service tells numbers without names, and never smaller.
    """

    post: Post
    counts: Counts = Counts()
    comments: tuple[Said, ...] = ()
    shares: tuple[Said, ...] = ()
    mentions: tuple[Said, ...] = ()
    likes: tuple[Said, ...] = ()
    bookmarks: tuple[Said, ...] = ()
    join: tuple[Join, ...] = ()
    stale: tuple[Stale, ...] = ()
    gave: tuple[Gave, ...] = ()
    closed: bool = False

    @property
    def url(self) -> str:
        """The post's absolute URL, as in `data-post`."""
        return self.post.url

    @property
    def quiet(self) -> bool:
        """Whether nothing is there to show: a template invites instead of printing zeros."""
        return not self.counts.total and not self.comments


@dataclasses.dataclass(frozen=True, slots=True)
class House:
    """The rules that all conversations of a site share.

    `is_own` tells whether an act (its author, its permalink) is the blogger's own. `privacy` maps a kind or a source's
    name to "full", "name" (no words) or "count" (only counted). `zone` is the site's time zone, `contact` the ways to
    reach the blogger, `stale` the sources whose last pull failed.
    """

    zone: tzinfo
    is_own: Callable[[Person, str], bool]
    privacy: Mapping[str, str] = dataclasses.field(default_factory=dict)
    contact: tuple[Join, ...] = ()
    stale: tuple[Stale, ...] = ()
    #: The newest pull: the only clock that a page may depend on.
    now: datetime | None = None
    #: By the address of a person's picture: where the site keeps a small copy, relative to SITEURL.
    pictures: Mapping[str, str] = dataclasses.field(default_factory=dict)
