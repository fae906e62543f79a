"""Archives: files that a service gives out, read like a source. No token, no network, often the best history there is.

A file is recognised by what is in it, not by its name. It is read again only when it has changed, and what it tells is
of the day of its newest entry: reading the same file on another day leaves the same store.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ..acts import Act, Problem
from ..errors import ArchiveError
from ..http import Client
from . import Ask, Batch, Option, Service, Source
from .jf2 import parse_feed
from .jf2_documents import is_jf2
from .outbox import is_outbox, parse_outbox

__all__ = ["SERVICE", "pull", "read", "recognise"]

MAX_BYTES = 100 << 20
BATCH = 1_000
#: Changes when the same file would be read otherwise than before, so that it is read once more.
EDITION = "1"

_KNOWN = "mentions as JF2 (webmention.io, site generators' caches) and Mastodon's outbox.json"
_NEVER = datetime(1990, 1, 1, tzinfo=UTC)


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:  # noqa: ARG001 - one signature for all services
    """Everything in the file at the option `path`; nothing at all where it is as it was. Raises ArchiveError."""
    name = source.options.get("path", "")
    data = _load(source.root / name, name)
    digest = f"{EDITION}-{hashlib.blake2b(data, digest_size=16).hexdigest()}"
    if digest == ask.cursor.get("digest") and not ask.full:
        return
    site = ask.sites[0] if ask.sites else ""
    acts, problems = _parse(_decoded(data, name), name, source.name, site)
    yield from _batches(acts, problems, ask.now, digest)


def recognise(path: Path) -> str:
    """What kind of archive the file at `path` is: "jf2" or "outbox". Raises ArchiveError where it is none."""
    return _kind(_decoded(_load(path, path.name), path.name), path.name)


def read(path: Path, source_name: str, now: datetime, site: str = "") -> Iterator[Batch]:
    """Everything in the file at `path`, as acts of the source `source_name`. Raises ArchiveError.

    `now` is the time of the import; `site` is the address that paths in the file are relative to.
    """
    data = _load(path, path.name)
    acts, problems = _parse(_decoded(data, path.name), path.name, source_name, site)
    yield from _batches(acts, problems, now, f"{EDITION}-{hashlib.blake2b(data, digest_size=16).hexdigest()}")


def _load(path: Path, name: str) -> bytes:
    """The bytes of the file called `name` in messages. Raises ArchiveError, saying what to do."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ArchiveError(f"{name}: there is no such file; the path is relative to the settings file.") from None
    except IsADirectoryError:
        raise ArchiveError(f"{name or 'The path'}: is a folder; name a file in it, such as outbox.json.") from None
    except (OSError, ValueError) as error:
        raise ArchiveError(f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    if len(data) > MAX_BYTES:
        raise ArchiveError(f"{name}: is larger than {MAX_BYTES >> 20} MiB, the most that is read at once.")
    if data.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise ArchiveError(f"{name}: is packed; unpack it and name the file inside, such as outbox.json.")
    return data


def _decoded(data: bytes, name: str) -> object:
    """The JSON in `data`. Raises ArchiveError with the line and column where it breaks."""
    try:
        value: object = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ArchiveError(f"{name}, line {line}: is not UTF-8 text; this can read {_KNOWN}.") from error
    except json.JSONDecodeError as error:
        where = f"{name}, line {error.lineno}, column {error.colno}"
        raise ArchiveError(f"{where}: is no JSON here ({error.msg}); is the file complete?") from error
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"{name}: is JSON that no archive holds ({type(error).__name__}).") from error
    return value


def _kind(value: object, name: str) -> str:
    if is_outbox(value):
        return "outbox"
    if is_jf2(value):
        return "jf2"
    if isinstance(value, dict) and "orderedItems" in value:
        raise ArchiveError(
            f"{name}: holds addresses without dates, as likes.json does; outbox.json beside it tells more."
        )
    raise ArchiveError(f"{name}: is no archive of a kind known here; known are {_KNOWN}.")


def _parse(value: object, name: str, source: str, site: str) -> tuple[tuple[Act, ...], tuple[Problem, ...]]:
    if _kind(value, name) == "outbox":
        return parse_outbox(value, source=source, where=name)
    return parse_feed(value, source=source, where=name, site=site, ids="hash")


def _batches(acts: tuple[Act, ...], problems: tuple[Problem, ...], now: datetime, digest: str) -> Iterator[Batch]:
    """The acts in parts that a store can take in at once; the last one says that this is all."""
    parts = [acts[start : start + BATCH] for start in range(0, len(acts), BATCH)] or [()]
    for part in parts[:-1]:
        yield Batch(part)
    yield Batch(parts[-1], problems=problems, cursor={"digest": digest}, complete=("*",), pulled=_newest(acts, now))


def _newest(acts: tuple[Act, ...], now: datetime) -> datetime:
    """The newest time in the acts that can be true; a date still to come is a wrong clock."""
    times = (time for act in acts for time in (act.published, act.updated, act.received) if time and time <= now)
    return max(times, default=_NEVER)


SERVICE = Service(
    name="archive",
    pull=pull,
    summary=f"A file that a service gave out: {_KNOWN}.",
    options=(Option("path", "the file, relative to the settings file", required=True),),
    received=("reply", "mention", "like", "repost", "bookmark", "rsvp", "quote"),
    given=("reply", "repost", "quote", "note"),
    local=True,
)
