"""Makes the tables, or brings those of an older version up to date, in one transaction.

Every step is written in plain SQL of its time: `schema.py` describes the present only, and steps must not change with
it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Row, inspect, text
from sqlalchemy.engine import Connection

from ..acts import Act, Direction, Kind, Person, identity
from ..errors import StoreError
from . import schema

__all__ = ["STEPS", "is_current", "prepare", "version"]


def version(connection: Connection, place: str) -> int:
    """The version of the tables; 0 where there are none yet.

    Raises:
        StoreError: the tables are another program's, or a newer version's.
    """
    tables = inspect(connection)
    if not tables.has_table(schema.meta.name):
        taken = sorted(set(tables.get_table_names()) & set(schema.metadata.tables))
        if taken:
            raise StoreError(
                f"{place} has a table {taken[0]} that is not ours: give CONVERSATION_STORE another database."
            )
        return 0
    found = {r.name: r.value for r in connection.execute(text(f"SELECT name, value FROM {schema.meta.name}"))}  # noqa: S608
    if found.get("application") != schema.APPLICATION or not found.get("version", "").isdecimal():
        raise StoreError(f"{place} belongs to another program: give CONVERSATION_STORE another database.")
    number = int(found["version"])
    if number > schema.VERSION:
        raise StoreError(
            f"{place} was written by a newer pelican-conversation (store version {number}, this one knows "
            f"{schema.VERSION}): upgrade with `pip install --upgrade pelican-conversation`."
        )
    return number


def is_current(connection: Connection, place: str) -> bool:
    """Whether the tables are there and up to date. Raises as `version` does."""
    return version(connection, place) == schema.VERSION


def prepare(connection: Connection, place: str) -> None:
    """Makes or migrates the tables; the caller holds the lock for writing. Raises as `version` does."""
    number = version(connection, place)
    if number == 0:
        schema.metadata.create_all(connection)
        connection.execute(
            schema.meta.insert(),
            [{"name": "application", "value": schema.APPLICATION}, {"name": "version", "value": str(schema.VERSION)}],
        )
    for step in range(number or schema.VERSION, schema.VERSION):
        STEPS[step](connection)
    connection.execute(schema.meta.update().where(schema.meta.c.name == "version").values(value=str(schema.VERSION)))
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {schema.VERSION}")


def _from_1(connection: Connection) -> None:
    """Acts know their identity; matches and people to be forgotten are kept."""
    kind = 'TEXT COLLATE "C"' if connection.dialect.name == "postgresql" else "TEXT"
    for table in ("conversation_acts", "conversation_tombstones"):
        # A tombstone of version 1 cannot tell its identity any more.
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN identity {kind} NOT NULL DEFAULT ''")
    columns = "source, id, direction, kind, url, target, author_name, author_url, author_handle"
    known = connection.execute(text(f"SELECT {columns} FROM conversation_acts"))  # noqa: S608
    rows = [{"source": r.source, "id": r.id, "identity": identity(_act(r))} for r in known]
    if rows:
        statement = "UPDATE conversation_acts SET identity = :identity WHERE source = :source AND id = :id"
        connection.execute(text(statement), rows)
    connection.exec_driver_sql("CREATE INDEX conversation_acts_identity ON conversation_acts (identity)")
    connection.exec_driver_sql(
        f"CREATE TABLE conversation_matches (target {kind} NOT NULL, post {kind} NOT NULL, rule {kind} NOT NULL, "
        "PRIMARY KEY (target))"
    )
    connection.exec_driver_sql(
        f"CREATE TABLE conversation_forgotten (hash {kind} NOT NULL, salt {kind} NOT NULL, PRIMARY KEY (hash))"
    )


def _from_2(connection: Connection) -> None:
    """Copies of posts and the state of accounts are kept, and what a pull left for the next one."""
    kind = 'TEXT COLLATE "C"' if connection.dialect.name == "postgresql" else "TEXT"
    source = f"source {kind} NOT NULL REFERENCES conversation_sources (name)"
    connection.exec_driver_sql("ALTER TABLE conversation_sources ADD COLUMN unasked BIGINT")
    connection.exec_driver_sql(
        f"CREATE TABLE conversation_copies ({source}, post {kind} NOT NULL, url {kind} NOT NULL, "
        "first_seen BIGINT NOT NULL, pull BIGINT NOT NULL, PRIMARY KEY (source, post, url))"
    )
    connection.exec_driver_sql(
        f"CREATE TABLE conversation_snapshots ({source}, account {kind} NOT NULL, at BIGINT NOT NULL, "
        "followers BIGINT, posts BIGINT, PRIMARY KEY (source, account, at))"
    )


def _from_3(connection: Connection) -> None:
    """Proofs that profiles are one person's are kept, and small pictures of people."""
    postgresql = connection.dialect.name == "postgresql"
    kind, binary = ('TEXT COLLATE "C"', "BYTEA") if postgresql else ("TEXT", "BLOB")
    connection.exec_driver_sql(
        f"CREATE TABLE conversation_proofs (source {kind} NOT NULL REFERENCES conversation_sources (name), "
        f"one {kind} NOT NULL, other {kind} NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (source, one, other))"
    )
    connection.exec_driver_sql(
        f"CREATE TABLE conversation_pictures (url {kind} NOT NULL, type {kind} NOT NULL, image {binary} NOT NULL, "
        "tried BIGINT NOT NULL, PRIMARY KEY (url))"
    )


def _act(r: Row[Any]) -> Act:
    """As much of an act as its identity needs."""
    author = Person(name=r.author_name, url=r.author_url, handle=r.author_handle)
    direction, kind = Direction(r.direction), Kind(r.kind)
    return Act(direction=direction, kind=kind, source=r.source, id=r.id, url=r.url, target=r.target, author=author)


#: By version: what leads to the next one.
STEPS: Mapping[int, Callable[[Connection], None]] = {1: _from_1, 2: _from_2, 3: _from_3}
