"""From acts to the rows of the ledger: whose they are, on which post, and what of them may be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from msgspec import structs

from .acts import Act, Direction, Kind, Person, placed
from .addresses import key
from .ledger import Entry, PostFacts, points
from .ledger.received import number_of
from .moderation import Moderation
from .people import People
from .settings import Settings
from .store import Stored
from .threads import Conversation, Told, level, permalink, without_words

__all__ = ["Bookkeeper", "spots_of"]


def spots_of(shown: Iterable[Told]) -> Iterator[tuple[str, str]]:
    """Each permalink of acts with the address by which the act is known; of several in one place the last counts."""
    return ((spot, one.best.act.url) for one in shown for spot in one.spots if one.best.act.url)


class Bookkeeper:
    """Writes rows.

    `spots` has, by each permalink of all received acts of the site that may be seen, the address of the act
    (`spots_of`): what answers one of them, by whichever of its addresses, is written down as an answer to it. Whom
    `moderation` hides is not named as one to whom something was given either.
    """

    def __init__(self, settings: Settings, people: People, spots: Mapping[str, str], moderation: Moderation) -> None:
        self._settings, self._people, self._moderation, self._spots = settings, people, moderation, spots

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of all permalinks that it knows (`number_of`)."""
        return frozenset(map(number_of, self._spots))

    def received(self, told: Told, post: str) -> Entry:
        """The row of a received act on the page `post` ("" for one that is no post)."""
        return self.settled(self.drafted(told, post))

    def given(self, told: Told) -> Entry:
        """The row of an act given."""
        return self.settled(self.draft(told), told.best.act.to.key)

    def drafted(self, told: Told, post: str) -> Entry:
        """The row of a received act, with addresses as they were told."""
        shown = level(told.acts, self._settings.privacy)
        act = told.best.act if shown == "full" else without_words(told.best.act)
        if act.words != told.best.act.words:
            act = structs.replace(act, words=told.best.act.words)
        mine = any(self._settings.is_own(one.author, one.url) for one in told.acts)
        if shown == "count" and not mine:
            act = structs.replace(act, author=Person(), url="", parent="", words=None)
        person = Person() if mine else act.author
        return _towards(self._row(told, act, person, post, mine=mine), person.key)

    def draft(self, told: Told) -> Entry:
        """The row of an act given, with addresses as they were told."""
        act = told.best.act
        mine = self._settings.is_own(act.to) or (self._settings.on_site(act.target) and not act.to.key)
        post = next((one.url for one in told.acts if one.source == "posts"), "")
        private = level(told.acts, self._settings.privacy) == "count" or any(map(self._hides, told.acts))
        return structs.replace(self._row(told, act, act.to, post, mine=mine), private=private)

    def settled(self, draft: Entry, to: str = "") -> Entry:
        """A row with the addresses by which acts are known on the site, where it has others of theirs.

        `to` is the key of the person to whom it was given (`Person.key`).
        """
        parent = self._address(draft.parent)
        if draft.direction is Direction.RECEIVED:
            return draft if parent == draft.parent else structs.replace(draft, parent=parent)
        url, target = self._address(draft.url), self._address(draft.target)
        if (url, target, parent) != (draft.url, draft.target, draft.parent):
            draft = structs.replace(draft, url=url, target=target, parent=parent)
        return _towards(draft, to)

    def points(self, item: Stored, kind: Kind, looks: Iterable[tuple[datetime, int]]) -> Iterator[Entry]:
        """The rows of what the blogger's `item` drew elsewhere: points of one kind, as they were looked at."""
        for when, number in points(looks, placed(item.act, item.first_seen)):
            yield Entry(
                direction=Direction.RECEIVED,
                kind=kind,
                when=when,
                channel=item.act.channel,
                target=item.act.url,
                number=number,
            )

    def fact(self, conversation: Conversation, shown: Iterable[Told]) -> PostFacts:
        """What the ledger says of a post: the numbers that its page shows, and the days of the first and last act."""
        first, last = self.span(shown)
        return PostFacts(
            url=conversation.url,
            title=conversation.post.title,
            published=conversation.post.published,
            given_links=len(conversation.gave),
            **structs.asdict(conversation.counts),
            first=first,
            last=last,
        )

    def span(self, shown: Iterable[Told]) -> tuple[date | None, date | None]:
        """The local dates of the first and the last act of others."""
        zone, own = self._settings.timezone, self._settings.is_own
        others = (one.best for one in shown if not any(own(act.author, act.url) for act in one.acts))
        days = [placed(item.act, item.first_seen).astimezone(zone).date() for item in others]
        return min(days, default=None), max(days, default=None)

    def _hides(self, act: Act) -> bool:
        """Whether an act like this one, from the person or page that it was given to, would be hidden."""
        back = Act(
            direction=Direction.RECEIVED, kind=act.kind, source=act.source, id=act.id, url=act.target, author=act.to
        )
        verdict = self._moderation.verdict(back)
        return not verdict.shown and not verdict.held

    def _row(self, told: Told, act: Act, person: Person, post: str, *, mine: bool) -> Entry:
        """`person` is the other side: who acted, or to whom it was given."""
        return Entry(
            direction=act.direction,
            kind=act.kind,
            channel=act.channel,
            person=self._people.key(person),
            name=person.shown,
            when=placed(told.best.act, told.best.first_seen),
            url=act.url,
            target=act.target,
            parent=act.parent,
            post=post,
            words=act.words,
            mine=mine,
            title=act.title,
        )

    def _address(self, url: str) -> str:
        """The address by which an act is known on the site, where `url` is one of its others; else `url`."""
        return self._spots.get(permalink(url), url) if url and self._spots else url


def _towards(entry: Entry, person: str) -> Entry:
    """Whoever is mentioned without an address has their profile for a target, in one of its spellings."""
    named = person and key(entry.target).rstrip("/") == person
    return structs.replace(entry, target=entry.person) if named else entry
