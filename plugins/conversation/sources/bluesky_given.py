"""The blogger's own records on Bluesky as acts given: posts, likes, reposts. Pure, and raises over nothing.

A record of ``com.atproto.repo.listRecords`` holds its at:// address and, as ``value``, what its collection's lexicon
says: https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky/feed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from ..acts import Act, Direction, Kind, Person, Problem
from .bluesky_names import APP, POST, At, Json, at_of, inner, mapping, page_of, person_of
from .bluesky_text import html_of, labels_of, links_of, mentions_of, quoted_of, text_of_post, warning_of
from .hypertext import words
from .values import text_of, time_of

__all__ = ["COLLECTIONS", "Giver", "links_of_record", "parse_record", "people_of"]

#: Where acts given stand, by their kind.
COLLECTIONS: Mapping[str, Kind] = {
    POST: Kind.NOTE,
    "app.bsky.feed.repost": Kind.REPOST,
    "app.bsky.feed.like": Kind.LIKE,
}


class Giver(Struct, frozen=True):
    """The blogger: as which source, DID and handle ("" where it is lost), and whom they are known to have met.

    Of `people`, by DID, those who do not want to be named are nobody in particular.
    """

    source: str
    did: str
    handle: str
    people: Mapping[str, Person] = field(default_factory=dict)

    def person(self, did: str) -> Person:
        """Who has that DID; an account that is gone keeps it as its only name."""
        return self.people.get(did) or person_of({"did": did})

    def page(self, at: At) -> str:
        """The address of a record on the web, by its owner's handle where it is known."""
        handle = self.handle if at.who == self.did else self.person(at.who).handle
        return page_of(at, handle.removeprefix("@"))


def people_of(entries: Iterable[object], giver: Giver) -> tuple[str, ...]:
    """The DIDs of all others that some records are addressed to, each once, without those who are known."""
    found: dict[str, None] = {}
    for value in (mapping(mapping(entry).get("value")) for entry in entries):
        for at in (_subject(value), _parent(value), at_of(quoted_of(value))):
            found |= {at.who: None} if at else {}
        found |= dict.fromkeys(mentions_of(value))
    return tuple(did for did in found if did.startswith("did:") and did != giver.did and did not in giver.people)


def links_of_record(entry: object, giver: Giver) -> tuple[str, ...]:
    """The addresses by which a record may be a copy of one of the blog's posts; none of what was said to others."""
    value = mapping(mapping(entry).get("value"))
    parent = _parent(value)
    return () if parent and parent.who != giver.did else links_of(value)


def parse_record(entry: object, giver: Giver) -> Act | Problem | None:
    """The act that a record is, or why it is none; None for what is no act: liking one's own."""
    at, value = at_of(mapping(entry).get("uri")), mapping(mapping(entry).get("value"))
    if at is None or at.who != giver.did or at.collection not in COLLECTIONS or not value:
        return Problem(text_of(mapping(entry).get("uri")) or giver.source, "is no record of a known form; left out")
    if at.collection == POST:
        return _post(at, value, giver)
    subject = _subject(value)
    if subject is None:
        return Problem(at.uri, "does not say what it is about; left out")
    own = subject.who == giver.did
    if own and COLLECTIONS[at.collection] is Kind.LIKE:
        return None
    return Act(
        direction=Direction.GIVEN,
        kind=Kind.NOTE if own else COLLECTIONS[at.collection],
        source=giver.source,
        id=_id(at),
        target=giver.page(subject),
        channel="bluesky",
        to=Person() if own else giver.person(subject.who),
        published=time_of(value.get("createdAt")),
    )


def _post(at: At, value: Json, giver: Giver) -> Act:
    """A post: a reply, a quote, a mention of somebody, or a note to nobody."""
    parent, quoted = _parent(value), at_of(quoted_of(value))
    said, links = text_of_post(value), links_of(value)
    named = next((did for did in mentions_of(value) if did != giver.did), "")
    if parent and parent.who != giver.did:
        kind, target, to = Kind.REPLY, giver.page(parent), giver.person(parent.who)
    elif quoted and quoted.who != giver.did:
        kind, target, to = Kind.QUOTE, giver.page(quoted), giver.person(quoted.who)
    elif named:
        kind, target, to = Kind.MENTION, next(iter(links), f"{APP}/profile/{named}"), giver.person(named)
        target = target if links else to.url or target
    else:
        kind, target, to = Kind.NOTE, next(iter(links), ""), Person()
    return Act(
        direction=Direction.GIVEN,
        kind=kind,
        source=giver.source,
        id=_id(at),
        url=giver.page(at),
        target=target,
        channel="bluesky",
        to=to,
        published=time_of(value.get("createdAt")),
        text=said,
        html=html_of(value),
        warning=warning_of(labels_of(value)),
        parent=giver.page(parent) if parent and kind in {Kind.NOTE, Kind.MENTION} else "",
        words=words(said),
    )


def _id(at: At) -> str:
    """Not the address alone: under the blog's own post the same record is heard as a reply received, with that id."""
    return f"given:{at.uri}"


def _parent(value: Json) -> At | None:
    return at_of(inner(value, "reply", "parent", "uri"))


def _subject(value: Json) -> At | None:
    """What is liked or reposted."""
    return at_of(inner(value, "subject", "uri"))
