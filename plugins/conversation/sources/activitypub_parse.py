"""Actors, collections and notes of ActivityPub, as values. Pure: parsed JSON in, acts out; nothing is raised.

Shapes: https://www.w3.org/TR/activitypub/ and https://www.w3.org/TR/activitystreams-vocabulary/, as Mastodon,
GoToSocial, Misskey, WriteFreely and the ActivityPub plugin of WordPress write them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from ..acts import Act, Count, Direction, Kind, Person, Problem
from ..addresses import host_of
from ..channels import WEB, channel_of
from .hypertext import addresses, text, words
from .optouts import wants_silence
from .values import NAME_LIMIT, address_of, listed, text_of, time_of

__all__ = [
    "Actor",
    "Collection",
    "Thing",
    "actor_of",
    "author_of",
    "counts_of",
    "entries_of",
    "id_of",
    "is_gone",
    "is_public",
    "is_unlisted",
    "links_of",
    "parse_actor",
    "parse_collection",
    "parse_reply",
    "parse_webfinger",
    "total_of",
]

Thing = Mapping[str, object]

_PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
#: What people say; a vote in a poll is a Note with a name and without content.
_SAID = frozenset({"Article", "Event", "Image", "Note", "Page", "Question", "Video"})
_COLLECTIONS = frozenset({"Collection", "CollectionPage", "OrderedCollection", "OrderedCollectionPage"})
_ACTIVITY = ("application/activity+json", "application/ld+json")
# The names at the beginning of a reply say whom it is for; they are not words said.
_GREETING = re.compile(r"(?:@[\w.-]+(?:@[\w.-]+)?\s+)+")
_LARGEST = 10**9
_NOBODY = Person()


class Actor(Struct, frozen=True):
    """An account: its id, the addresses of its collections, and the person; `silent` where it wants no programs."""

    id: str
    outbox: str = ""
    followers: str = ""
    person: Person = _NOBODY
    silent: bool = False


class Collection(Struct, frozen=True):
    """A collection or a page of one: what it holds, and where more is (an address, a page in place, "" nowhere)."""

    items: tuple[object, ...] = ()
    following: object = ""


def id_of(value: object) -> str:
    """The id of an object, or of one that is told by its id only; "" where it has none that could be asked for."""
    told = value.get("id") if isinstance(value, dict) else value
    return address_of(told) if isinstance(told, str) else ""


def parse_webfinger(value: object) -> str:
    """The id of an account's actor in a WebFinger answer (RFC 7033)."""
    links = listed(value.get("links")) if isinstance(value, dict) else []
    for link in links[:50]:
        kind = text_of(link.get("type"), 200) if isinstance(link, dict) else ""
        if isinstance(link, dict) and link.get("rel") == "self" and kind.startswith(_ACTIVITY):
            return address_of(link.get("href"))
    return ""


def parse_actor(value: object) -> Actor | None:
    """An actor; None of anything else."""
    own = id_of(value)
    if not isinstance(value, dict) or not own or not isinstance(value.get("inbox"), str):
        return None
    user = text_of(value.get("preferredUsername"), NAME_LIMIT)
    person = Person(
        name=text_of(value.get("name"), NAME_LIMIT) or user,
        url=_page(value) or own,
        photo=_picture(value.get("icon")),
        handle=f"@{user}@{host_of(own)}" if user else "",
    )
    silent = wants_silence(value.get("summary"), value.get("attachment")) or value.get("suspended") is True
    return Actor(own, id_of(value.get("outbox")), id_of(value.get("followers")), person, silent)


def _page(value: Thing) -> str:
    """The address at which people read it; some write a list of links of several types."""
    for url in listed(value.get("url"))[:20]:
        if isinstance(url, dict) and text_of(url.get("mediaType"), 80) in {"", "text/html"}:
            return address_of(url.get("href"))
        if isinstance(url, str):
            return address_of(url)
    return ""


def _picture(value: object) -> str:
    """The address of a picture: an Image, a link, an address, or several."""
    for icon in listed(value)[:20]:
        found = address_of(icon.get("url") or icon.get("href")) if isinstance(icon, dict) else address_of(icon)
        if found:
            return found
    return ""


def actor_of(note: Thing) -> str:
    """The id of an object's author; "" where that is on another host than the object, which proves nothing."""
    author = next((found for one in listed(note.get("attributedTo"))[:20] if (found := id_of(one))), "")
    return author if author and host_of(author) == host_of(id_of(note)) else ""


def author_of(note: Thing) -> Person:
    """The author as far as their id tells, where their server does not: @name@host."""
    own = actor_of(note)
    name = own.rstrip("/").rpartition("/")[2].lstrip("@")
    return Person(url=own, handle=f"@{name}@{host_of(own)}" if name and own else "")


def is_public(thing: object) -> bool:
    """Whether it was addressed to everybody; unlisted ones are, by `cc`."""
    if not isinstance(thing, dict):
        return False
    named = [*listed(thing.get("to")), *listed(thing.get("cc"))]
    return any(isinstance(name, str) and name in _PUBLIC for name in named)


def is_unlisted(note: Thing) -> bool:
    """Whether it was addressed to somebody else, and to everybody only in copy: so servers keep it off timelines."""
    return not any(isinstance(name, str) and name in _PUBLIC for name in listed(note.get("to")))


def is_gone(thing: object) -> bool:
    """Whether it is what is left of something deleted."""
    return isinstance(thing, dict) and thing.get("type") == "Tombstone"


def parse_collection(value: object) -> Collection | None:
    """A collection or a page of one; None of anything else."""
    kind = text_of(value.get("type"), 40) if isinstance(value, dict) else ""
    if not isinstance(value, dict) or kind not in _COLLECTIONS:
        return None
    items = tuple(one for name in ("orderedItems", "items") for one in listed(value.get(name)))
    following = value.get("next") or (value.get("first") if "Page" not in kind else "")
    return Collection(items, following if isinstance(following, dict) else id_of(following))


def entries_of(collection: Collection) -> list[object]:
    """What a page of a collection holds, each once: objects whole, or their ids."""
    return list({id_of(one) or repr(one): one for one in collection.items}.values())


def total_of(value: object) -> int | None:
    """How many a collection says that it has; None where it is silent."""
    total = value.get("totalItems") if isinstance(value, dict) else None
    return total if isinstance(total, int) and not isinstance(total, bool) and 0 <= total < _LARGEST else None


def counts_of(note: Thing, source: str, target: str) -> tuple[Count, ...]:
    """The numbers of likes and shares that a note tells of itself."""
    pairs = ((Kind.LIKE, total_of(note.get("likes"))), (Kind.REPOST, total_of(note.get("shares"))))
    return tuple(Count(source, target, kind, value) for kind, value in pairs if value is not None)


def links_of(note: Thing) -> tuple[str, ...]:
    """What a note links to: in its text, and as what is attached to it."""
    attached = [
        one for one in listed(note.get("attachment"))[:50] if isinstance(one, dict) and one.get("type") == "Link"
    ]
    return (*addresses(text_of(note.get("content"))), *filter(None, (address_of(one.get("href")) for one in attached)))


def parse_reply(note: Thing, author: Person, *, source: str, target: str, mine: bool = False) -> Act | Problem:
    """A note that answers a copy of the post, or another answer; `parent` is that one's id.

    What is unlisted is told without its words, unless it is the blogger's own (`mine`).
    """
    own, content = id_of(note), note.get("content")
    kind = text_of(note.get("type"), 40)
    if kind not in _SAID or not isinstance(content, str):
        return Problem(own or target, f"is {'a ' + kind if kind else 'something'} without words")
    quiet = is_unlisted(note) and not mine
    html = "" if quiet else text_of(content)
    said = text(html)
    url = _page(note) or own
    return Act(
        direction=Direction.RECEIVED,
        kind=Kind.REPLY,
        source=source,
        id=own,
        url=url,
        target=target,
        channel="activitypub" if channel_of(url) == WEB else channel_of(url),
        author=author,
        published=time_of(note.get("published")),
        updated=time_of(note.get("updated")),
        title="" if quiet else text_of(note.get("name"), NAME_LIMIT),
        text=said,
        html=html,
        warning="" if quiet else text_of(note.get("summary"), NAME_LIMIT),
        parent=id_of(note.get("inReplyTo")),
        words=None if quiet else words(_GREETING.sub("", said, count=1) if said.startswith("@") else said),
    )
