"""How a pull begins and ends, and how acts go. Every function works inside a transaction that the caller began."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, literal, select, update
from sqlalchemy.engine import Connection

from ..acts import Problem
from .forgetting import Forgotten
from .rows import clean
from .schema import Moment, acts, problems, sources, tombstones

__all__ = ["NOWHERE", "add_problems", "begin", "bury", "end", "ensure_sources"]

#: The cursor of a source that is to be asked for everything.
NOWHERE = "{}"
_CURSORS = select(sources.c.name, sources.c.cursor).where(sources.c.name.in_(bindparam("names", expanding=True)))


def ensure_sources(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """Makes sure that the sources of these names have a row; returns their cursors, as JSON, by name."""
    cursors = {r.name: r.cursor for r in connection.execute(_CURSORS, {"names": list(names)})}
    new = [name for name in names if name not in cursors]
    if new:
        rows = [{"name": name, "pull": 0, "outcome": "unfinished", "cursor": NOWHERE} for name in new]
        connection.execute(insert(sources), rows)
    return dict.fromkeys(new, NOWHERE) | cursors


def begin(connection: Connection, source: str, at: datetime) -> int:
    """Opens a pull and returns its number. Until `end`, it counts as unfinished: this process may be killed."""
    ensure_sources(connection, [source])
    pull = 1 + (connection.scalar(select(sources.c.pull).where(sources.c.name == source)) or 0)
    connection.execute(
        update(sources).where(sources.c.name == source).values(pull=pull, tried=at, outcome="unfinished", unasked=None)
    )
    connection.execute(delete(problems).where(problems.c.source == source))
    return pull


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
    known = connection.execute(select(sources.c.pull, sources.c.pulled).where(sources.c.name == source)).one_or_none()
    if known is None:
        return
    values: dict[str, Any] = {}
    overtaken = known.pull != pull
    reached = pulled or at if outcome == "done" else pulled if outcome == "partly" else None
    if reached is not None and not (overtaken and known.pulled and known.pulled > reached):
        values["pulled"] = reached
    if not overtaken:
        values |= {"outcome": outcome, "unasked": unasked}
        if reached is not None or error is not None:
            values["error"] = None if error is None else clean(Forgotten.read(connection).spare_text(error))
    if values:
        connection.execute(update(sources).where(sources.c.name == source).values(**values))


def bury(connection: Connection, which: ColumnElement[bool], at: datetime) -> int:
    """Deletes live acts and leaves tombstones; returns how many."""
    columns = ["source", "id", "identity", "first_seen", "gone_at"]
    left = select(acts.c.source, acts.c.id, acts.c.identity, acts.c.first_seen, literal(at, Moment)).where(which)
    connection.execute(insert(tombstones).from_select(columns, left))
    return connection.execute(delete(acts).where(which)).rowcount


def add_problems(connection: Connection, source: str, found: Sequence[Problem]) -> None:
    """Appends problems to those of the source's last pull."""
    if found:
        last = connection.scalar(select(func.max(problems.c.position)).where(problems.c.source == source)) or 0
        spare = Forgotten.read(connection).spare_text
        texts = [(clean(spare(problem.where)), clean(spare(problem.what))) for problem in found]
        rows = [
            {"source": source, "position": last + number, "place": place, "what": what}
            for number, (place, what) in enumerate(texts, 1)
        ]
        connection.execute(insert(problems), rows)
