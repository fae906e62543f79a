"""From the store to JSON: acts as JF2 entries, all else as plain lists."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..acts import Direction, Kind, Person
from ..store import Pulled, Store, Stored
from ..store.pages import post_as_json

__all__ = ["EXTRA", "FORMAT", "PLAIN", "VERSION", "VERSIONS", "export"]

FORMAT = "pelican-conversation export"
VERSION = 3
#: What can be read: 1 knew no copies and no snapshots, 2 no proofs and no pictures.
VERSIONS = (1, 2, 3)
#: The extension object of an entry, and of the feed.
EXTRA = "x-conversation"
#: What of an act stands in the extension object under its own name.
PLAIN = ("source", "id", "channel", "warning", "parent", "fragment")

#: How JF2, and webmention.io's `wm-property`, name the relation of an entry to its target.
_RELATIONS = {
    Kind.REPLY: "in-reply-to",
    Kind.ANSWER: "in-reply-to",
    Kind.RSVP: "in-reply-to",
    Kind.LIKE: "like-of",
    Kind.REPOST: "repost-of",
    Kind.QUOTE: "quotation-of",
    Kind.BOOKMARK: "bookmark-of",
    Kind.FOLLOW: "follow-of",
    Kind.MENTION: "mention-of",
    Kind.LINK: "mention-of",
    Kind.GUEST_POST: "mention-of",
}


def export(store: Store) -> dict[str, Any]:
    """The store as a JF2 feed of plain JSON values: `{"type": "feed", "children": [...], "x-conversation": {...}}`."""
    whole = store.whole()
    extra = {
        "format": FORMAT,
        "version": VERSION,
        "sources": [_source(one) for one in whole.sources],
        "tombstones": [
            [one.source, one.id, one.identity, _time(one.first_seen), _time(one.gone_at)] for one in whole.tombstones
        ],
        "counts": [
            [one.count.source, one.count.target, str(one.count.kind), _time(one.at), one.count.value]
            for one in whole.counts
        ],
        "asked": [[source, post, _time(at)] for source, post, at in whole.asked],
        "posts": [post_as_json(post) for post in whole.posts],
        "matches": [list(match) for match in whole.matches],
        "forgotten": [list(one) for one in whole.forgotten],
        "copies": [[one.source, one.copy.post, one.copy.url, _time(one.first_seen)] for one in whole.copies],
        "snapshots": [
            [one.source, one.snapshot.account, _time(one.at), one.snapshot.followers, one.snapshot.posts]
            for one in whole.snapshots
        ],
        "proofs": [[one.source, one.proof.one, one.proof.other, _time(one.at)] for one in whole.proofs],
        "pictures": [
            [one.url, one.outcome, base64.b64encode(one.image).decode(), _time(one.tried)] for one in whole.pictures
        ],
    }
    return {"type": "feed", "children": [_entry(one) for one in whole.acts], EXTRA: extra}


def _source(one: Pulled) -> dict[str, Any]:
    return {
        "name": one.name,
        "state": one.state,
        "outcome": one.outcome,
        "tried": _time(one.tried),
        "pulled": _time(one.pulled),
        "error": one.error,
        "cursor": dict(one.cursor),
        "problems": [[problem.where, problem.what] for problem in one.problems],
        "unasked": one.unasked,
    }


def _entry(one: Stored) -> dict[str, Any]:
    """An act as a JF2 entry; what is empty is left out."""
    act = one.act
    entry: dict[str, Any] = {"type": "entry", "url": act.url, "name": act.title, "rsvp": act.rsvp}
    entry |= {"published": _time(act.published), "updated": _time(act.updated)}
    entry["content"] = _filled({"text": act.text, "html": act.html})
    entry["author"] = _card(act.author)
    relation = _RELATIONS.get(act.kind)
    if relation and act.target:
        entry[relation] = act.target
    if act.direction is Direction.RECEIVED:
        entry |= {"wm-property": "rsvp" if act.kind is Kind.RSVP else relation, "wm-target": act.target}
        entry["wm-received"] = _time(act.received)
    extra: dict[str, Any] = {name: getattr(act, name) for name in PLAIN}
    extra |= {"direction": str(act.direction), "kind": str(act.kind), "words": act.words, "to": _card(act.to)}
    extra |= {name: _time(getattr(one, name)) for name in ("first_seen", "last_seen", "changed")}
    if act.direction is Direction.GIVEN:
        extra |= {"target": act.target, "received": _time(act.received)}
    entry[EXTRA] = _filled(extra)
    return _filled(entry)


def _card(person: Person) -> dict[str, Any]:
    """A person as a JF2 card; empty for nobody."""
    card = _filled({"name": person.name, "url": person.url, "photo": person.photo, "nickname": person.handle})
    return {"type": "card", **card} if card else {}


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty."""
    return {name: value for name, value in values.items() if value not in (None, "", {})}


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat()
