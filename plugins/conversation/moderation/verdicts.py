"""Whether readers may see an act, and which entry of the file says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from ..acts import Act
from .names import Names
from .rules import Rules, parse
from .words import Wordlist, said

__all__ = ["Moderation", "Verdict"]


class Verdict(Struct, frozen=True):
    """Whether an act is shown, and the rule that decided: ``hide domains "spam.example"``; "" where none had to."""

    shown: bool
    rule: str = ""

    @property
    def held(self) -> bool:
        """Whether the act waits only because a stranger wrote it; else, where it is not shown, it is hidden."""
        return self == _HELD


_OPEN = Verdict(shown=True)
_HELD = Verdict(shown=False, rule="held: from a stranger")
#: Of one field, what is to be shown goes before what is to be hidden.
_SIDES = (("show", True), ("hide", False))


class Moderation(Struct, frozen=True, dict=True):
    """The rules of a site, made to be asked often. Without rules everything is shown."""

    rules: Rules = Rules()

    @classmethod
    def load(cls, path: Path) -> Moderation:
        """The rules in the file at `path`, none where there is no file; SettingsError over what cannot be meant."""
        return cls(parse(path))

    def verdict(self, act: Act, *tellings: Act) -> Verdict:
        """What is to be done with a received act; `tellings` are the same act as other sources tell it.

        The first of these that applies decides: show or hide of the act, of its author, of its domains, of its words;
        then, where strangers wait, whether the author or the domain is trusted.
        """
        acts = (act, *tellings)
        for field, names in self._looks.items():
            found = names(acts)
            for side, shown in _SIDES:
                if entry := _longest(found, self.rules.of(side, field)):
                    return Verdict(shown, f'{side} {field} "{entry}"')
        if self._words["show"] or self._words["hide"]:
            text = said(acts)
            for side, shown in _SIDES:
                if word := self._words[side].first(text):
                    return Verdict(shown, f'{side} words "{word}"')
        return self._trust(acts) if self.rules.hold else _OPEN

    def _trust(self, acts: Sequence[Act]) -> Verdict:
        for field in ("authors", "domains"):
            entries = self.rules.of("trust", field)
            if entries and (entry := _longest(self._all_looks[field](acts), entries)):
                return Verdict(shown=True, rule=f'trust {field} "{entry}"')
        return _HELD

    @cached_property
    def _all_looks(self) -> Mapping[str, Callable[[Iterable[Act]], frozenset[str]]]:
        """How to find the names that each field's entries are compared with, the narrowest field first."""
        names = Names([*self.rules.of("show", "acts"), *self.rules.of("hide", "acts")])
        ways = {"acts": names.of_act, "authors": names.of_author, "domains": names.of_place}
        return {field: _of_all(way) for field, way in ways.items()}

    @cached_property
    def _looks(self) -> Mapping[str, Callable[[Iterable[Act]], frozenset[str]]]:
        """Those of the fields that have entries."""
        used = {field for side, _ in _SIDES for field in self._all_looks if self.rules.of(side, field)}
        return {field: look for field, look in self._all_looks.items() if field in used}

    @cached_property
    def _words(self) -> Mapping[str, Wordlist]:
        return {side: Wordlist(self.rules.of(side, "words")) for side, _ in _SIDES}


def _of_all(way: Callable[[Act], frozenset[str]]) -> Callable[[Iterable[Act]], frozenset[str]]:
    return lambda acts: frozenset().union(*map(way, acts))


def _longest(names: frozenset[str], entries: Mapping[str, str]) -> str:
    """The entry for one of `names`, of several the most exact (so that their order in the file is all the same)."""
    if entries.keys().isdisjoint(names):
        return ""
    return max(((name, entries[name]) for name in names if name in entries), key=lambda one: (len(one[0]), one))[1]
