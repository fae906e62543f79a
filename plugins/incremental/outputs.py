"""The files of the built site: how they were left, and those that belong to it no more."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Collection, Container, Iterable

__all__ = ["Signature", "clear_way", "remove_others", "remove_stale", "signature"]

#: How a file was left: inode, size in bytes, time of its last change and of its last touch (nanoseconds).
Signature = tuple[int, int, int, int]


def signature(path: str) -> Signature | None:
    """How a file is now; None where there is none. Who changes it by hand changes one of these, whatever its size."""
    try:
        stat = os.stat(path, follow_symlinks=False)
    except OSError:
        return None
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


def remove_stale(paths: Iterable[str], root: str) -> list[str]:
    """Removes files that an earlier build wrote and this one would not, and folders left empty; tells which went."""
    gone = []
    for path in sorted(paths):
        if not _is_below(path, root):
            continue
        with contextlib.suppress(OSError):  # gone already, or a folder by now
            os.unlink(path)
            gone.append(path)
        folder = os.path.dirname(path)
        with contextlib.suppress(OSError):  # not empty
            while _is_below(folder, root):
                os.rmdir(folder)
                folder = os.path.dirname(folder)
    return gone


def remove_others(root: str, kept: Collection[str], retention: Collection[str]) -> None:
    """Empties the output as DELETE_OUTPUT_DIRECTORY asks, but for the files in `kept` and the names in `retention`."""
    if not os.path.isdir(root):
        return
    for entry in list(os.scandir(root)):
        if entry.name not in retention:
            _remove(entry, frozenset(kept))


def _remove(entry: os.DirEntry[str], kept: frozenset[str]) -> bool:
    """Removes a file or folder; whether anything of it is left."""
    if entry.is_dir(follow_symlinks=False):
        left = [_remove(inner, kept) for inner in list(os.scandir(entry.path))]
        if not any(left):
            shutil.rmtree(entry.path, ignore_errors=True)
        return any(left)
    if entry.path in kept:
        return True
    os.unlink(entry.path)
    return False


def _is_below(path: str, root: str) -> bool:
    return path.startswith(os.path.join(root, ""))


def clear_way(path: str, former: Container[str]) -> None:
    """Makes room for a file: removes former outputs that stand where its folders, or it itself, must be."""
    folder = os.path.dirname(path)
    while folder and not os.path.isdir(folder):
        if folder in former and os.path.isfile(folder):
            os.unlink(folder)
        folder = os.path.dirname(folder)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.isdir(path):
        inside = [os.path.join(top, name) for top, _, names in os.walk(path) for name in names]
        if all(one in former for one in inside):
            shutil.rmtree(path)
