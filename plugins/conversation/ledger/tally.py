"""One side of the ledger in one window: how many acts, with how many people, on how many days, of which kinds.

Acts are counted, never weighed: the weights of all known systems disagree, even about what is worth more. The sums are
those of Discourse's user summary (people, days visited).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from .entries import Entry, local_date

__all__ = ["Sums", "Tally", "tally", "total"]

_Key = TypeVar("_Key", str, date, tuple[str, str])


class Tally(Struct, frozen=True):
    """The sums of one side in one window.

    `by_kind` holds {kind: acts}, `by_channel` {channel: {kind: acts}}, `by_month` {"YYYY-MM": acts} with the site's
    months; each of the three adds up to `acts`. What did not happen is left out, not 0. `by_person` holds g_j or r_j,
    {person: acts} without the anonymous ones: figures are made of it, and it is never published. `by_day` holds
    {date: acts} and `by_place` {(channel, "YYYY-MM"): acts}; both are for the pictures of the page only.
    """

    acts: int = 0
    people: int = 0
    days: int = 0
    by_kind: Mapping[str, int] = field(default_factory=dict)
    by_channel: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    by_month: Mapping[str, int] = field(default_factory=dict)
    by_person: Mapping[str, int] = field(default_factory=dict)
    by_day: Mapping[date, int] = field(default_factory=dict)
    by_place: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def attributed(self) -> int:
        """How many of the acts could be attributed to a person."""
        return sum(self.by_person.values())

    def as_json(self) -> dict[str, object]:
        """The object of the contract."""
        return {
            "acts": self.acts,
            "people": self.people,
            "days": self.days,
            "by_kind": dict(self.by_kind),
            "by_channel": {channel: dict(kinds) for channel, kinds in self.by_channel.items()},
            "by_month": dict(self.by_month),
        }


def tally(entries: Sequence[Entry], zone: ZoneInfo) -> Tally:
    """Sums up acts of one side.

    People count once each, and anonymous acts have none; days are distinct dates in the time zone of the site. No acts:
    zeros and empty tables.

    Example: Two replies to Noor and an anonymous like on one day, a reply to Jo on the next: 4 acts, 2 people, 2 days,
    and 3 of the acts could be attributed to a person.
    """
    sums = Sums()
    for entry in entries:
        sums.add(entry.channel, entry.kind.value, local_date(entry.when, zone), entry.number)
        if entry.person:
            sums.people[entry.person] = sums.people.get(entry.person, 0) + entry.number
    return sums.tally()


class Sums(Struct):
    """What a `Tally` is made of: by channel the acts of each kind and of each local day, and by person the acts."""

    channels: defaultdict[str, tuple[dict[str, int], dict[date, int]]] = field(
        default_factory=lambda: defaultdict(lambda: ({}, {}))
    )
    people: dict[str, int] = field(default_factory=dict)

    def add(self, channel: str, kind: str, day: date, number: int) -> None:
        """Adds so many acts of one kind on one channel and one day."""
        self.add_kind(channel, kind, number)
        self.add_day(channel, day, number)

    def add_kind(self, channel: str, kind: str, number: int) -> None:
        """Adds the acts to those of their kind, whatever their day: `add_day` is told that."""
        kinds, _ = self.channels[channel]
        kinds[kind] = kinds.get(kind, 0) + number

    def add_day(self, channel: str, day: date, number: int) -> None:
        """Adds the acts to those of their day, whatever their kind."""
        _, days = self.channels[channel]
        days[day] = days.get(day, 0) + number

    def tally(self) -> Tally:
        """The sums."""
        channels = self.channels
        by_day = _summed(pair for _, days in channels.values() for pair in days.items())
        return Tally(
            acts=sum(by_day.values()),
            people=len(self.people),
            days=len(by_day),
            by_kind=_summed(pair for kinds, _ in channels.values() for pair in kinds.items()),
            by_channel={channel: dict(sorted(kinds.items())) for channel, (kinds, _) in sorted(channels.items())},
            by_month=_summed((day.isoformat()[:7], number) for day, number in by_day.items()),
            by_person=self.people,
            by_day=by_day,
            by_place=_summed(
                ((channel, day.isoformat()[:7]), number)
                for channel, (_, days) in channels.items()
                for day, number in days.items()
            ),
        )


def total(entries: Sequence[Entry]) -> int:
    """How many acts the entries stand for."""
    return sum(entry.number for entry in entries)


def _summed(pairs: Iterable[tuple[_Key, int]]) -> dict[_Key, int]:
    """The numbers of each key added up, in the order of the keys."""
    sums: Counter[_Key] = Counter()
    for key, number in pairs:
        sums[key] += number
    return dict(sorted(sums.items()))
