"""Mastodon as the shared suite asks it (tests/conformance.py): replies, likes, and what the account gave."""

from __future__ import annotations

from collections.abc import Sequence

from conformance import TOKEN, Case, Item
from loopback import Handler
from mastodon_server import HOST, Mastodon

__all__ = ["CASES"]

COPY = "1000"


def _copy(page: int = 20) -> Mastodon:
    server = Mastodon(TOKEN, page=page)
    server.post("ada", number=int(COPY))
    return server


def replies(items: Sequence[Item]) -> Handler:
    """A copy of the post, and a thread below it; a reply whose parent is gone stays in the thread, as on Pleroma."""
    server = _copy()
    for item in items:
        if not item.deleted:
            parent = str(2000 + item.parent) if item.parent else COPY
            server.post(
                "bea@b.example",
                f"<p>{item.said}</p>",
                reply_to=parent if parent in server.statuses else COPY,
                number=2000 + item.number,
                created_at=item.when.isoformat(),
            )
    return server


def likes(items: Sequence[Item]) -> Handler:
    """A copy of the post, and people who like it."""
    server = _copy()
    for item in items:
        server.person(f"p{item.number}@b.example", display_name=item.said)
        if not item.deleted:
            server.favourite(f"p{item.number}@b.example", COPY)
    return server


def given(items: Sequence[Item]) -> Handler:
    """What the blogger said to others."""
    server = Mastodon(TOKEN, page=20)
    whom = server.post("bea@b.example", number=1)
    for item in items:
        if not item.deleted:
            server.post(
                "ada",
                f"<p>{item.said}</p>",
                reply_to=whom,
                number=2000 + item.number,
                created_at=item.when.isoformat(),
            )
    return server


def _case(name: str, *, fake: object, token: bool = True) -> Case:
    assert callable(fake)
    return Case(
        f"mastodon-{name}",
        "mastodon",
        fake,
        options={"account": f"@ada@{HOST}"},
        syndication=(f"{{base}}/@ada/{COPY}",),
        token=token,
    )


CASES = [
    _case("replies", fake=replies),
    _case("replies-anonymous", fake=replies, token=False),
    _case("likes", fake=likes),
    _case("given", fake=given, token=False),
    _case("given-token", fake=given),
]
