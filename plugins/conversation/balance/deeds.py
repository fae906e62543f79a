"""What the blogger did, to be asked: was this answered, has that person heard from me, do I know this page?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from ..acts import Act, Kind, Person, placed
from ..channels import WEB
from ..people import People
from ..sources.pages import page_of, whose
from ..threads import Told, permalink

__all__ = ["ANSWERS", "Deeds", "keys_of", "when_of"]

#: What is said to somebody, and what goes on in an own thread.
ANSWERS = frozenset({Kind.REPLY, Kind.ANSWER, Kind.QUOTE, Kind.NOTE, Kind.MENTION})


def when_of(told: Told) -> datetime:
    """When an act took place."""
    return placed(told.best.act, told.best.first_seen)


def keys_of(act: Act, people: People) -> frozenset[str]:
    """By what its author is known: the author's own key, and the site where a page of the open Web stands."""
    site = whose(act.url) if act.channel == WEB else Person()
    return frozenset({people.key(act.author), people.key(site)} - {""})


class Deeds:
    """`given` are acts given, `mine` what the blogger said on the own pages, `others` what others did there."""

    def __init__(self, given: Iterable[Told], mine: Iterable[Told], others: Iterable[Told], people: People) -> None:
        self._answered: dict[str, datetime] = {}
        self._people: dict[str, datetime] = {}
        self._pages: set[str] = set()
        authors: dict[str, set[str]] = defaultdict(set)
        above: dict[str, set[str]] = defaultdict(set)
        for told in others:
            for spot in told.spots:
                authors[spot] |= {key for act in told.acts for key in keys_of(act, people)}
                above[spot] |= {permalink(act.parent) for act in told.acts if act.parent} - {spot, ""}
        for told in (*given, *mine):
            when, spots = when_of(told), set(_reached(told))
            self._pages |= {page_of(act.target) for act in told.acts if act.target}
            for spot in spots:
                self._note(self._people, authors[spot], when)
            self._note(self._people, {people.key(act.to) for act in told.acts}, when)
            if told.best.act.kind in ANSWERS:
                self._note(self._answered, _all_above(spots, above), when)

    def answered(self, told: Told) -> bool:
        """Whether the blogger answered an act, or something further down in its thread."""
        return not told.spots.isdisjoint(self._answered)

    def last_to(self, keys: Iterable[str]) -> datetime | None:
        """When something was last given to a person, or to anybody of these; None for never."""
        return max((self._people[key] for key in keys if key in self._people), default=None)

    def knows(self, url: str) -> bool:
        """Whether the blogger answered, liked or linked a page, in any spelling of its address."""
        return page_of(url) in self._pages

    @staticmethod
    def _note(kept: dict[str, datetime], names: Iterable[str], when: datetime) -> None:
        for name in names:
            if name:
                kept[name] = max(when, kept.get(name, when))


def _reached(told: Told) -> Iterator[str]:
    """The permalinks of what an act is about and answers."""
    for act in told.acts:
        yield from filter(None, (permalink(url) for url in (act.target, act.parent) if url))


def _all_above(spots: Iterable[str], above: dict[str, set[str]]) -> set[str]:
    """These permalinks and all that they answer, up to the beginning of the thread."""
    found: set[str] = set()
    todo = list(spots)
    while todo:
        spot = todo.pop()
        if spot not in found:
            found.add(spot)
            todo += above.get(spot, ())
    return found
