"""Whom the links of posts lead to, by name: people who are known from what they said here, by evidence only.

A link tells whose page it leads to (a profile, or a whole site); whoever signed something here with that address, or
with one that is known to be theirs too, is named beside it. Nobody is named whom the site does not show.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence

from . import sanitise
from .acts import Act, Kind
from .people import People
from .settings import Settings
from .threads import Gave, Told, level

__all__ = ["Acquaintances"]

#: What has words: a like is no answer.
ANSWERS = frozenset({Kind.REPLY, Kind.ANSWER, Kind.QUOTE, Kind.MENTION, Kind.LINK})


class Acquaintances:
    """The people of a site. `shown` are all received acts that readers may see."""

    def __init__(self, settings: Settings, people: People, shown: Iterable[Told]) -> None:
        self._settings, self._people = settings, people
        names: dict[str, dict[str, str]] = defaultdict(dict)
        for act in (act for one in shown for act in self._signed(one)):
            name = sanitise.name(act.author.name)
            if name and (key := people.key(act.author)):
                names[key][name.casefold()] = min(name, names[key].get(name.casefold(), name))
        # An address that several people sign with is a magazine's or a team's.
        self._names = {key: next(iter(known.values())) for key, known in names.items() if len(known) == 1}

    def introduce(self, gave: Iterable[Gave], links: Iterable[Act], shown: Sequence[Told]) -> tuple[Gave, ...]:
        """What a post gave, with the names of the people whom its `links` (one for each) lead to.

        `shown` is what was said of the post: whom a link leads to and who is among them `answered`.
        """
        keys = [self._people.key(act.to) for act in links]
        known = self._names.keys() & set(keys)
        said = (one for one in shown if one.best.act.kind in ANSWERS) if known else ()
        here = {self._people.key(act.author) for one in said for act in self._signed(one)}
        return tuple(
            dataclasses.replace(one, name=self._names[key], answered=key in here) if key in known else one
            for one, key in zip(gave, keys, strict=True)
        )

    def _signed(self, told: Told) -> tuple[Act, ...]:
        """The tellings of an act of somebody else's who is shown with their name."""
        if level(told.acts, self._settings.privacy) == "count":
            return ()
        own = any(self._settings.is_own(act.author, act.url) for act in told.acts)
        return () if own else told.acts
