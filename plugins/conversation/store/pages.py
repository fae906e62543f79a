"""What the store keeps of the site itself: its posts as of the last build, what matched them, when it was asked about.

Every function works inside a transaction that the caller began. Only what differs is written: most builds change
nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ..posts import Post
from .database import Connection
from .rows import bounded, chunks, clean, upsert
from .schema import ASKED, MATCHES, POSTS, Table, moment, stamp

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
_MARK = f"{ASKED.upsert} WHERE conversation_asked.at < excluded.at"


def asked(connection: Connection, source: str) -> dict[str, datetime]:
    """When the source was last asked about each post, by the post's URL."""
    which = "SELECT post, at FROM conversation_asked WHERE source = :source ORDER BY post"
    return {post: moment(at) for post, at in connection.rows(which, source=source)}


def all_asked(connection: Connection) -> Iterator[tuple[str, str, datetime]]:
    """All of `asked`: source, post and time."""
    for source, post, at in connection.rows("SELECT source, post, at FROM conversation_asked ORDER BY source, post"):
        yield source, post, moment(at)


def mark_asked(connection: Connection, pairs: Iterable[tuple[str, str]], at: datetime) -> None:
    """Notes that sources were asked about posts, given by source and URL; never sets a time back."""
    distinct = sorted({(source, bounded(url)) for source, url in pairs})
    rows = [{"source": source, "post": url, "at": stamp(at)} for source, url in distinct]
    if rows:
        connection.change_each(_MARK, rows)


def save_posts(connection: Connection, told: Iterable[Post]) -> None:
    """Replaces the posts known from the last build; their HTML is not kept."""
    _replace(connection, POSTS, {bounded(post.url): {"post": json.dumps(post_as_json(post))} for post in told})


def all_posts(connection: Connection) -> Iterator[Post]:
    """The posts known from the last build, by URL."""
    for (post,) in connection.rows("SELECT post FROM conversation_posts ORDER BY url"):
        yield post_from_json(json.loads(post))


def save_matches(connection: Connection, told: Iterable[tuple[str, str, str]]) -> None:
    """Replaces what the targets were found to mean: (target, URL of the post or "", rule)."""
    rows = {bounded(target): {"post": bounded(post), "rule": clean(rule)} for target, post, rule in told}
    _replace(connection, MATCHES, rows)


def all_matches(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """What the targets were found to mean, by target."""
    yield from connection.rows("SELECT target, post, rule FROM conversation_matches ORDER BY target")


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
    (key,) = table.key
    _, *names = table.columns
    found = connection.rows(f"SELECT {', '.join(table.columns)} FROM {table.name}")  # noqa: S608 - names of ours
    known = {row[0]: dict(zip(names, row[1:], strict=True)) for row in found}
    for some in chunks(known.keys() - rows.keys()):
        connection.change(f"DELETE FROM {table.name} WHERE {key} IN (:some)", some=some)  # noqa: S608
    upsert(connection, table, [{key: one, **row} for one, row in sorted(rows.items()) if known.get(one) != row])
