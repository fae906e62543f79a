"""The vocabulary: who did what to whom.

An `Act` is one thing that one person did towards another in public: a reply, a like, a link. Words are those of
ActivityStreams 2.0 and microformats2. All values are immutable; all times are aware and in UTC; a text that is not
known is "", a time or number that is not known is None.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from .addresses import host_of, is_web, key

__all__ = ["KINDS", "Act", "Count", "Direction", "Kind", "Person", "Problem", "Proof", "identity", "placed"]

#: Other people's clocks: a time this far ahead of when an act was first heard of is taken as a mistake.
CLOCK_SKEW = timedelta(days=1)


class Direction(StrEnum):
    """Which way an act goes, seen from the blogger."""

    GIVEN = "given"
    RECEIVED = "received"


class Kind(StrEnum):
    """What was done; see the contract's vocabulary in docs/vocabulary.md."""

    REPLY = "reply"
    MENTION = "mention"
    LINK = "link"
    LIKE = "like"
    REPOST = "repost"
    QUOTE = "quote"
    BOOKMARK = "bookmark"
    ANSWER = "answer"
    GUEST_POST = "guest-post"
    FOLLOW = "follow"
    RSVP = "rsvp"
    NOTE = "note"
    #: No act of anybody's, and only ever a number: how often a copy of a post was looked at.
    VIEW = "view"


#: What an act may be.
KINDS = tuple(kind for kind in Kind if kind is not Kind.VIEW)


class Person(Struct, frozen=True, omit_defaults=True):
    """Somebody as one source names them (an h-card). All fields may be empty: an anonymous person."""

    name: str = ""
    url: str = ""
    photo: str = ""
    handle: str = ""

    @property
    def key(self) -> str:
        """What tells this person from others, by evidence and never by name; "" where nothing does."""
        if is_web(self.url):
            return key(self.url).rstrip("/")
        return self.handle.strip().lstrip("@").casefold()

    @property
    def shown(self) -> str:
        """The name to print: the given one, else the handle, else the host of the profile, else ""."""
        return self.name.strip() or self.handle.strip() or host_of(self.url)


class Act(Struct, frozen=True, kw_only=True):
    """One act, as one source tells it (an h-cite).

    `source` is the configured source's name and `id` the act's own id there; the pair is unique and stable, so that
    an edited act replaces its former version. `url` is the act's permalink; `target` is the page it is about, exactly
    as the source spelled it: one of the blogger's posts for received acts, somebody else's page for given ones.
    """

    direction: Direction
    kind: Kind
    source: str
    id: str
    url: str = ""
    target: str = ""
    #: Where it happened: "mastodon", "bluesky", "hackernews", "web" ... (`channels.py`).
    channel: str = "web"
    #: Who did it. Empty for acts given: that is the blogger.
    author: Person = Person()
    #: To whom it was given, where known. Empty for acts received: that is the blogger.
    to: Person = Person()
    published: datetime | None = None
    updated: datetime | None = None
    #: When the service heard of it (webmention.io's wm-received), where it tells.
    received: datetime | None = None
    title: str = ""
    #: Plain text, and HTML as it came: hostile until `sanitise.py` has been over it.
    text: str = ""
    html: str = ""
    #: The words under which a content warning folds the text.
    warning: str = ""
    #: URL of the act that this one answers, where that is not the target itself.
    parent: str = ""
    #: The part of the target that was meant (`#fn:1`), without the "#".
    fragment: str = ""
    rsvp: str = ""
    #: Number of words written to the other, where known.
    words: int | None = None


class Count(Struct, frozen=True):
    """How many acts of others of one kind a service reports for a target, named or not, as observed at one pull.

    The blogger's own acts are taken off, and what is hidden; where it is more than the source's acts, the rest is shown
    as a number. Views are counted so, too, though they are no acts.
    """

    source: str
    target: str
    kind: Kind
    value: int


class Proof(Struct, frozen=True):
    """Two profile addresses that are one person's: each names the other (rel=me both ways), and a service checked it.

    Nothing else makes two profiles one person: neither a name nor a picture does.
    """

    one: str
    other: str


class Problem(Struct, frozen=True):
    """Something in the input that could not be taken: where it stands, and why. Kept and reported, never raised."""

    where: str
    what: str

    def __str__(self) -> str:
        """`where: what`, as compilers print it."""
        return f"{self.where}: {self.what}"


def identity(act: Act) -> str:
    """What makes two acts on the same post the same act, whichever way they came: a short stable hash.

    The same kind of act, with the same permalink, by the same author is one act: a mention that is both in an archive
    and at webmention.io, or that was sent under two source addresses, counts once. The permalink alone is not enough:
    some services give every like the address of the post that was liked, so the author decides there; and the author
    alone is not enough: one person may write three comments. An act given names its target too, for all links of a post
    have the post's address. An act without a permalink is the same only as itself.
    """
    parts: tuple[str, ...] = (act.direction, act.kind, act.source, act.id)
    if act.url:
        parts = (act.direction, act.kind, key(act.url), act.author.key or act.author.name.casefold().strip())
        parts += (key(act.target),) if act.direction is Direction.GIVEN else ()
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def placed(act: Act, seen: datetime) -> datetime:
    """When an act takes its place in a conversation: when it was published, where that is known and can be true.

    `seen` is when the store first saw it. A time after the act was heard of (plus a day, for wrong clocks) is
    impossible; then, and where none is given, the time it was heard of stands in.
    """
    heard = act.received or seen
    if act.published is None or act.published > heard + CLOCK_SKEW:
        return heard
    return act.published
