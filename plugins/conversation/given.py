"""What is kept of all that was given, so that a build need not merge it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from .acts import Act, Direction, Kind, Person
from .bookkeeping import Bookkeeper
from .leaves import digest
from .ledger import Entry
from .ledger.received import number_of
from .people import People
from .threads import OwnReplies, Told, permalink

__all__ = ["Given", "Links", "given_anew"]


class Links(Struct, frozen=True):
    """The links of a post: a digest of them, the numbers of whose pages they lead to, and target, title and person."""

    key: str
    whose: tuple[int, ...]
    told: tuple[tuple[str, str, Person], ...]

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
                to=to,
            )
            for target, title, to in self.told
        ]


class Given(Struct, frozen=True, kw_only=True):
    """What is kept of all that was given; `key` stands for all of that.

    `drafts` are the rows of the ledger with addresses as they were told, each with whom it was given to (`Person.key`)
    and the numbers of its permalinks. `links` are those of posts, by the post. `answered` are the numbers of permalinks
    that own replies answer. `points`: whether any of it may draw points.
    """

    key: str
    drafts: list[tuple[Entry, str, tuple[int, ...]]]
    links: dict[str, Links]
    answered: frozenset[int]
    points: bool


def given_anew(
    key: str, gifts: Iterable[Told], links_of: Mapping[str, Iterable[Act]], desk: Bookkeeper, people: People
) -> Given:
    """What is kept of `gifts`, for which `key` stands.

    `links_of` are those that posts gave, `desk` leaves addresses as they were told.
    """
    drafts, points = [], False
    for one in gifts:
        draft = desk.draft(one)
        numbers = (number_of(permalink(url)) if url else 0 for url in (draft.url, draft.target, draft.parent))
        drafts.append((draft, one.best.act.to.key, tuple(numbers)))
        points = points or one.best.act.kind is Kind.ANSWER
    links = {}
    for url, acts in links_of.items():
        told = tuple((act.target, act.title, act.to) for act in acts)
        links[url] = Links(digest(told), tuple(number_of(people.key(act.to)) for act in acts), told)
    answered = frozenset(map(number_of, OwnReplies(gifts).spots))
    return Given(key=key, drafts=drafts, links=links, answered=answered, points=points)
