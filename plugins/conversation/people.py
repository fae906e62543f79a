"""Who is the same person, on whichever network: by evidence, and never by a name or a picture.

Evidence is a pair of profiles that name each other (rel=me both ways; a service checked it), and what the blogger says
in CONVERSATION_PEOPLE. All spellings of one profile, and its handle, are one person without further evidence.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from .acts import Person, Proof
from .addresses import host_of
from .identities import names_of, names_of_person
from .unions import Unions

__all__ = ["People"]

#: A site's own page, which has no other spelling: most people are known by one, so it needs no closer look.
_HOME = re.compile(r"https://(?!www\.|bsky\.|[^/]*brid)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/")


class People:
    """Persons by what they are known by, made to be asked often.

    `same` holds lists of profiles and handles that are one person's each; `proofs` what services found proved.
    """

    def __init__(self, same: Iterable[Iterable[str]] = (), proofs: Iterable[Proof] = ()) -> None:
        unions: Unions[str] = Unions()
        for profiles in (*same, *_personal(proofs)):
            unions.join(sorted(name for one in profiles for name in names_of(one)))
        #: Of people who are known by several names: the address that stands for all of them, by each name.
        self.known = {name: _address(group) for group in unions.groups() for name in group}
        self._keys: dict[Person, str] = {}
        self._names: dict[Person, frozenset[str]] = {}

    def key(self, person: Person) -> str:
        """What tells this person from others: an address, the same for all profiles that are theirs; "" for nobody."""
        found = self._keys.get(person)
        if found is None:
            found = self._keys[person] = self._found(person)
        return found

    def names(self, person: Person) -> frozenset[str]:
        """The names that decide whether this person is among those `known`, which nothing else of them does."""
        found = self._names.get(person)
        if found is None:
            home = _HOME.fullmatch(person.url) and not person.handle
            found = frozenset({person.url.rstrip("/")}) if home else names_of_person(person)
            self._names[person] = found
        return found

    def _found(self, person: Person) -> str:
        if _HOME.fullmatch(person.url) and not person.handle:
            address = person.url.rstrip("/")
            return self.known.get(address, address)
        names = sorted(self.names(person))
        for name in names:
            if name in self.known:
                return self.known[name]
        bluesky = [name for name in names_of(person.url or person.handle) if "/" not in name]
        return _address([name for name in names if "@" in name.partition("/")[0]] or bluesky) or person.key


def _address(names: Iterable[str]) -> str:
    """The address that stands for all of `names` (`names_of`): of an account of the fediverse, if there is one.

    Handles of Bluesky are names without "@" and "/".
    """
    spelled = []
    for name in names:
        user, at, host = name.partition("@")
        if "/" in name:
            spelled.append((2, name))
        else:
            spelled.append((0, f"https://{host}/@{user}") if at else (1, f"https://bsky.app/profile/{name}"))
    return min(spelled, default=(0, ""))[1]


def _personal(proofs: Iterable[Proof]) -> Iterator[tuple[str, str]]:
    """The proofs without those of pages that several people of one server share: a team's page proves nothing."""
    pairs = sorted({tuple(sorted((proof.one, proof.other))) for proof in proofs})
    others: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        others[one].add(min(names_of(other), default=other))
        others[other].add(min(names_of(one), default=one))
    shared = {page for page, names in others.items() if max(Counter(map(_server, names)).values()) > 1}
    yield from ((one, other) for one, other in pairs if one not in shared and other not in shared)


def _server(name: str) -> str:
    return host_of(name) if "/" in name else name.rpartition("@")[2]
