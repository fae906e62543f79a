"""What the store tells, always in the same order. Every function works inside a transaction that the caller began."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Select, and_, bindparam, case, func, select, type_coerce
from sqlalchemy.engine import Connection

from ..acts import Count, Direction, Kind, Problem
from .rows import Stored, bounded, chunks, stored, stored_acts
from .schema import acts, counts, problems, sources, tombstones
from .values import Counted, Pulled, SourceState, Tombstone

__all__ = [
    "activity",
    "all_acts",
    "all_counts",
    "all_sources",
    "all_tombstones",
    "channels",
    "count_versions",
    "cursor",
    "given",
    "given_version",
    "history",
    "latest_counts",
    "newest_pull",
    "problems_of",
    "pulls",
    "received",
    "states",
    "targets",
    "versions",
]

_RECEIVED = acts.c.direction == str(Direction.RECEIVED)
#: Made once: a build may ask these two for every post.
_ON_TARGETS = (
    stored_acts()
    .where(_RECEIVED, acts.c.target.in_(bindparam("targets", expanding=True)))
    .order_by(acts.c.target, acts.c.source, acts.c.id)
)
_COUNTS_OF_TARGETS = (
    select(counts)
    .where(counts.c.target.in_(bindparam("targets", expanding=True)))
    .order_by(counts.c.target, counts.c.source, counts.c.kind, counts.c.at)
)


def _latest(column: ColumnElement[datetime | None], bound: ColumnElement[datetime]) -> ColumnElement[datetime]:
    """The latest time in a column; a clock that was wrong elsewhere tells no time after `bound`."""
    return func.max(case((column > bound, bound), else_=column))


_TOLD = (acts.c.published, acts.c.updated, acts.c.received)
_LATEST = (
    select(
        acts.c.source,
        acts.c.target,
        *(_latest(column, acts.c.changed).label(column.name) for column in _TOLD),
        func.max(case((acts.c.changed > acts.c.first_seen, acts.c.changed))).label("edited"),
        func.max(case((and_(*(column.is_(None) for column in _TOLD)), acts.c.first_seen))).label("undated"),
        func.min(acts.c.first_seen).label("since"),
    )
    .where(_RECEIVED)
    .group_by(acts.c.source, acts.c.target)
    .order_by(acts.c.target)
)
_FIRST_COUNTS = select(counts.c.source, counts.c.target, func.min(counts.c.at).label("since")).group_by(
    counts.c.source, counts.c.target
)


def cursor(connection: Connection, source: str) -> dict[str, str]:
    """What the source's last committed batch left; empty before the first."""
    kept = connection.scalar(select(sources.c.cursor).where(sources.c.name == source))
    return json.loads(kept) if kept else {}


def pulls(connection: Connection, source: str) -> int:
    """The number of the source's last pull; 0 before the first."""
    return connection.scalar(select(sources.c.pull).where(sources.c.name == source)) or 0


def all_sources(connection: Connection) -> Iterator[Pulled]:
    """All sources by name, with the problems of their last pull."""
    for r in connection.execute(select(sources).order_by(sources.c.name)).all():
        yield Pulled(
            name=r.name,
            tried=r.tried,
            pulled=r.pulled,
            outcome=r.outcome,
            error=r.error,
            cursor=json.loads(r.cursor),
            problems=tuple(problems_of(connection, r.name)),
            unasked=r.unasked,
        )


def states(connection: Connection) -> Iterator[SourceState]:
    """How the sources stand, by name."""
    many = {r.source: r.many for r in connection.execute(_count(acts.c.source))}
    for one in all_sources(connection):
        acts_of = many.get(one.name, 0)
        yield SourceState(one.name, one.state, one.pulled, one.tried, one.error, acts_of, one.unasked)


def problems_of(connection: Connection, source: str) -> Iterator[Problem]:
    """The problems of a source's last pull, in the order in which they were met."""
    for r in connection.execute(select(problems).where(problems.c.source == source).order_by(problems.c.position)):
        yield Problem(r.place, r.what)


def newest_pull(connection: Connection) -> datetime | None:
    """When any source was last reached."""
    newest: datetime | None = connection.scalar(select(func.max(sources.c.pulled)))
    return newest


def targets(connection: Connection) -> dict[str, int]:
    """The targets of received acts and how many each has, in the order of the targets."""
    return {r.target: r.many for r in connection.execute(_count(acts.c.target).where(_RECEIVED))}


def channels(connection: Connection) -> Iterator[str]:
    """The channels of received acts, in their order."""
    yield from connection.scalars(select(acts.c.channel).where(_RECEIVED).distinct().order_by(acts.c.channel))


def activity(connection: Connection) -> dict[str, datetime]:
    """When somebody last did something, by target of received acts; targets of which nobody can say that are left out.

    What an act tells of its time counts, up to when that was heard, and so does an edit when it was noticed. An act
    without any time came when it was first seen, if its source had told of the target before: among the first that it
    told of a target are acts of any age.
    """
    since = {(r.source, r.target): r.since for r in connection.execute(_FIRST_COUNTS)}
    newest: dict[str, datetime] = {}
    for r in connection.execute(_LATEST):
        came = r.undated if r.undated and r.undated > min(r.since, since.get((r.source, r.target), r.since)) else None
        times = [time for time in (r.published, r.updated, r.received, r.edited, came) if time]
        if times:
            newest[r.target] = max(*times, newest.get(r.target, times[0]))
    return newest


def versions(connection: Connection) -> dict[str, str]:
    """By target of received acts: a text that is another one whenever an act on it has come, changed or gone.

    Made of how many there are and of when they last changed, so that it costs one walk along an index.
    """
    return {r.target: f"{r.many} {int(r.changed)}" for r in connection.execute(_versions(acts.c.target, _RECEIVED))}


def given_version(connection: Connection) -> str:
    """The same for all acts given."""
    found = connection.execute(_versions(acts.c.direction, acts.c.direction == str(Direction.GIVEN))).one_or_none()
    return f"{found.many} {int(found.changed)}" if found else ""


def count_versions(connection: Connection) -> dict[str, str]:
    """By target: all its numbers and since when they are so, as a text."""
    told: dict[str, list[str]] = {}
    columns = (counts.c.target, counts.c.source, counts.c.kind, type_coerce(counts.c.at, BigInteger), counts.c.value)
    for target, *row in connection.execute(select(*columns).order_by(*columns[:4])):
        told.setdefault(target, []).append(repr(row))
    return {target: "".join(rows) for target, rows in told.items()}


def received(connection: Connection, wanted: Collection[str]) -> Iterator[Stored]:
    """The received acts on these targets, by target, then source and id."""
    for some in chunks(bounded(target) for target in wanted):
        yield from stored(connection.execute(_ON_TARGETS, {"targets": some}))


def given(connection: Connection) -> Iterator[Stored]:
    """The acts given, by source and id."""
    which = stored_acts().where(acts.c.direction == str(Direction.GIVEN))
    yield from stored(connection.execute(which.order_by(acts.c.source, acts.c.id)))


def all_acts(connection: Connection) -> Iterator[Stored]:
    """All live acts, by source and id."""
    yield from stored(connection.execute(stored_acts().order_by(acts.c.source, acts.c.id)))


def all_tombstones(connection: Connection) -> Iterator[Tombstone]:
    """All tombstones, by source and id."""
    for r in connection.execute(select(tombstones).order_by(tombstones.c.source, tombstones.c.id)):
        yield Tombstone(r.source, r.id, r.identity, r.first_seen, r.gone_at)


def latest_counts(connection: Connection, wanted: Collection[str]) -> Iterator[Count]:
    """The present number per source, target and kind."""
    for some in chunks(bounded(target) for target in wanted):
        rows = connection.execute(_COUNTS_OF_TARGETS, {"targets": some})
        newest = {(r.source, r.target, r.kind): r.value for r in rows}
        for (source, target, kind), value in newest.items():
            yield Count(source, target, Kind(kind), value)


def histories(connection: Connection, wanted: Collection[str]) -> Iterator[Counted]:
    """How all numbers for these targets went, by target, source and kind, oldest first."""
    for some in chunks(bounded(target) for target in wanted):
        for r in connection.execute(_COUNTS_OF_TARGETS, {"targets": some}):
            yield Counted(Count(r.source, r.target, Kind(r.kind), r.value), r.at)


def history(connection: Connection, source: str, target: str) -> Iterator[tuple[datetime, Kind, int]]:
    """How the numbers of a source for a target went, oldest first."""
    which = select(counts).where(counts.c.source == source, counts.c.target == bounded(target))
    for r in connection.execute(which.order_by(counts.c.at, counts.c.kind)):
        yield r.at, Kind(r.kind), r.value


def all_counts(connection: Connection) -> Iterator[Counted]:
    """The whole history of counts, by source, target, kind and time."""
    order = (counts.c.source, counts.c.target, counts.c.kind, counts.c.at)
    for r in connection.execute(select(counts).order_by(*order)):
        yield Counted(Count(r.source, r.target, Kind(r.kind), r.value), r.at)


def _count(column: ColumnElement[str]) -> Select[str, int]:
    """How many live acts there are per value of a column."""
    return select(column, func.count().label("many")).group_by(column).order_by(column)


def _versions(column: ColumnElement[str], which: ColumnElement[bool]) -> Select[str, int, int]:
    """Per value of a column: how many acts there are, and the sum of the times at which they changed (modulo 2^40)."""
    changed = func.sum(type_coerce(acts.c.changed, BigInteger) % (1 << 40))
    return select(column, func.count().label("many"), changed.label("changed")).where(which).group_by(column)
