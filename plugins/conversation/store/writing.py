"""What a pull writes. Every function works inside a transaction that the caller began."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, literal, select, update
from sqlalchemy.engine import Connection

from ..acts import Act, Count, Direction, Problem
from ..sources import Batch
from . import accounts, proofs
from .forgetting import Forgotten
from .rows import bounded, chunks, clean, content, key, upsert, whole_number
from .schema import Moment, acts, counts, problems, sources, tombstones
from .values import Changes

__all__ = ["add_problems", "begin", "bury", "commit", "end", "ensure_source"]

#: What `Batch.complete` may hold beside targets.
EVERYTHING = "*"
ALL_COPIES = "*copies"
ALL_OF = {"*given": Direction.GIVEN, "*received": Direction.RECEIVED}


def ensure_source(connection: Connection, source: str) -> None:
    """Makes sure that the source has a row."""
    if connection.scalar(select(sources.c.name).where(sources.c.name == source)) is None:
        connection.execute(insert(sources).values(name=source, pull=0, outcome="unfinished", cursor="{}"))


def begin(connection: Connection, source: str, at: datetime) -> int:
    """Opens a pull and returns its number. Until `end`, it counts as unfinished: this process may be killed."""
    ensure_source(connection, source)
    pull = 1 + (connection.scalar(select(sources.c.pull).where(sources.c.name == source)) or 0)
    connection.execute(
        update(sources).where(sources.c.name == source).values(pull=pull, tried=at, outcome="unfinished", unasked=None)
    )
    connection.execute(delete(problems).where(problems.c.source == source))
    return pull


def commit(connection: Connection, pull: int, source: str, batch: Batch, at: datetime) -> Changes:
    """Takes in one batch; see `Batch` for what its parts mean."""
    ensure_source(connection, source)
    forgotten = Forgotten.read(connection)
    told = list(forgotten.spare(batch.acts))
    found = _take_acts(connection, pull, source, told, at)
    proofs.take(connection, source, forgotten.spare_proofs(batch.proofs), told, at)
    gone = 0
    for ids in chunks(bounded(one) for one in batch.gone):
        gone += bury(connection, and_(acts.c.source == source, acts.c.id.in_(ids)), at)
    gone += _end_listings(connection, pull, source, batch.complete, at)
    if gone or found.changed:
        proofs.prune(connection, source)
    accounts.take_copies(connection, pull, source, batch.copies, at)
    if ALL_COPIES in batch.complete:
        accounts.drop_copies(connection, pull, source)
    accounts.take_snapshots(connection, source, batch.snapshots, at)
    _take_counts(connection, source, batch.counts, batch.complete, at)
    add_problems(connection, source, batch.problems)
    if batch.cursor is not None:
        cursor = json.dumps(dict(batch.cursor), sort_keys=True)
        if forgotten.spare_text(cursor) != cursor:  # rather ask for everything again than keep a name
            cursor = "{}"
        connection.execute(update(sources).where(sources.c.name == source).values(cursor=cursor))
    return found + Changes(gone=gone)


def end(  # noqa: PLR0913 - what `Store.end` was told
    connection: Connection,
    pull: int,
    source: str,
    at: datetime,
    *,
    error: str | None,
    pulled: datetime | None,
    outcome: str,
    unasked: int | None,
) -> None:
    """Closes a pull. One that a newer pull has overtaken may still tell when the source was last reached."""
    known = connection.execute(select(sources.c.pull, sources.c.pulled).where(sources.c.name == source)).one_or_none()
    if known is None:
        return
    values: dict[str, Any] = {}
    overtaken = known.pull != pull
    reached = pulled or at if outcome == "done" else pulled if outcome == "partly" else None
    if reached is not None and not (overtaken and known.pulled and known.pulled > reached):
        values["pulled"] = reached
    if not overtaken:
        values |= {"outcome": outcome, "unasked": unasked}
        if reached is not None or error is not None:
            values["error"] = None if error is None else clean(Forgotten.read(connection).spare_text(error))
    if values:
        connection.execute(update(sources).where(sources.c.name == source).values(**values))


def bury(connection: Connection, which: ColumnElement[bool], at: datetime) -> int:
    """Deletes live acts and leaves tombstones; returns how many."""
    columns = ["source", "id", "identity", "first_seen", "gone_at"]
    left = select(acts.c.source, acts.c.id, acts.c.identity, acts.c.first_seen, literal(at, Moment)).where(which)
    connection.execute(insert(tombstones).from_select(columns, left))
    return connection.execute(delete(acts).where(which)).rowcount


def _end_listings(connection: Connection, pull: int, source: str, complete: Iterable[str], at: datetime) -> int:
    """Buries what listings that are whole did not hold in this pull; returns how many acts."""
    unseen = and_(acts.c.source == source, acts.c.pull < pull)
    scopes = set(complete)
    if EVERYTHING in scopes:
        return bury(connection, unseen, at)
    gone = 0
    for scope, direction in ALL_OF.items():
        if scope in scopes:
            gone += bury(connection, and_(unseen, acts.c.direction == str(direction)), at)
    for targets in chunks(bounded(one) for one in scopes - {ALL_COPIES, *ALL_OF}):
        received = acts.c.direction == str(Direction.RECEIVED)
        gone += bury(connection, and_(unseen, received, acts.c.target.in_(targets)), at)
    return gone


def add_problems(connection: Connection, source: str, found: Sequence[Problem]) -> None:
    """Appends problems to those of the source's last pull."""
    if found:
        last = connection.scalar(select(func.max(problems.c.position)).where(problems.c.source == source)) or 0
        spare = Forgotten.read(connection).spare_text
        texts = [(clean(spare(problem.where)), clean(spare(problem.what))) for problem in found]
        rows = [
            {"source": source, "position": last + number, "place": place, "what": what}
            for number, (place, what) in enumerate(texts, 1)
        ]
        connection.execute(insert(problems), rows)


def _take_acts(connection: Connection, pull: int, source: str, told: Iterable[Act], at: datetime) -> Changes:
    """Adds new acts, replaces changed ones, and only marks the others as seen."""
    given = {bounded(act.id): act for act in told}
    columns = (acts.c.id, acts.c.digest, acts.c.first_seen, acts.c.last_seen, acts.c.pull)
    known, buried = _by_id(connection, given, source, columns), _buried(connection, given, source)
    same = []
    write = []
    for one, act in given.items():
        fresh, old = content(act), known.get(one)
        if old is not None and old.digest == fresh["digest"]:
            same.append(one)
            continue
        fresh |= key(source, one, act) | {
            "first_seen": buried.get(one, at),
            "last_seen": at,
            "changed": at,
            "pull": pull,
        }
        if old is not None:
            fresh["first_seen"] = old.first_seen
            fresh["last_seen"], fresh["pull"] = max(old.last_seen, at), max(old.pull, pull)
        write.append(fresh)
    for ids in chunks(same):
        connection.execute(
            update(acts)
            .where(acts.c.source == source, acts.c.id.in_(ids))
            .values(
                last_seen=case((acts.c.last_seen < at, literal(at, Moment)), else_=acts.c.last_seen),
                pull=case((acts.c.pull < pull, pull), else_=acts.c.pull),
            )
        )
    for ids in chunks(buried):
        connection.execute(delete(tombstones).where(tombstones.c.source == source, tombstones.c.id.in_(ids)))
    upsert(connection, acts, write)
    new = len(given) - len(known)
    return Changes(new=new, changed=len(write) - new, same=len(same))


def _by_id(connection: Connection, ids: Iterable[str], source: str, columns: Sequence[Any]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for some in chunks(ids):
        found = connection.execute(select(*columns).where(acts.c.source == source, acts.c.id.in_(some)))
        known |= {one.id: one for one in found}
    return known


def _buried(connection: Connection, ids: Iterable[str], source: str) -> dict[str, datetime]:
    """When acts that are gone were first seen, by id."""
    known: dict[str, datetime] = {}
    columns = (tombstones.c.id, tombstones.c.first_seen)
    for some in chunks(ids):
        found = connection.execute(select(*columns).where(tombstones.c.source == source, tombstones.c.id.in_(some)))
        known |= {one.id: one.first_seen for one in found}
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
    for targets in chunks(sorted({target for target, _ in values} | whole)):
        found = select(counts).where(counts.c.source == source, counts.c.target.in_(targets)).order_by(counts.c.at)
        newest |= {(one.target, one.kind): one for one in connection.execute(found)}
    values = {key: 0 for key in newest if key[0] in whole} | values
    rows = []
    for (target, kind), value in values.items():
        old = newest.get((target, kind))
        if old is None or old.value != value:
            # A clock that went back must not make the older number the present one.
            since = at if old is None else max(at, old.at)
            rows.append({"source": source, "target": target, "kind": kind, "at": since, "value": value})
    upsert(connection, counts, rows)
