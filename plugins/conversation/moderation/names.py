"""What acts, their authors and the places where they stand are known by: the names that rules are compared with."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..acts import Act, Person
from ..addresses import ascii_host, key, split
from ..identities import names_of

__all__ = ["CARRIERS", "Names", "domains_of"]

#: Bridgy and Bridgy Fed carry words for others and are nobody's place (https://brid.gy/about).
CARRIERS = frozenset({"brid.gy", "brid-gy.appspot.com"})
#: The address that Bridgy Fed carries, within its own: /r/https://…; one slash may have been lost on the way.
_CARRIED = re.compile(r"/(https?):/+([^/].*)", re.IGNORECASE | re.DOTALL)
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
            url, handle = act.author.url, act.author.handle
            names = names_of(url) | names_of(handle)
            if (carried := _carried(url)) != url:
                names |= names_of(carried)
            self._people[act.author] = names
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
        carried = domains_of(_carried(url))
        return carried if carried.isdisjoint(CARRIERS) else frozenset()

    def _host(self, begin: str) -> tuple[str, frozenset[str]]:
        """The begin of an address in one spelling, and its domains."""
        if begin not in self._hosts:
            self._hosts[begin] = key(begin), domains_of(begin)
        return self._hosts[begin]


def domains_of(url: str) -> frozenset[str]:
    """The host of `url` and all domains that it is part of: a.b.example, b.example, example."""
    parts = split(url)
    labels = ascii_host((parts and parts.hostname) or "").split(".")
    return frozenset(".".join(labels[at:]) for at in range(len(labels))) - {""}


def _carried(url: str) -> str:
    """The address that one of Bridgy's carries, if it does; else `url` itself."""
    for _ in range(3):
        inner = _CARRIED.search(url, len("https://")) if "brid" in url.lower() else None
        if inner is None or domains_of(url).isdisjoint(CARRIERS):
            break
        url = f"{inner[1]}://{inner[2]}"
    return url
