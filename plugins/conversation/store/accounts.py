"""What the store knows of the blogger's own accounts: copies of posts found there, and how each account stood.

Every function works inside a transaction that the caller began.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from ..sources import Copy, Snapshot
from .database import Connection
from .rows import bounded, clean, upsert, whole_number
from .schema import COPIES, SNAPSHOTS, moment, stamp
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
    here = "SELECT post, url, first_seen, pull FROM conversation_copies WHERE source = :source"
    known = {(post, url): (first, last) for post, url, first, last in connection.rows(here, source=source)}
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for one in fitting:
        pair = _pair(one)
        first, last = known.get(pair, (stamp(at), -1))
        if last < pull:
            rows[pair] = {"source": source, "post": pair[0], "url": pair[1], "first_seen": first, "pull": pull}
    upsert(connection, COPIES, list(rows.values()))


def drop_copies(connection: Connection, pull: int, source: str) -> None:
    """Forgets the copies that this pull has not named."""
    connection.change(
        "DELETE FROM conversation_copies WHERE source = :source AND pull < :pull", source=source, pull=pull
    )


def all_copies(connection: Connection) -> Iterator[Found]:
    """All copies by source and post, those known longest first."""
    for source, post, url, first in connection.rows(
        "SELECT source, post, url, first_seen FROM conversation_copies ORDER BY source, post, first_seen, url"
    ):
        yield Found(source, Copy(post, url), moment(first))


def copies_of(connection: Connection, source: str) -> dict[str, tuple[str, ...]]:
    """The copies that a source found, by the post's URL."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for post, url in connection.rows(
        "SELECT post, url FROM conversation_copies WHERE source = :source ORDER BY post, first_seen, url", source=source
    ):
        found[post].append(url)
    return {post: tuple(urls) for post, urls in found.items()}


def merge_copies(connection: Connection, told: Iterable[Found]) -> None:
    """Adds copies of another store; of one in both, the earlier time stays."""
    every = connection.rows("SELECT source, post, url, first_seen, pull FROM conversation_copies")
    known = {(source, post, url): (first, pull) for source, post, url, first, pull in every}
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in told:
        if not _fits(one.copy):
            continue
        key = (clean(one.source), *_pair(one.copy))
        seen = stamp(one.first_seen)
        first, pull = known.get(key, (seen, 0))
        rows[key] = dict(zip(COPIES.key, key, strict=True)) | {"first_seen": min(first, seen), "pull": pull}
    upsert(connection, COPIES, list(rows.values()))


def take_snapshots(connection: Connection, source: str, told: Iterable[Snapshot], at: datetime) -> None:
    """Adds a row for every account of which a number changed since the last one, or whose last is of another day."""
    for one in told:
        account, numbers, since = bounded(one.account), _numbers(one), at
        last = connection.row(
            "SELECT at, followers, posts FROM conversation_snapshots WHERE source = :source AND account = :account "
            "ORDER BY at DESC LIMIT 1",
            source=source,
            account=account,
        )
        if last:
            before = moment(last[0])
            if at.date() <= before.date() and last[1:] == tuple(numbers.values()):
                continue
            # A clock that went back must not make the older numbers the present ones.
            since = max(at, before)
        upsert(connection, SNAPSHOTS, [{"source": source, "account": account, "at": stamp(since), **numbers}])


def all_snapshots(connection: Connection) -> Iterator[Observed]:
    """How all accounts stood, by source, account and time."""
    for source, account, at, followers, posts in connection.rows(
        "SELECT source, account, at, followers, posts FROM conversation_snapshots ORDER BY source, account, at"
    ):
        yield Observed(source, Snapshot(account, followers, posts), moment(at))


def merge_snapshots(connection: Connection, told: Iterable[Observed]) -> None:
    """Adds what another store observed; of one moment in both, what is here stays."""
    known = set(connection.rows("SELECT source, account, at FROM conversation_snapshots"))
    rows: dict[tuple[str, str, int], dict[str, Any]] = {}
    for one in told:
        key = (clean(one.source), bounded(one.snapshot.account), stamp(one.at))
        if key not in known:
            rows[key] = dict(zip(SNAPSHOTS.key, key, strict=True)) | _numbers(one.snapshot)
    upsert(connection, SNAPSHOTS, list(rows.values()))


def _fits(copy: Copy) -> bool:
    """Whether a copy can be kept as it is: an address that had to be cut would lead nowhere."""
    return bool(copy.post and copy.url) and all(len(text.encode()) <= LONGEST for text in _pair(copy))


def _pair(copy: Copy) -> tuple[str, str]:
    return clean(copy.post), clean(copy.url)


def _numbers(snapshot: Snapshot) -> dict[str, int | None]:
    numbers = {"followers": snapshot.followers, "posts": snapshot.posts}
    return {name: None if number is None else whole_number(number) for name, number in numbers.items()}
