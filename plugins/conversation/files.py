"""Files written wholly or not at all, with the permissions that they had; our own folders, and our own code."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

__all__ = ["caches_of", "drafts_of", "own_code", "replacing", "write_whole"]


def caches_of(root: Path) -> Path:
    """Where all lies that may be deleted at any time, of a blog in this folder."""
    return root / ".cache" / "conversation"


def drafts_of(root: Path) -> Path:
    """Where drafts of the site's files lie, of a blog in this folder: what a killed build leaves is not on the site."""
    return caches_of(root) / "drafts"


@cache
def own_code() -> str:
    """A digest of what computes all that is kept: our own code, Python, and what cleans words."""
    found = [
        (str(path), path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(Path(__file__).parent.rglob("*.py"))
    ]
    told = repr((sys.version, metadata.version("nh3"), found))
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


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
def replacing(path: Path, drafts: Path | None = None) -> Iterator[Path]:
    """A draft to be written, which takes the place of `path`, or of what a link there leads to, once all is well.

    It lies in the folder `drafts` (which is made) where it can be moved from there, else beside its place.
    """
    path = path.resolve()
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    if drafts is not None:
        drafts.mkdir(parents=True, exist_ok=True)
        if drafts.stat().st_dev == path.parent.stat().st_dev:
            draft = drafts / draft.name
    try:
        yield draft
        if path.exists():
            shutil.copymode(path, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
