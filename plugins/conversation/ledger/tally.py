"""One side of the ledger in one window: how many acts, with how many people, on how many days, of which kinds.

Acts are counted, never weighed: the weights of all known systems disagree, even about what is worth more. The sums are
those of Discourse's user summary (people, days visited).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from .entries import Entry, local_date

__all__ = ["Tally", "tally", "total"]


@dataclasses.dataclass(frozen=True, slots=True)
class Tally:
    """The sums of one side in one window.

    `by_kind` holds {kind: acts}, `by_channel` {channel: {kind: acts}}, `by_month` {"YYYY-MM": acts} with the site's
    months; each of the three adds up to `acts`. What did not happen is left out, not 0. `by_person` holds g_j or r_j,
    {person: acts} without the anonymous ones: figures are made of it, and it is never published.
    """

    acts: int = 0
    people: int = 0
    days: int = 0
    by_kind: Mapping[str, int] = dataclasses.field(default_factory=dict)
    by_channel: Mapping[str, Mapping[str, int]] = dataclasses.field(default_factory=dict)
    by_month: Mapping[str, int] = dataclasses.field(default_factory=dict)
    by_person: Mapping[str, int] = dataclasses.field(default_factory=dict, repr=False)

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

    People are distinct `person` values (anonymous acts have none); days are distinct dates in the site's `zone`.
    No acts: zeros and empty tables.
    """
    channels: dict[str, dict[str, int]] = {}
    days: dict[date, int] = {}
    people: dict[str, int] = {}
    for entry in entries:
        number, day, kinds = entry.number, local_date(entry.when, zone), channels.setdefault(entry.channel, {})
        kinds[entry.kind.value] = kinds.get(entry.kind.value, 0) + number
        days[day] = days.get(day, 0) + number
        if entry.person:
            people[entry.person] = people.get(entry.person, 0) + number
    return Tally(
        acts=sum(days.values()),
        people=len(people),
        days=len(days),
        by_kind=_summed((kind, number) for kinds in channels.values() for kind, number in kinds.items()),
        by_channel={channel: dict(sorted(kinds.items())) for channel, kinds in sorted(channels.items())},
        by_month=_summed((day.isoformat()[:7], number) for day, number in days.items()),
        by_person=people,
    )


def total(entries: Sequence[Entry]) -> int:
    """How many acts the entries stand for."""
    return sum(entry.number for entry in entries)


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The numbers of each key added up, in the order of the keys."""
    sums: Counter[str] = Counter()
    for key, number in pairs:
        sums[key] += number
    return dict(sorted(sums.items()))
