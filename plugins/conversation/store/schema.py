"""The tables, the same in SQLite and PostgreSQL. Changing anything here needs a step in `migrations.py`.

Times are microseconds since 1970 in UTC: they sort right and come back exactly, from year 1 to 9999. Texts that are
compared or sorted use the order of code points in both databases, so that reading gives one order everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import overload

from msgspec import Struct

from .database import Words

__all__ = [
    "ACTS",
    "APPLICATION",
    "APPLICATION_ID",
    "ASKED",
    "COPIES",
    "COUNTS",
    "FORGOTTEN",
    "MATCHES",
    "META",
    "PICTURES",
    "POSTS",
    "PROBLEMS",
    "PROOFS",
    "SNAPSHOTS",
    "SOURCES",
    "TABLES",
    "TOMBSTONES",
    "VERSION",
    "Table",
    "moment",
    "stamp",
]

#: What the store says it is, in its `meta` table and, for SQLite, in the header of the file ("PConv" squeezed).
APPLICATION = "pelican-conversation"
APPLICATION_ID = 0x50436F6E
VERSION = 4

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND

_TEXT, _BYTES, _NUMBER = "{text} NOT NULL", "{bytes} NOT NULL", "BIGINT NOT NULL"
_TEXT_OR_NOTHING, _NUMBER_OR_NOTHING = "{text}", "BIGINT"
_SOURCE = "{text} NOT NULL REFERENCES conversation_sources (name)"


@overload
def stamp(time: datetime) -> int: ...
@overload
def stamp(time: datetime | None) -> int | None: ...
def stamp(time: datetime | None) -> int | None:
    """Microseconds since 1970. A time that UTC cannot write (year 1 in the east) becomes the nearest that it can."""
    return None if time is None else min(max((time - _EPOCH) // _MICROSECOND, _FIRST), _LAST)


@overload
def moment(number: int) -> datetime: ...
@overload
def moment(number: int | None) -> datetime | None: ...
def moment(number: int | None) -> datetime | None:
    """The time that a number of microseconds since 1970 stands for."""
    return None if number is None else _EPOCH + timedelta(microseconds=number)


class Table(Struct, frozen=True, dict=True):
    """A table, the columns of its `key`, what is in each of its `columns`, and those of its `indexes` by name.

    `upsert` is the statement that inserts a row with all its columns, or replaces the one with the same key.
    """

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, str]
    indexes: Mapping[str, tuple[str, ...]] = {}

    def made(self, words: Words) -> Iterator[str]:
        """The statements that make it."""
        kinds = {"text": words.text, "bytes": words.bytes}
        columns = [f"{name} {kind.format_map(kinds)}" for name, kind in self.columns.items()]
        yield f"CREATE TABLE {self.name} ({', '.join(columns)}, PRIMARY KEY ({', '.join(self.key)}))"
        for index, of in self.indexes.items():
            yield f"CREATE INDEX {index} ON {self.name} ({', '.join(of)})"

    @cached_property
    def insert(self) -> str:
        """The statement that adds a row with all its columns."""
        names = ", ".join(self.columns)
        return f"INSERT INTO {self.name} ({names}) VALUES ({', '.join(f':{name}' for name in self.columns)})"  # noqa: S608

    @cached_property
    def upsert(self) -> str:
        """The same; where there is a row with the same key already, it is replaced."""
        fresh = ", ".join(f"{name} = excluded.{name}" for name in self.columns if name not in self.key)
        return f"{self.insert} ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {fresh}"


META = Table("conversation_meta", ("name",), {"name": _TEXT, "value": _TEXT})

#: `pull` counts the pulls of the source; `outcome` is "done", "partly", "failed" or "unfinished"; `cursor` is JSON;
#: `unasked` is the number of posts that the last pull left for the next one, where it had to leave something.
SOURCES = Table(
    "conversation_sources",
    ("name",),
    {
        "name": _TEXT,
        "pull": _NUMBER,
        "tried": _NUMBER_OR_NOTHING,
        "pulled": _NUMBER_OR_NOTHING,
        "outcome": _TEXT,
        "error": _TEXT_OR_NOTHING,
        "cursor": _TEXT,
        "unasked": _NUMBER_OR_NOTHING,
    },
)

#: Live acts only. `pull` is the newest pull that saw the act; `digest` tells whether its content changed.
ACTS = Table(
    "conversation_acts",
    ("source", "id"),
    {
        "source": _SOURCE,
        **dict.fromkeys(("id", "identity", "direction", "kind", "url", "target", "channel"), _TEXT),
        **{f"{who}_{what}": _TEXT for who in ("author", "to") for what in ("name", "url", "photo", "handle")},
        **dict.fromkeys(("published", "updated", "received"), _NUMBER_OR_NOTHING),
        **dict.fromkeys(("title", "text", "html", "warning", "parent", "fragment", "rsvp"), _TEXT),
        "words": _NUMBER_OR_NOTHING,
        "digest": _TEXT,
        **dict.fromkeys(("first_seen", "last_seen", "changed", "pull"), _NUMBER),
    },
    {
        "conversation_acts_target": ("direction", "target", "changed"),
        "conversation_acts_identity": ("identity",),
    },
)

#: What is left of an act that is gone: enough to know it again, and nothing that it said.
TOMBSTONES = Table(
    "conversation_tombstones",
    ("source", "id"),
    {"source": _SOURCE, "id": _TEXT, "identity": _TEXT, "first_seen": _NUMBER, "gone_at": _NUMBER},
)

PROBLEMS = Table(
    "conversation_problems",
    ("source", "position"),
    {"source": _SOURCE, "position": _NUMBER, "place": _TEXT, "what": _TEXT},
)

#: A row only when the number changed: the newest is the present one, all together are the history.
COUNTS = Table(
    "conversation_counts",
    ("source", "target", "kind", "at"),
    {"source": _SOURCE, "target": _TEXT, "kind": _TEXT, "at": _NUMBER, "value": _NUMBER},
)

ASKED = Table("conversation_asked", ("source", "post"), {"source": _SOURCE, "post": _TEXT, "at": _NUMBER})

#: Copies of posts that a source found by itself. `pull` is the newest pull that named it.
COPIES = Table(
    "conversation_copies",
    ("source", "post", "url"),
    {"source": _SOURCE, "post": _TEXT, "url": _TEXT, "first_seen": _NUMBER, "pull": _NUMBER},
)

#: How the blogger's accounts stood: a row only when a number changed, or on a new day.
SNAPSHOTS = Table(
    "conversation_snapshots",
    ("source", "account", "at"),
    {
        "source": _SOURCE,
        "account": _TEXT,
        "at": _NUMBER,
        "followers": _NUMBER_OR_NOTHING,
        "posts": _NUMBER_OR_NOTHING,
    },
)

#: Which profiles are one person's, as a source has seen it proved; `one` sorts before `other`.
PROOFS = Table(
    "conversation_proofs",
    ("source", "one", "other"),
    {"source": _SOURCE, "one": _TEXT, "other": _TEXT, "at": _NUMBER},
)

#: Small pictures of people by the address that they were fetched from; `image` is empty where there was none to be had.
#: `tried` is when it was last asked for, `type` what came of that (`Picture.outcome`).
PICTURES = Table("conversation_pictures", ("url",), {"url": _TEXT, "type": _TEXT, "image": _BYTES, "tried": _NUMBER})

#: `post` is the post as JSON, without its HTML.
POSTS = Table("conversation_posts", ("url",), {"url": _TEXT, "post": _TEXT})
MATCHES = Table("conversation_matches", ("target",), {"target": _TEXT, "post": _TEXT, "rule": _TEXT})

#: People who asked to be forgotten, as salted hashes.
FORGOTTEN = Table("conversation_forgotten", ("hash",), {"hash": _TEXT, "salt": _TEXT})

#: In an order in which they can be made.
TABLES = (
    META,
    SOURCES,
    ACTS,
    TOMBSTONES,
    PROBLEMS,
    COUNTS,
    ASKED,
    COPIES,
    SNAPSHOTS,
    PROOFS,
    PICTURES,
    POSTS,
    MATCHES,
    FORGOTTEN,
)
