"""Receivers of webmentions, feeds and SharedCount as the shared suite asks them (tests/conformance.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conformance import POST, TOKEN, Case, Item
from feeds import item as entry
from feeds import rss
from loopback import Answer, Handler, Request, answer_json
from webmention_io_server import WebmentionIo

__all__ = ["CASES"]

Fake = Callable[[Sequence[Item]], Handler]
PAGE = 20


def _mention(item: Item) -> dict[str, object]:
    """A reply as receivers tell it."""
    url = f"https://b.example.org/{item.number}"
    parent = [f"https://b.example.org/{item.parent}"] if item.parent else []
    return {
        "type": "entry",
        "author": {"type": "card", "name": "Bea", "url": "https://b.example.org/", "photo": None},
        "url": url,
        "published": item.when.isoformat(),
        "wm-id": item.number,
        "wm-source": url,
        "wm-target": POST,
        "wm-property": "in-reply-to",
        "in-reply-to": [*parent, POST],
        "content": {"text": item.said},
    }


def webmention_io(token: str) -> Fake:
    """The service itself, for the owner of the site."""

    def fake(items: Sequence[Item]) -> Handler:
        service = WebmentionIo(token=token)
        for item in items:
            service.add(_mention(item), state="deleted" if item.deleted else "live")
        return service

    return fake


def jf2(first: int | None) -> Fake:
    """A receiver whose pages are numbered from `first`, or linked in a header where that is None."""

    def fake(items: Sequence[Item]) -> Handler:
        told = [_mention(item) for item in items if not item.deleted]

        def answer(request: Request) -> Answer:
            if request.query.get("of", [POST]) != [POST]:
                return answer_json({"error": "not found"}, 404)
            start = first or 0
            number = max(int(request.query.get("page", [str(start)])[0]), start) - start
            page = {"type": "feed", "children": told[number * PAGE : (number + 1) * PAGE]}
            if first is not None or len(told) <= (number + 1) * PAGE:
                return answer_json(page)
            following = f"http://{request.headers['Host']}/mentions?of={POST}&page={number + 1}"
            return answer_json(page, Link=f'<{following}>; rel="next"')

        return answer

    return fake


def comments(items: Sequence[Item]) -> Handler:
    """The comments of a blog as a feed, its pages linked."""
    told = [
        entry(
            f"{POST}#comment-{item.number}",
            guid=f"comment-{item.number}",
            when=item.when.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            html=f"<p>{item.said}</p>",
        )
        for item in reversed(items)
        if not item.deleted
    ]

    def answer(request: Request) -> Answer:
        number = int(request.query.get("page", ["1"])[0])
        following = f"http://{request.headers['Host']}/feed/?page={number + 1}" if len(told) > number * PAGE else ""
        page = rss(*told[(number - 1) * PAGE : number * PAGE], following=following)
        return 200, {"Content-Type": "application/rss+xml"}, page

    return answer


def sharedcount(items: Sequence[Item]) -> Handler:
    """The service, for a post that was shared as often as there are items, a third of that on Pinterest."""
    living = sum(not item.deleted for item in items)

    def answer(request: Request) -> Answer:
        if request.query.get("apikey") != [TOKEN]:
            return answer_json({"Error": "Invalid API key.", "Type": "invalid_api_key"}, 401)
        if request.path == "/quota":
            return answer_json({"plan": "free", "quota_remaining_today": 500, "quota_used_today": 0})
        pins = living // 3
        facebook = {"total_count": 2 * living, "comment_count": 1, "reaction_count": 2, "share_count": living - pins}
        return answer_json({"Pinterest": pins, "Facebook": facebook})

    return answer


DOMAIN = {"domain": "blog.example"}
CASES = [
    Case("webmention.io", "webmention.io", webmention_io(TOKEN), DOMAIN, many=2_050),
    Case("webmention.io without a token", "webmention.io", webmention_io("other"), DOMAIN, token=False, many=2_050),
    Case("jf2, linked", "jf2", jf2(None), {"url": "{base}/mentions"}, base=""),
    Case("jf2, from 0", "jf2", jf2(0), {"url": "{base}/mentions?page={page}"}, base=""),
    Case("jf2, from 1", "jf2", jf2(1), {"url": "{base}/mentions?page={page}"}, base=""),
    Case("jf2, by post", "jf2", jf2(None), {"url": "/mentions?of={url}"}),
    Case("jf2, by post and page", "jf2", jf2(1), {"url": "{base}/mentions?of={url}&page={page}"}, base=""),
    Case("feed", "feed", comments, {"url": "{base}/feed/"}, base="", forgets=False),
    Case("sharedcount", "sharedcount", sharedcount, counts=True, secret_in_address=True),
]
