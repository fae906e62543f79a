"""One act, once: what several ways tell of the same act becomes one act that remembers all its ways.

The rules are written down for readers in docs/one-conversation.md. Tellings are joined in pairs, and what hangs
together is one act; so neither the order of tellings nor how often one comes makes a difference.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct, structs

from ..acts import Act, Direction, Kind, Person, identity, placed
from ..people import People
from ..store import Stored
from ..unions import Unions
from .apart import COMMENTS, NO_WAYS, Ways, told_apart, words_of
from .permalinks import is_singular, permalink

__all__ = ["WORDS", "Told", "merge", "signers"]

#: What one person does to one post once, whatever the ids.
GESTURES = frozenset({Kind.LIKE, Kind.REPOST, Kind.BOOKMARK, Kind.FOLLOW})
#: What has words or is a page: its permalink tells it from others. One way may know better than another what it is, so
#: the kinds stand from the least specific to the most.
WORDS = (Kind.LINK, Kind.MENTION, Kind.RSVP, Kind.QUOTE, Kind.REPLY, Kind.ANSWER)
#: A status in an id of the Mastodon source (`sources/mastodon_parse.py`), as its account's server numbers it.
_NUMBER = re.compile(r"(?:[a-z]+:)?(\d+)")
#: A Bluesky post in an id (`sources/bluesky_parse.py`, `bluesky_given.py`), whose owner is its author.
_RECORD = re.compile(r"(?:link:|given:)?(at://(did:[\w.:%-]+)/app\.bsky\.feed\.post/[\w.~-]+)")
#: Who liked or reposted it on Bluesky stands in the address that Bridgy makes for that.
_DOER = re.compile(r"bluesky:[^#]*#(?:liked|reposted)_by_(did:[\w.:%-]+)")


class Told(Struct, frozen=True):
    """One act and all its tellings, the one that was seen first before the others.

    `best` is the fullest telling, with the most specific kind, and with what only another one knew. `name` is the
    act's identity on its page: that of the first telling, so that it stays when another way tells of it too. `spots`
    are its permalinks as `permalinks.permalink` spells them.
    """

    best: Stored
    tellings: tuple[Stored, ...]
    name: str
    spots: frozenset[str] = frozenset()

    @property
    def acts(self) -> tuple[Act, ...]:
        """The act as each source tells it."""
        if len(self.tellings) == 1:
            return (self.tellings[0].act,)
        return tuple(item.act for item in self.tellings)


class _Item(Struct, frozen=True):
    """A telling with what joins it to others: permalinks, and by what its author is known (nobody: nothing)."""

    stored: Stored
    spots: frozenset[str]
    labels: tuple[str, ...]

    @property
    def name(self) -> str:
        return " ".join(self.stored.act.author.name.casefold().split())


def merge(stored: Iterable[Stored], people: People, addresses: Iterable[str] = (), ways: Ways = NO_WAYS) -> list[Told]:
    """The acts in `stored`, once each, in the order in which they take their places.

    `stored` are the received acts on one post, or acts given; `addresses` are those of the post and its copies: what is
    found there is not told apart by them.
    """
    pages = frozenset(filter(None, map(permalink, addresses)))
    unique: dict[tuple[str, str], Stored] = {}
    for one in stored:
        place = (one.act.source, one.act.id)
        if place not in unique or _fullness(one) > _fullness(unique[place]):
            unique[place] = one
    items = [_item(unique[place], people, pages, ways) for place in sorted(unique)]
    unions: Unions[int] = Unions()
    for number in range(len(items)):
        unions.root(number)
    for numbers in _by_evidence(items, ways):
        unions.join(numbers)
    parted = [part for numbers in unions.groups() for part in _clusters(items, numbers)]
    return _named(sorted(([items[number] for number in numbers] for numbers in parted), key=_first))


def _item(stored: Stored, people: People, pages: frozenset[str], ways: Ways) -> _Item:
    act = stored.act
    record = _RECORD.match(act.id)
    spots = {permalink(act.url)} if act.url else set()
    labels = [people.key(act.author)] if act.author != Person() else []
    if record:
        spots.add(permalink(record[1]))
        labels.append(people.key(Person(handle=record[2])))
    elif act.id.startswith("http") and act.kind in WORDS:
        spots.add(permalink(act.id))
    elif ways.homes.get(act.source) and act.kind in WORDS and (number := _NUMBER.fullmatch(act.id)):
        spots.add(f"mastodon:{ways.homes[act.source]}/{number[1]}")
    labels += [people.key(Person(handle=doer[1])) for spot in spots if (doer := _DOER.fullmatch(spot))]
    return _Item(stored, frozenset(spots - {""}) - pages, tuple(filter(None, labels)))


def signers(act: Act) -> Iterator[Person]:
    """All persons whose keys have a say in which act this is: its author, and who is named by its id and address."""
    if act.author != Person():
        yield act.author
    if record := _RECORD.match(act.id):
        yield Person(handle=record[2])
    for address in (act.url, act.id):
        if "brid" in address and (doer := _DOER.fullmatch(permalink(address))):
            yield Person(handle=doer[1])


def _by_evidence(items: Sequence[_Item], ways: Ways) -> Iterator[Iterable[int]]:
    """The numbers of items that are one act each, by one piece of evidence; they may overlap."""
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, item in enumerate(items):
        for evidence in _evidence(item):
            found[evidence].append(number)
    for (why, *_, last), numbers in found.items():
        if len(numbers) == 1:
            continue
        for cluster in [numbers] if why == "deed" else _clusters(items, numbers):
            if why in {"words", "moment"}:
                acts = {number: items[number].stored.act for number in cluster}
                yield from told_apart(acts, ways, singular=why == "words" and is_singular(last))
            else:
                yield cluster


def _evidence(item: _Item) -> Iterator[tuple[str, ...]]:
    """What two tellings of one act share, one of these at the least."""
    act = item.stored.act
    given = act.direction is Direction.GIVEN
    # All links of a post have the address of the post: what is given is told apart by what it is about as well.
    about = permalink(act.target) or act.target if given else ""
    if act.kind in WORDS:
        yield from (("words", about, spot) for spot in item.spots)
    else:
        kind = act.kind if act.kind in GESTURES else f"{act.kind} {identity(act)}"
        yield from (("spot", kind, about, spot) for spot in item.spots)
    if act.kind in GESTURES and (about if given else item.labels):
        yield from (("deed", act.kind, about, label) for label in ([""] if given else item.labels))
    elif not item.spots and act.kind in COMMENTS and act.published:
        yield ("moment", about, str(act.published), *item.labels, item.name, words_of(act))
    elif not item.spots and act.kind not in COMMENTS and (item.labels or item.name):
        yield ("same", act.kind, about, identity(act))


def _clusters(items: Sequence[_Item], numbers: Sequence[int]) -> list[list[int]]:
    """The items by author. Those that name none go with the only one there is; of several, nobody knows whose they are.

    A telling with a bare name and no profile is by the author of that name, if there is exactly one in `numbers`.
    """
    if len(numbers) == 1:
        return [list(numbers)]
    authors: Unions[str] = Unions()
    called: dict[str, set[str]] = defaultdict(set)
    for number in numbers:
        authors.join(items[number].labels)
    for number in numbers:
        if items[number].labels:
            called[items[number].name].add(authors.root(items[number].labels[0]))
    found: dict[str, list[int]] = defaultdict(list)
    for number in numbers:
        item = items[number]
        if item.labels:
            found[authors.root(item.labels[0])].append(number)
        else:
            known = called.get(item.name, ()) if item.name else ()
            found[next(iter(known)) if len(known) == 1 else f" {item.name}" if item.name else ""].append(number)
    nameless = found.pop("", [])
    if len(found) > 1:
        return [*found.values(), *([number] for number in nameless)]
    return [[*nameless, *(number for numbers in found.values() for number in numbers)]]


def _named(groups: Iterable[list[_Item]]) -> list[Told]:
    """An act of each group of tellings (those seen first first), with a name that no other has."""
    taken: Counter[str] = Counter()
    found = []
    for items in groups:
        first, *_ = tellings = tuple(sorted((item.stored for item in items), key=_seen))
        name = identity(first.act)
        if taken[name]:
            place = f"{first.act.source}\x1f{first.act.id}"
            name = hashlib.blake2b(place.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
        taken[name] += 1
        spots = frozenset(spot for item in items for spot in item.spots)
        found.append(Told(_best(tellings), tellings, name, spots))
    return sorted(found, key=lambda told: _place(told.best))


def _best(tellings: Sequence[Stored]) -> Stored:
    """The fullest telling, with what only another one knew."""
    if len(tellings) == 1:
        return tellings[0]
    best = max(tellings, key=_fullness)
    acts = [best.act, *(item.act for item in tellings)]
    kind = max((act.kind for act in acts if act.kind in WORDS), key=WORDS.index, default=best.act.kind)
    act = structs.replace(
        best.act,
        kind=kind,
        author=max((act.author for act in acts), key=_known),
        to=max((act.to for act in acts), key=_known),
        words=next((act.words for act in acts if act.words is not None), None),
        warning=next((act.warning for act in acts if act.warning), ""),
        parent=next((act.parent for act in acts if act.parent), ""),
    )
    return Stored(
        act,
        first_seen=min(item.first_seen for item in tellings),
        last_seen=max(item.last_seen for item in tellings),
        changed=max(item.changed for item in tellings),
    )


def _known(who: Person) -> tuple[bool, bool, bool]:
    """How much is known of a person."""
    return bool(who.key), bool(who.name), bool(who.photo)


def _first(items: Sequence[_Item]) -> tuple[datetime, str, str]:
    return min(_seen(item.stored) for item in items)


def _seen(item: Stored) -> tuple[datetime, str, str]:
    return item.first_seen, item.act.source, item.act.id


def _place(item: Stored) -> tuple[datetime, str, str]:
    return placed(item.act, item.first_seen), item.act.source, item.act.id


def _fullness(item: Stored) -> tuple[bool, bool, bool, int, str, str]:
    act = item.act
    return (
        bool(act.published),
        bool(act.parent),
        bool(act.author.name),
        len(act.html) + len(act.text),
        act.source,
        act.id,
    )
