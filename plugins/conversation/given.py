"""What is kept of all that was given, so that a build need not merge it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

from .acts import Act, Direction, Kind, Person
from .bookkeeping import Bookkeeper
from .leaves import digest, entry_as_json, entry_from_json
from .ledger import Entry
from .ledger.received import number_of
from .people import People
from .threads import OwnReplies, Told, permalink

__all__ = ["Given", "Links", "given_anew"]


class Links(Struct, frozen=True):
    """The links of a post: a digest of them, the numbers of whose pages they lead to, and target, title and person."""

    key: str
    whose: Sequence[int]
    told: Sequence[Sequence[Any]]

    def acts(self) -> list[Act]:
        """The links as acts, as far as conversations ask."""
        return [
            Act(
                direction=Direction.GIVEN,
                kind=Kind.LINK,
                source="posts",
                id="",
                target=target,
                title=title,
                to=Person(*to),
            )
            for target, title, to in self.told
        ]


class Given(Struct, frozen=True):
    """What is kept of all that was given.

    `drafts` are the rows of the ledger with addresses as they were told, each with whom it was given to (`Person.key`)
    and the numbers of its permalinks. `links` are those of posts, by the post. `answered` are the numbers of permalinks
    that own replies answer. `points`: whether any of it may draw points.
    """

    drafts: Sequence[tuple[Entry, str, Sequence[int]]]
    links: Mapping[str, Links]
    answered: frozenset[int]
    points: bool

    def as_plain(self) -> list[object]:
        """All of it as plain values."""
        drafts = [[entry_as_json(entry), to, numbers] for entry, to, numbers in self.drafts]
        links = {url: structs.astuple(one) for url, one in self.links.items()}
        return [drafts, links, sorted(self.answered), self.points]

    @classmethod
    def from_plain(cls, plain: Sequence[Any]) -> Given:
        """What `as_plain` gave."""
        drafts, links, answered, points = plain
        rows = [(entry_from_json(entry), to, numbers) for entry, to, numbers in drafts]
        return cls(rows, {url: Links(*one) for url, one in links.items()}, frozenset(answered), points)


def given_anew(gifts: Iterable[Told], links_of: Mapping[str, Iterable[Act]], desk: Bookkeeper, people: People) -> Given:
    """What is kept of `gifts`; `links_of` are those that posts gave, `desk` leaves addresses as they were told."""
    drafts, points = [], False
    for one in gifts:
        draft = desk.draft(one)
        numbers = [number_of(permalink(url)) if url else 0 for url in (draft.url, draft.target, draft.parent)]
        drafts.append((draft, one.best.act.to.key, numbers))
        points = points or one.best.act.kind is Kind.ANSWER
    links = {}
    for url, acts in links_of.items():
        told = [[act.target, act.title, structs.astuple(act.to)] for act in acts]
        links[url] = Links(digest(told), [number_of(people.key(act.to)) for act in acts], told)
    return Given(drafts, links, frozenset(map(number_of, OwnReplies(gifts).spots)), points)
