"""A database as the store uses it: SQL in the words that SQLite and PostgreSQL share, with names for values.

Rows come back as tuples; times are numbers (`schema.stamp`). SQLite is spoken to directly, without SQLAlchemy: to load
that took longer than all that most builds and tasks ask of the store.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct

__all__ = ["Connection", "Place", "Row", "Words", "spread"]

#: Texts, whole numbers, bytes and None, in the order in which they were asked for.
Row = tuple[Any, ...]

_SEVERAL = re.compile(r"IN \(:(\w+)\)")


class Words(Struct, frozen=True):
    """What each database calls by a name of its own: the types of texts in the order of code points, and of bytes."""

    text: str
    bytes: str


class Connection(ABC):
    """A transaction that is open. In its SQL `:name` stands for a value, and `IN (:name)` for those of a list."""

    words: Words

    @abstractmethod
    def rows(self, sql: str, /, **values: object) -> Iterator[Row]:
        """What a query finds, row by row."""

    @abstractmethod
    def change(self, sql: str, /, **values: object) -> int:
        """Executes a statement that finds nothing; returns how many rows it concerned."""

    @abstractmethod
    def change_each(self, sql: str, rows: Sequence[Mapping[str, object]], /) -> None:
        """Executes a statement once with the values of each row."""

    @abstractmethod
    def tables(self) -> set[str]:
        """The names of all tables, whoever made them."""

    @abstractmethod
    def sign(self, application: int, version: int) -> None:
        """Writes into the file's header whose it is; does nothing on a server."""

    def row(self, sql: str, /, **values: object) -> Row | None:
        """The first row that a query finds."""
        return next(self.rows(sql, **values), None)

    def value(self, sql: str, /, **values: object) -> Any:  # noqa: ANN401 - whatever is in that column
        """What stands first in the first row that a query finds; None where it finds nothing."""
        found = self.row(sql, **values)
        return found[0] if found else None

    def column(self, sql: str, /, **values: object) -> list[Any]:
        """What stands first in each row that a query finds."""
        return [first for first, *_ in self.rows(sql, **values)]


class Place(ABC):
    """An open database: `name` for messages, `path` of a file, `set_aside` where a damaged one went.

    Safe to use from several threads: each transaction has a connection to itself.
    """

    name: str
    path: Path | None = None
    set_aside: Path | None = None

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that only reads.

        Raises:
            StoreError: the database failed.
        """

    @abstractmethod
    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that writes: one at a time in all processes. It commits at the end, or not at all.

        Raises:
            StoreError: the database failed; nothing was written.
        """

    @abstractmethod
    def flush(self) -> None:
        """Writes a file anew: what was deleted is nowhere any more. Does nothing on a server.

        Raises:
            StoreError: another program reads the file, so that it could not be done.
        """

    @abstractmethod
    def close(self) -> None:
        """Closes all connections; the next transaction opens one anew."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


def spread(sql: str, values: dict[str, object]) -> tuple[str, dict[str, object]]:
    """The same with a name for each value of a list."""
    lists = {name: some for name, some in values.items() if isinstance(some, list)}
    if not lists:
        return sql, values
    single = {name: value for name, value in values.items() if name not in lists}
    for name, some in lists.items():
        single |= {f"{name}_{number}": one for number, one in enumerate(some)}
    return _spread(sql, tuple((name, len(some)) for name, some in lists.items())), single


@lru_cache(maxsize=512)
def _spread(sql: str, sizes: tuple[tuple[str, int], ...]) -> str:
    """`IN (:name)` as `IN (:name_0, :name_1 ...)`, as often as `sizes` say; nothing is in an empty list."""
    names = {name: ", ".join(f":{name}_{number}" for number in range(size)) or "NULL" for name, size in sizes}
    return _SEVERAL.sub(lambda found: f"IN ({names[found[1]]})", sql)
