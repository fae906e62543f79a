"""Digests of files, remembered beside the sites' other caches: a large archive is not read at every build to see that
it is the same.

A digest is believed while size, times and place on the disk are the same, and only where the file had been left alone
for a moment when it was made: what is written twice within one tick of the clock would look the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

__all__ = ["digest_of", "remembering"]

#: Seconds that a file has to be left alone.
MOMENT = 2.0
SIZE = 16


def digest_of(path: Path) -> bytes:
    """A digest of what is in a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, partial(hashlib.blake2b, digest_size=SIZE)).digest()


@contextlib.contextmanager
def remembering(folder: Path) -> Iterator[Callable[[Path], bytes]]:
    """The same function with a memory in `folder`, where there is such a folder."""
    place = folder / "archives.json"
    known = _read(place)
    fresh = dict(known)

    def digest(path: Path) -> bytes:
        stat = path.stat()
        mark = f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"
        before, found = known.get(str(path), ("", ""))
        if before == mark:
            return bytes.fromhex(found)
        made = digest_of(path)
        if time.time() - max(stat.st_mtime, stat.st_ctime) > MOMENT:
            fresh[str(path)] = (mark, made.hex())
        return made

    yield digest
    if fresh != known and folder.is_dir():
        with contextlib.suppress(OSError):
            place.write_text(json.dumps(fresh), "utf-8")


def _read(place: Path) -> dict[str, tuple[str, str]]:
    """What is remembered; nothing where that cannot be read."""
    try:
        kept = json.loads(place.read_bytes())
        return {str(path): (str(mark), bytes.fromhex(made).hex()) for path, (mark, made) in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
