"""The attributes of contents as plain data, which `marshal` carries quickly and without running any code, and back.

What marshal takes as it is stays as it is. Pelican's tags, categories and authors, dates and time zones, and lists
that hold such, are told as short tuples beside it. An object that stands in several places (the list of tags is an
attribute and metadata) is one object again afterwards.
"""

from __future__ import annotations

import datetime as dt
import marshal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dateutil import tz
from pelican.contents import Author, Category, Tag
from pelican.utils import SafeDatetime

SCALARS = frozenset({type(None), bool, int, float, str, bytes})
WRAPPERS = (Category, Tag, Author)
DATES = (dt.datetime, SafeDatetime)
#: What Pelican's constructor gives a tag; its address leaves copies of name and slug there, which nobody reads.
OF_A_WRAPPER = {"settings", "_name", "_slug", "_slug_from_name", "name", "slug"}
DEEPEST = 20

WRAPPER, DATE, ZONE, OFFSET, DATEUTIL_UTC, DATEUTIL_OFFSET, DATEUTIL_LOCAL, LIST, PLAIN, FROZEN = range(10)

UNTOLD = -1


class NotPlainError(ValueError):
    """This value has no plain form."""


class Packed(NamedTuple):
    """Dicts whose values are plain; None keeps the place (and the order) of each object."""

    dicts: tuple[dict[str, Any], ...]
    #: (kind, …) of each object, those first that others are made of.
    objects: list[tuple[Any, ...]]
    #: (which dict, key, which object)
    places: list[tuple[int, str, int]]


#: One of those dicts, the objects that it names first, and (key, which of all objects so far).
Part = tuple[dict[str, Any], list[tuple[Any, ...]], list[tuple[str, int]]]


def is_plain(value: object, depth: int = 0) -> bool:
    """Whether marshal gives back exactly this; a subclass, a set or a loop is not plain."""
    kind = type(value)
    if kind in SCALARS:
        return True
    if depth > DEEPEST:
        return False
    if isinstance(value, list | tuple) and kind in (list, tuple):
        return all(is_plain(one, depth + 1) for one in value)
    if isinstance(value, dict) and kind is dict:
        return all(type(key) is str and is_plain(one, depth + 1) for key, one in value.items())
    return False


def parts(packed: Packed) -> Iterator[Part]:
    """The dicts one by one, each with the objects that none before it names."""
    start = 0
    for which, values in enumerate(packed.dicts):
        places = [(key, place) for of, key, place in packed.places if of == which]
        stop = max([start, *(place + 1 for _, place in places)])
        yield values, packed.objects[start:stop], places
        start = stop


class _Packing:
    """The objects that were met, each once."""

    def __init__(self, settings: object) -> None:
        self.settings = settings
        self.objects: list[tuple[Any, ...]] = []
        self.known: dict[int, int] = {}

    def place(self, value: object) -> int:
        """Which object this is; it is told where it is met for the first time. Raises NotPlainError."""
        if id(value) not in self.known:
            self.known[id(value)] = UNTOLD
            told = self.tell(value)
            self.known[id(value)] = len(self.objects)
            self.objects.append(told)
        if self.known[id(value)] == UNTOLD:
            raise NotPlainError("a list that holds itself")
        return self.known[id(value)]

    def tell(self, value: object) -> tuple[Any, ...]:
        if isinstance(value, WRAPPERS) and type(value) in WRAPPERS:
            return self.wrapper(value)
        if isinstance(value, dt.datetime) and type(value) in DATES:
            parts = (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond)
            zone = None if value.tzinfo is None else self.place(value.tzinfo)
            return DATE, DATES.index(type(value)), parts, zone, value.fold
        if isinstance(value, dt.tzinfo):
            return time_zone(value)
        if type(value) is list and not is_plain(value):
            return LIST, [self.place(one) for one in value]
        if is_plain(value):
            return PLAIN, value
        raise NotPlainError(f"{type(value).__module__}.{type(value).__qualname__}")

    def wrapper(self, value: Any) -> tuple[Any, ...]:
        if vars(value).keys() - OF_A_WRAPPER or value.settings is not self.settings or type(value.name) is not str:
            raise NotPlainError(f"a {type(value).__name__} that was changed")
        # Pelican says at each build that there is no slug; so the object must ask for it at each build.
        if not any(character.isalnum() for character in value.name) or not value.slug:
            raise NotPlainError(f"a {type(value).__name__} without a slug")
        return WRAPPER, WRAPPERS.index(type(value)), value.name, value.slug, value._slug_from_name  # noqa: SLF001


def time_zone(zone: dt.tzinfo) -> tuple[Any, ...]:
    """A time zone as its name or offset. Raises NotPlainError where it has no such."""
    if type(zone) is ZoneInfo and zone.key:
        return ZONE, zone.key
    if isinstance(zone, tz.tzutc):
        return (DATEUTIL_UTC,)
    if type(zone) is tz.tzlocal:
        return (DATEUTIL_LOCAL,)
    if type(zone) in (dt.timezone, tz.tzoffset):
        offset, name = zone.utcoffset(None), zone.tzname(None)
        if offset is not None and not offset.microseconds:
            kind = OFFSET if type(zone) is dt.timezone else DATEUTIL_OFFSET
            return kind, offset.days * 86400 + offset.seconds, name
    raise NotPlainError(f"a time zone {zone!r}")


def pack(dicts: Sequence[Mapping[str, Any]], settings: object) -> Packed:
    """Dicts of attributes as plain data. Raises NotPlainError where something has no plain form."""
    packing = _Packing(settings)
    plain, places = [], []
    for which, values in enumerate(dicts):
        copy = {}
        for key, value in values.items():
            if type(key) is not str:
                raise NotPlainError(f"the name {key!r}")
            copy[key] = value
            if type(value) not in SCALARS:
                copy[key] = None
                places.append((which, key, packing.place(value)))
        plain.append(copy)
    return Packed(tuple(plain), packing.objects, places)


def frozen(told: tuple[Any, ...]) -> tuple[Any, ...]:
    """An object as it is told, so that nobody can change what is told: a list is made anew each time."""
    return (FROZEN, marshal.dumps(told[1])) if told[0] == PLAIN else told


def fixed(seconds: int, name: str) -> dt.timezone:
    """A zone that has its usual name, or another."""
    offset = dt.timedelta(seconds=seconds)
    plain = dt.timezone(offset)
    return plain if plain.tzname(None) == name else dt.timezone(offset, name)


def date(made: list[Any], which: int, parts: tuple[int, ...], zone: int | None, fold: int) -> dt.datetime:
    """A date of Pelican's kind or of Python's, in a zone that was made before."""
    year, month, day, hour, minute, second, microsecond = parts
    tzinfo = None if zone is None else made[zone]
    return DATES[which](year, month, day, hour, minute, second, microsecond, tzinfo, fold=fold)


class Unpacker:
    """The way back: fills dicts, whose tags and authors have these settings."""

    def __init__(self, settings: object) -> None:
        self._settings = settings
        self._makers: dict[int, Callable[..., object]] = {
            DATE: date,
            ZONE: lambda _made, key: ZoneInfo(key),
            OFFSET: lambda _made, seconds, name: fixed(seconds, name),
            DATEUTIL_UTC: lambda _made: tz.tzutc(),
            DATEUTIL_OFFSET: lambda _made, seconds, name: tz.tzoffset(name, seconds),
            DATEUTIL_LOCAL: lambda _made: tz.tzlocal(),
            LIST: lambda made, parts: [made[part] for part in parts],
            PLAIN: lambda _made, value: value,
            FROZEN: lambda _made, value: marshal.loads(value),  # noqa: S302 - runs no code
        }

    def dicts(self, packed: Packed) -> tuple[dict[str, Any], ...]:
        """The dicts as they were."""
        made: list[Any] = []
        self.make(packed.objects, made)
        for which, key, place in packed.places:
            packed.dicts[which][key] = made[place]
        return packed.dicts

    def part(self, part: Part, made: list[Any]) -> dict[str, Any]:
        """One of several dicts; `made` has the objects of those before, and gets this one's."""
        values, objects, places = part
        self.make(objects, made)
        for key, place in places:
            values[key] = made[place]
        return values

    def make(self, objects: Iterable[tuple[Any, ...]], made: list[Any]) -> None:
        """Makes objects, and puts them behind those that were made before."""
        settings = self._settings
        for told in objects:
            if told[0] == WRAPPER:  # half of all, so it is made here
                _, which, name, slug, from_name = told
                one = WRAPPERS[which].__new__(WRAPPERS[which])
                one.settings, one._name, one._slug, one._slug_from_name = settings, name, slug, from_name  # noqa: SLF001
            else:
                one = self._makers[told[0]](made, *told[1:])
            made.append(one)
