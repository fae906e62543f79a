"""Mastodon's `outbox.json`: what the blogger wrote and boosted, as acts given (https://www.w3.org/TR/activitystreams-core/).

Pure: parsed JSON in, acts and problems out. A reply to somebody else is a reply given, a boost a repost given; what is
addressed to nobody is a note and counts in the mix only. What was not for everybody (followers only, direct) is left
out, as is what nobody can date or find again is not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from ..acts import Act, Direction, Kind, Person, Problem
from ..addresses import host_of, key, split
from ..channels import WEB, channel_of
from .hypertext import addresses, text, words
from .values import ADDRESS_LIMIT, NAME_LIMIT, TEXT_LIMIT, address_of, listed, text_of, time_of

__all__ = ["Self", "addressee", "parse_outbox", "place_of", "whose"]

_PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_QUOTES = ("quote", "quoteUrl", "quoteUri", "_misskey_quote")

# A status of Mastodon and its kin, and whose it is: /users/ada/statuses/1, /@ada/1.
_STATUS = re.compile(r"(https?://[^/]+)/(?:users/|@)([^/@]+)/(?:statuses/)?\d+")
# The names at the beginning of a reply say whom it is for; they are not words said.
_GREETING = re.compile(r"(?:@[\w.-]+(?:@[\w.-]+)?\s+)+")


class Self(Struct, frozen=True):
    """What tells the blogger's own addresses: the actor's, and digests of those that do not name them."""

    actor: str
    own: frozenset[bytes]

    def wrote(self, url: str) -> bool:
        """Whether `url` is something of the blogger's own."""
        status = _STATUS.match(url)
        mine = _last(self.actor) if host_of(self.actor) == host_of(url) else ""
        return bool(status and mine and status[2].casefold() == mine) or (bool(self.own) and _digest(url) in self.own)


def whose(items: Iterable[object]) -> Self:
    """Whose outbox it is, by the first activity, and which addresses there are theirs.

    On Mastodon an address tells whose it is. Those that do not, on its kin, have to be remembered: 12 bytes of each.
    """
    me = Self("", frozenset())
    own: set[bytes] = set()
    for item in items:
        if not isinstance(item, dict):
            continue
        me = me if me.actor else Self(address_of(item.get("actor")), me.own)
        note = item.get("object") if item.get("type") == "Create" else None
        for url in (address_of(note.get(name)) for name in ("id", "url")) if isinstance(note, dict) else ():
            if url and not me.wrote(url):
                own.add(_digest(url))
    return Self(me.actor, frozenset(own))


def parse_outbox(items: Iterable[object], me: Self, *, source: str, where: str) -> Iterator[Act | Problem]:
    """The acts of an outbox's activities; `where` names the document in problems."""
    for number, item in enumerate(items, 1):
        for found in _read(item, me, source):
            yield found if isinstance(found, Act) else Problem(f"{where}, item {number}", found)


def _read(item: object, me: Self, source: str) -> Iterator[Act | str]:
    """The act of one activity, or why it has none, and what was wrong with its values; nothing for what is private."""
    if not isinstance(item, dict):
        yield "is no activity"
        return
    kind, thing = text_of(item.get("type"), 40), item.get("object")
    inner = thing if kind == "Create" and isinstance(thing, dict) else item
    if not _is_public(inner) or not _is_public(item):
        return
    if kind == "Create" and isinstance(thing, dict):
        act = _created(thing, item, me, source)
    elif kind == "Announce" and address_of(thing if isinstance(thing, str) else _id(thing)):
        act = _announced(item, me, source)
    else:
        yield f"is {'a ' + kind if kind else 'something'} without anything that was said or passed on"
        return
    if act.published is None:
        yield "its date is missing or cannot be read"
    if isinstance(inner.get("content"), str) and len(inner["content"]) > TEXT_LIMIT:
        yield f"is longer than {TEXT_LIMIT:,} characters; the rest is left out"
    yield act


def _created(note: Mapping[str, object], item: Mapping[str, object], me: Self, source: str) -> Act:
    """A status that was written: a reply, a quote, a mention of somebody, or a note to nobody."""
    html = text_of(note.get("content")) or _mapped(note.get("contentMap"))
    said = text(html)
    links = addresses(html)
    mentions = _mentions(note, links, me)
    answered, quoted = address_of(note.get("inReplyTo")), address_of([note.get(name) for name in _QUOTES])
    if answered and not me.wrote(answered):
        kind, target, to = Kind.REPLY, answered, addressee(answered, mentions)
    elif quoted and not me.wrote(quoted):
        kind, target, to = Kind.QUOTE, quoted, addressee(quoted, mentions)
    else:
        aside = {*(key(person.url) for person in mentions), *(key(address_of(tag.get("href"))) for tag in _tags(note))}
        target = next((link for link in links if key(link) not in aside and "/tags/" not in link), "")
        to = next(iter(mentions), Person())
        kind, target = (Kind.MENTION, target or to.url) if to.key else (Kind.NOTE, target)
    url = address_of(note.get("url")) or address_of(note.get("id"))
    return Act(
        direction=Direction.GIVEN,
        kind=kind,
        source=source,
        id=text_of(note.get("id"), ADDRESS_LIMIT) or url or _hashed(html, str(note.get("published"))),
        url=url,
        target=target,
        channel=place_of(url),
        to=to,
        published=time_of(note.get("published")) or time_of(item.get("published")),
        updated=time_of(note.get("updated")),
        title=text_of(note.get("name"), NAME_LIMIT),
        text=said,
        html=html,
        warning=text_of(note.get("summary"), NAME_LIMIT) or _mapped(note.get("summaryMap"))[:NAME_LIMIT],
        parent=answered if kind in {Kind.NOTE, Kind.MENTION} else "",
        words=words(_GREETING.sub("", said, count=1) if said.startswith("@") else said),
    )


def _announced(item: Mapping[str, object], me: Self, source: str) -> Act:
    """A boost; one of the blogger's own statuses is a note."""
    thing = item.get("object")
    target = address_of(thing if isinstance(thing, str) else _id(thing))
    own = me.wrote(target)
    url = address_of(item.get("id")).removesuffix("/activity")
    return Act(
        direction=Direction.GIVEN,
        kind=Kind.NOTE if own else Kind.REPOST,
        source=source,
        id=text_of(item.get("id"), ADDRESS_LIMIT) or _hashed(target, str(item.get("published"))),
        url=url,
        target=target,
        channel=place_of(url),
        to=Person() if own else addressee(target, []),
        published=time_of(item.get("published")),
    )


def _is_public(thing: Mapping[str, object]) -> bool:
    """Whether it was for everybody (or says nothing of whom it was for, as an activity's object may)."""
    if "to" not in thing and "cc" not in thing:
        return True
    return any(
        isinstance(name, str) and name in _PUBLIC for name in [*listed(thing.get("to")), *listed(thing.get("cc"))]
    )


def _tags(note: Mapping[str, object]) -> list[Mapping[str, object]]:
    return [tag for tag in listed(note.get("tag"))[:200] if isinstance(tag, dict)]


def _mentions(note: Mapping[str, object], links: tuple[str, ...], me: Self) -> list[Person]:
    """The people named in a status. A tag holds an actor's id; the text links to the profile that people know."""
    found = []
    for tag in _tags(note):
        href = address_of(tag.get("href"))
        if tag.get("type") != "Mention" or not href or key(href) == key(me.actor):
            continue
        name = text_of(tag.get("name"), NAME_LIMIT).lstrip("@")
        name = name if "@" in name else f"{name or _last(href)}@{host_of(href)}"
        user = name.partition("@")[0].casefold()
        profile = next((url for url in links if host_of(url) == host_of(href) and _last(url) == user), href)
        found.append(Person(url=profile, handle=f"@{name}"))
    return found


def addressee(target: str, mentions: list[Person]) -> Person:
    """Whose the status at `target` is: by its address, else who is named on its server, else who is named at all."""
    status = _STATUS.match(target)
    here = [person for person in mentions if host_of(person.url) == host_of(target)]
    if status is None:
        return next(iter([*here, *mentions]), Person())
    by_address = Person(url=f"{status[1]}/@{status[2]}", handle=f"@{status[2]}@{host_of(target)}")
    return next((person for person in here if _last(person.url) == status[2].casefold()), by_address)


def _last(url: str) -> str:
    """The user's name at the end of a profile's address, in lower case."""
    parts = split(url)
    return parts.path.rstrip("/").rpartition("/")[2].lstrip("@").casefold() if parts else ""


def _mapped(value: object) -> str:
    """The first text of a language map (`contentMap`)."""
    return next((found for item in value.values() if (found := text_of(item))), "") if isinstance(value, dict) else ""


def _id(thing: object) -> object:
    return thing.get("id") if isinstance(thing, dict) else None


def place_of(url: str) -> str:
    """The channel of something on Mastodon or its kin."""
    channel = channel_of(url)
    return "mastodon" if channel == WEB else channel


def _hashed(*parts: str) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _digest(url: str) -> bytes:
    return hashlib.blake2b(key(url).encode("utf-8", "replace"), digest_size=12).digest()
