"""From JSON to the values of a store: every text, number and time is checked before anything is imported."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from ..acts import Act, Count, Direction, Kind, Person, Problem, Proof
from ..errors import ArchiveError
from ..posts import Post
from ..sources import Copy, Snapshot
from ..store import Counted, Found, Observed, Picture, Proved, Pulled, Stored, Tombstone, Whole
from ..store.pages import post_from_json
from .entries import EXTRA, PLAIN

__all__ = ["parse_export"]

#: Bytes: what is kept is about 2 kB, and the site shows what stands here.
LARGEST_PICTURE = 64 << 10
_SALT = re.compile("(?:[0-9a-f]{2}){1,64}")
_T = TypeVar("_T")


def parse_export(data: Mapping[str, Any], path: str) -> Whole:
    """The store that an export tells of; `path` is for messages.

    Raises:
        ArchiveError: names the first place that is damaged.
    """
    extra = data[EXTRA]
    return Whole(
        sources=_each(path, extra, "sources", _read_source),
        acts=_each(path, data, "children", _read_entry),
        tombstones=_each(path, extra, "tombstones", _read_tombstone),
        counts=_each(path, extra, "counts", _read_count),
        asked=_each(path, extra, "asked", _read_asked),
        posts=_each(path, extra, "posts", _read_post),
        matches=_each(path, extra, "matches", _read_match),
        forgotten=_each(path, extra, "forgotten", _read_forgotten),
        copies=_each(path, extra, "copies", _read_copy),
        snapshots=_each(path, extra, "snapshots", _read_snapshot),
        proofs=_each(path, extra, "proofs", _read_proof),
        pictures=_each(path, extra, "pictures", _read_picture),
    )


def _each(path: str, within: Mapping[str, Any], name: str, read: Callable[[Any], _T]) -> tuple[_T, ...]:
    values = within.get(name, [])
    if not isinstance(values, list):
        raise ArchiveError(f"{path} is damaged: {name} is not a list. Nothing was imported.")
    return tuple(_numbered(path, name, values, read))


def _numbered(path: str, name: str, values: Sequence[Any], read: Callable[[Any], _T]) -> Iterator[_T]:
    for number, value in enumerate(values):
        try:
            yield read(value)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise ArchiveError(f"{path} is damaged at {name}[{number}] ({error}). Nothing was imported.") from error


def _read_source(plain: Mapping[str, Any]) -> Pulled:
    outcome = _string(plain["outcome"])
    if outcome not in {"done", "partly", "failed", "unfinished"}:
        raise ValueError(f"unknown outcome {outcome!r}")
    return Pulled(
        name=_string(plain["name"]),
        tried=_moment(plain["tried"]),
        pulled=_moment(plain["pulled"]),
        outcome=outcome,
        error=None if plain["error"] is None else _string(plain["error"]),
        cursor={_string(name): _string(value) for name, value in plain["cursor"].items()},
        problems=tuple(Problem(*map(_string, problem)) for problem in plain["problems"]),
        unasked=_maybe(plain.get("unasked")),
    )


def _read_entry(plain: Mapping[str, Any]) -> Stored:
    extra = plain[EXTRA]
    given = extra["direction"] == Direction.GIVEN
    content = plain.get("content", {})
    act = Act(
        direction=Direction(extra["direction"]),
        kind=Kind(extra["kind"]),
        **{name: _string(extra.get(name, "")) for name in PLAIN},
        url=_string(plain.get("url", "")),
        target=_string(extra.get("target", "") if given else plain.get("wm-target", "")),
        author=_person(plain.get("author", {})),
        to=_person(extra.get("to", {})),
        published=_moment(plain.get("published")),
        updated=_moment(plain.get("updated")),
        received=_moment(extra.get("received") if given else plain.get("wm-received")),
        title=_string(plain.get("name", "")),
        text=_string(content.get("text", "")),
        html=_string(content.get("html", "")),
        rsvp=_string(plain.get("rsvp", "")),
        words=_maybe(extra.get("words")),
    )
    return Stored(act, *(_sure(extra[name]) for name in ("first_seen", "last_seen", "changed")))


def _read_tombstone(plain: Sequence[Any]) -> Tombstone:
    source, one, identity, first_seen, gone_at = plain
    return Tombstone(_string(source), _string(one), _string(identity), _sure(first_seen), _sure(gone_at))


def _read_count(plain: Sequence[Any]) -> Counted:
    source, target, kind, at, value = plain
    return Counted(Count(_string(source), _string(target), Kind(kind), _number(value)), _sure(at))


def _read_asked(plain: Sequence[Any]) -> tuple[str, str, datetime]:
    source, post, at = plain
    return _string(source), _string(post), _sure(at)


def _read_match(plain: Sequence[Any]) -> tuple[str, str, str]:
    target, post, rule = map(_string, plain)
    return target, post, rule


def _read_forgotten(plain: Sequence[Any]) -> tuple[str, str]:
    one, salt = map(_string, plain)
    if not _SALT.fullmatch(salt):
        raise ValueError("not a salt")
    return one, salt


def _read_copy(plain: Sequence[Any]) -> Found:
    source, post, url, first_seen = plain
    return Found(_string(source), Copy(_string(post), _string(url)), _sure(first_seen))


def _read_snapshot(plain: Sequence[Any]) -> Observed:
    source, account, at, followers, posts = plain
    return Observed(_string(source), Snapshot(_string(account), _maybe(followers), _maybe(posts)), _sure(at))


def _read_proof(plain: Sequence[Any]) -> Proved:
    source, one, other, at = plain
    return Proved(_string(source), Proof(_string(one), _string(other)), _sure(at))


def _read_picture(plain: Sequence[Any]) -> Picture:
    url, outcome, encoded, tried = map(_string, plain)
    image = base64.b64decode(encoded, validate=True)
    if outcome not in {"image/webp", "none", "unreachable"}:
        raise ValueError(f"unknown outcome {outcome!r}")
    if image and not (image.startswith(b"RIFF") and image[8:12] == b"WEBP" and len(image) <= LARGEST_PICTURE):
        raise ValueError("not a small WebP picture")
    return Picture(url, outcome, image, _sure(tried))


def _read_post(plain: Mapping[str, Any]) -> Post:
    if not isinstance(plain["closed"], bool):
        _sure(plain["closed"])
    for name, value in plain.items():
        if name in {"aliases", "syndication"}:
            list(map(_string, value))
        elif name == "fields":
            [_string(one) for values in value.values() for one in values]
        elif name != "closed" and not (value is None and name in {"published", "modified"}):
            _string(value)
    return post_from_json(plain)


def _person(card: Mapping[str, Any]) -> Person:
    return Person(*(_string(card.get(name, "")) for name in ("name", "url", "photo", "nickname")))


def _moment(value: object) -> datetime | None:
    return None if value is None else _sure(value)


def _sure(value: object) -> datetime:
    moment = datetime.fromisoformat(_string(value))
    if moment.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return moment.astimezone(UTC)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _maybe(value: object) -> int | None:
    return None if value is None else _number(value)


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is not a whole number")
    return value
