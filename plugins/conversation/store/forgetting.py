"""Forgets people for good: nothing of theirs stays, not even a tombstone; a salted hash keeps them from coming back."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from ..acts import Act, Person, Proof
from ..addresses import is_web
from ..identities import carried, names_of
from . import pictures, proofs
from .database import Connection
from .rows import STORED, clean, content, key, stored, upsert
from .schema import FORGOTTEN

if TYPE_CHECKING:
    from .redacting import Redactor

__all__ = ["Erased", "Forgotten", "erase", "forget"]


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
        for one, salt in connection.rows("SELECT hash, salt FROM conversation_forgotten"):
            found.setdefault(salt, set()).add(one)
        return cls({salt: frozenset(hashes) for salt, hashes in found.items()})

    @cached_property
    def redactor(self) -> Redactor:
        """What takes them out of acts and texts."""
        from .redacting import Redactor  # noqa: PLC0415 - its patterns take 10 ms, and hardly anybody is forgotten

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
    salt = connection.value("SELECT salt FROM conversation_forgotten LIMIT 1") or secrets.token_hex(16)
    # As `names_of` spells them, and as `Person.key` does: with "www." and under a site's present name.
    keys = names | ({Person(url=who.strip()).key} if is_web(who) else set())
    upsert(connection, FORGOTTEN, [{"hash": _hash(one, salt), "salt": salt} for one in sorted(keys)])
    return erase(connection, Forgotten.read(connection))


def version(connection: Connection) -> str:
    """A text that is another one whenever somebody was forgotten since: what other people said may have changed."""
    return " ".join(connection.column("SELECT hash FROM conversation_forgotten ORDER BY hash"))


def erase(connection: Connection, gone: Forgotten) -> Erased:
    """Takes all that is known of forgotten people out of every table."""
    if not gone.by_salt:
        return Erased()
    theirs: list[Act] = []
    changed: list[tuple[Act, Act]] = []
    for one in stored(connection.rows(STORED)):
        spared = gone.redactor.act(one.act)
        if spared is None:
            theirs.append(one.act)
        elif spared != one.act:
            changed.append((one.act, spared))
    for act in theirs:
        connection.change(
            "DELETE FROM conversation_acts WHERE source = :source AND id = :id", source=act.source, id=act.id
        )
    for old, new in changed:
        values = key(old.source, old.id, new) | content(new)
        what = ", ".join(f"{name} = :{name}" for name in values)
        connection.change(f"UPDATE conversation_acts SET {what} WHERE source = :source AND id = :id", **values)  # noqa: S608
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
    for source, one in list(connection.rows("SELECT source, id FROM conversation_tombstones")):
        if redactor.text(one) != one:
            connection.change(
                "DELETE FROM conversation_tombstones WHERE source = :source AND id = :id", source=source, id=one
            )
    for target in connection.column("SELECT target FROM conversation_matches"):
        if redactor.owns(target):
            connection.change("DELETE FROM conversation_matches WHERE target = :target", target=target)
    for source, position, *texts in list(
        connection.rows("SELECT source, position, place, what FROM conversation_problems")
    ):
        place, what = map(redactor.text, texts)
        if [place, what] != texts:
            connection.change(
                "UPDATE conversation_problems SET place = :place, what = :what "
                "WHERE source = :source AND position = :position",
                source=source,
                position=position,
                place=place,
                what=what,
            )
    for name, error, cursor in list(connection.rows("SELECT name, error, cursor FROM conversation_sources")):
        spared = error and redactor.text(error)
        # Where it names them, the source is asked for everything once more.
        place = cursor if redactor.text(cursor) == cursor else "{}"
        if (spared, place) != (error, cursor):
            connection.change(
                "UPDATE conversation_sources SET error = :error, cursor = :cursor WHERE name = :name",
                name=name,
                error=spared,
                cursor=place,
            )


def _hash(who: str, salt: str) -> str:
    return hashlib.blake2b(clean(who).encode(), key=bytes.fromhex(salt), digest_size=16).hexdigest()
