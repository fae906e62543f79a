"""Takes a whole store into another: an empty one becomes its equal, else the newer of both stays.

Every function works inside a transaction that the caller began.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from . import accounts, pages, pictures, proofs, reading
from .database import Connection
from .forgetting import Forgotten, erase
from .rows import STORED, Stored, bounded, chunks, clean, content, key, stored, upsert, whole_number
from .schema import ACTS, ASKED, COUNTS, FORGOTTEN, SOURCES, TOMBSTONES, moment, stamp
from .values import Changes, Counted, Pulled, Tombstone, Whole
from .writing import add_problems, bury

__all__ = ["merge", "whole"]

_THESE = "source = :source AND id IN (:ids)"


def whole(connection: Connection) -> Whole:
    """Everything in the store."""
    return Whole(
        sources=tuple(reading.all_sources(connection)),
        acts=tuple(reading.all_acts(connection)),
        tombstones=tuple(reading.tombstones(connection)),
        counts=tuple(reading.all_counts(connection)),
        asked=tuple(pages.all_asked(connection)),
        posts=tuple(pages.all_posts(connection)),
        matches=tuple(pages.all_matches(connection)),
        forgotten=tuple(
            (one, salt) for one, salt in connection.rows("SELECT hash, salt FROM conversation_forgotten ORDER BY hash")
        ),
        copies=tuple(accounts.all_copies(connection)),
        snapshots=tuple(accounts.all_snapshots(connection)),
        proofs=tuple(proofs.all_proofs(connection)),
        pictures=tuple(pictures.all_pictures(connection)),
    )


def merge(connection: Connection, other: Whole) -> Changes:
    """Adds what `other` holds; of an act in both, the version that changed last stays, first and last seen widen.

    Posts and matches of the last build here stay as they are; those only in `other` are added.
    """
    if other.forgotten:  # whom the other store has forgotten is not to be known here either
        upsert(connection, FORGOTTEN, [{"hash": clean(one), "salt": clean(salt)} for one, salt in other.forgotten])
        erase(connection, Forgotten.read(connection))
    _merge_sources(connection, other.sources)
    names = {one.act.source for one in other.acts} | {one.source for one in other.tombstones}
    names |= {one.count.source for one in other.counts} | {source for source, _, _ in other.asked}
    names |= {one.source for one in other.copies} | {one.source for one in other.snapshots}
    names |= {one.source for one in other.proofs}
    _merge_sources(connection, [Pulled(name=name) for name in sorted(names - {one.name for one in other.sources})])
    changes = Changes()
    for source in sorted(names):
        told = [one for one in other.acts if one.act.source == source]
        changes += _merge_acts(connection, source, told)
        changes += _merge_tombstones(connection, source, [one for one in other.tombstones if one.source == source])
    # Whoever goes on from the last pull of a source has to see that it has acts from elsewhere.
    connection.change(
        "UPDATE conversation_sources SET pull = pull + 1 WHERE name IN (:names)", names=[clean(name) for name in names]
    )
    _merge_counts(connection, other.counts)
    _merge_asked(connection, other.asked)
    accounts.merge_copies(connection, other.copies)
    accounts.merge_snapshots(connection, other.snapshots)
    spared = set(Forgotten.read(connection).spare_proofs(one.proof for one in other.proofs))
    proofs.merge(connection, [one for one in other.proofs if one.proof in spared])
    pictures.merge(connection, other.pictures)
    known = list(pages.all_posts(connection))
    pages.save_posts(connection, [*other.posts, *known])
    pages.save_matches(connection, [*other.matches, *pages.all_matches(connection)])
    return changes


def _merge_sources(connection: Connection, told: Iterable[Pulled]) -> None:
    """A source is as it was at its last try, in either store."""
    every = connection.rows("SELECT name, pull, tried, pulled FROM conversation_sources")
    known = {name: (pull, moment(tried), moment(pulled)) for name, pull, tried, pulled in every}
    spare = Forgotten.read(connection).spare_text
    for one in told:
        pull, tried, pulled = known.get(clean(one.name), (0, None, None))
        if clean(one.name) in known and (one.tried is None or (tried is not None and tried >= one.tried)):
            continue
        cursor = json.dumps(dict(one.cursor), sort_keys=True)
        values: dict[str, Any] = {
            "name": clean(one.name),
            "pull": pull,
            "tried": stamp(one.tried),
            "pulled": stamp(max(filter(None, (one.pulled, pulled)), default=None)),
            "outcome": one.outcome,
            "error": None if one.error is None else clean(spare(one.error)),
            "cursor": cursor if spare(cursor) == cursor else "{}",
            "unasked": one.unasked,
        }
        upsert(connection, SOURCES, [values])
        connection.change("DELETE FROM conversation_problems WHERE source = :source", source=values["name"])
        add_problems(connection, values["name"], one.problems)


def _merge_acts(connection: Connection, source: str, told: Iterable[Stored]) -> Changes:
    spared = Forgotten.read(connection)
    fresh = {bounded(one.act.id): (one, act) for one in told for act in spared.spare([one.act])}
    known: dict[str, Stored] = {}
    buried: dict[str, Tombstone] = {}
    for ids in chunks(fresh):
        found = connection.rows(f"{STORED} WHERE {_THESE}", source=source, ids=ids)
        known |= {one.act.id: one for one in stored(found)}
        graves = reading.tombstones(connection, _THESE, source=source, ids=ids)
        buried |= {grave.id: grave for grave in graves}
    rows, raised, changed = [], [], 0
    for place, (one, act) in fresh.items():
        old, grave = known.get(place), buried.get(place)
        if grave is not None:
            if grave.gone_at >= one.last_seen:
                continue
            raised.append(place)
        kept = old.act if old is not None and old.changed >= one.changed else act
        changed += old is not None and kept != old.act
        rows.append(key(source, place, kept) | content(kept) | {"pull": 0} | _times(one, old, grave))
    for ids in chunks(raised):
        connection.change(f"DELETE FROM conversation_tombstones WHERE {_THESE}", source=source, ids=ids)  # noqa: S608
    upsert(connection, ACTS, rows)
    return Changes(new=len(rows) - len(known), changed=changed, same=len(known) - changed)


def _times(one: Stored, old: Stored | None, grave: Tombstone | None) -> dict[str, int]:
    """First seen at the earlier of all times, last seen and changed at the later."""
    both = [one] if old is None else [one, old]
    first = [each.first_seen for each in both] + ([] if grave is None else [grave.first_seen])
    return {
        "first_seen": stamp(min(first)),
        "last_seen": stamp(max(each.last_seen for each in both)),
        "changed": stamp(max(each.changed for each in both)),
    }


def _merge_tombstones(connection: Connection, source: str, told: Iterable[Tombstone]) -> Changes:
    """An act is gone where it was seen last before it went; the tombstone then says so here too."""
    spare = Forgotten.read(connection).spare_text
    fresh = {bounded(one.id): one for one in told if spare(one.id) == one.id}
    gone = 0
    for ids in chunks(fresh):
        here = f"SELECT id, last_seen FROM conversation_acts WHERE {_THESE}"  # noqa: S608 - words of ours
        live = {one: moment(last) for one, last in connection.rows(here, source=source, ids=ids)}
        for one in ids:
            if one not in live:
                continue
            if live[one] > fresh[one].gone_at:
                del fresh[one]
                continue
            gone += bury(connection, _THESE, fresh[one].gone_at, source=source, ids=[one])
    rows = [
        {
            "source": source,
            "id": one,
            "identity": clean(grave.identity),
            "first_seen": stamp(grave.first_seen),
            "gone_at": stamp(grave.gone_at),
        }
        for one, grave in fresh.items()
    ]
    upsert(connection, TOMBSTONES, rows)
    return Changes(gone=gone)


def _merge_counts(connection: Connection, told: Iterable[Counted]) -> None:
    """One history out of two: every time at which the number was another than before."""
    together: dict[tuple[str, str, str], dict[int, int]] = defaultdict(dict)
    for one in [*told, *reading.all_counts(connection)]:
        key = (clean(one.count.source), bounded(one.count.target), str(one.count.kind))
        together[key][stamp(one.at)] = whole_number(one.count.value)
    rows = []
    for (source, target, kind), values in together.items():
        last: int | None = None
        for at, value in sorted(values.items()):
            if value != last:
                rows.append({"source": source, "target": target, "kind": kind, "at": at, "value": value})
            last = value
    connection.change("DELETE FROM conversation_counts")
    upsert(connection, COUNTS, rows)


def _merge_asked(connection: Connection, told: Iterable[tuple[str, str, datetime]]) -> None:
    by_source: dict[str, dict[str, datetime]] = defaultdict(dict)
    for source, post, at in told:
        by_source[clean(source)][bounded(post)] = at
    for source, times in by_source.items():
        known = pages.asked(connection, source)
        rows = [
            {"source": source, "post": post, "at": stamp(at)}
            for post, at in times.items()
            if post not in known or known[post] < at
        ]
        upsert(connection, ASKED, rows)
