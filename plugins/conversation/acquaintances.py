"""Whom the links of posts lead to, by name: people who are known from what they said here, by evidence only.

A link tells whose page it leads to (a profile, or a whole site); whoever signed something here with that address, or
with one that is known to be theirs too, is named beside it. Nobody is named whom the site does not show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, structs

from . import sanitise
from .acts import Act, Kind
from .people import People
from .settings import Settings
from .threads import Gave, Told, level

__all__ = ["Acquaintances", "Signed", "signed"]

#: What has words: a like is no answer.
ANSWERS = frozenset({Kind.REPLY, Kind.ANSWER, Kind.QUOTE, Kind.MENTION, Kind.LINK})


class Signed(Struct, frozen=True):
    """What somebody signed with: the key that tells them from others, and a name."""

    key: str
    name: str


def signed(settings: Settings, people: People, told: Told) -> Iterator[Signed]:
    """What the tellings of an act of somebody else's who is shown with their name are signed with."""
    for act in _signed(settings, told):
        name = sanitise.name(act.author.name)
        if name and (key := people.key(act.author)):
            yield Signed(key, name)


class Acquaintances:
    """The people of a site, by all that is `told` of who signed what."""

    def __init__(self, settings: Settings, people: People, told: Iterable[Signed]) -> None:
        self._settings, self._people = settings, people
        names: dict[str, dict[str, str]] = defaultdict(dict)
        for one in told:
            known = names[one.key]
            known[one.name.casefold()] = min(one.name, known.get(one.name.casefold(), one.name))
        #: By key. An address that several people sign with is a magazine's or a team's.
        self.names = {key: next(iter(known.values())) for key, known in names.items() if len(known) == 1}

    def introduce(self, gave: Iterable[Gave], links: Iterable[Act], shown: Sequence[Told]) -> tuple[Gave, ...]:
        """What a post gave, with the names of the people whom its `links` (one for each) lead to.

        `shown` is what was said of the post: whom a link leads to and who is among them `answered`.
        """
        keys = [self._people.key(act.to) for act in links]
        known = self.names.keys() & set(keys)
        said = (one for one in shown if one.best.act.kind in ANSWERS) if known else ()
        here = {self._people.key(act.author) for one in said for act in _signed(self._settings, one)}
        return tuple(
            structs.replace(one, name=self.names[key], answered=key in here) if key in known else one
            for one, key in zip(gave, keys, strict=True)
        )


def _signed(settings: Settings, told: Told) -> tuple[Act, ...]:
    """The tellings of an act of somebody else's who is shown with their name."""
    if level(told.acts, settings.privacy) == "count":
        return ()
    own = any(settings.is_own(act.author, act.url) for act in told.acts)
    return () if own else told.acts
