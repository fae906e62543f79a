"""Between acts and rows: what of an act is kept, how, and whether two versions of it say the same."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from msgspec import Struct, structs

from ..acts import KINDS, Act, Direction, Person, identity
from .database import Connection, Row
from .schema import ACTS, Table, moment, stamp

__all__ = ["STORED", "Stored", "bounded", "chunks", "clean", "content", "key", "stored", "upsert", "whole_number"]

#: How many values go into one `IN (...)`: well below what any version of SQLite takes.
CHUNK = 500
#: Bytes of an id, target or URL that is part of an index: PostgreSQL takes 2,704 for all columns together.
LONGEST_KEY = 2000
#: The largest number that a BIGINT holds.
LARGEST = 2**63 - 1

#: PostgreSQL has no place for NUL, and UTF-8 none for half a surrogate pair: no page could show either.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_TEXTS = ("channel", "title", "text", "html", "warning", "fragment", "rsvp", "url", "parent")
_TIMES = ("published", "updated", "received")
_COLUMNS = ", ".join(name for name in ACTS.columns if name not in {"identity", "digest", "pull"})
#: The columns that `stored` needs, in its order, of all acts; a "WHERE" may follow.
STORED = f"SELECT {_COLUMNS} FROM {ACTS.name}"  # noqa: S608 - names of ours
#: The parts of such a row: key and place, author, to, content, times.
_PARTS = itemgetter(slice(0, 7), slice(7, 11), slice(11, 15), slice(15, 26), slice(26, 29))
_DIRECTIONS = {str(direction): direction for direction in Direction}
_KINDS = {str(kind): kind for kind in KINDS}


class Stored(Struct, frozen=True):
    """A live act as remembered: when it was first and last heard of, and when its content last changed."""

    act: Act
    first_seen: datetime
    last_seen: datetime
    changed: datetime


def clean(text: str) -> str:
    """`text` as any database and any page can hold it: NUL and lone surrogates become U+FFFD."""
    return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)


def bounded(text: str) -> str:
    """`text` as part of an index: clean, and one that is longer than `LONGEST_KEY` bytes cut and marked by its hash."""
    text = clean(text)
    if len(text) * 4 <= LONGEST_KEY or len(encoded := text.encode()) <= LONGEST_KEY:
        return text
    mark = hashlib.blake2b(encoded, digest_size=16).hexdigest()
    return encoded[: LONGEST_KEY - len(mark) - 1].decode(errors="ignore") + "~" + mark


def whole_number(value: int) -> int:
    """`value` as a BIGINT can hold it."""
    return min(max(value, -LARGEST), LARGEST)


def content(act: Act) -> dict[str, Any]:
    """The columns that hold what an act says, and their digest; the key is not among them."""
    columns: dict[str, Any] = {name: clean(getattr(act, name)) for name in _TEXTS}
    columns |= {name: stamp(getattr(act, name)) for name in _TIMES}
    columns |= {"direction": str(act.direction), "kind": str(act.kind), "target": bounded(act.target)}
    columns["words"] = None if act.words is None else whole_number(act.words)
    for who, person in (("author", act.author), ("to", act.to)):
        columns[f"{who}_name"] = clean(person.name)
        columns[f"{who}_url"] = clean(person.url)
        columns[f"{who}_photo"] = clean(person.photo)
        columns[f"{who}_handle"] = clean(person.handle)
    columns["digest"] = _digest(columns)
    return columns


def key(source: str, one: str, act: Act) -> dict[str, str]:
    """The columns that tell an act from others: its id `one` (bounded) at `source`, and its identity.

    `source` stands for `act.source`: what one source tells never replaces what another told.
    """
    own = act if act.source == source and act.id == one else structs.replace(act, source=source, id=one)
    return {"source": source, "id": one, "identity": identity(own)}


def _digest(columns: dict[str, Any]) -> str:
    """A hash of the content of an act; equal for equal content, on any machine and version of Python."""
    # The order of the columns above is part of it, and must not change without need: every act would seem edited.
    return hashlib.blake2b(json.dumps([*columns.values()]).encode(), digest_size=16).hexdigest()


def stored(rows: Iterable[Row]) -> Iterator[Stored]:
    """The acts that `STORED` found. A person or time named often is one value, to save memory and time."""
    people = _People()
    times = _Times({None: None})
    for (
        (source, one, direction, kind, url, target, channel),
        author,
        to,
        (published, updated, received, title, text, html, warning, parent, fragment, rsvp, words),
        (first_seen, last_seen, changed),
    ) in map(_PARTS, rows):
        act = Act(
            direction=_DIRECTIONS[direction],
            kind=_KINDS[kind],
            source=source,
            id=one,
            url=url,
            target=target,
            channel=channel,
            author=people[author],
            to=people[to],
            published=times[published],
            updated=times[updated],
            received=times[received],
            title=title,
            text=text,
            html=html,
            warning=warning,
            parent=parent,
            fragment=fragment,
            rsvp=rsvp,
            words=words,
        )
        yield Stored(act, times[first_seen], times[last_seen], times[changed])


class _People(dict[tuple[str, str, str, str], Person]):
    """Persons by their columns, each made when first asked for."""

    def __missing__(self, key: tuple[str, str, str, str]) -> Person:
        made = self[key] = Person(*key)
        return made


class _Times(dict[Any, Any]):
    """Datetimes by the number that stands for them, each made when first asked for."""

    def __missing__(self, number: int) -> datetime:
        made = self[number] = moment(number)
        return made


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """The distinct values, sorted, in portions for `IN (...)`."""
    ordered = sorted(set(values))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Inserts rows, or replaces those with the same key; they name all columns."""
    if rows:
        connection.change_each(table.upsert, rows)
