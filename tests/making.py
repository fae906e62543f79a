"""Values for tests, made in one line: acts, posts, people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from conversation.acts import Act, Direction, Kind, Person
from conversation.posts import Post
from conversation.store import Stored

SITE = "https://e.example"
DAY = datetime(2026, 5, 2, 12, tzinfo=UTC)


def act(number: int = 1, kind: Kind = Kind.REPLY, **more: Any) -> Act:  # noqa: ANN401 - any field of Act
    """A received act, the n-th of its kind, by a person of its own, on the post /a.html."""
    fields: dict[str, Any] = {
        "direction": Direction.RECEIVED,
        "kind": kind,
        "source": "webmention.io",
        "id": str(number),
        "url": f"https://p{number}.example/{kind}/{number}",
        "target": f"{SITE}/a.html",
        "author": Person(name=f"Person {number}", url=f"https://p{number}.example/"),
        "published": DAY + timedelta(hours=number),
    }
    return Act(**(fields | more))


def stored(number: int = 1, kind: Kind = Kind.REPLY, **more: Any) -> Stored:  # noqa: ANN401
    """The same, as the store remembers it: first seen a month later."""
    seen = DAY + timedelta(days=30)
    return Stored(act(number, kind, **more), first_seen=seen, last_seen=seen, changed=seen)


def post(path: str = "a.html", **more: Any) -> Post:  # noqa: ANN401
    """A published article of the site."""
    return Post(**({"url": f"{SITE}/{path}", "title": path, "published": DAY, "path": f"{path}.md"} | more))
