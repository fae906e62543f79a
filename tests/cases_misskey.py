"""Misskey as the shared suite asks it (tests/conformance.py): replies, reactions, and what the account gave."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conformance import TOKEN, Case, Item
from loopback import Handler
from misskey_server import HOST, Misskey, name_of

__all__ = ["CASES"]

COPY = name_of(1)


def _copy() -> Misskey:
    server = Misskey(TOKEN)
    server.note("ada")
    return server


def replies(items: Sequence[Item]) -> Handler:
    """A copy of the post, and a thread below it; what answered a note that is gone answers the copy here."""
    server = _copy()
    for item in items:
        if not item.deleted:
            parent = name_of(2000 + item.parent) if item.parent else COPY
            server.note(
                "bea@b.example",
                item.said,
                number=2000 + item.number,
                replyId=parent if parent in server.notes else COPY,
                createdAt=item.when.isoformat(),
            )
    return server


def reactions(items: Sequence[Item]) -> Handler:
    """A copy of the post, and people who react to it."""
    server = _copy()
    for item in items:
        server.user(f"p{item.number}@b.example", name=item.said)
        if not item.deleted:
            server.react(f"p{item.number}@b.example", COPY)
    return server


def given(items: Sequence[Item]) -> Handler:
    """What the blogger said to others."""
    server = Misskey(TOKEN)
    whom = server.note("bea@b.example")
    for item in items:
        if not item.deleted:
            number, when = 2000 + item.number, item.when.isoformat()
            server.note("ada", item.said, number=number, replyId=whom, createdAt=when)
    return server


def _case(name: str, fake: Callable[[Sequence[Item]], Handler]) -> Case:
    return Case(
        f"misskey-{name}",
        "misskey",
        fake,
        options={"account": f"@ada@{HOST}"},
        syndication=(f"{{base}}/notes/{COPY}",),
        many=205,
    )


CASES = [_case("replies", replies), _case("reactions", reactions), _case("given", given)]
