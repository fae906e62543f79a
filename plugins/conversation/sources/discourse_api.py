"""The API of a Discourse forum (https://docs.discourse.org): topics, a search, what a user did. Everything is public.

A topic tells all numbers of its posts and the first twenty posts; the others are asked for by number. Anonymous readers
may ask about 200 times a minute, and search eight times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from msgspec import Struct

from ..addresses import key
from ..errors import Malformed, SettingsError
from ..http import Client
from . import Source
from .paging import Listing, by_number

__all__ = [
    "ACTIONS",
    "MAX_POSTS",
    "Desk",
    "desk_of",
    "fetch_actions",
    "fetch_posts",
    "fetch_search",
    "fetch_solutions",
    "fetch_summary",
    "fetch_topic",
    "topic_of",
]

#: How many posts, and how many actions, the forum gives at a time.
POSTS = 20
ACTIONS = 30
#: Of a longer topic only so many are read, so that one forum cannot hold up all others.
MAX_POSTS = 2_000
MAX_SEARCH_PAGES = 10

# /t/slug/12, /t/slug/12/3, /t/12 and /t/12/3; a number may be a slug only where another follows that is no post's.
_TOPIC = re.compile(r"/t/(?:(?!\d+(?:/\d+)?/?\Z)[^/]+/)?(\d{1,12})(?:/(?:\d+|last|print))?/?\Z")


class Desk(Struct, frozen=True):
    """The client, and the forum's address without a final slash."""

    client: Client
    base: str


def desk_of(source: Source, client: Client) -> Desk:
    """Where to ask. Raises SettingsError where the source names no forum: there is none for everybody."""
    if not source.base_url:
        raise SettingsError(f'{source.name} needs `base_url`, the address of the forum: "https://forum.example".')
    return Desk(client, source.base_url.rstrip("/"))


def topic_of(url: str, base: str) -> str:
    """The number of the topic that an address of this forum names; "" of any other address."""
    here, there = key(base).rstrip("/"), key(url).partition("?")[0].partition("#")[0]
    match = _TOPIC.fullmatch(there.removeprefix(here)) if there.startswith(here + "/") else None
    return match[1] if match else ""


def fetch_topic(desk: Desk, number: str) -> object:
    """A topic with its first posts. Raises SourceError; Missing where it was deleted or is not public."""
    return _get(desk, f"/t/{number}.json")


def fetch_posts(desk: Desk, number: str, ids: Sequence[str]) -> Iterator[object]:
    """The posts of a topic by their ids, as many answers as it takes. Raises SourceError."""
    for start in range(0, len(ids), POSTS):
        some = tuple(("post_ids[]", one) for one in ids[start : start + POSTS])
        yield _get(desk, f"/t/{number}/posts.json", some)


def fetch_search(desk: Desk, words: str) -> Listing[object]:
    """The opening posts in which words stand, the latest first. Raises SourceError."""

    def fetch(page: int) -> Sequence[object]:
        params = (("q", f"{words} in:first order:latest"), ("page", str(page)))
        found = _get(desk, "/search.json", params)
        nothing = isinstance(found, dict) and "grouped_search_result" in found and "posts" not in found
        return [] if nothing else _list(found, "posts")

    return by_number(fetch, pages=MAX_SEARCH_PAGES)


def fetch_actions(desk: Desk, account: str, kinds: str, first: int = 0) -> Listing[object]:
    """What a user did, the latest first; `kinds` are numbers of Discourse's, `first` is the page to begin with, from 0.

    Missing where the profile is hidden.
    """

    def fetch(page: int) -> Sequence[object]:
        params = (("username", account), ("filter", kinds), ("offset", str(page * ACTIONS)), ("limit", str(ACTIONS)))
        return _list(_get(desk, "/user_actions.json", params), "user_actions")

    return by_number(fetch, first=first)


def fetch_solutions(desk: Desk, account: str) -> Listing[object]:
    """The posts of a user that were marked as the solution. Missing where the forum has no solutions."""

    def fetch(page: int) -> Sequence[object]:
        params = (("username", account), ("offset", str(page * ACTIONS)), ("limit", str(ACTIONS)))
        return _list(_get(desk, "/solution/by_user.json", params), "user_solved_posts")

    return by_number(fetch, first=0)


def fetch_summary(desk: Desk, account: str) -> object:
    """Numbers about a user. Raises SourceError; Missing where there is none of that name, or the profile is hidden."""
    return _get(desk, f"/u/{quote(account, safe='')}/summary.json")


def _get(desk: Desk, path: str, params: Sequence[tuple[str, str]] = ()) -> object:
    return desk.client.get(desk.base + path, params=params, accept="application/json").json()


def _list(value: object, name: str) -> Sequence[object]:
    """The list of that name. Raises Malformed where there is none."""
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, list):
        raise Malformed(f"The answer has no list of {name}; is base_url the address of a Discourse forum?")
    return found
