"""What is kept of all that was given, so that a build merges only what is about something of which more was told since.

Two acts given are never told to be one unless they are about the same thing (`threads.merge`). So what is about one
thing, in all spellings of its address, is merged by itself, and kept as a `Lot`; what everybody asks of all of them is
a `Given`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from .acts import Act, Direction, Kind, Person, placed
from .bookkeeping import Bookkeeper
from .leaves import digest
from .ledger import Entry
from .ledger.received import number_of, stamp
from .people import People
from .threads import Told, answered_by, permalink, signers

__all__ = ["Gift", "Given", "Links", "Lot", "Thing", "given_of", "lots_of", "things_of"]


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


class Thing(Struct, frozen=True):
    """What something was given about: all spellings of its address, and what stands for all acts that are about it."""

    key: str
    targets: tuple[str, ...]


class Gift(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of an act given, which takes its `place` among the others.

    `draft` is its row of the ledger with addresses as they were told, `to` whom it was given to (`Person.key`),
    `numbers` are those of its permalinks (`number_of`). Where it is a post's link, `link` is the post, target, title
    and person. `replied` and `spots` are the numbers of the permalinks that it replies to, and of its own.
    """

    place: tuple[int, str, str]
    draft: Entry
    to: str
    numbers: tuple[int, ...]
    link: tuple[str, str, str, Person] | None = None
    replied: tuple[int, ...] = ()
    spots: tuple[int, ...] = ()


class Lot(Struct, frozen=True):
    """What was given about one thing; `names` are the numbers of the names of all to and by whom."""

    thing: Thing
    gifts: tuple[Gift, ...]
    names: tuple[int, ...]


class Replies(Struct, frozen=True):
    """A lot in which something is replied to: what stands for it, the thing, and the numbers of its permalinks."""

    key: str
    thing: Thing
    spots: tuple[int, ...]


class Given(Struct, frozen=True, kw_only=True):
    """What is kept of all that was given; `key` stands for all of that.

    `drafts` are the rows of the ledger with addresses as they were told, each with whom it was given to (`Person.key`)
    and the numbers of its permalinks. `links` are those of posts, by the post. `replies` are the lots in which
    something is replied to, and `replied` their places there by the number of that. `answers` are the things that a
    question was answered about, which may draw points.
    """

    key: str
    drafts: list[tuple[Entry, str, tuple[int, ...]]]
    links: dict[str, Links]
    replies: list[Replies]
    replied: dict[int, list[int]]
    answers: list[Thing]

    def below(self, numbers: Iterable[int]) -> str:
        """What stands for all own replies that may stand below acts with these permalinks; "" where there are none."""
        todo, found = list(numbers), set[int]()
        while todo:
            for place in self.replied.get(todo.pop(), ()):
                if place not in found:
                    found.add(place)
                    todo += self.replies[place].spots
        return digest(*sorted(self.replies[place].key for place in found)) if found else ""


def things_of(versions: Mapping[str, str]) -> dict[str, Thing]:
    """What something was given about, by one spelling of its address; `versions` are the store's, by target."""
    spelled: dict[str, list[str]] = defaultdict(list)
    for target in sorted(versions):
        spelled[_about(target)].append(target)
    return {
        about: Thing("\n".join(f"{target} {versions[target]}" for target in targets), tuple(targets))
        for about, targets in spelled.items()
    }


def lots_of(things: Mapping[str, Thing], merged: Iterable[Told], desk: Bookkeeper, people: People) -> dict[str, Lot]:
    """What was given about these things, `merged` from all of it; `desk` leaves addresses as they were told."""
    gifts: dict[str, list[Gift]] = {about: [] for about in things}
    names: dict[str, set[int]] = {about: set() for about in things}
    for one in merged:
        about = _about(one.best.act.target)
        gifts[about].append(_gift(one, desk))
        concerned = {who for act in one.acts for who in (act.to, *signers(act))}
        names[about].update(number_of(name) for who in concerned for name in people.names(who))
    return {about: Lot(thing, tuple(gifts[about]), tuple(sorted(names[about]))) for about, thing in things.items()}


def _about(target: str) -> str:
    """One spelling for all addresses of what something was given about, as `threads.merge` has it."""
    return permalink(target) or target


def _gift(one: Told, desk: Bookkeeper) -> Gift:
    draft, act = desk.draft(one), one.best.act
    link = next(((told.url, told.target, told.title, told.to) for told in one.acts[:1] if told.source == "posts"), None)
    return Gift(
        place=(stamp(placed(act, one.best.first_seen)), act.source, act.id),
        draft=draft,
        to=act.to.key,
        numbers=tuple(number_of(permalink(url)) if url else 0 for url in (draft.url, draft.target, draft.parent)),
        link=link,
        replied=tuple(sorted(map(number_of, answered_by(one)))),
        spots=tuple(sorted(map(number_of, one.spots))),
    )


def given_of(key: str, lots: Iterable[Lot], people: People) -> Given:
    """All that was given, for which `key` stands."""
    lots = list(lots)
    gifts = sorted((gift for lot in lots for gift in lot.gifts), key=lambda gift: gift.place)
    linked: dict[str, list[tuple[str, str, Person]]] = defaultdict(list)
    for gift in gifts:
        if gift.link:
            linked[gift.link[0]].append(gift.link[1:])
    links = {
        post: Links(digest(told), tuple(number_of(people.key(to)) for _, _, to in told), tuple(told))
        for post, told in linked.items()
    }
    replying = [lot for lot in lots if any(gift.replied for gift in lot.gifts)]
    replied: dict[int, list[int]] = defaultdict(list)
    for place, lot in enumerate(replying):
        for number in {number for gift in lot.gifts for number in gift.replied}:
            replied[number].append(place)
    return Given(
        key=key,
        drafts=[(gift.draft, gift.to, gift.numbers) for gift in gifts],
        links=links,
        replies=[Replies(digest(lot.thing.key, lot.gifts), lot.thing, _spots(lot.gifts)) for lot in replying],
        replied=dict(replied),
        answers=[lot.thing for lot in lots if any(gift.draft.kind is Kind.ANSWER for gift in lot.gifts)],
    )


def _spots(gifts: Sequence[Gift]) -> tuple[int, ...]:
    return tuple(sorted({number for gift in gifts for number in gift.spots}))
