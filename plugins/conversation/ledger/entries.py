"""What the ledger is computed from: rows that say who gave what to whom, and facts about posts and sources.

The rows come merged and matched (one act that arrived by two ways is one row); nothing here reads or writes anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from msgspec import Struct

from ..acts import Direction, Kind
from ..addresses import host_of, key, split

__all__ = [
    "YEAR",
    "Entry",
    "Part",
    "PostFacts",
    "Site",
    "SourceFacts",
    "Window",
    "address",
    "local_date",
]

#: The length of the window called "year".
YEAR = timedelta(days=365)

# An address that `addresses.key` leaves as it is.
_PLAIN = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/[A-Za-z0-9/._~@-]*")


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One act, or a number of acts of which no more is known than how many they are (`number`).

    `person` is whom it was given to or received from (`Person.key`); "" is anonymous. `target` is the page it is about
    and `parent` the address that it answers, where it answers something. `post` is the URL of the site's post that it
    concerns: the matched post of a received act, the post that holds the link of a given one; else "". `mine` marks the
    blogger's own act in the conversation of a post, and a given act that is addressed to the blogger. Of a `private`
    one may be published that it was done, and no more.
    """

    direction: Direction
    kind: Kind
    when: datetime
    channel: str = "web"
    person: str = ""
    url: str = ""
    target: str = ""
    parent: str = ""
    post: str = ""
    words: int | None = None
    mine: bool = False
    name: str = ""
    title: str = ""
    number: int = 1
    private: bool = False


class PostFacts(Struct, frozen=True, kw_only=True):
    """A post and the five numbers that its page shows; `first` and `last` are local dates of what it drew."""

    url: str
    title: str = ""
    published: datetime | None = None
    given_links: int = 0
    comments: int = 0
    shares: int = 0
    mentions: int = 0
    likes: int = 0
    bookmarks: int = 0
    first: date | None = None
    last: date | None = None


class SourceFacts(Struct, frozen=True, kw_only=True):
    """How a source stands: `state` is "fresh", "stale", "failed" or "never"; `acts` is how many acts it told of."""

    name: str
    state: str
    pulled: datetime | None = None
    acts: int = 0
    error: str | None = None


class Window(Struct, frozen=True):
    """A stretch of time: after `start` (None: from the beginning), up to and with `end`."""

    start: datetime | None
    end: datetime

    @classmethod
    def year(cls, now: datetime) -> Window:
        """The 365 days that end at `now`."""
        return cls(now - YEAR, now)

    def __contains__(self, when: object) -> bool:
        """Whether a time lies in it; the window of all time takes what its clock has not reached yet, too."""
        return isinstance(when, datetime) and (self.start is None or self.start < when <= self.end)


class Site(Struct, frozen=True, dict=True):
    """The addresses that are the site's own, the present one first."""

    addresses: tuple[str, ...]

    def owns(self, url: str) -> bool:
        """Whether `url` is a page of the site, whatever its spelling, with ``www.`` or without."""
        if not any(host in url.casefold() for host in self._hosts):
            return False
        return any(_rooted(url).startswith(root) for root in self._roots)

    @cached_property
    def _roots(self) -> tuple[str, ...]:
        return tuple(_rooted(url) for url in self.addresses if host_of(url))

    @cached_property
    def _hosts(self) -> tuple[str, ...]:
        """The hosts as they may be spelled, for a first cheap look: as configured, and in punycode."""
        bare = [(parts.hostname or "").removeprefix("www.") for url in self.addresses if (parts := split(url))]
        return tuple(sorted({host for host in [*bare, *map(host_of, self.addresses)] if host}))


class Part(Struct, frozen=True, dict=True):
    """The entries that belong to one window, by what they are to the ledger.

    `given` are acts given, `received` acts received; `mine` what the blogger said in the conversations of the own posts
    and `notes` what was said to nobody, together with self-acts: these two are in the mix only.
    """

    given: Sequence[Entry] = ()
    received: Sequence[Entry] = ()
    mine: Sequence[Entry] = ()
    notes: Sequence[Entry] = ()

    @classmethod
    def sort(cls, entries: Iterable[Entry], site: Site) -> Part:
        """Tells acts given, acts received and everything else apart; rows that stand for no act at all are left out.

        A self-act is dropped from the acts given: one marked `mine`, or one that is about a page of the own site and
        addressed to nobody in particular. The blogger's own acts on own posts are never received.
        """
        lists = {name: list[Entry]() for name in cls.__struct_fields__}
        for entry in entries:
            if entry.number > 0:
                lists[_place(entry, site)].append(entry)
        return cls(**lists)

    def within(self, window: Window) -> Part:
        """The part of it that lies in `window`."""
        return Part(*([entry for entry in rows if entry.when in window] for rows in self.rows()))

    def rows(self) -> Iterator[Sequence[Entry]]:
        """Its four lists, in the order of the fields."""
        yield from (self.given, self.received, self.mine, self.notes)


def address(url: str) -> str:
    """One spelling for all spellings of an address: `addresses.key`, but quick for an address in plain form."""
    return url if not url or _PLAIN.fullmatch(url) else key(url)


def local_date(when: datetime, zone: ZoneInfo) -> date:
    """The day on which it was, where the site is."""
    return when.astimezone(zone).date()


def _rooted(url: str) -> str:
    """An address without ``www.`` and with one slash at its end, so that a site is the beginning of its pages."""
    return key(url).replace("://www.", "://", 1).rstrip("/") + "/"


def _place(entry: Entry, site: Site) -> str:
    """The list of `Part` that an entry belongs to."""
    if entry.direction is Direction.RECEIVED:
        return "mine" if entry.mine else "received"
    if entry.kind is Kind.NOTE or entry.mine or (not entry.person and site.owns(entry.target)):
        return "notes"
    return "given"
