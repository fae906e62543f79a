"""Forgets people for good: their acts go without a tombstone; a salted hash keeps a pull from bringing them back."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection

from ..acts import Act, Person
from ..addresses import is_web
from .rows import clean, content, key, stored, stored_acts, upsert
from .schema import acts, forgotten

__all__ = ["Forgotten", "forget"]


@dataclasses.dataclass(frozen=True, slots=True)
class Forgotten:
    """Who is forgotten: salted hashes of profile addresses and handles, by salt."""

    by_salt: dict[str, frozenset[str]]

    @classmethod
    def read(cls, connection: Connection) -> Forgotten:
        """All people that the store has forgotten."""
        found: dict[str, set[str]] = {}
        for one in connection.execute(select(forgotten)):
            found.setdefault(one.salt, set()).add(one.hash)
        return cls({salt: frozenset(hashes) for salt, hashes in found.items()})

    def knows(self, person: Person) -> bool:
        """Whether this is one of them, by profile or by handle."""
        keys = _keys(person.url, person.handle)
        return any(_hash(one, salt) in hashes for salt, hashes in self.by_salt.items() for one in keys)

    def spare(self, told: Iterable[Act]) -> Iterator[Act]:
        """The acts without those of forgotten people; acts given to them stay, but no longer say to whom."""
        for act in told:
            if not self.by_salt:
                yield act
            elif not self.knows(act.author):
                yield dataclasses.replace(act, to=Person()) if self.knows(act.to) else act


def forget(connection: Connection, who: str) -> int:
    """Erases a person, named by profile address or handle; returns how many acts were erased or made nameless."""
    keys = _keys(who, "") or _keys("", who)
    if not keys:
        return 0
    salt = connection.scalar(select(forgotten.c.salt).limit(1)) or secrets.token_hex(16)
    upsert(connection, forgotten, [{"hash": _hash(one, salt), "salt": salt} for one in sorted(keys)])
    columns = select(acts.c.source, acts.c.id, acts.c.author_url, acts.c.author_handle, acts.c.to_url, acts.c.to_handle)
    theirs, towards = [], []
    for r in connection.execute(columns):
        if keys & _keys(r.author_url, r.author_handle):
            theirs.append((r.source, r.id))
        elif keys & _keys(r.to_url, r.to_handle):
            towards.append((r.source, r.id))
    for source, one in theirs:
        connection.execute(delete(acts).where(acts.c.source == source, acts.c.id == one))
    _unname(connection, towards)
    return len(theirs) + len(towards)


def _unname(connection: Connection, which: Sequence[tuple[str, str]]) -> None:
    """Takes the name of the person that acts were given to out of those acts."""
    for source, one in which:
        here = (acts.c.source == source, acts.c.id == one)
        act = next(stored(connection.execute(stored_acts().where(*here)))).act
        nameless = dataclasses.replace(act, to=Person())
        connection.execute(update(acts).where(*here).values(key(source, one, nameless) | content(nameless)))


def _keys(url: str, handle: str) -> set[str]:
    """What may name a person: the profile's address and the handle, each in one spelling."""
    found = {Person(handle=handle).key}
    if is_web(url):
        found.add(Person(url=url).key)
    return found - {""}


def _hash(who: str, salt: str) -> str:
    return hashlib.blake2b(clean(who).encode(), key=bytes.fromhex(salt), digest_size=16).hexdigest()
