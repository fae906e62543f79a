"""What posts gave, kept beside the site's other caches: where one post is another, the others are not read again.

Whether that is true of a store tells the cursor, which the store holds together with the acts: it has the mark of what
was kept with them, and the number of the pull. Where something was lost, damaged, restored from a backup, made by other
code, or told to the store meanwhile, mark or number are others, and all posts are read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ..acts import Problem
from ..files import own_code, write_whole
from . import Ask

__all__ = ["Gave", "cursor_of", "dumped", "read", "write"]


class Gave(NamedTuple):
    """What a post and its translations gave: the ids of their acts, and what is wrong with them."""

    ids: tuple[str, ...]
    problems: tuple[Problem, ...]


def dumped(kept: Mapping[str, Gave]) -> bytes:
    """What is to be kept, as it lies on the disk."""
    told = {one: (gave.ids, [(each.where, each.what) for each in gave.problems]) for one, gave in kept.items()}
    return json.dumps(told, separators=(",", ":")).encode()


def cursor_of(ask: Ask, data: bytes) -> dict[str, str]:
    """What a cursor has to say so that `read` believes `data` the next time."""
    return {"kept": _mark(data), "pull": str(ask.pull)}


def read(place: Path, ask: Ask) -> dict[str, Gave] | None:
    """What was kept by the last pull; None where that is not there, or not what the store holds."""
    try:
        data = place.read_bytes()
    except OSError:
        return None
    if ask.cursor.get("kept") != _mark(data) or ask.cursor.get("pull") != str(ask.pull - 1):
        return None
    return {
        one: Gave(tuple(ids), tuple(Problem(where, what) for where, what in problems))
        for one, (ids, problems) in json.loads(data).items()
    }


def write(place: Path, data: bytes) -> None:
    """Keeps it where that is possible: nobody needs it."""
    with contextlib.suppress(OSError):
        write_whole(place, data)


def _mark(data: bytes) -> str:
    """Another one for other data, and for the same made by other code."""
    return hashlib.blake2b(data, key=own_code().encode(), digest_size=16).hexdigest()
