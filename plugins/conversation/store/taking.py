"""Takes in what sources tell, several batches at a time; works inside a transaction that the caller began.

A pull of many posts consists of small batches, so the statements are made once, and those that can bring nothing are
left out: what a batch costs is what it holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from ..acts import Act, Count, Direction
from . import accounts, pages, proofs
from .database import Connection, Row
from .forgetting import Forgotten
from .rows import bounded, chunks, content, key, upsert, whole_number
from .schema import ACTS, COUNTS, stamp
from .values import Changes, Told
from .writing import NOWHERE, add_problems, bury, ensure_sources

__all__ = ["take"]

#: What `Batch.complete` may hold beside targets.
EVERYTHING = "*"
ALL_COPIES = "*copies"
ALL_OF = {"*given": Direction.GIVEN, "*received": Direction.RECEIVED}


_KNOWN = """
    SELECT id, digest, first_seen, last_seen, pull FROM conversation_acts WHERE source = :source AND id IN (:ids)"""
_BURIED = "SELECT id, first_seen FROM conversation_tombstones WHERE source = :source AND id IN (:ids)"
_RAISE = "DELETE FROM conversation_tombstones WHERE source = :source AND id IN (:ids)"
_SEEN = """
    UPDATE conversation_acts
    SET last_seen = CASE WHEN last_seen < :at THEN :at ELSE last_seen END,
        pull = CASE WHEN pull < :number THEN :number ELSE pull END
    WHERE source = :source AND id IN (:ids)"""
_UNSEEN = "source = :source AND pull < :number"
_LISTED = f"{_UNSEEN} AND direction = 'received' AND target IN (:targets)"
_ANY_UNSEEN = f"SELECT 1 FROM conversation_acts WHERE {_LISTED} LIMIT 1"  # noqa: S608 - words of ours
_NUMBERS = """
    SELECT target, kind, at, value FROM conversation_counts
    WHERE source = :source AND target IN (:targets) ORDER BY at"""


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
                set_cursor = "UPDATE conversation_sources SET cursor = :cursor WHERE name = :source"
                connection.change(set_cursor, cursor=fresh, source=one.source)
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
        gone += bury(connection, "source = :source AND id IN (:ids)", at, source=source, ids=ids)
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
    scopes, here = set(told.batch.complete), {"source": told.source, "number": told.pull}
    if EVERYTHING in scopes:
        return bury(connection, _UNSEEN, at, **here)
    gone = 0
    for scope, direction in ALL_OF.items():
        if scope in scopes:
            gone += bury(connection, f"{_UNSEEN} AND direction = :direction", at, **here, direction=str(direction))
    for targets in chunks(bounded(one) for one in scopes - {ALL_COPIES, *ALL_OF}):
        if connection.value(_ANY_UNSEEN, **here, targets=targets) is not None:
            gone += bury(connection, _LISTED, at, **here, targets=targets)
    return gone


def _take_acts(connection: Connection, told: Told, spared: Iterable[Act], at: datetime) -> Changes:
    """Adds new acts, replaces changed ones, and only marks the others as seen."""
    source, now = told.source, stamp(at)
    given = {bounded(act.id): act for act in spared}
    known = _by_id(connection, _KNOWN, source, given)
    buried = _by_id(connection, _BURIED, source, given.keys() - known.keys())
    same = []
    write = []
    for one, act in given.items():
        fresh = content(act)
        if one in known:
            digest, first, last, pull = known[one]
            if digest == fresh["digest"]:
                same.append(one)
                continue
        else:
            (first,), last, pull = buried.get(one, (now,)), now, told.pull
        fresh |= key(source, one, act) | {
            "first_seen": first,
            "last_seen": max(last, now),
            "changed": now,
            "pull": max(pull, told.pull),
        }
        write.append(fresh)
    for ids in chunks(same):
        connection.change(_SEEN, source=source, ids=ids, at=now, number=told.pull)
    for ids in chunks(buried):
        connection.change(_RAISE, source=source, ids=ids)
    upsert(connection, ACTS, write)
    new = len(given) - len(known)
    return Changes(new=new, changed=len(write) - new, same=len(same))


def _by_id(connection: Connection, query: str, source: str, ids: Iterable[str]) -> dict[str, Row]:
    """What a query finds, but for the id that each row begins with, by that."""
    return {row[0]: row[1:] for some in chunks(ids) for row in connection.rows(query, source=source, ids=some)}


def _take_counts(
    connection: Connection, source: str, told: Iterable[Count], complete: Iterable[str], at: datetime
) -> None:
    """Adds a row to the history of every number that differs from the last one known.

    A number that was told before, and is not told with the whole listing of its target, is none any more.
    """
    values: dict[tuple[str, str], int] = {
        (bounded(count.target), str(count.kind)): whole_number(count.value) for count in told
    }
    newest: dict[tuple[str, str], tuple[int, int]] = {}
    whole = {bounded(target) for target in complete}
    for targets in chunks({target for target, _ in values} | whole):
        found = connection.rows(_NUMBERS, source=source, targets=targets)
        newest |= {(target, kind): (since, value) for target, kind, since, value in found}
    values = {key: 0 for key in newest if key[0] in whole} | values
    rows = []
    for (target, kind), value in values.items():
        since, last = newest.get((target, kind), (stamp(at), None))
        if last != value:
            # A clock that went back must not make the older number the present one.
            rows.append({"source": source, "target": target, "kind": kind, "at": max(stamp(at), since), "value": value})
    upsert(connection, COUNTS, rows)
