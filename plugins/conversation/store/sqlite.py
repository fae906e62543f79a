"""The store in a SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from ..errors import StoreError
from . import damage, migrations
from .database import Connection, Place, Row, Words, spread

__all__ = ["File", "FileConnection", "open_file"]

#: Seconds that a writer waits for another one.
PATIENCE = 30
#: Statements that stay prepared: those with lists come in many lengths.
PREPARED = 256
_PRAGMAS = ("foreign_keys = ON", "secure_delete = ON", "synchronous = NORMAL")


class FileConnection(Connection):
    """A transaction on a file."""

    words = Words(text="TEXT", bytes="BLOB")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, /, **values: object) -> Iterator[Row]:
        """See `Connection`."""
        return self._connection.execute(*spread(sql, values))

    def change(self, sql: str, /, **values: object) -> int:
        """See `Connection`."""
        return self._connection.execute(*spread(sql, values)).rowcount

    def change_each(self, sql: str, rows: Sequence[Mapping[str, object]], /) -> None:
        """See `Connection`."""
        self._connection.executemany(sql, rows)

    def tables(self) -> set[str]:
        """See `Connection`."""
        return set(self.column("SELECT name FROM sqlite_master WHERE type = 'table'"))

    def sign(self, application: int, version: int) -> None:
        """See `Connection`."""
        self.change(f"PRAGMA application_id = {application}")
        self.change(f"PRAGMA user_version = {version}")


class File(Place):
    """An open file."""

    path: Path

    def __init__(self, path: Path, set_aside: Path | None = None) -> None:
        self.path, self.name, self.set_aside = path, str(path), set_aside
        self._idle: SimpleQueue[sqlite3.Connection] = SimpleQueue()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See `Place`."""
        with self._transaction("BEGIN") as connection:
            yield FileConnection(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See `Place`. It takes the lock at once: one that reads first would fail when another came between."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield FileConnection(connection)

    def flush(self) -> None:
        """See `Place`; empties the write-ahead log, too."""
        with self._told(), closing(self._connect()) as connection:
            connection.execute("VACUUM")
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreError(
                f"{self.name} is read by another program, and what was erased may still be in {self.path.name}-wal: "
                "wait until that has ended, then run this again."
            )

    def close(self) -> None:
        """See `Place`."""
        with suppress(Empty):
            while True:
                self._idle.get_nowait().close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        """One on a connection that nobody else has; where it fails, that is closed, which takes back what was done."""
        with self._told():
            connection, well = self._free(), False
            try:
                connection.execute(begin)
                yield connection
                connection.execute("COMMIT")
                well = True
            finally:
                if well:
                    self._idle.put(connection)
                else:
                    connection.close()

    def _free(self) -> sqlite3.Connection:
        """A connection that nobody has."""
        try:
            return self._idle.get_nowait()
        except Empty:
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=PREPARED
        )
        with ExitStack() as stack:
            stack.callback(connection.close)
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            stack.pop_all()
        return connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turns what SQLite says into what a blogger can do."""
        try:
            yield
        except (sqlite3.InterfaceError, sqlite3.ProgrammingError):
            raise  # the mistake of whoever asked
        except sqlite3.Error as error:
            raise self._trouble(error) from None

    def _trouble(self, error: sqlite3.Error) -> StoreError:
        if damage.is_corruption(error):
            damage.mark_suspect(self.path)
            return _DamagedError(f"{self.name} is damaged. Run this again: it is set aside and a new store begun.")
        said = (str(error).strip().splitlines() or ["no reason given"])[0]
        if "locked" in said:
            return StoreError(f"{self.name} is in use by another program: wait until that has ended, then try again.")
        return StoreError(f"{self.name} failed: {said}. Check the file, its folder, their permissions, and free space.")


class _DamagedError(StoreError):
    """The file itself is broken."""


def open_file(path: Path) -> File:
    """Opens or makes the file, with its tables up to date; a damaged one is set aside.

    Raises:
        StoreError: it cannot be used; the message says what to do.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {path.parent} cannot be made ({error.strerror}): check CONVERSATION_STORE."
        ) from error
    place = File(path, damage.set_aside(path) if damage.find(path) is damage.Finding.DAMAGED else None)
    try:
        migrations.bring_up_to_date(place)
    except _DamagedError:
        # Found only now, and marked as suspect: so it is set aside when it is opened again.
        if damage.find(path) is damage.Finding.DAMAGED:
            return open_file(path)
        raise
    damage.use_wal(path)
    return place
