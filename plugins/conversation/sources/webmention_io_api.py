"""The API of webmention.io: one page of mentions or of deletions (https://github.com/aaronpk/webmention.io#api)."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from msgspec import Struct

from ..errors import Malformed, Missing, Refused
from ..http import Client
from . import Source
from .values import text_of

__all__ = [
    "MAX_PAGES",
    "MAX_TARGETS",
    "PER_PAGE",
    "Page",
    "Params",
    "digest_of",
    "fetch_deleted",
    "fetch_page",
    "id_of",
    "parse_page",
]

DEFAULT_URL = "https://webmention.io"
#: The server's own limits: mentions a page, targets a request.
PER_PAGE = 1_000
MAX_TARGETS = 50
#: No site has so many pages of mentions; a server that goes on for ever has to end somewhere.
MAX_PAGES = 2_000
MAX_BYTES = 64 << 20

Params = tuple[tuple[str, str], ...]


class Page(Struct, frozen=True):
    """One page of a listing: its entries, how many there are in all and on how many pages (None: an older server)."""

    entries: tuple[object, ...]
    total: int | None = None
    pages: int | None = None


def fetch_page(source: Source, client: Client, params: Params, number: int) -> Page:
    """One page of mentions. Raises SourceError."""
    return parse_page(_fetch(source, client, "mentions.jf2", (*params, ("page", str(number)))))


def fetch_deleted(source: Source, client: Client, since: datetime) -> set[str]:
    """The ids of mentions deleted after `since`; none from a server too old to tell."""
    found: set[str] = set()
    for number in range(MAX_PAGES):
        params = (("since", since.isoformat()), ("page", str(number)))
        try:
            page = parse_page(_fetch(source, client, "deleted", params))
        except Missing:
            return found
        ids = {id_of(entry) for entry in page.entries}
        if ids <= found or number + 1 == page.pages:
            return found | ids
        found |= ids
    return found


def _fetch(source: Source, client: Client, path: str, params: Params) -> object:
    base = (source.base_url or DEFAULT_URL).rstrip("/")
    params = (*params, ("per-page", str(PER_PAGE)))
    try:
        answer = client.get(f"{base}/api/{path}", params=params, token=source.token, max_bytes=MAX_BYTES)
    except Refused as error:
        what = (
            f"did not accept the token in {source.variable}" if source.token else f"wants a token in {source.variable}"
        )
        raise Refused(f"{source.name} {what}; copy the API key from {base}/settings into it.") from error
    return answer.json()


def parse_page(value: object) -> Page:
    """An answer of the API as a page. Raises Malformed where it is no list of mentions."""
    if not isinstance(value, dict) or not isinstance(value.get("children"), list):
        raise Malformed("The answer is no JF2 feed (it has no list of children); is base_url a webmention.io server?")
    paging = value.get("paging")
    paging = paging if isinstance(paging, dict) else {}
    total, pages = (paging.get(name) for name in ("total", "total-pages"))
    return Page(
        tuple(value["children"]),
        total if isinstance(total, int) and total >= 0 else None,
        pages if isinstance(pages, int) and pages >= 0 else None,
    )


def id_of(entry: object) -> str:
    """The id of a mention, as text; of one without, its digest."""
    number = text_of(entry.get("wm-id")) if isinstance(entry, dict) else ""
    return number or digest_of(entry)


def digest_of(entry: object) -> str:
    """A short fingerprint of all that an entry says, whatever the order of its keys."""
    return hashlib.blake2b(json.dumps(entry, sort_keys=True).encode(), digest_size=6).hexdigest()
