"""Files written wholly or not at all, with the permissions that they had."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

__all__ = ["replacing", "write_whole"]


def write_whole(path: Path, data: bytes) -> None:
    """Writes `data` to `path`, or to where a link there leads; makes the folder.

    Raises OSError, and changes nothing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as draft, draft.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A draft to be written, which takes the place of `path`, or of what a link there leads to, once all is well."""
    path = path.resolve()
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        yield draft
        if path.exists():
            shutil.copymode(path, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
