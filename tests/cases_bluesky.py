"""Bluesky as the shared suite asks it (tests/conformance.py): what a copy drew, of each kind, and what was given."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bluesky_server import POST, Bluesky, tid
from conformance import Case, Item
from loopback import Handler

__all__ = ["CASES"]

COPY = f"at://did:plc:ada/{POST}/{tid(1)}"


def _copied() -> Bluesky:
    bluesky = Bluesky(page=20)
    bluesky.post("ada", "My new post.", number=1)
    return bluesky


def _reply(item: Item) -> str:
    return f"at://did:plc:p{item.number}/{POST}/{tid(100 + item.number)}"


def replies(items: Sequence[Item]) -> Handler:
    """A thread below the copy; of an answered reply that was deleted a tombstone stays."""
    bluesky = _copied()
    known = {item.number: item for item in items}
    for item in items:
        parent = _reply(known[item.parent]) if item.parent in known else COPY
        who, when = f"p{item.number}", item.when.isoformat()
        bluesky.post(who, item.said, parent=parent, number=100 + item.number, when=when)
        if item.deleted:
            bluesky.delete(_reply(item))
    return bluesky


def quotes(items: Sequence[Item]) -> Handler:
    """Posts that quote the copy."""
    bluesky = _copied()
    for item in (item for item in items if not item.deleted):
        who, when = f"p{item.number}", item.when.isoformat()
        bluesky.post(who, item.said, quote=COPY, number=100 + item.number, when=when)
    return bluesky


def likes(items: Sequence[Item]) -> Handler:
    """People who like the copy."""
    bluesky = _copied()
    for item in (item for item in items if not item.deleted):
        bluesky.person(f"p{item.number}", displayName=item.said)
        bluesky.like(f"p{item.number}", COPY, number=100 + item.number, when=item.when.isoformat())
    return bluesky


def reposts(items: Sequence[Item]) -> Handler:
    """People who reposted it."""
    bluesky = _copied()
    for item in (item for item in items if not item.deleted):
        bluesky.person(f"p{item.number}", displayName=item.said)
        bluesky.repost(f"p{item.number}", COPY, number=100 + item.number)
    return bluesky


def likes_unnamed(items: Sequence[Item]) -> Handler:
    """The same by people who do not want to be named."""
    bluesky = _copied()
    for item in (item for item in items if not item.deleted):
        bluesky.shy(f"p{item.number}")
        bluesky.like(f"p{item.number}", COPY, number=100 + item.number)
    return bluesky


def given(items: Sequence[Item]) -> Handler:
    """What the blogger answered to others."""
    bluesky = _copied()
    whom = bluesky.post("bea", "Hello", number=2)
    for item in (item for item in items if not item.deleted):
        bluesky.post("ada", item.said, parent=whom, number=100 + item.number, when=item.when.isoformat())
    return bluesky


def _case(fake: Callable[[Sequence[Item]], Handler], *, counts: bool = False, given: bool = False) -> Case:
    return Case(
        f"bluesky-{fake.__name__.replace('_', '-')}",
        "bluesky",
        fake,
        options={"account": "ada.test", "plc": "{base}/plc"},
        syndication=() if given else (f"https://bsky.app/profile/ada.test/post/{tid(1)}",),
        counts=counts,
    )


CASES = [
    _case(replies),
    _case(quotes),
    _case(likes),
    _case(reposts),
    _case(likes_unnamed, counts=True),
    _case(given, given=True),
]
