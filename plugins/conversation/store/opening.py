"""Opens the store that CONVERSATION_STORE names, or says why not and what to do. A password is never shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, StatementError

from ..errors import StoreError
from . import damage, migrations

__all__ = ["Place", "open_place"]

#: Seconds that a writer waits for another one, and for a server to answer.
PATIENCE = 30
REACH = 10
#: What PostgreSQL's advisory lock is taken on: writers of the same database take turns.
ADVISORY_LOCK = 0x50436F6E76

_EXAMPLE = '"sqlite:///conversation.sqlite" or "postgresql+psycopg://user@host/database"'


class Place(Struct, frozen=True):
    """An open database: `name` for messages, `path` for a SQLite file, `set_aside` where a damaged one went."""

    engine: Engine
    name: str
    path: Path | None = None
    set_aside: Path | None = None
    password: str = ""

    def __repr__(self) -> str:
        return f"Place({self.name!r})"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads.

        Raises:
            StoreError: the database failed.
        """
        with self._told(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes: one at a time in all processes. It commits at the end, or not at all.

        Raises:
            StoreError: the database failed; nothing was written.
        """
        with (
            self._told(),
            self.engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            if self.path is None:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
            yield connection

    def flush(self) -> None:
        """Writes a SQLite file anew and empties its write-ahead log: what was deleted is nowhere any more.

        Raises:
            StoreError: another program reads the file, so that it could not be done.
        """
        if self.path is None:
            return
        with self._told(), self.engine.connect().execution_options(bare=True) as connection:
            connection.exec_driver_sql("VACUUM")
            busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if busy:
            raise StoreError(
                f"{self.name} is read by another program, and what was erased may still be in {self.path.name}-wal: "
                "wait until that has ended, then run this again."
            )

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
        if self.path is not None and damage.is_corruption(error.orig):
            damage.mark_suspect(self.path)
            return _DamagedError(f"{self.name} is damaged. Run this again: it is set aside and a new store begun.")
        said = (str(error.orig).strip().splitlines() or ["no reason given"])[0]
        if self.password:
            said = said.replace(self.password, "***")
        if self.path is None:
            return StoreError(
                f"The PostgreSQL database {self.name} failed: {said}. Check that the server runs, and that "
                "CONVERSATION_STORE names the right user, password and database."
            )
        if "locked" in said:
            return StoreError(f"{self.name} is in use by another program: wait until that has ended, then try again.")
        return StoreError(f"{self.name} failed: {said}. Check the file, its folder, their permissions, and free space.")


class _DamagedError(StoreError):
    """The file itself is broken."""


def open_place(url: str, root: Path) -> Place:
    """Opens the database at `url`, with its tables up to date; a relative SQLite path starts at `root`.

    Raises:
        StoreError: it cannot be used; the message says what to do.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # SQLAlchemy's own message may hold the URL, with its password.
        raise StoreError(f"CONVERSATION_STORE is not a database URL: write {_EXAMPLE}.") from None
    backend = parsed.get_backend_name()
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"}:
        return _open_file(parsed, root)
    if backend in {"postgresql", "postgres"}:
        return _open_server(parsed)
    raise StoreError(f'CONVERSATION_STORE cannot be "{parsed.drivername}": write {_EXAMPLE}.')


def _open_file(url: URL, root: Path) -> Place:
    name = url.database or ""
    if name in {"", ":memory:"} or name.startswith("file:"):
        raise StoreError('CONVERSATION_STORE has to name a file, for example "sqlite:///conversation.sqlite".')
    path = root / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {path.parent} cannot be made ({error.strerror}): check CONVERSATION_STORE."
        ) from error
    aside = damage.set_aside(path) if damage.find(path) is damage.Finding.DAMAGED else None
    options = {"connect_args": {"timeout": PATIENCE}, "max_overflow": -1}
    place = Place(_engine(url.set(database=str(path)), options), str(path), path, aside)
    event.listen(place.engine, "connect", _on_connect)
    event.listen(place.engine, "begin", _on_begin)
    try:
        _prepare(place)
    except _DamagedError:
        # Found only now, and marked as suspect: so it is set aside when it is opened again.
        if damage.find(path) is damage.Finding.DAMAGED:
            return _open_file(url, root)
        raise
    damage.use_wal(path)
    return place


def _open_server(url: URL) -> Place:
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg")
    options = {} if "connect_timeout" in url.query else {"connect_args": {"connect_timeout": REACH}}
    # What follows the "?" may be a password too.
    name = url.set(query={}).render_as_string(hide_password=True)
    password = str(url.password or url.query.get("password", ""))
    place = Place(_engine(url, {**options, "max_overflow": -1}), name, password=password)
    _prepare(place)
    return place


def _engine(url: URL, options: dict[str, Any]) -> Engine:
    try:
        return create_engine(url, hide_parameters=True, **options)
    except NoSuchModuleError:
        raise StoreError(f'CONVERSATION_STORE names an unknown driver "{url.drivername}": write {_EXAMPLE}.') from None
    except ImportError as error:
        raise StoreError(
            f"CONVERSATION_STORE needs a driver that is not installed ({error}): "
            'run `pip install "pelican-conversation[postgresql]"`.'
        ) from None


def _prepare(place: Place) -> None:
    """Makes or migrates the tables where needed; closes the engine where that fails."""
    ready = False
    try:
        with place.reading() as connection:
            _check_encoding(connection, place.name)
            ready = migrations.is_current(connection, place.name)
        if not ready:
            with place.writing() as connection:
                migrations.prepare(connection, place.name)
            ready = True
    finally:
        if not ready:
            place.engine.dispose()


def _check_encoding(connection: Connection, name: str) -> None:
    if connection.dialect.name == "postgresql":
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise StoreError(f"{name} is encoded in {encoding}: make a database with ENCODING 'UTF8'.")


def _on_connect(connection: Any, _: object) -> None:  # noqa: ANN401 - a sqlite3.Connection behind SQLAlchemy's types
    """Settings that SQLite wants for every connection; transactions are begun by `_on_begin`."""
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "secure_delete = ON", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    """A writer takes the lock at once: one that reads first would fail when another came between."""
    options = connection.get_execution_options()
    if not options.get("bare", False):  # else what follows cannot be done within a transaction
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes", False) else "BEGIN")
