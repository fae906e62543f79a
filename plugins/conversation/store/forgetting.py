"""Forgets people for good: nothing of theirs stays, not even a tombstone; a salted hash keeps them from coming back."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection

from ..acts import Act, Person, Proof
from ..addresses import is_web
from ..identities import carried, names_of
from . import pictures, proofs
from .redacting import Redactor
from .rows import clean, content, key, stored, stored_acts, upsert
from .schema import acts, forgotten, matches, problems, sources, tombstones

__all__ = ["Erased", "Forgotten", "erase", "forget"]

_FORGOTTEN = select(forgotten)


class Erased(Struct, frozen=True):
    """What was erased: how many acts of theirs, and how many of others that named them and do so no more.

    `people` are they as the acts named them, `urls` the permalinks of their acts, `proved` further profiles that were
    proved to be theirs and were not forgotten: to be told and not to be kept.
    """

    acts: int = 0
    changed: int = 0
    people: tuple[Person, ...] = ()
    urls: tuple[str, ...] = ()
    proved: tuple[str, ...] = ()


class Forgotten(Struct, frozen=True, dict=True):
    """Who is forgotten: salted hashes of profile addresses and handles, by salt."""

    by_salt: dict[str, frozenset[str]]

    @classmethod
    def read(cls, connection: Connection) -> Forgotten:
        """All people that the store has forgotten."""
        found: dict[str, set[str]] = {}
        for one in connection.execute(_FORGOTTEN):
            found.setdefault(one.salt, set()).add(one.hash)
        return cls({salt: frozenset(hashes) for salt, hashes in found.items()})

    @cached_property
    def redactor(self) -> Redactor:
        """What takes them out of acts and texts."""
        known: dict[str, bool] = {"": False}

        def is_theirs(name: str) -> bool:
            if name not in known:
                known[name] = any(_hash(name, salt) in hashes for salt, hashes in self.by_salt.items())
            return known[name]

        return Redactor(is_theirs)

    def knows(self, person: Person) -> bool:
        """Whether this is one of them, by profile or by handle."""
        return bool(self.by_salt) and self.redactor.knows(person)

    def spare(self, told: Iterable[Act]) -> Iterator[Act]:
        """The acts without those of forgotten people; acts of others stay, but no longer name them."""
        for act in told:
            spared = self.redactor.act(act) if self.by_salt else act
            if spared is not None:
                yield spared

    def spare_text(self, text: str) -> str:
        """`text` without addresses and handles of forgotten people."""
        return self.redactor.text(text) if self.by_salt else text

    def spare_proofs(self, told: Iterable[Proof]) -> Iterator[Proof]:
        """The proofs without those that name forgotten people."""
        for one in told:
            if not (self.by_salt and any(self.redactor.owns(url) for url in (one.one, one.other))):
                yield one


def forget(connection: Connection, who: str) -> Erased:
    """Erases a person, named by profile address or whole handle; a name that many have erases nobody."""
    names = names_of(who) | names_of(carried(who))
    if not names:
        return Erased()
    salt = connection.scalar(select(forgotten.c.salt).limit(1)) or secrets.token_hex(16)
    # As `names_of` spells them, and as `Person.key` does: with "www." and under a site's present name.
    keys = names | ({Person(url=who.strip()).key} if is_web(who) else set())
    upsert(connection, forgotten, [{"hash": _hash(one, salt), "salt": salt} for one in sorted(keys)])
    return erase(connection, Forgotten.read(connection))


def version(connection: Connection) -> str:
    """A text that is another one whenever somebody was forgotten since: what other people said may have changed."""
    return " ".join(connection.scalars(select(forgotten.c.hash).order_by(forgotten.c.hash)))


def erase(connection: Connection, gone: Forgotten) -> Erased:
    """Takes all that is known of forgotten people out of every table."""
    if not gone.by_salt:
        return Erased()
    theirs: list[Act] = []
    changed: list[tuple[Act, Act]] = []
    for one in stored(connection.execute(stored_acts())):
        spared = gone.redactor.act(one.act)
        if spared is None:
            theirs.append(one.act)
        elif spared != one.act:
            changed.append((one.act, spared))
    for act in theirs:
        connection.execute(delete(acts).where(acts.c.source == act.source, acts.c.id == act.id))
    for old, new in changed:
        here = (acts.c.source == old.source, acts.c.id == old.id)
        connection.execute(update(acts).where(*here).values(key(old.source, old.id, new) | content(new)))
    people = {p for act in [*theirs, *(old for old, _ in changed)] for p in (act.author, act.to) if gone.knows(p)}
    pictures.prune(connection)
    _erase_traces(connection, gone)
    return Erased(
        acts=len(theirs),
        changed=len(changed),
        people=tuple(sorted(people, key=str)),
        urls=tuple(sorted({act.url for act in theirs} - {""})),
        proved=tuple(_erase_proofs(connection, gone)),
    )


def _erase_proofs(connection: Connection, gone: Forgotten) -> list[str]:
    """The proofs that name them; returns the profiles at the other end, which stay."""
    found = [(one.proof.one, one.proof.other) for one in proofs.all_proofs(connection)]
    theirs = {url for pair in found for url in pair if gone.redactor.owns(url)}
    proofs.drop_of(connection, theirs)
    return sorted({url for pair in found if not theirs.isdisjoint(pair) for url in pair} - theirs)


def _erase_traces(connection: Connection, gone: Forgotten) -> None:
    """What names them in passing: ids of acts long gone, targets, messages, and places to go on at."""
    redactor = gone.redactor
    for grave in connection.execute(select(tombstones.c.source, tombstones.c.id)).all():
        if redactor.text(grave.id) != grave.id:
            which = (tombstones.c.source == grave.source, tombstones.c.id == grave.id)
            connection.execute(delete(tombstones).where(*which))
    for target in list(connection.scalars(select(matches.c.target))):
        if redactor.owns(target):
            connection.execute(delete(matches).where(matches.c.target == target))
    for row in connection.execute(select(problems)).all():
        texts = {"place": redactor.text(row.place), "what": redactor.text(row.what)}
        if texts != {"place": row.place, "what": row.what}:
            which = (problems.c.source == row.source, problems.c.position == row.position)
            connection.execute(update(problems).where(*which).values(texts))
    for row in connection.execute(select(sources.c.name, sources.c.error, sources.c.cursor)).all():
        values = {"error": row.error and redactor.text(row.error), "cursor": row.cursor}
        if redactor.text(row.cursor) != row.cursor:
            values["cursor"] = "{}"  # the source is asked for everything once more
        if values != {"error": row.error, "cursor": row.cursor}:
            connection.execute(update(sources).where(sources.c.name == row.name).values(values))


def _hash(who: str, salt: str) -> str:
    return hashlib.blake2b(clean(who).encode(), key=bytes.fromhex(salt), digest_size=16).hexdigest()
