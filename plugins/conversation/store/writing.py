"""How a pull begins and ends, and how acts go. Every function works inside a transaction that the caller began."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from ..acts import Problem
from .database import Connection
from .forgetting import Forgotten
from .rows import clean
from .schema import PROBLEMS, SOURCES, moment, stamp

__all__ = ["NOWHERE", "add_problems", "begin", "bury", "end", "ensure_sources"]

#: The cursor of a source that is to be asked for everything.
NOWHERE = "{}"
_BURY = """
    INSERT INTO conversation_tombstones (source, id, identity, first_seen, gone_at)
    SELECT source, id, identity, first_seen, CAST(:gone_at AS BIGINT) FROM conversation_acts WHERE """
_UNTOLD = {"pull": 0, "tried": None, "pulled": None, "outcome": "unfinished", "error": None, "unasked": None}


def ensure_sources(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """Makes sure that the sources of these names have a row; returns their cursors, as JSON, by name."""
    known = "SELECT name, cursor FROM conversation_sources WHERE name IN (:names)"
    cursors: dict[str, str] = dict(connection.rows(known, names=list(names)))
    new = [name for name in names if name not in cursors]
    if new:
        connection.change_each(SOURCES.insert, [_UNTOLD | {"name": name, "cursor": NOWHERE} for name in new])
    return dict.fromkeys(new, NOWHERE) | cursors


def begin(connection: Connection, source: str, at: datetime) -> int:
    """Opens a pull and returns its number. Until `end`, it counts as unfinished: this process may be killed."""
    ensure_sources(connection, [source])
    connection.change(
        "UPDATE conversation_sources SET pull = pull + 1, tried = :at, outcome = 'unfinished', unasked = NULL "
        "WHERE name = :source",
        source=source,
        at=stamp(at),
    )
    connection.change("DELETE FROM conversation_problems WHERE source = :source", source=source)
    number: int = connection.value("SELECT pull FROM conversation_sources WHERE name = :source", source=source)
    return number


def end(  # noqa: PLR0913 - what `Store.end` was told
    connection: Connection,
    pull: int,
    source: str,
    at: datetime,
    *,
    error: str | None,
    pulled: datetime | None,
    outcome: str,
    unasked: int | None,
) -> None:
    """Closes a pull. One that a newer pull has overtaken may still tell when the source was last reached."""
    known = connection.row("SELECT pull, pulled FROM conversation_sources WHERE name = :source", source=source)
    if known is None:
        return
    values: dict[str, Any] = {}
    overtaken = known[0] != pull
    before: datetime | None = moment(known[1])
    reached = pulled or at if outcome == "done" else pulled if outcome == "partly" else None
    if reached is not None and not (overtaken and before and before > reached):
        values["pulled"] = stamp(reached)
    if not overtaken:
        values |= {"outcome": outcome, "unasked": unasked}
        if reached is not None or error is not None:
            values["error"] = None if error is None else clean(Forgotten.read(connection).spare_text(error))
    if values:
        what = ", ".join(f"{name} = :{name}" for name in values)
        connection.change(f"UPDATE conversation_sources SET {what} WHERE name = :source", source=source, **values)  # noqa: S608


def bury(connection: Connection, which: str, at: datetime, **values: object) -> int:
    """Deletes live acts and leaves tombstones; returns how many. `which` is SQL with these values."""
    connection.change(_BURY + which, gone_at=stamp(at), **values)
    return connection.change(f"DELETE FROM conversation_acts WHERE {which}", **values)  # noqa: S608 - words of ours


def add_problems(connection: Connection, source: str, found: Sequence[Problem]) -> None:
    """Appends problems to those of the source's last pull."""
    if found:
        newest = "SELECT MAX(position) FROM conversation_problems WHERE source = :source"
        last = connection.value(newest, source=source) or 0
        spare = Forgotten.read(connection).spare_text
        texts = [(clean(spare(problem.where)), clean(spare(problem.what))) for problem in found]
        rows = [
            {"source": source, "position": last + number, "place": place, "what": what}
            for number, (place, what) in enumerate(texts, 1)
        ]
        connection.change_each(PROBLEMS.insert, rows)
