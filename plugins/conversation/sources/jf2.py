"""JF2, the JSON of the IndieWeb: one entry as an act (https://www.w3.org/TR/jf2/, https://webmention.io/api).

Pure: parsed JSON in, acts and problems out. Shared by every source that speaks JF2. An entry is read as real ones are:
with values missing, null, empty, of another type or of another time (webmention.io's older forms too). Whatever can
still be an act becomes one; what cannot is a `Problem`; nothing is raised and nothing vanishes, but what its sender
marked as private.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, structs

from ..acts import Act, Direction, Kind, Person, Problem
from ..addresses import key
from ..channels import channel_of
from .jf2_documents import entries_in
from .values import ADDRESS_LIMIT, NAME_LIMIT, TEXT_LIMIT, address_of, listed, text_of, time_of

__all__ = ["Ids", "Reading", "parse_entry", "parse_feed", "read_entry"]

#: Where an act's id comes from: the service's own number, or, in a file that may hold several services' numbers or
#: repeat them, a hash of what makes the act itself.
Ids = Literal["wm-id", "hash"]

# The property that ties an entry to its target, in the order in which they decide where several stand
# (https://indieweb.org/post-type-discovery); then the words that webmention.io's first API had for them.
_RELATIONS = {
    "rsvp": Kind.RSVP,
    "in-reply-to": Kind.REPLY,
    "repost-of": Kind.REPOST,
    "like-of": Kind.LIKE,
    "bookmark-of": Kind.BOOKMARK,
    "quotation-of": Kind.QUOTE,
    "quote-of": Kind.QUOTE,
    "follow-of": Kind.FOLLOW,
    "mention-of": Kind.MENTION,
}
_FIRST_API = {
    "reply": "in-reply-to",
    "rsvp": "rsvp",
    **{word: f"{word}-of" for word in ("repost", "like", "bookmark")},
}

# Bridgy carries an emoji reaction as a reply; here a reaction is a like.
_REACTION = re.compile(r"https?://(?:www\.)?(?:brid\.gy|brid-gy\.appspot\.com)/react(?:ion)?/", re.IGNORECASE)


class Reading(Struct, frozen=True):
    """What came of one entry: its act, unless it has none or is private, and what was wrong with it."""

    act: Act | None = None
    problems: tuple[Problem, ...] = ()


def parse_feed(
    value: object, *, source: str, where: str, site: str = "", ids: Ids = "wm-id"
) -> tuple[tuple[Act, ...], tuple[Problem, ...]]:
    """All acts in a JF2 document of any form that `entries_in` knows, and what could not be read.

    `source` is the configured source's name, `where` names the document in problems, `site` is the address that the
    paths of a dictionary by path are relative to.
    """
    acts: list[Act] = []
    problems: list[Problem] = []
    for place, entry, path in entries_in(value):
        reading = read_entry(entry, source=source, where=f"{where}, {place}", target=_on(site, path), ids=ids)
        acts.extend([reading.act] if reading.act else ())
        problems.extend(reading.problems)
    return tuple(acts), tuple(problems)


def parse_entry(
    entry: object, *, source: str, where: str, target: str = "", ids: Ids = "wm-id"
) -> Act | Problem | None:
    """One entry as an act, a Problem where it cannot be one, None where it is private; `read_entry` tells more."""
    reading = read_entry(entry, source=source, where=where, target=target, ids=ids)
    return reading.act or next(iter(reading.problems), None)


def read_entry(entry: object, *, source: str, where: str, target: str = "", ids: Ids = "wm-id") -> Reading:
    """One entry with all that is to be said of it; `target` stands in where the entry itself names none."""
    if not isinstance(entry, dict):
        return Reading(problems=(Problem(where, f"is no entry but {_kind_of_value(entry)}"),))
    entry = _one_form(entry)
    if entry.get("wm-private") in (True, 1, "true", "1"):
        return Reading()
    relation = _relation(entry)
    aim = text_of(entry.get("wm-target"), ADDRESS_LIMIT) or address_of(entry.get(relation)) or target
    if not aim:
        return Reading(problems=(Problem(where, "names no page that it is about (wm-target)"),))
    number = text_of(entry.get("wm-id"), 40) if ids == "wm-id" else ""
    act, notes = _act(entry, relation, aim, source, number)
    act = act if number else structs.replace(act, id=_hashed(act))
    return Reading(act, tuple(Problem(where, note) for note in notes))


def _act(entry: Mapping[str, object], relation: str, target: str, source: str, number: str) -> tuple[Act, list[str]]:
    """The act of an entry, with its number as its id, and notes on what was wrong with its values."""
    sender = address_of(entry.get("wm-source"))
    url = address_of(entry.get("url")) or sender
    title = text_of(entry.get("name"), NAME_LIMIT)
    text, html, notes = _content(entry)
    published = time_of(entry.get("published"))
    if published is None and entry.get("published") not in (None, "", []):
        notes.append("its date cannot be read; it stands where it was received")
    act = Act(
        direction=Direction.RECEIVED,
        kind=Kind.LIKE if _REACTION.match(sender) else _RELATIONS.get(relation, Kind.MENTION),
        source=source,
        id=number,
        url=url,
        target=target,
        channel=channel_of(url, sender),
        author=_author(entry.get("author")),
        published=published,
        updated=time_of(entry.get("updated")),
        received=time_of(entry.get("wm-received")),
        title="" if title == text else title,
        text=text,
        html=html,
        parent=_parent(entry.get("in-reply-to"), target) if relation == "in-reply-to" else "",
        fragment=(text_of(entry.get("wm-fragment"), NAME_LIMIT) or target.partition("#")[2]).removeprefix("#"),
        rsvp=text_of(entry.get("rsvp"), 40).lower(),
    )
    return act, notes


def _one_form(entry: Mapping[str, object]) -> Mapping[str, object]:
    """The entry in today's names: microformats2 JSON unwrapped, webmention.io's first API (`source`) renamed."""
    properties = entry.get("properties")
    if isinstance(properties, dict):
        return {**properties, **{name: value for name, value in entry.items() if name.startswith("wm-")}}
    if "source" not in entry or "wm-source" in entry:
        return entry
    data, activity = entry.get("data"), entry.get("activity")
    kind = text_of(activity.get("type")) if isinstance(activity, dict) else ""
    renamed = {
        "wm-source": entry["source"],
        "wm-target": entry.get("target"),
        "wm-id": entry.get("id"),
        "wm-private": entry.get("private"),
        "wm-received": entry.get("verified_date"),
        "wm-property": _FIRST_API.get(kind, "mention-of"),
        **(data if isinstance(data, dict) else {}),
    }
    content = renamed.get("content")
    return {**renamed, "content": {"html": content}} if isinstance(content, str) and "<" in content else renamed


def _relation(entry: Mapping[str, object]) -> str:
    """The property that ties the entry to its target: wm-property rules; "mention-of" where none is known."""
    said = text_of(entry.get("wm-property"), 40).lower()
    if said in _RELATIONS:
        return said
    return next((name for name in _RELATIONS if entry.get(name)), "mention-of")


def _author(value: object) -> Person:
    """Who it was, from an h-card, a list of them, a bare name or a bare address; nobody where none is told."""
    card = next((item for item in listed(value)[:20] if item), None)
    if isinstance(card, str):
        return Person(url=address_of(card)) if address_of(card) else Person(name=text_of(card, NAME_LIMIT))
    if not isinstance(card, dict):
        return Person()
    properties = card.get("properties")
    card = properties if isinstance(properties, dict) else card
    name = text_of(card.get("name"), NAME_LIMIT)
    return Person(name=name, url=address_of(card.get("url")), photo=address_of(card.get("photo")))


def _content(entry: Mapping[str, object]) -> tuple[str, str, list[str]]:
    """Plain text and HTML of an entry, each "" where it has none, and a note if they had to be cut."""
    value = next((item for item in listed(entry.get("content"))[:20] if item), None)
    if isinstance(value, dict):
        is_html = "html" in text_of(value.get("content-type") or value.get("type"), 40).lower()
        html = value.get("html") or (value.get("value") if is_html else None)
        text = value.get("text") or (None if is_html else value.get("value"))
    else:
        text, html = value or entry.get("summary"), None
    notes = [
        f"is longer than {TEXT_LIMIT:,} characters; the rest is left out"
        for part in (text, html)
        if isinstance(part, str) and len(part) > TEXT_LIMIT
    ]
    return text_of(text), text_of(html), notes[:1]


def _parent(value: object, target: str) -> str:
    """What a reply answers beside its target: the first address in in-reply-to that is another page."""
    page = _page(target)
    return next((url for item in listed(value)[:20] if (url := address_of(item)) and _page(url) != page), "")


def _page(url: str) -> str:
    return key(url).partition("#")[0].rstrip("/")


def _hashed(act: Act) -> str:
    """An id from what makes the act itself: what was done, where, by whom, about which page."""
    parts = [act.kind, key(act.url), act.author.key or act.author.name.casefold(), act.target]
    if not act.url:
        parts += [str(act.published or act.received), act.text, act.html]
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _kind_of_value(value: object) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "nothing")


def _on(site: str, path: str) -> str:
    """The address of a page filed under `path`."""
    return site.rstrip("/") + path if path.startswith("/") else path
