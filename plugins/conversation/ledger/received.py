"""What the figures need to know of the acts received, of which a busy site has a hundred thousand.

`Listed` asks the functions of the catalogue, entry by entry: they are the specification. `Columns` has no more of each
act than numbers, side by side in arrays, and gives the same answers many times sooner.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import compress
from typing import Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from ..acts import Kind
from . import answering, drawn, people
from .entries import YEAR, Entry, Part, Window, address, local_date
from .tally import Sums, Tally, tally, total

__all__ = ["Columns", "Listed", "Received", "Table", "manner", "moment", "number_of", "stamp"]

_EPOCH = datetime.fromtimestamp(0, UTC)
_MICROSECOND = timedelta(microseconds=1)
_KINDS = tuple(Kind)
_COMMENTS = frozenset(map(_KINDS.index, answering.COMMENTS))
#: `Table.how`, from its lowest bit: the kind, whether it is a comment that can be answered, the channel.
_KIND, _OPEN, _CHANNEL = 0b1_1111, 0b10_0000, 6


class Received(Protocol):
    """Acts received in one window."""

    def within(self, window: Window) -> Received:
        """Those of them that lie in `window`."""

    def tally(self, zone: ZoneInfo) -> Tally:
        """As `tally.tally`; people may go by other names, as long as `name` gives the same."""

    def name(self, person: str) -> str:
        """By what a `Person.key` goes in `Tally.by_person`."""

    def top_post(self) -> int:
        """As `drawn.top_post`."""

    def unmatched(self) -> int:
        """How many match no post."""

    def years(self, now: datetime) -> Mapping[str, set[int]]:
        """As `people.periods`."""

    def oldest(self) -> datetime | None:
        """When the oldest was done."""

    def waits(self, answered: Mapping[str, Sequence[datetime]], now: datetime) -> list[float | None]:
        """As `answering.waits`."""

    def threads(self, part: Part) -> Sequence[Sequence[datetime]]:
        """As `answering.threads`, with what else is in `part`."""

    def at(self, spots: Collection[str]) -> Sequence[Entry]:
        """Those with one of these addresses (`entries.address`), as far as these are addresses of comments."""


class Listed(Struct, frozen=True):
    """Acts received, entry by entry."""

    entries: Sequence[Entry]

    def within(self, window: Window) -> Listed:
        """As in `Received`."""
        return Listed([entry for entry in self.entries if entry.when in window])

    def tally(self, zone: ZoneInfo) -> Tally:
        """As in `Received`."""
        return tally(self.entries, zone)

    def name(self, person: str) -> str:
        """As in `Received`."""
        return person

    def top_post(self) -> int:
        """As in `Received`."""
        return drawn.top_post(self.entries)

    def unmatched(self) -> int:
        """As in `Received`."""
        return total([entry for entry in self.entries if not entry.post])

    def years(self, now: datetime) -> Mapping[str, set[int]]:
        """As in `Received`."""
        return people.periods(self.entries, now)

    def oldest(self) -> datetime | None:
        """As in `Received`."""
        return min((entry.when for entry in self.entries), default=None)

    def waits(self, answered: Mapping[str, Sequence[datetime]], now: datetime) -> list[float | None]:
        """As in `Received`."""
        return answering.waits(self.entries, answered, now)

    def threads(self, part: Part) -> Sequence[Sequence[datetime]]:
        """As in `Received`."""
        return answering.threads(structs.replace(part, received=self.entries))

    def at(self, spots: Collection[str]) -> Sequence[Entry]:
        """As in `Received`."""
        return [entry for entry in self.entries if address(entry.url) in spots]


class Table(Struct, frozen=True):
    """Acts received, with a place in every array for each.

    `at` are microseconds since 1970, `day` ordinals of local dates, `who` numbers of `Entry.person`, `spot` of the
    addresses of the acts, `parent` of what they answer (`number_of`; only whether there is any matters), `how` what
    `manner` makes of channel and kind, `post` the numbers of their posts, -1 for none. `channels` are names by their
    numbers; `entries` gives those at some places, in that order.
    """

    at: array[int]
    day: array[int]
    who: array[int]
    spot: array[int]
    parent: array[int]
    how: array[int]
    post: array[int]
    channels: Sequence[str]
    entries: Callable[[Iterable[int]], list[Entry]]


class Columns(Struct, frozen=True, dict=True):
    """Acts received as a table; `more` are those that stand for any number of acts.

    `chosen` says which places are meant, where that is not all of them.
    """

    table: Table
    more: Sequence[Entry] = ()
    chosen: Sequence[bool] | None = None

    def within(self, window: Window) -> Columns:
        """As in `Received`."""
        start, end = None if window.start is None else stamp(window.start), stamp(window.end)
        chosen = None if start is None else [start < at <= end for at in self.table.at]
        return Columns(self.table, [entry for entry in self.more if entry.when in window], chosen)

    def tally(self, zone: ZoneInfo) -> Tally:
        """As in `Received`."""
        table, sums = self.table, Sums()
        for how, number in Counter(self._of(table.how)).items():
            sums.add_kind(table.channels[how >> _CHANNEL], _KINDS[how & _KIND].value, number)
        # There are a few ways, and many thousand days.
        days = ((how >> _CHANNEL, day) for how, day in self._chosen(table.how, table.day))
        for (channel, day), number in Counter(days).items():
            sums.add_day(table.channels[channel], date.fromordinal(day), number)
        people = Counter(self._of(table.who))
        del people[0]
        sums.people.update((f"{person:x}", number) for person, number in people.items())
        for entry in self.more:
            sums.add(entry.channel, entry.kind.value, local_date(entry.when, zone), entry.number)
            sums.people.update({self.name(entry.person): entry.number} if entry.person else {})
        return sums.tally()

    def name(self, person: str) -> str:
        """As in `Received`."""
        return f"{number_of(person):x}"

    def top_post(self) -> int:
        """As in `Received`."""
        drew = (number for post, number in self._by_post.items() if post >= 0)
        return max(drawn.top_post(self.more), max(drew, default=0))

    def unmatched(self) -> int:
        """As in `Received`."""
        return self._by_post[-1] + Listed(self.more).unmatched()

    def years(self, now: datetime) -> Mapping[str, set[int]]:
        """As in `Received`."""
        end, year = stamp(now), YEAR // _MICROSECOND
        found: dict[int, set[int]] = defaultdict(set)
        for person, at in self._chosen(self.table.who, self.table.at):
            if at <= end:
                found[person].add((end - at) // year)
        years = {f"{person:x}": backs for person, backs in found.items() if person}
        for name, back_then in people.periods(self.more, now).items():
            years.setdefault(self.name(name), set()).update(back_then)
        return years

    def oldest(self) -> datetime | None:
        """As in `Received`."""
        first = min(self._of(self.table.at), default=None)
        return min([*([] if first is None else [moment(first)]), *(entry.when for entry in self.more)], default=None)

    def waits(self, answered: Mapping[str, Sequence[datetime]], now: datetime) -> list[float | None]:
        """As in `Received`."""
        table, last = self.table, stamp(now - answering.GRACE)
        known = {number_of(spot): times for spot, times in answered.items()}
        asked = self._chosen(table.at, table.how, table.spot)
        open_ = [(at, spot) for at, how, spot in asked if how & _OPEN and at <= last]
        return [answering.wait(moment(at), known[spot]) if spot in known else None for at, spot in open_]

    def threads(self, part: Part) -> Sequence[Sequence[datetime]]:
        """Only those comments are looked at that answer something or are answered: the others talk with nobody."""
        table = self.table
        comments = [
            place
            for place, (how, post) in enumerate(zip(table.how, table.post, strict=True))
            if how & _KIND in _COMMENTS and post >= 0
        ]
        replies = [place for place in comments if table.parent[place]]
        talk = [*table.entries(replies), *part.mine, *part.given]
        named = {address(url) for entry in talk for url in (entry.url, entry.parent, entry.target) if url}
        several = Counter(table.spot[place] for place in comments)
        wanted = {*map(number_of, named), *(spot for spot, number in several.items() if number > 1)} - {0}
        answered = [place for place in comments if table.spot[place] in wanted and not table.parent[place]]
        received = [*table.entries(replies), *table.entries(answered), *self.more]
        return answering.threads(structs.replace(part, received=received))

    def at(self, spots: Collection[str]) -> Sequence[Entry]:
        """As in `Received`."""
        wanted = {number_of(spot) for spot in spots} - {0}
        places = (place for place, spot in enumerate(self.table.spot) if spot in wanted) if wanted else ()
        return [*self.table.entries(places), *Listed(self.more).at(spots)]

    @cached_property
    def _by_post(self) -> Counter[int]:
        """How many acts there are by the number of their post, -1 for none."""
        return Counter(self._of(self.table.post))

    def _of(self, column: array[int]) -> Iterable[int]:
        """What of a column is meant."""
        return column if self.chosen is None else compress(column, self.chosen)

    def _chosen(self, *columns: array[int]) -> Iterator[tuple[int, ...]]:
        """What of the columns is meant, place by place."""
        if self.chosen is None:
            return zip(*columns, strict=True)
        return zip(*(compress(column, self.chosen) for column in columns), strict=True)


def manner(entry: Entry, channel: int) -> int:
    """What `Table.how` holds of an entry whose channel has that number."""
    return channel << _CHANNEL | answering.is_answerable(entry) << _KIND.bit_length() | _KINDS.index(entry.kind)


def number_of(name: str) -> int:
    """A name or an address as a number of 64 bits; 0 for none."""
    if not name:
        return 0
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True) or 1


def stamp(when: datetime) -> int:
    """Microseconds since 1970."""
    return (when - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """The time that a number of microseconds since 1970 stands for."""
    return _EPOCH + timedelta(microseconds=at)
