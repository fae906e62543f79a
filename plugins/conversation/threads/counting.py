"""The five numbers of a conversation: who is known and visible, and what services tell only as a number."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from ..acts import Count, Kind
from .merging import Told
from .types import House, Number

__all__ = ["FEDERATED", "GROUPS", "numbers_of"]

#: Which of the five numbers a kind belongs to (contract); kinds that are not here are not part of a conversation.
GROUPS: Mapping[Kind, str] = {
    Kind.REPLY: "comments",
    Kind.ANSWER: "comments",
    Kind.REPOST: "shares",
    Kind.QUOTE: "shares",
    Kind.MENTION: "mentions",
    Kind.LINK: "mentions",
    Kind.RSVP: "mentions",
    Kind.LIKE: "likes",
    Kind.BOOKMARK: "bookmarks",
}
#: Where a server knows only what reached it: there may be more than it counts.
FEDERATED = frozenset({"activitypub", "lemmy", "mastodon", "misskey"})
_ORDER = ("comments", "shares", "mentions", "likes", "bookmarks")


def numbers_of(
    shown: Mapping[str, int], listed: Mapping[str, int], told: Iterable[Told], counts: Iterable[Count], house: House
) -> tuple[Number, ...]:
    """The five numbers, in the contract's order.

    `shown` and `listed` are by group how many acts of others are known and visible, and how many of them with a name.
    `told` is everything that was told, hidden or not: no service's count holds it once more. Where two services count
    more than they name, nobody knows whom both count, and the two rests add up.
    """
    rest = _unnamed(told, counts, house)
    numbers = Counter(shown)
    for (_, group), number in rest.items():
        numbers[group] += number
    unsure = {group for (source, group), number in rest.items() if number and house.services.get(source) in FEDERATED}
    return tuple(Number(group, numbers[group], listed.get(group, 0), at_least=group in unsure) for group in _ORDER)


def _unnamed(told: Iterable[Told], counts: Iterable[Count], house: House) -> dict[tuple[str, str], int]:
    """By source and group, how many acts it counts and nobody names.

    Reckoned by group and not by kind: some services count quotes among the reposts. What came from a network by another
    way (a like on Mastodon, by Bridgy) is among those that the network's own source counts.
    """
    left: dict[tuple[str, str], int] = defaultdict(int)
    for count in counts:
        if count.kind is Kind.VIEW:
            continue
        left[count.source, GROUPS.get(count.kind, "")] += count.value
    carried: Counter[tuple[str, str]] = Counter()
    for one in told if left else ():
        if any(house.is_own(act.author, act.url) for act in one.acts):
            continue
        for act in one.acts:
            left[act.source, GROUPS.get(act.kind, "")] -= 1
        channel = one.best.act.channel
        if all(house.services.get(act.source) != channel for act in one.acts):
            carried[channel, GROUPS.get(one.best.act.kind, "")] += 1
    rest = {}
    for (source, group), number in sorted(left.items()):
        place = house.services.get(source, ""), group
        known = min(carried[place], max(0, number))
        carried[place] -= known
        rest[source, group] = max(0, number) - known
    return rest
