"""Names of files that a build wrote for the first time, noted before it has ended.

A build that is killed half way leaves no memory. What it wrote would be nobody's; so the next build learns of it here.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable
from pathlib import Path

__all__ = ["Journal"]


class Journal:
    """A file of whole paths, each ended by a zero byte; `former` are those that the last memory knows of anyway."""

    def __init__(self, path: Path, former: Container[str]) -> None:
        self._path, self._former = path, former

    def left(self) -> frozenset[str]:
        """What builds that did not end have noted; nothing where the last one ended."""
        try:
            text = self._path.read_bytes()
        except OSError:
            return frozenset()
        return frozenset(os.fsdecode(line) for line in text.split(b"\0") if line)

    def note(self, paths: Iterable[str]) -> None:
        """Notes files that are about to be written. Several processes may: what each appends is one write."""
        new = b"".join(os.fsencode(path) + b"\0" for path in paths if path not in self._former)
        if new:
            with open(self._path, "ab", buffering=0) as file:
                file.write(new)

    def close(self) -> None:
        """The build has ended, and its memory knows all."""
        self._path.unlink(missing_ok=True)
