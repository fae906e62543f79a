"""What the store knows of the blogger's own accounts: copies of posts found there, and how each account stood.

Every function works inside a transaction that the caller began.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from ..sources import Copy, Snapshot
from .rows import bounded, clean, upsert, whole_number
from .schema import copies, snapshots
from .values import Found, Observed

__all__ = [
    "all_copies",
    "all_snapshots",
    "copies_of",
    "drop_copies",
    "merge_copies",
    "merge_snapshots",
    "take_copies",
    "take_snapshots",
]

#: Bytes of a post's URL and of its copy's: both are in one key, and PostgreSQL takes 2,704 for all columns together.
LONGEST = 1200


def take_copies(connection: Connection, pull: int, source: str, told: Iterable[Copy], at: datetime) -> None:
    """Adds copies, and marks those known already as seen by this pull; when they were first seen stays."""
    fitting = [one for one in told if _fits(one)]
    if not fitting:
        return
    known = {(r.post, r.url): r for r in connection.execute(select(copies).where(copies.c.source == source))}
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for one in fitting:
        pair = _pair(one)
        old = known.get(pair)
        if old is None or old.pull < pull:
            first = at if old is None else old.first_seen
            rows[pair] = {"source": source, "post": pair[0], "url": pair[1], "first_seen": first, "pull": pull}
    upsert(connection, copies, list(rows.values()))


def drop_copies(connection: Connection, pull: int, source: str) -> None:
    """Forgets the copies that this pull has not named."""
    connection.execute(delete(copies).where(copies.c.source == source, copies.c.pull < pull))


def all_copies(connection: Connection) -> Iterator[Found]:
    """All copies by source and post, those known longest first."""
    order = (copies.c.source, copies.c.post, copies.c.first_seen, copies.c.url)
    for r in connection.execute(select(copies).order_by(*order)):
        yield Found(r.source, Copy(r.post, r.url), r.first_seen)


def copies_of(connection: Connection, source: str) -> dict[str, tuple[str, ...]]:
    """The copies that a source found, by the post's URL."""
    which = select(copies.c.post, copies.c.url).where(copies.c.source == source)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for r in connection.execute(which.order_by(copies.c.post, copies.c.first_seen, copies.c.url)):
        found[r.post].append(r.url)
    return {post: tuple(urls) for post, urls in found.items()}


def merge_copies(connection: Connection, told: Iterable[Found]) -> None:
    """Adds copies of another store; of one in both, the earlier time stays."""
    known = {(r.source, r.post, r.url): r for r in connection.execute(select(copies))}
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in told:
        if not _fits(one.copy):
            continue
        key = (clean(one.source), *_pair(one.copy))
        old = known.get(key)
        first = one.first_seen if old is None else min(old.first_seen, one.first_seen)
        rows[key] = dict(zip(("source", "post", "url"), key, strict=True)) | {
            "first_seen": first,
            "pull": 0 if old is None else old.pull,
        }
    upsert(connection, copies, list(rows.values()))


def take_snapshots(connection: Connection, source: str, told: Iterable[Snapshot], at: datetime) -> None:
    """Adds a row for every account of which a number changed since the last one, or whose last is of another day."""
    for one in told:
        account = bounded(one.account)
        here = select(snapshots).where(snapshots.c.source == source, snapshots.c.account == account)
        old = connection.execute(here.order_by(snapshots.c.at.desc()).limit(1)).one_or_none()
        numbers = _numbers(one)
        if old is not None and at.date() <= old.at.date() and (old.followers, old.posts) == tuple(numbers.values()):
            continue
        # A clock that went back must not make the older numbers the present ones.
        since = at if old is None else max(at, old.at)
        upsert(connection, snapshots, [{"source": source, "account": account, "at": since, **numbers}])


def all_snapshots(connection: Connection) -> Iterator[Observed]:
    """How all accounts stood, by source, account and time."""
    order = (snapshots.c.source, snapshots.c.account, snapshots.c.at)
    for r in connection.execute(select(snapshots).order_by(*order)):
        yield Observed(r.source, Snapshot(r.account, r.followers, r.posts), r.at)


def merge_snapshots(connection: Connection, told: Iterable[Observed]) -> None:
    """Adds what another store observed; of one moment in both, what is here stays."""
    known = {(one.source, one.snapshot.account, one.at) for one in all_snapshots(connection)}
    rows: dict[tuple[str, str, datetime], dict[str, Any]] = {}
    for one in told:
        key = (clean(one.source), bounded(one.snapshot.account), one.at)
        if key not in known:
            rows[key] = dict(zip(("source", "account", "at"), key, strict=True)) | _numbers(one.snapshot)
    upsert(connection, snapshots, list(rows.values()))


def _fits(copy: Copy) -> bool:
    """Whether a copy can be kept as it is: an address that had to be cut would lead nowhere."""
    return bool(copy.post and copy.url) and all(len(text.encode()) <= LONGEST for text in _pair(copy))


def _pair(copy: Copy) -> tuple[str, str]:
    return clean(copy.post), clean(copy.url)


def _numbers(snapshot: Snapshot) -> dict[str, int | None]:
    numbers = {"followers": snapshot.followers, "posts": snapshot.posts}
    return {name: None if number is None else whole_number(number) for name, number in numbers.items()}
