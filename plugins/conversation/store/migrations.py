"""Makes the tables, or brings those of an older version up to date, in one transaction.

Every step is written in plain SQL of its time: `schema.py` describes the present only, and steps must not change with
it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..acts import Act, Direction, Kind, Person, identity
from ..errors import StoreError
from . import schema
from .database import Connection, Place

__all__ = ["STEPS", "bring_up_to_date"]


def bring_up_to_date(place: Place) -> None:
    """Makes or migrates the tables where needed.

    Raises:
        StoreError: the tables are another program's, or a newer version's, or the database failed.
    """
    with place.reading() as connection:
        if _version(connection, place.name) == schema.VERSION:
            return
    with place.writing() as connection:
        _prepare(connection, _version(connection, place.name))


def _version(connection: Connection, place: str) -> int:
    """The version of the tables; 0 where there are none yet. Raises StoreError where they are not for us to use."""
    there = connection.tables()
    if schema.META.name not in there:
        taken = sorted(there & {table.name for table in schema.TABLES})
        if taken:
            raise StoreError(
                f"{place} has a table {taken[0]} that is not ours: give CONVERSATION_STORE another database."
            )
        return 0
    found: dict[str, str] = dict(connection.rows("SELECT name, value FROM conversation_meta"))
    if found.get("application") != schema.APPLICATION or not found.get("version", "").isdecimal():
        raise StoreError(f"{place} belongs to another program: give CONVERSATION_STORE another database.")
    number = int(found["version"])
    if number > schema.VERSION:
        raise StoreError(
            f"{place} was written by a newer pelican-conversation (store version {number}, this one knows "
            f"{schema.VERSION}): upgrade with `pip install --upgrade pelican-conversation`."
        )
    return number


def _prepare(connection: Connection, number: int) -> None:
    """Makes the tables, or brings those of version `number` up to date."""
    if number == 0:
        for table in schema.TABLES:
            for statement in table.made(connection.words):
                connection.change(statement)
        connection.change_each(schema.META.insert, [{"name": "application", "value": schema.APPLICATION}])
    for step in range(number or schema.VERSION, schema.VERSION):
        STEPS[step](connection)
    connection.change_each(schema.META.upsert, [{"name": "version", "value": str(schema.VERSION)}])
    connection.sign(schema.APPLICATION_ID, schema.VERSION)


def _from_1(connection: Connection) -> None:
    """Acts know their identity; matches and people to be forgotten are kept."""
    kind = connection.words.text
    for table in ("conversation_acts", "conversation_tombstones"):
        # A tombstone of version 1 cannot tell its identity any more.
        connection.change(f"ALTER TABLE {table} ADD COLUMN identity {kind} NOT NULL DEFAULT ''")
    found = connection.rows(
        "SELECT source, id, direction, kind, url, target, author_name, author_url, author_handle FROM conversation_acts"
    )
    rows = [{"source": row[0], "id": row[1], "identity": identity(_act(*row))} for row in found]
    connection.change_each(
        "UPDATE conversation_acts SET identity = :identity WHERE source = :source AND id = :id", rows
    )
    connection.change("CREATE INDEX conversation_acts_identity ON conversation_acts (identity)")
    connection.change(
        f"CREATE TABLE conversation_matches (target {kind} NOT NULL, post {kind} NOT NULL, rule {kind} NOT NULL, "
        "PRIMARY KEY (target))"
    )
    connection.change(
        f"CREATE TABLE conversation_forgotten (hash {kind} NOT NULL, salt {kind} NOT NULL, PRIMARY KEY (hash))"
    )


def _from_2(connection: Connection) -> None:
    """Copies of posts and the state of accounts are kept, and what a pull left for the next one."""
    kind = connection.words.text
    source = f"source {kind} NOT NULL REFERENCES conversation_sources (name)"
    connection.change("ALTER TABLE conversation_sources ADD COLUMN unasked BIGINT")
    connection.change(
        f"CREATE TABLE conversation_copies ({source}, post {kind} NOT NULL, url {kind} NOT NULL, "
        "first_seen BIGINT NOT NULL, pull BIGINT NOT NULL, PRIMARY KEY (source, post, url))"
    )
    connection.change(
        f"CREATE TABLE conversation_snapshots ({source}, account {kind} NOT NULL, at BIGINT NOT NULL, "
        "followers BIGINT, posts BIGINT, PRIMARY KEY (source, account, at))"
    )


def _from_3(connection: Connection) -> None:
    """Proofs that profiles are one person's are kept, and small pictures of people."""
    kind, binary = connection.words.text, connection.words.bytes
    connection.change(
        f"CREATE TABLE conversation_proofs (source {kind} NOT NULL REFERENCES conversation_sources (name), "
        f"one {kind} NOT NULL, other {kind} NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (source, one, other))"
    )
    connection.change(
        f"CREATE TABLE conversation_pictures (url {kind} NOT NULL, type {kind} NOT NULL, image {binary} NOT NULL, "
        "tried BIGINT NOT NULL, PRIMARY KEY (url))"
    )


def _act(source: str, one: str, direction: str, kind: str, *rest: str) -> Act:
    """As much of an act as its identity needs."""
    url, target, name, profile, handle = rest
    return Act(
        direction=Direction(direction),
        kind=Kind(kind),
        source=source,
        id=one,
        url=url,
        target=target,
        author=Person(name=name, url=profile, handle=handle),
    )


#: By version: what leads to the next one.
STEPS: Mapping[int, Callable[[Connection], None]] = {1: _from_1, 2: _from_2, 3: _from_3}
