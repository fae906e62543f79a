"""The search of Hacker News (https://hn.algolia.com/api): which stories link to a page, or to any page of a site."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ..errors import Malformed
from ..http import Client
from .pages import is_within, page_of
from .values import NAME_LIMIT, address_of, text_of

__all__ = ["CEILING", "HOME", "Stories", "fetch_stories", "hits_of", "id_of", "item_at", "name_of", "parse_hits"]

HOME = "https://news.ycombinator.com"
#: The most that one search answers with; and what is enough for one page.
CEILING = 1_000
HITS = 100
_ITEM = re.compile(r"https?://news\.ycombinator\.com/item\?(?:[^#]*&)?id=(\d{1,18})(?:[&#].*)?", re.IGNORECASE)


class Stories:
    """The stories that link to a site: one request for each of its addresses, however many posts are asked about.

    Where that is more than one answer holds, and for pages on other sites, each page is searched for by itself.
    """

    def __init__(self, client: Client, base: str, sites: Sequence[str]) -> None:
        self._client, self._base = client, base
        self._sites = [site.rstrip("/") for site in sites]
        self._asking = threading.Lock()
        self._known: dict[str, Mapping[str, list[tuple[str, str]]] | None] = {}
        self._stands: dict[str, str] = {}

    def find(self, page: str) -> Sequence[tuple[str, str]]:
        """The stories that may link to a page: their links, and their addresses. Raises SourceError."""
        for site in self._sites:
            if is_within(page_of(page), [page_of(site)]):
                with self._asking:  # whoever comes second finds it known
                    if site not in self._known:
                        self._known[site] = self._of_site(site)
                if (known := self._known[site]) is not None:
                    return known.get(page_of(page), ())
        return fetch_stories(self._client, self._base, page)

    def stands(self, name: str) -> str:
        """The numbers of points and comments of a story that was found for its site; "" of another."""
        return self._stands.get(name, "")

    def _of_site(self, site: str) -> Mapping[str, list[tuple[str, str]]] | None:
        """By page the stories that link to it; None where they cannot all be told."""
        try:
            hits = _search(self._client, self._base, site.partition("://")[2], CEILING)
        except Malformed:
            return None
        if len(hits) >= CEILING:
            return None
        found = defaultdict(list)
        for link, name in parse_hits({"hits": hits}):
            found[page_of(link)].append((link, name))
        self._stands |= {item_at(id_of(hit)): state for hit in hits if (state := _state(hit))}
        return found


def fetch_stories(client: Client, base: str, page: str) -> list[tuple[str, str]]:
    """The stories whose links look like `page`: the link, and the story's address. Raises SourceError."""
    return list(parse_hits({"hits": _search(client, base, page, HITS)}))


def _search(client: Client, base: str, query: str, most: int) -> list[object]:
    params = {"query": query, "restrictSearchableAttributes": "url", "tags": "story", "hitsPerPage": str(most)}
    return hits_of(client.get(f"{base}/api/v1/search", params=params).json())


def parse_hits(value: object) -> Iterable[tuple[str, str]]:
    """An answer of the search: the page that each story links to, and its address. Raises Malformed if it is none."""
    for hit in hits_of(value):
        link = address_of(hit.get("url")) if isinstance(hit, dict) else ""
        if link and (name := id_of(hit)):
            yield link, item_at(name)


def _state(hit: object) -> str:
    """How much there is at a story; "" where that is not told."""
    numbers = [hit.get(name) for name in ("points", "num_comments")] if isinstance(hit, dict) else [None]
    return " ".join(map(str, numbers)) if all(type(number) is int for number in numbers) else ""


def hits_of(value: object) -> list[object]:
    """The hits of an answer. Raises Malformed where it is none of the search."""
    hits = value.get("hits") if isinstance(value, dict) else None
    if not isinstance(hits, list):
        raise Malformed(
            "The answer is no search result (it has no list of hits); is base_url a copy of hn.algolia.com?"
        )
    return hits


def id_of(value: object) -> str:
    """The number of an item or a hit; "" where it has none."""
    found = (value.get("objectID") or value.get("id")) if isinstance(value, dict) else ""
    number = text_of(found, NAME_LIMIT) if not isinstance(found, list | dict) else ""
    return number if number.isascii() and number.isdecimal() and len(number) < 19 else ""  # noqa: PLR2004 - 64 bits


def item_at(number: str) -> str:
    """The address of an item."""
    return f"{HOME}/item?id={number}"


def name_of(url: str) -> str:
    """The one spelling of an item's address, "" for other addresses."""
    match = _ITEM.fullmatch(url.strip())
    return item_at(match[1].lstrip("0") or "0") if match else ""
