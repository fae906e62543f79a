"""Takes in what sources tell, several batches at a time; works inside a transaction that the caller began.

A pull of many posts consists of small batches, so the statements are made once, and those that can bring nothing are
left out: what a batch costs is what it holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, and_, bindparam, case, delete, select, update
from sqlalchemy.engine import Connection

from ..acts import Act, Count, Direction
from . import accounts, pages, proofs
from .forgetting import Forgotten
from .rows import bounded, chunks, content, key, upsert, whole_number
from .schema import Moment, acts, counts, sources, tombstones
from .values import Changes, Told
from .writing import NOWHERE, add_problems, bury, ensure_sources

__all__ = ["take"]

#: What `Batch.complete` may hold beside targets.
EVERYTHING = "*"
ALL_COPIES = "*copies"
ALL_OF = {"*given": Direction.GIVEN, "*received": Direction.RECEIVED}


def _some(table: Table, *columns: str) -> Select[Any]:
    """These columns of rows of one `source`, which are asked for by their `ids`."""
    which = (table.c.source == bindparam("source"), table.c.id.in_(bindparam("ids", expanding=True)))
    return select(*(table.c[name] for name in columns)).where(*which)


_KNOWN = _some(acts, "id", "digest", "first_seen", "last_seen", "pull")
_BURIED = _some(tombstones, "id", "first_seen")
_SEEN = (
    update(acts)
    .where(acts.c.source == bindparam("of"), acts.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        last_seen=case((acts.c.last_seen < bindparam("at", type_=Moment), bindparam("at")), else_=acts.c.last_seen),
        pull=case((acts.c.pull < bindparam("number"), bindparam("number")), else_=acts.c.pull),
    )
)
_ANY_UNSEEN = (
    select(acts.c.id)
    .where(
        acts.c.direction == str(Direction.RECEIVED),
        acts.c.target.in_(bindparam("targets", expanding=True)),
        acts.c.source == bindparam("source"),
        acts.c.pull < bindparam("number"),
    )
    .limit(1)
)
_NUMBERS = (
    select(counts)
    .where(counts.c.source == bindparam("source"), counts.c.target.in_(bindparam("targets", expanding=True)))
    .order_by(counts.c.at)
)


def take(connection: Connection, told: Sequence[Told], at: datetime) -> list[Changes]:
    """Takes in batches in their order, and returns what became of each; see `Batch` for what its parts mean."""
    forgotten = Forgotten.read(connection)
    cursors = ensure_sources(connection, sorted({one.source for one in told}))
    proving = proofs.proving(connection) | {one.source for one in told if one.batch.proofs}
    changes = []
    for one in told:
        changes.append(_take(connection, one, forgotten, at, proves=one.source in proving))
        if one.batch.cursor is not None:
            cursor = json.dumps(dict(one.batch.cursor), sort_keys=True)
            # Rather ask for everything again than keep a name.
            fresh = cursor if forgotten.spare_text(cursor) == cursor else NOWHERE
            if cursors[one.source] != fresh:
                connection.execute(update(sources).where(sources.c.name == one.source).values(cursor=fresh))
                cursors[one.source] = fresh
    pages.mark_asked(connection, {(one.source, post) for one in told for post in one.asked}, at)
    return changes


def _take(connection: Connection, told: Told, forgotten: Forgotten, at: datetime, *, proves: bool) -> Changes:
    """Takes in one batch, but for its cursor."""
    pull, source, batch = told.pull, told.source, told.batch
    spared = list(forgotten.spare(batch.acts))
    found = _take_acts(connection, told, spared, at) if spared else Changes()
    if proves:
        proofs.take(connection, source, forgotten.spare_proofs(batch.proofs), spared, at)
    gone = 0
    for ids in chunks(bounded(one) for one in batch.gone):
        gone += bury(connection, and_(acts.c.source == source, acts.c.id.in_(ids)), at)
    gone += _end_listings(connection, told, at)
    if proves and (gone or found.changed):
        proofs.prune(connection, source)
    accounts.take_copies(connection, pull, source, batch.copies, at)
    if ALL_COPIES in batch.complete:
        accounts.drop_copies(connection, pull, source)
    accounts.take_snapshots(connection, source, batch.snapshots, at)
    _take_counts(connection, source, batch.counts, batch.complete, at)
    add_problems(connection, source, batch.problems)
    return found + Changes(gone=gone)


def _end_listings(connection: Connection, told: Told, at: datetime) -> int:
    """Buries what listings that are whole did not hold in this pull; returns how many acts."""
    unseen = and_(acts.c.source == told.source, acts.c.pull < told.pull)
    scopes = set(told.batch.complete)
    if EVERYTHING in scopes:
        return bury(connection, unseen, at)
    gone = 0
    for scope, direction in ALL_OF.items():
        if scope in scopes:
            gone += bury(connection, and_(unseen, acts.c.direction == str(direction)), at)
    for targets in chunks(bounded(one) for one in scopes - {ALL_COPIES, *ALL_OF}):
        where = {"source": told.source, "targets": targets, "number": told.pull}
        if connection.scalar(_ANY_UNSEEN, where) is not None:
            received = acts.c.direction == str(Direction.RECEIVED)
            gone += bury(connection, and_(unseen, received, acts.c.target.in_(targets)), at)
    return gone


def _take_acts(connection: Connection, told: Told, spared: Iterable[Act], at: datetime) -> Changes:
    """Adds new acts, replaces changed ones, and only marks the others as seen."""
    source = told.source
    given = {bounded(act.id): act for act in spared}
    known = _by_id(connection, _KNOWN, source, given)
    buried = _by_id(connection, _BURIED, source, given.keys() - known.keys())
    same = []
    write = []
    for one, act in given.items():
        fresh, old = content(act), known.get(one)
        if old is not None and old.digest == fresh["digest"]:
            same.append(one)
            continue
        first = old or buried.get(one)
        fresh |= key(source, one, act) | {
            "first_seen": at if first is None else first.first_seen,
            "last_seen": at if old is None else max(old.last_seen, at),
            "changed": at,
            "pull": told.pull if old is None else max(old.pull, told.pull),
        }
        write.append(fresh)
    for ids in chunks(same):
        connection.execute(_SEEN, {"of": source, "ids": ids, "at": at, "number": told.pull})
    for ids in chunks(buried):
        connection.execute(delete(tombstones).where(tombstones.c.source == source, tombstones.c.id.in_(ids)))
    upsert(connection, acts, write)
    new = len(given) - len(known)
    return Changes(new=new, changed=len(write) - new, same=len(same))


def _by_id(connection: Connection, rows: Select[Any], source: str, ids: Iterable[str]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for some in chunks(ids):
        known |= {one.id: one for one in connection.execute(rows, {"source": source, "ids": some})}
    return known


def _take_counts(
    connection: Connection, source: str, told: Iterable[Count], complete: Iterable[str], at: datetime
) -> None:
    """Adds a row to the history of every number that differs from the last one known.

    A number that was told before, and is not told with the whole listing of its target, is none any more.
    """
    values: dict[tuple[str, str], int] = {
        (bounded(count.target), str(count.kind)): whole_number(count.value) for count in told
    }
    newest: dict[tuple[str, str], Any] = {}
    whole = {bounded(target) for target in complete}
    for targets in chunks({target for target, _ in values} | whole):
        found = connection.execute(_NUMBERS, {"source": source, "targets": targets})
        newest |= {(one.target, one.kind): one for one in found}
    values = {key: 0 for key in newest if key[0] in whole} | values
    rows = []
    for (target, kind), value in values.items():
        old = newest.get((target, kind))
        if old is None or old.value != value:
            # A clock that went back must not make the older number the present one.
            since = at if old is None else max(at, old.at)
            rows.append({"source": source, "target": target, "kind": kind, "at": since, "value": value})
    upsert(connection, counts, rows)
