"""The API of Stack Exchange, version 2.3: one page, the waits that it asks for, and what stands on a page.

Every answer is a wrapper: `items`, `has_more`, `quota_remaining` (300 requests a day for an address, 10,000 with a key)
and, now and then, `backoff`: seconds in which the same method must not be asked again. Specification:
https://api.stackexchange.com/docs/wrapper and https://api.stackexchange.com/docs/throttle
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct, field

from ..errors import Exhausted, Malformed
from ..http import Client
from . import Source

__all__ = ["MOST", "Desk", "Page", "fetch_by_id", "fetch_page", "parse_page"]

DEFAULT_URL = "https://api.stackexchange.com"
VERSION = "2.3"
#: The most entries of a page, and the most ids in one question.
MOST = 100
#: The longest wait that is heeded, in seconds: a service may not silence itself for ever.
LONGEST_WAIT = 86_400


class Page(Struct, frozen=True):
    """A page: its entries, whether there are more, seconds to wait, and requests left today (None: not told)."""

    items: tuple[object, ...]
    more: bool = False
    backoff: int = 0
    left: int | None = None


class Desk(Struct):
    """What asking needs to know. `waits` says by method until when (Unix time) it must not be asked."""

    source: Source
    client: Client
    now: datetime
    waits: dict[str, int] = field(default_factory=dict)
    left: int | None = None


def fetch_page(desk: Desk, method: str, path: str, params: Mapping[str, str]) -> Page:
    """One page of `path`. Raises Exhausted where the service wants to be left alone, else SourceError."""
    name, now = desk.source.name, int(desk.now.timestamp())
    if desk.waits.get(method, 0) > now:
        seconds = desk.waits[method] - now
        raise Exhausted(f"{name} asks to be left alone for {seconds} seconds; the rest comes with a later pull.")
    if desk.left == 0:
        more = "" if desk.source.token else f" With a key in {desk.source.variable} there are 10,000 a day."
        raise Exhausted(f"{name} answers no more requests today; the rest comes tomorrow.{more}")
    base = (desk.source.base_url or DEFAULT_URL).rstrip("/")
    key = {"key": desk.source.token} if desk.source.token else {}
    sent = {**params, "site": desk.source.options.get("site", ""), "pagesize": str(MOST), **key}
    try:
        answer = desk.client.get(f"{base}/{VERSION}/{path}", params=sent, accept="application/json")
    except Malformed as error:  # 400: what it says of that is in a body that the client does not read
        advice = f", the key in {desk.source.variable}" if desk.source.token else ""
        raise Malformed(
            f"{error}. Check the options `site` and `account` of {name}{advice}; "
            "or today's requests are used up, and it works again tomorrow."
        ) from None
    page = parse_page(answer.json())
    desk.left = page.left
    if page.backoff:
        desk.waits[method] = now + page.backoff
    return page


def fetch_by_id(desk: Desk, method: str, ids: Iterable[str], field: str) -> dict[str, Mapping[str, object]]:
    """Questions or posts by their ids, at most `MOST` of them; those that are gone are not among them."""
    wanted = sorted(set(ids) - {""})
    if not wanted:
        return {}
    page = fetch_page(desk, method, f"{method}/{';'.join(wanted)}", {})
    return {str(item[field]): item for item in page.items if isinstance(item, dict) and field in item}


def parse_page(value: object) -> Page:
    """An answer as a page. Raises Malformed where it has no list of items."""
    if not isinstance(value, dict) or not isinstance(value.get("items"), list):
        raise Malformed("The answer has no list of items; is base_url the address of a Stack Exchange API?")
    backoff, left = value.get("backoff"), value.get("quota_remaining")
    return Page(
        tuple(value["items"]),
        value.get("has_more") is True,
        min(backoff, LONGEST_WAIT) if isinstance(backoff, int) and backoff > 0 else 0,
        left if isinstance(left, int) and not isinstance(left, bool) and left >= 0 else None,
    )
