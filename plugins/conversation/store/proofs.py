"""Which profiles are one person's, as the sources have seen it proved.

A proof lives as long as an act by or to one of its two profiles at the same source: who is gone leaves nothing behind.
A source that tells of the author of an act again without the proof has seen it taken back; of those to whom something
was given, sources often know less than at other times.

Every function works inside a transaction that the caller began.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from ..acts import Act, Person, Proof
from ..addresses import is_web
from .database import Connection
from .rows import chunks, clean, upsert
from .schema import PROOFS, moment, stamp
from .values import Proved

__all__ = ["all_proofs", "drop_of", "merge", "proving", "prune", "take"]

#: Bytes of each address: both are in one key, and PostgreSQL takes 2,704 for all columns together.
LONGEST = 1200
#: Proofs of one profile that are kept: more than any profile page has room for.
MOST = 20
_PROOFS = "SELECT source, one, other, at FROM conversation_proofs"


def take(connection: Connection, source: str, told: Iterable[Proof], among: Iterable[Act], at: datetime) -> None:
    """Replaces what the source proved of the authors of the acts `among`; of others than are in them, takes nothing."""
    acting = list(among)
    authors = {act.author.key for act in acting if is_web(act.author.url)}
    people = authors | {act.to.key for act in acting if is_web(act.to.url)}
    fresh: dict[tuple[str, str], dict[str, Any]] = {}
    used: Counter[str] = Counter()
    for pair in sorted(filter(None, map(_pair, told))):
        named = people.intersection(pair)
        if named and pair not in fresh and all(used[one] < MOST for one in named):
            used.update(named)
            fresh[pair] = {"source": source, "one": pair[0], "other": pair[1], "at": stamp(at)}
    known = {(one, other): since for (_, one, other), since in _naming(connection, people, source).items()}
    for pair in known.keys() - fresh.keys():
        if authors.intersection(pair):
            _drop(connection, source, pair)
    # A clock that went back must not make a proof older than it is.
    upsert(connection, PROOFS, [row for pair, row in fresh.items() if pair not in known or known[pair] < stamp(at)])


def proving(connection: Connection) -> set[str]:
    """The sources of which any proof is known."""
    return set(connection.column("SELECT DISTINCT source FROM conversation_proofs"))


def prune(connection: Connection, source: str) -> None:
    """Drops the proofs of people of whom no act is left at the source."""
    known = "SELECT one, other FROM conversation_proofs WHERE source = :source"
    pairs = list(connection.rows(known, source=source))
    if not pairs:
        return
    urls = connection.column(
        "SELECT author_url FROM conversation_acts WHERE source = :source "
        "UNION SELECT to_url FROM conversation_acts WHERE source = :source",
        source=source,
    )
    people = {Person(url=url).key for url in urls}
    for one, other in pairs:
        if people.isdisjoint((one, other)):
            _drop(connection, source, (one, other))


def drop_of(connection: Connection, who: Collection[str]) -> None:
    """Drops what any source proved of these people, given by `Person.key`, and of those whose acts are gone."""
    for source, one, other in _naming(connection, who):
        _drop(connection, source, (one, other))
    _prune_all(connection)


def all_proofs(connection: Connection) -> Iterator[Proved]:
    """All proofs by source and addresses."""
    for source, one, other, at in connection.rows(f"{_PROOFS} ORDER BY source, one, other"):
        yield Proved(source, Proof(one, other), moment(at))


def merge(connection: Connection, told: Iterable[Proved]) -> None:
    """Adds proofs of another store; of one in both, the later time stays."""
    known = {(one.source, one.proof.one, one.proof.other): one.at for one in all_proofs(connection)}
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in told:
        pair = _pair(one.proof)
        if pair is not None:
            key = (clean(one.source), *pair)
            at = max(one.at, known.get(key, one.at))
            rows[key] = dict(zip(PROOFS.key, key, strict=True)) | {"at": stamp(at)}
    upsert(connection, PROOFS, list(rows.values()))
    _prune_all(connection)


def _pair(proof: Proof) -> tuple[str, str] | None:
    """The two addresses in one spelling and order; None for what is no proof, or too long to be kept as it is."""
    if not (is_web(proof.one) and is_web(proof.other)):
        return None
    one, other = sorted((Person(url=proof.one).key, Person(url=proof.other).key))
    if one == other or any(len(url.encode()) > LONGEST for url in (one, other)):
        return None
    return one, other


def _prune_all(connection: Connection) -> None:
    for source in proving(connection):
        prune(connection, source)


def _naming(connection: Connection, who: Collection[str], source: str = "") -> dict[tuple[str, str, str], int]:
    """The proofs that name one of these people, by source and both addresses: since when; of one source, or of all."""
    which = "(one IN (:some) OR other IN (:some))" + (" AND source = :source" if source else "")
    here = {"source": source} if source else {}
    found: dict[tuple[str, str, str], int] = {}
    for some in chunks(who):
        rows = connection.rows(f"{_PROOFS} WHERE {which}", some=some, **here)
        found |= {(teller, one, other): at for teller, one, other, at in rows}
    return found


def _drop(connection: Connection, source: str, pair: tuple[str, str]) -> None:
    one, other = pair
    connection.change(
        "DELETE FROM conversation_proofs WHERE source = :source AND one = :one AND other = :other",
        source=source,
        one=one,
        other=other,
    )
