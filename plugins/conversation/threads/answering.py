"""The blogger's own replies, as far as only the blogger's own accounts and archives tell of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Self

from msgspec import structs

from ..acts import Act, Kind
from .merging import WORDS, Told
from .permalinks import permalink

__all__ = ["OwnReplies", "answered_by"]

#: What goes on in an own thread: it is addressed to nobody, but it may stand below an answer to somebody.
_GOING_ON = frozenset({Kind.NOTE, Kind.MENTION})
#: What can be answered; likes have the address of the post.
_ANSWERABLE = frozenset({*WORDS, Kind.REPOST})
_REPLIES = frozenset({Kind.REPLY, Kind.ANSWER})


class OwnReplies:
    """Acts given that answer something; `to` finds them by the permalink that they answer."""

    def __init__(self, to: Callable[[str], Sequence[Told]]) -> None:
        self.to = to

    @classmethod
    def of(cls, given: Iterable[Told]) -> Self:
        """Those among these acts."""
        found: dict[str, list[Told]] = defaultdict(list)
        for told in given:
            for spot in answered_by(told):
                found[spot].append(told)
        return cls(lambda spot: found.get(spot, ()))

    def below(self, shown: Sequence[Told], told: Iterable[Told], addresses: Iterable[str]) -> list[Told]:
        """The own replies to what is `shown` on a post, and to each other, once each and as replies.

        `told` is all that was told of the post: what a source told as received already is not found here. `addresses`
        are those of the post and its copies, which own threads answer without answering anybody.
        """
        known: set[str] = {spot for one in told for spot in one.spots}
        pages: Collection[str] = frozenset(map(permalink, addresses))
        todo = [
            spot
            for one in shown
            if one.best.act.kind in WORDS or one.best.act.kind is Kind.REPOST
            for spot in one.spots
        ]
        found: dict[str, Told] = {}
        while todo:
            spot = todo.pop()
            for reply in self.to(spot) if spot not in pages else ():
                if reply.name not in found and known.isdisjoint(reply.spots):
                    found[reply.name] = _as_reply(reply)
                    todo += reply.spots
        return sorted(found.values(), key=lambda one: one.name)


def answered_by(told: Told) -> set[str]:
    """The permalinks that an act given answers."""
    return {permalink(url) for act in told.acts for url in _answered(act)} - told.spots - {""}


def _answered(act: Act) -> Iterable[str]:
    if act.kind in _REPLIES:
        return (act.target, act.parent)
    return (act.parent,) if act.kind in _GOING_ON else ()


def _as_reply(told: Told) -> Told:
    """The same as a reply that names as its parent what it answers."""
    act = told.best.act
    parent = act.parent or (act.target if act.kind in _REPLIES else "")
    kind = act.kind if act.kind in _REPLIES else Kind.REPLY
    return structs.replace(told, best=structs.replace(told.best, act=structs.replace(act, kind=kind, parent=parent)))
