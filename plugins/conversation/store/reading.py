"""What the store tells, always in the same order. Every function works inside a transaction that the caller began."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import starmap

from ..acts import Count, Kind, Problem
from .database import Connection
from .rows import STORED, Stored, bounded, chunks, stored
from .schema import moment
from .values import Counted, Pulled, SourceState, Tombstone

__all__ = [
    "activity",
    "all_acts",
    "all_counts",
    "all_sources",
    "channels",
    "count_versions",
    "cursor",
    "given",
    "given_to",
    "given_version",
    "given_versions",
    "history",
    "latest_counts",
    "newest_pull",
    "problems_of",
    "pulls",
    "received",
    "states",
    "targets",
    "tombstones",
    "versions",
]

_ON_TARGETS = f"{STORED} WHERE direction = 'received' AND target IN (:targets) ORDER BY target, source, id"
_COUNTS = "SELECT source, target, kind, at, value FROM conversation_counts"
_COUNTS_OF_TARGETS = f"{_COUNTS} WHERE target IN (:targets) ORDER BY target, source, kind, at"
#: The latest of each time by source and target. A clock that was wrong elsewhere tells no time after that of the change
#: here. `edited` is when a change was noticed, `undated` when an act without any time was first seen.
_LATEST = """
    SELECT
        source,
        target,
        MAX(CASE WHEN published > changed THEN changed ELSE published END),
        MAX(CASE WHEN updated > changed THEN changed ELSE updated END),
        MAX(CASE WHEN received > changed THEN changed ELSE received END),
        MAX(CASE WHEN changed > first_seen THEN changed END) AS edited,
        MAX(CASE WHEN COALESCE(published, updated, received) IS NULL THEN first_seen END) AS undated,
        MIN(first_seen) AS since
    FROM conversation_acts WHERE direction = 'received' GROUP BY source, target ORDER BY target"""
#: How many acts there are, and the sum of the times at which they changed (modulo 2^40).
_STATE = "COUNT(*), SUM(changed % 1099511627776) FROM conversation_acts"


def cursor(connection: Connection, source: str) -> dict[str, str]:
    """What the source's last committed batch left; empty before the first."""
    kept = connection.value("SELECT cursor FROM conversation_sources WHERE name = :source", source=source)
    return json.loads(kept) if kept else {}


def pulls(connection: Connection, source: str) -> int:
    """The number of the source's last pull; 0 before the first."""
    return connection.value("SELECT pull FROM conversation_sources WHERE name = :source", source=source) or 0


def all_sources(connection: Connection) -> Iterator[Pulled]:
    """All sources by name, with the problems of their last pull."""
    for name, tried, pulled, outcome, error, place, unasked in list(
        connection.rows(
            "SELECT name, tried, pulled, outcome, error, cursor, unasked FROM conversation_sources ORDER BY name"
        )
    ):
        yield Pulled(
            name=name,
            tried=moment(tried),
            pulled=moment(pulled),
            outcome=outcome,
            error=error,
            cursor=json.loads(place),
            problems=tuple(problems_of(connection, name)),
            unasked=unasked,
        )


def states(connection: Connection) -> Iterator[SourceState]:
    """How the sources stand, by name."""
    many: dict[str, int] = dict(connection.rows("SELECT source, COUNT(*) FROM conversation_acts GROUP BY source"))
    for one in all_sources(connection):
        acts_of = many.get(one.name, 0)
        yield SourceState(one.name, one.state, one.pulled, one.tried, one.error, acts_of, one.unasked)


def problems_of(connection: Connection, source: str) -> Iterator[Problem]:
    """The problems of a source's last pull, in the order in which they were met."""
    for place, what in connection.rows(
        "SELECT place, what FROM conversation_problems WHERE source = :source ORDER BY position", source=source
    ):
        yield Problem(place, what)


def newest_pull(connection: Connection) -> datetime | None:
    """When any source was last reached."""
    newest: int | None = connection.value("SELECT MAX(pulled) FROM conversation_sources")
    return moment(newest)


def targets(connection: Connection) -> dict[str, int]:
    """The targets of received acts and how many each has, in the order of the targets."""
    return dict(
        connection.rows(
            "SELECT target, COUNT(*) FROM conversation_acts WHERE direction = 'received' "
            "GROUP BY target ORDER BY target"
        )
    )


def channels(connection: Connection) -> Iterator[str]:
    """The channels of received acts, in their order."""
    yield from connection.column(
        "SELECT DISTINCT channel FROM conversation_acts WHERE direction = 'received' ORDER BY channel"
    )


def activity(connection: Connection) -> dict[str, datetime]:
    """When somebody last did something, by target of received acts; targets of which nobody can say that are left out.

    What an act tells of its time counts, up to when that was heard, and so does an edit when it was noticed. An act
    without any time came when it was first seen, if its source had told of the target before: among the first that it
    told of a target are acts of any age.
    """
    first = connection.rows("SELECT source, target, MIN(at) FROM conversation_counts GROUP BY source, target")
    counted = {(source, target): since for source, target, since in first}
    newest: dict[str, int] = {}
    for source, target, *times, undated, since in connection.rows(_LATEST):
        heard = min(since, counted.get((source, target), since))
        told = [time for time in times if time is not None]
        if undated is not None and undated > heard:
            told.append(undated)
        if told:
            newest[target] = max(*told, newest.get(target, told[0]))
    return {target: moment(time) for target, time in newest.items()}


def versions(connection: Connection) -> dict[str, str]:
    """By target of received acts: a text that is another one whenever an act on it has come, changed or gone.

    Made of how many there are and of when they last changed, so that it costs one walk along an index.
    """
    rows = connection.rows(f"SELECT target, {_STATE} WHERE direction = 'received' GROUP BY target")
    return {target: f"{many} {int(changed)}" for target, many, changed in rows}


def given_version(connection: Connection) -> str:
    """The same for all acts given."""
    many, changed = connection.row(f"SELECT {_STATE} WHERE direction = 'given'") or (0, 0)
    return f"{many} {int(changed)}" if many else ""


def given_versions(connection: Connection) -> dict[str, str]:
    """The same by target of acts given."""
    rows = connection.rows(f"SELECT target, {_STATE} WHERE direction = 'given' GROUP BY target")
    return {target: f"{many} {int(changed)}" for target, many, changed in rows}


def count_versions(connection: Connection) -> dict[str, str]:
    """By target: all its numbers and since when they are so, as a text."""
    told: dict[str, list[str]] = {}
    for target, *row in connection.rows(
        "SELECT target, source, kind, at, value FROM conversation_counts ORDER BY target, source, kind, at"
    ):
        told.setdefault(target, []).append(repr(row))
    return {target: "".join(rows) for target, rows in told.items()}


def received(connection: Connection, wanted: Collection[str]) -> Iterator[Stored]:
    """The received acts on these targets, by target, then source and id."""
    for some in chunks(bounded(target) for target in wanted):
        yield from stored(connection.rows(_ON_TARGETS, targets=some))


def given(connection: Connection) -> Iterator[Stored]:
    """The acts given, by source and id."""
    yield from stored(connection.rows(f"{STORED} WHERE direction = 'given' ORDER BY source, id"))


def given_to(connection: Connection, wanted: Collection[str]) -> Iterator[Stored]:
    """The acts given that are about these targets, in no order."""
    for some in chunks(bounded(target) for target in wanted):
        yield from stored(connection.rows(f"{STORED} WHERE direction = 'given' AND target IN (:targets)", targets=some))


def all_acts(connection: Connection) -> Iterator[Stored]:
    """All live acts, by source and id."""
    yield from stored(connection.rows(f"{STORED} ORDER BY source, id"))


def tombstones(connection: Connection, which: str = "1 = 1", **values: object) -> Iterator[Tombstone]:
    """All tombstones by source and id, or some: `which` is SQL with these values."""
    for source, one, identity, first, gone in connection.rows(
        f"SELECT source, id, identity, first_seen, gone_at FROM conversation_tombstones WHERE {which} "  # noqa: S608
        "ORDER BY source, id",
        **values,
    ):
        yield Tombstone(source, one, identity, moment(first), moment(gone))


def latest_counts(connection: Connection, wanted: Collection[str]) -> Iterator[Count]:
    """The present number per source, target and kind."""
    for some in chunks(bounded(target) for target in wanted):
        rows = connection.rows(_COUNTS_OF_TARGETS, targets=some)
        newest = {(source, target, kind): value for source, target, kind, _, value in rows}
        for (source, target, kind), value in newest.items():
            yield Count(source, target, Kind(kind), value)


def histories(connection: Connection, wanted: Collection[str]) -> Iterator[Counted]:
    """How all numbers for these targets went, by target, source and kind, oldest first."""
    for some in chunks(bounded(target) for target in wanted):
        yield from starmap(_counted, connection.rows(_COUNTS_OF_TARGETS, targets=some))


def history(connection: Connection, source: str, target: str) -> Iterator[tuple[datetime, Kind, int]]:
    """How the numbers of a source for a target went, oldest first."""
    which = f"{_COUNTS} WHERE source = :source AND target = :target ORDER BY at, kind"
    for _, _, kind, at, value in connection.rows(which, source=source, target=bounded(target)):
        yield moment(at), Kind(kind), value


def all_counts(connection: Connection) -> Iterator[Counted]:
    """The whole history of counts, by source, target, kind and time."""
    yield from starmap(_counted, connection.rows(f"{_COUNTS} ORDER BY source, target, kind, at"))


def _counted(source: str, target: str, kind: str, at: int, value: int) -> Counted:
    return Counted(Count(source, target, Kind(kind), value), moment(at))
