"""One build or refresh of a blog after the other: two at once would each take the other's pages for its own.

SQLite knows how to wait for a file on every system, and lets go of it when a process ends, however that happens.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from .errors import ConversationError

__all__ = ["turn"]

#: Seconds that a build waits for another one.
PATIENCE = 600
#: SQLITE_BUSY and SQLITE_LOCKED.
_BUSY = frozenset({5, 6})


@contextmanager
def turn(folder: Path, say: Callable[[str], object], patience: float = PATIENCE) -> Iterator[None]:
    """Waits until nobody else builds the blog whose plugin's caches are in `folder`, and keeps others waiting.

    `say` is told in a line where it takes a while. Where nothing can be locked, nobody waits. Raises ConversationError
    after `patience` seconds.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(folder / "turn", timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error):
        yield
        return
    with closing(connection):
        if not _taken(connection):
            say("Another build of this blog is under way: waiting for its end.")
            connection.execute(f"PRAGMA busy_timeout = {int(1000 * patience)}")
            if not _taken(connection):
                raise ConversationError(
                    f"Another build of this blog has been under way for {patience / 60:.0f} minutes: see what it waits "
                    "for, or end it, then run this again."
                )
        yield


def _taken(connection: sqlite3.Connection) -> bool:
    """Whether it is this one's turn; it is where the system knows no locks."""
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        return getattr(error, "sqlite_errorcode", 0) & 0xFF not in _BUSY
    return True
