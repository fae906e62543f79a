"""The blogger's own account on Bluesky: what it gave, which of its posts are copies of the blog's, how it stands.

Records come newest first and are read down to the newest one known; all of them once in `FULL_EVERY`, for what was
deleted since. A listing that is cut short goes on where it stood, page by page.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from datetime import timedelta
from typing import cast

from msgspec import Struct

from ..acts import Act, Person, Problem
from ..errors import Malformed, Missing
from ..http import Client
from . import Ask, Batch, Copy, Snapshot, Source
from .bluesky_api import Api, account_of, fetch_did, fetch_pds, fetch_profile, fetch_profiles, fetch_records
from .bluesky_given import COLLECTIONS, Giver, links_of_record, parse_record, people_of
from .bluesky_names import Json, at_of, handle_of, mapping, page_of, person_of
from .bluesky_text import is_shy
from .copies import Index
from .paging import by_cursor
from .values import time_of

__all__ = ["account"]

FULL_EVERY = timedelta(days=30)

#: Keys of records that say when they were made, and sort by it (https://atproto.com/specs/tid).
_TID = re.compile(r"[2-7a-z]{13}")


class _Reading(Struct, frozen=True):
    """One pull of an account; `people` and `cursor` grow while it is read."""

    api: Api
    server: str
    giver: Giver
    people: dict[str, Person]
    cursor: dict[str, str]
    index: Index


def account(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """Acts given, copies and a snapshot. Raises Missing where there is no such account, else SourceError."""
    api, name = Api.of(source, client), account_of(source)
    did = fetch_did(api, name)
    profile = fetch_profile(api, did)
    cursor, afresh = _begun(ask, name, did)
    yield Batch(snapshots=(_snapshot(profile, name),), cursor=dict(cursor))
    people: dict[str, Person] = {}
    giver = Giver(source.name, did, handle_of(profile.get("handle")), people)
    reading = _Reading(api, fetch_pds(api, did), giver, people, cursor, Index(ask.posts, ask.sites))
    whole = afresh
    for collection in COLLECTIONS:
        whole = (yield from _records(reading, collection)) and whole
    if whole:
        yield Batch(cursor=dict(cursor), complete=("*given", "*copies"))


def _begun(ask: Ask, name: str, did: str) -> tuple[dict[str, str], bool]:
    """The cursor to go on from, and whether everything is to be listed afresh; then it holds no place."""
    last = time_of(ask.cursor.get("full"))
    recent = last is not None and timedelta(0) <= ask.now - last < FULL_EVERY
    if recent and not ask.full and ask.cursor.get("did") == did:
        return {**ask.cursor, "account": name}, False
    places = {f"{_short(collection)}{part}" for collection in COLLECTIONS for part in ("", ".at")}
    kept = {key: value for key, value in ask.cursor.items() if key not in places}
    return {**kept, "account": name, "did": did, "full": ask.now.isoformat()}, True


def _snapshot(profile: Json, name: str) -> Snapshot:
    followers, posts = (profile.get(key) for key in ("followersCount", "postsCount"))
    return Snapshot(
        f"@{handle_of(profile.get('handle'))}" if handle_of(profile.get("handle")) else name,
        followers if isinstance(followers, int) and followers >= 0 else None,
        posts if isinstance(posts, int) and posts >= 0 else None,
    )


def _records(reading: _Reading, collection: str) -> Generator[Batch, None, bool]:
    """A batch for every page of a collection; returns whether all of it is known now, by this pull and those before.

    The cursor holds the newest key known under the collection's name, and while a listing is under way, under that
    name and ".at": the newest key it began with, where it stands, and the key that it is to end at.
    """
    api, cursor, name = reading.api, reading.cursor, _short(collection)
    places = cursor.get(f"{name}.at", "").split("\n")
    newest, start, known = (
        places if len(places) == len(("newest", "start", "known")) else ("", "", cursor.get(name, ""))
    )

    def fetch(at: str) -> tuple[Sequence[object], str]:
        entries, following = fetch_records(api, reading.server, reading.giver.did, collection, at)
        return [(entries, following)], following

    pages = by_cursor(fetch, start=start)
    reached = False
    for page in pages:
        entries, following = cast("tuple[list[object], str]", page)
        fresh = [entry for entry in entries if not (known and "" < _key(entry) <= known)]
        newest = newest or max(map(_key, entries), default="")
        reached = len(fresh) < len(entries)
        if following and not reached:
            cursor[f"{name}.at"] = f"{newest}\n{following}\n{known}"
        yield _told(reading, fresh)
        if reached:
            break
    if not (reached or pages.whole):
        cursor.pop(f"{name}.at", None)
        yield Batch(problems=(Problem(f"{reading.giver.source}, {collection}", f"not read to its end: {pages.why}"),))
        return False
    cursor.pop(f"{name}.at", None)
    cursor[name] = max(newest, known)
    yield Batch(cursor=dict(cursor))
    return True


def _told(reading: _Reading, entries: Sequence[object]) -> Batch:
    """What some records tell: acts, copies of posts, and what could not be read."""
    _meet(reading, entries)
    giver = reading.giver
    found = [parse_record(entry, giver) for entry in entries]
    copies = [
        Copy(post.url, page_of(at, giver.handle))
        for entry in entries
        if (at := at_of(mapping(entry).get("uri"))) and (post := reading.index.post_of(links_of_record(entry, giver)))
    ]
    return Batch(
        acts=tuple(one for one in found if isinstance(one, Act)),
        problems=tuple(one for one in found if isinstance(one, Problem)),
        copies=tuple(copies),
        cursor=dict(reading.cursor),
    )


def _meet(reading: _Reading, entries: Sequence[object]) -> None:
    """Learns who the people are that records are addressed to; without an answer they go by their DIDs."""
    strangers = people_of(entries, reading.giver)
    try:
        profiles = fetch_profiles(reading.api, strangers)
    except (Malformed, Missing):
        return
    reading.people.update({did: Person() if is_shy(one) else person_of(one) for did, one in profiles.items()})


def _key(entry: object) -> str:
    """The key of a record where it tells the record's age, else ""."""
    at = at_of(mapping(entry).get("uri"))
    return at.key if at and _TID.fullmatch(at.key) else ""


def _short(collection: str) -> str:
    return collection.rpartition(".")[2]
