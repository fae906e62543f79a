"""The store in a PostgreSQL database, by way of SQLAlchemy, which knows every driver.

Nothing here is loaded where the store is a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import URL, Engine, TextClause, create_engine, make_url
from sqlalchemy import text as as_statement
from sqlalchemy.engine import Connection as Transaction
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, StatementError

from ..errors import StoreError
from . import migrations
from .database import Connection, Place, Row, Words, spread

__all__ = ["Server", "open_server"]

#: Seconds that a server may take to answer.
REACH = 10
#: What the advisory lock is taken on: writers of the same database take turns.
ADVISORY_LOCK = 0x50436F6E76

_EXAMPLE = '"postgresql+psycopg://user@host/database"'

_statement = lru_cache(maxsize=256)(as_statement)


class ServerConnection(Connection):
    """A transaction on a server."""

    words = Words(text='TEXT COLLATE "C"', bytes="BYTEA")

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def rows(self, sql: str, /, **values: object) -> Iterator[Row]:
        """See `Connection`."""
        return map(tuple, self._transaction.execute(*_prepared(sql, values)))

    def change(self, sql: str, /, **values: object) -> int:
        """See `Connection`."""
        return self._transaction.execute(*_prepared(sql, values)).rowcount

    def change_each(self, sql: str, rows: Sequence[Mapping[str, object]], /) -> None:
        """See `Connection`."""
        if rows:
            self._transaction.execute(_statement(sql), list(rows))

    def tables(self) -> set[str]:
        """See `Connection`."""
        return set(self.column("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"))

    def sign(self, application: int, version: int) -> None:
        """See `Connection`."""


def _prepared(sql: str, values: dict[str, object]) -> tuple[TextClause, dict[str, object]]:
    told, single = spread(sql, values)
    return _statement(told), single


class Server(Place):
    """An open database of a server."""

    def __init__(self, engine: Engine, name: str, password: str) -> None:
        self._engine, self.name, self._password = engine, name, password

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See `Place`."""
        with self._told(), self._engine.connect() as connection, connection.begin():
            yield ServerConnection(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See `Place`."""
        with self.reading() as connection:
            connection.change(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
            yield connection

    def flush(self) -> None:
        """See `Place`."""

    def close(self) -> None:
        """See `Place`."""
        self._engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turns what the database says into what a blogger can do."""
        try:
            yield
        except DBAPIError as error:
            # Without its context: that would show the statement's parameters, people's words among them.
            raise self._trouble(error) from None
        except StatementError as error:
            # A value of the wrong kind, which never came to the database: the mistake of whoever gave it.
            raise error.orig or error from None

    def _trouble(self, error: DBAPIError) -> StoreError:
        said = (str(error.orig).strip().splitlines() or ["no reason given"])[0]
        if self._password:
            said = said.replace(self._password, "***")
        return StoreError(
            f"The PostgreSQL database {self.name} failed: {said}. Check that the server runs, and that "
            "CONVERSATION_STORE names the right user, password and database."
        )


def open_server(url: str) -> Server:
    """Opens the database, with its tables up to date.

    Raises:
        ValueError: `url` is no URL.
        StoreError: it cannot be used; the message says what to do.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ValueError(str(error)) from error
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    # What follows the "?" may be a password too.
    name = parsed.set(query={}).render_as_string(hide_password=True)
    place = Server(_engine(parsed), name, str(parsed.password or parsed.query.get("password", "")))
    ready = False
    try:
        with place.reading() as connection:
            if (encoding := connection.value("SHOW server_encoding")) != "UTF8":
                raise StoreError(f"{name} is encoded in {encoding}: make a database with ENCODING 'UTF8'.")
        migrations.bring_up_to_date(place)
        ready = True
    finally:
        if not ready:
            place.close()
    return place


def _engine(url: URL) -> Engine:
    """Raises ImportError where the driver is not installed."""
    options: dict[str, Any] = {} if "connect_timeout" in url.query else {"connect_args": {"connect_timeout": REACH}}
    try:
        return create_engine(url, hide_parameters=True, max_overflow=-1, **options)
    except NoSuchModuleError:
        raise StoreError(f'CONVERSATION_STORE names an unknown driver "{url.drivername}": write {_EXAMPLE}.') from None
