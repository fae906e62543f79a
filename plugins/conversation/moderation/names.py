"""What acts, their authors and the places where they stand are known by: the names that rules are compared with."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..acts import Act, Person
from ..addresses import key
from ..identities import CARRIERS, carried, domains_of, names_of_person

__all__ = ["Names"]

_BEGIN = re.compile(r"\s*https?://[^/?#\s]*", re.IGNORECASE)


class Names:
    """Finds names and remembers them, for the same people and hosts come again and again."""

    def __init__(self, addresses: Iterable[str] = ()) -> None:
        """`addresses` are those that permalinks will be compared with; others need no closer look."""
        self._near = {key(begin[0]) for one in addresses if (begin := _BEGIN.match(one))}
        self._people: dict[Person, frozenset[str]] = {}
        self._hosts: dict[str, tuple[str, frozenset[str]]] = {}

    def of_act(self, act: Act) -> frozenset[str]:
        """The act's permalink in one spelling, and ``source:id``."""
        names = {f"{act.source}:{act.id}"}
        begin = _BEGIN.match(act.url)
        if begin and self._host(begin[0])[0] in self._near:
            names.add(key(act.url))
        return frozenset(names)

    def of_author(self, act: Act) -> frozenset[str]:
        """All names of the author, by profile and by handle (`identities.names_of`)."""
        names = self._people.get(act.author)
        if names is None:
            names = self._people[act.author] = names_of_person(act.author)
        return names

    def of_place(self, act: Act) -> frozenset[str]:
        """The hosts of the author's profile and of the permalink, with all domains that they are part of."""
        profile = act.author.url
        if not profile and "@" in act.author.handle:
            profile = f"https://{act.author.handle.strip().rpartition('@')[2]}"
        return self._domains(profile) | self._domains(act.url)

    def _domains(self, url: str) -> frozenset[str]:
        begin = _BEGIN.match(url)
        if begin is None:
            return frozenset()
        domains = self._host(begin[0])[1]
        if domains.isdisjoint(CARRIERS):
            return domains
        inner = domains_of(carried(url))
        return inner if inner.isdisjoint(CARRIERS) else frozenset()

    def _host(self, begin: str) -> tuple[str, frozenset[str]]:
        """The begin of an address in one spelling, and its domains."""
        if begin not in self._hosts:
            self._hosts[begin] = key(begin), domains_of(begin)
        return self._hosts[begin]
