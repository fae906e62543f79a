"""What the store keeps of the site itself: its posts as of the last build, what matched them, when it was asked about.

Every function works inside a transaction that the caller began. Only what differs is written: most builds change
nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table, delete, select
from sqlalchemy.engine import Connection

from ..posts import Post
from .rows import bounded, chunks, clean, upsert
from .schema import asked as asked_table
from .schema import matches, moment, posts, stamp

__all__ = [
    "all_asked",
    "all_matches",
    "all_posts",
    "asked",
    "mark_asked",
    "post_as_json",
    "post_from_json",
    "save_matches",
    "save_posts",
]

_TIMES = ("published", "modified")


def asked(connection: Connection, source: str) -> dict[str, datetime]:
    """When the source was last asked about each post, by the post's URL."""
    which = select(asked_table).where(asked_table.c.source == source).order_by(asked_table.c.post)
    return {r.post: r.at for r in connection.execute(which)}


def all_asked(connection: Connection) -> Iterator[tuple[str, str, datetime]]:
    """All of `asked`: source, post and time."""
    for r in connection.execute(select(asked_table).order_by(asked_table.c.source, asked_table.c.post)):
        yield r.source, r.post, r.at


def mark_asked(connection: Connection, pairs: Iterable[tuple[str, str]], at: datetime) -> None:
    """Notes that sources were asked about posts, given by source and URL; never sets a time back."""
    distinct = sorted({(source, bounded(url)) for source, url in pairs})
    rows = [{"source": source, "post": url, "at": at} for source, url in distinct]
    upsert(connection, asked_table, rows, newer="at")


def save_posts(connection: Connection, told: Iterable[Post]) -> None:
    """Replaces the posts known from the last build; their HTML is not kept."""
    _replace(connection, posts, {bounded(post.url): {"post": json.dumps(post_as_json(post))} for post in told})


def all_posts(connection: Connection) -> Iterator[Post]:
    """The posts known from the last build, by URL."""
    for r in connection.execute(select(posts).order_by(posts.c.url)):
        yield post_from_json(json.loads(r.post))


def save_matches(connection: Connection, told: Iterable[tuple[str, str, str]]) -> None:
    """Replaces what the targets were found to mean: (target, URL of the post or "", rule)."""
    rows = {bounded(target): {"post": bounded(post), "rule": clean(rule)} for target, post, rule in told}
    _replace(connection, matches, rows)


def all_matches(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """What the targets were found to mean, by target."""
    for r in connection.execute(select(matches).order_by(matches.c.target)):
        yield r.target, r.post, r.rule


def post_as_json(post: Post) -> dict[str, Any]:
    """A post as plain JSON, without its HTML; `post_from_json` reads it back."""
    plain: dict[str, Any] = {name: getattr(post, name) for name in post.__struct_fields__ if name != "html"}
    for name in (*_TIMES, "closed"):
        if isinstance(plain[name], datetime):
            plain[name] = moment(stamp(plain[name])).isoformat()
    plain["fields"] = {clean(name): [*map(clean, values)] for name, values in sorted(post.fields.items())}
    for name, value in plain.items():
        if isinstance(value, str):
            plain[name] = clean(value)
        elif isinstance(value, tuple):
            plain[name] = [*map(clean, value)]
    return plain


def post_from_json(plain: Mapping[str, Any]) -> Post:
    """The post that `post_as_json` wrote.

    Raises:
        TypeError, ValueError, AttributeError: this is no such JSON.
    """
    values = dict(plain)
    for name in (*_TIMES, "closed"):
        if isinstance(values.get(name), str):
            values[name] = datetime.fromisoformat(values[name]).astimezone(UTC)
    for name in ("aliases", "syndication"):
        values[name] = tuple(values.get(name, ()))
    values["fields"] = {name: tuple(urls) for name, urls in values.get("fields", {}).items()}
    return Post(**values)


def _replace(connection: Connection, table: Table, rows: Mapping[str, dict[str, str]]) -> None:
    """Makes `table` hold exactly `rows`, given by the value of its one key column."""
    (key,) = table.primary_key.columns
    known = {r[0]: dict(zip(table.c.keys()[1:], r[1:], strict=True)) for r in connection.execute(select(table))}
    for some in chunks(known.keys() - rows.keys()):
        connection.execute(delete(table).where(key.in_(some)))
    fresh = [{key.name: one, **columns} for one, columns in sorted(rows.items()) if known.get(one) != columns]
    upsert(connection, table, fresh)
