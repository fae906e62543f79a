"""Something that is read page by page, and what it has shown so far: what all listings of `paging.py` share. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from typing import Generic, TypeVar

__all__ = ["Key", "Listing", "Shown"]

#: So many pages in a row that bring nothing at all, though more are promised, are enough.
MAX_EMPTY = 10

Key = Callable[[object], Hashable]
_T = TypeVar("_T")


class Listing(Iterator[_T], Generic[_T]):
    """Something that is read as it is iterated, once.

    After its end `whole` is True if all that the service has was shown; else `why` says in words what was left out. An
    error that is raised on the way leaves `whole` False.
    """

    def __init__(self, steps: Generator[_T, None, str]) -> None:
        self._steps = steps
        self._ended = False
        self.whole = False
        self.why = ""

    def __next__(self) -> _T:
        try:
            return next(self._steps)
        except StopIteration as end:
            if not self._ended and isinstance(end.value, str):
                self.why, self.whole = end.value, not end.value
            self._ended = True
            raise


class Shown:
    """What a listing has shown so far, of at most `most` entries, and what is new on a page. `key` tells them apart."""

    def __init__(self, key: Key | None, most: int) -> None:
        self._key = key or _digest
        self._seen: set[Hashable] = set()
        self._empty = 0
        self._most = most

    def fresh(self, entries: Sequence[object]) -> list[object]:
        """The entries of a page that were on none before, no more than there is room for."""
        found = []
        for entry in entries:
            if len(self._seen) >= self._most:
                break
            name = self._key(entry)
            if name not in self._seen:
                self._seen.add(name)
                found.append(entry)
        self._empty = 0 if entries else self._empty + 1
        return found

    def trouble(self, entries: Sequence[object], fresh: Sequence[object]) -> str:
        """Why there is no use in asking for another page; "" where there is."""
        if len(self._seen) >= self._most:
            return f"it has more than {self._most:,} entries"
        if entries and not fresh:
            return "the service gave the same page again"
        return "the service promised more and gave nothing" if self._empty >= MAX_EMPTY else ""


def _digest(entry: object) -> Hashable:
    """What an entry says, in short; one that cannot be written down is like no other."""
    try:
        text = json.dumps(entry, sort_keys=True, default=repr)
    except (TypeError, ValueError, RecursionError):
        return object()  # like no other
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()
