"""The tables, the same in SQLite and PostgreSQL. Changing anything here needs a step in `migrations.py`.

Times are microseconds since 1970 in UTC: they sort right and come back exactly, from year 1 to 9999. Texts that are
compared or sorted use the order of code points in both databases, so that reading gives one order everywhere.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Column, Dialect, ForeignKey, Index, LargeBinary, MetaData, Table, Text, TypeDecorator

__all__ = [
    "APPLICATION",
    "APPLICATION_ID",
    "VERSION",
    "Moment",
    "acts",
    "asked",
    "copies",
    "counts",
    "forgotten",
    "matches",
    "meta",
    "metadata",
    "moment",
    "pictures",
    "posts",
    "problems",
    "proofs",
    "snapshots",
    "sources",
    "stamp",
    "tombstones",
]

#: What the store says it is, in its `meta` table and, for SQLite, in the header of the file ("PConv" squeezed).
APPLICATION = "pelican-conversation"
APPLICATION_ID = 0x50436F6E
VERSION = 4

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND


def stamp(time: datetime) -> int:
    """Microseconds since 1970. A time that UTC cannot write (year 1 in the east) becomes the nearest that it can."""
    return min(max((time - _EPOCH) // _MICROSECOND, _FIRST), _LAST)


def moment(number: int) -> datetime:
    """The time that a number of microseconds since 1970 stands for."""
    return _EPOCH + timedelta(microseconds=number)


class Moment(TypeDecorator[datetime]):
    """An aware datetime as microseconds since 1970; comes back in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """To the database."""
        return None if value is None else stamp(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From the database."""
        return None if value is None else moment(value)


metadata = MetaData()
_text = Text().with_variant(Text(collation="C"), "postgresql")


def _words(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    return Column(name, _text, primary_key=key, nullable=null)


def _time(name: str, *, null: bool = False) -> Column[datetime]:
    return Column(name, Moment, nullable=null)


def _source() -> Column[str]:
    return Column("source", _text, ForeignKey("conversation_sources.name"), primary_key=True)


meta = Table("conversation_meta", metadata, _words("name", key=True), _words("value"))

#: `pull` counts the pulls of the source; `outcome` is "done", "partly", "failed" or "unfinished"; `cursor` is JSON;
#: `unasked` is the number of posts that the last pull left for the next one, where it had to leave something.
sources = Table(
    "conversation_sources",
    metadata,
    _words("name", key=True),
    Column("pull", BigInteger, nullable=False),
    _time("tried", null=True),
    _time("pulled", null=True),
    _words("outcome"),
    _words("error", null=True),
    _words("cursor"),
    Column("unasked", BigInteger, nullable=True),
)

#: Live acts only. `pull` is the newest pull that saw the act; `digest` tells whether its content changed.
acts = Table(
    "conversation_acts",
    metadata,
    _source(),
    _words("id", key=True),
    _words("identity"),
    _words("direction"),
    _words("kind"),
    _words("url"),
    _words("target"),
    _words("channel"),
    *(_words(f"{who}_{what}") for who in ("author", "to") for what in ("name", "url", "photo", "handle")),
    _time("published", null=True),
    _time("updated", null=True),
    _time("received", null=True),
    _words("title"),
    _words("text"),
    _words("html"),
    _words("warning"),
    _words("parent"),
    _words("fragment"),
    _words("rsvp"),
    Column("words", BigInteger, nullable=True),
    _words("digest"),
    _time("first_seen"),
    _time("last_seen"),
    _time("changed"),
    Column("pull", BigInteger, nullable=False),
)
Index("conversation_acts_target", acts.c.direction, acts.c.target, acts.c.changed)
Index("conversation_acts_identity", acts.c.identity)

#: What is left of an act that is gone: enough to know it again, and nothing that it said.
tombstones = Table(
    "conversation_tombstones",
    metadata,
    _source(),
    _words("id", key=True),
    _words("identity"),
    _time("first_seen"),
    _time("gone_at"),
)

problems = Table(
    "conversation_problems",
    metadata,
    _source(),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    _words("place"),
    _words("what"),
)

#: A row only when the number changed: the newest is the present one, all together are the history.
counts = Table(
    "conversation_counts",
    metadata,
    _source(),
    _words("target", key=True),
    _words("kind", key=True),
    Column("at", Moment, primary_key=True, autoincrement=False),
    Column("value", BigInteger, nullable=False),
)

asked = Table("conversation_asked", metadata, _source(), _words("post", key=True), _time("at"))

#: Copies of posts that a source found by itself. `pull` is the newest pull that named it.
copies = Table(
    "conversation_copies",
    metadata,
    _source(),
    _words("post", key=True),
    _words("url", key=True),
    _time("first_seen"),
    Column("pull", BigInteger, nullable=False),
)

#: How the blogger's accounts stood: a row only when a number changed, or on a new day.
snapshots = Table(
    "conversation_snapshots",
    metadata,
    _source(),
    _words("account", key=True),
    Column("at", Moment, primary_key=True, autoincrement=False),
    Column("followers", BigInteger, nullable=True),
    Column("posts", BigInteger, nullable=True),
)

#: Which profiles are one person's, as a source has seen it proved; `one` sorts before `other`.
proofs = Table(
    "conversation_proofs", metadata, _source(), _words("one", key=True), _words("other", key=True), _time("at")
)

#: Small pictures of people by the address that they were fetched from; `image` is empty where there was none to be had.
#: `tried` is when it was last asked for, `type` what came of that (`Picture.outcome`).
pictures = Table(
    "conversation_pictures",
    metadata,
    _words("url", key=True),
    _words("type"),
    Column("image", LargeBinary, nullable=False),
    _time("tried"),
)

#: `post` is the post as JSON, without its HTML.
posts = Table("conversation_posts", metadata, _words("url", key=True), _words("post"))
matches = Table("conversation_matches", metadata, _words("target", key=True), _words("post"), _words("rule"))

#: People who asked to be forgotten, as salted hashes.
forgotten = Table("conversation_forgotten", metadata, _words("hash", key=True), _words("salt"))
