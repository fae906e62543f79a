"""Pelican's lists of articles and pages, which know by heart what they hold and who asks them what.

A page that shows the five newest articles depends on these five and not on ten thousand others. So the lists in
Pelican's context are exchanged for shelves: lists in every way, except that they find a content at once (Pelican asks
each list for each article whether it is there) and, while a page is rendered, note which question was answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol, SupportsIndex

__all__ = ["ALL", "LENGTH", "Question", "Shelf"]

#: What was asked of a shelf: everything, how much that is, ("at", index), ("from", start, stop, step), or
#: ("has", class, name).
Question = tuple[Any, ...]
ALL: Question = ("all",)
LENGTH: Question = ("length",)


class Reader(Protocol):
    """Who takes notes: `reading` is the page that is being rendered, None between pages."""

    reading: Any

    def asked(self, shelf: Shelf, question: Question, about: object = None) -> None:
        """Notes a question; one whether something is there is `about` that."""


class Shelf(list[Any]):
    """A list of contents. `key` says which one it is; `reader` is told what it is asked while a page is rendered."""

    def __init__(self, contents: Iterable[Any], key: tuple[str, ...], reader: Reader) -> None:
        super().__init__(contents)
        self.key, self._reader = key, reader
        self._held = {id(one) for one in self.plain()}

    def plain(self) -> Iterator[Any]:
        """What is on the shelf, without telling."""
        return super().__iter__()

    def __contains__(self, content: object) -> bool:
        """Contents are compared by identity, as Pelican's have no equality of their own."""
        if self._reader.reading is not None:
            self._reader.asked(self, ("has",), content)
        return id(content) in self._held

    def __getitem__(self, index: Any) -> Any:
        """One content, or those of a slice as a plain list."""
        if isinstance(index, slice):
            self._ask(("from", index.start, index.stop, index.step))
        else:
            self._ask(("at", int(index)))
        return super().__getitem__(index)

    def __iter__(self) -> Iterator[Any]:
        """All contents, in order."""
        self._ask(ALL)
        return super().__iter__()

    def __reversed__(self) -> Iterator[Any]:
        """All contents, from the last."""
        self._ask(ALL)
        return super().__reversed__()

    def __len__(self) -> int:
        """How many there are."""
        self._ask(LENGTH)
        return super().__len__()

    def __bool__(self) -> bool:
        """Whether there is any: known from how many there are."""
        return len(self) > 0

    def __eq__(self, other: object) -> bool:
        """Whether another list holds the same."""
        return self._whole() == other

    def __ne__(self, other: object) -> bool:
        """Whether another list holds something else."""
        return self._whole() != other

    __hash__ = None

    def __add__(self, other: Any) -> list[Any]:
        """A plain list of both."""
        made: list[Any] = self._whole() + other
        return made

    def __radd__(self, other: Any) -> list[Any]:
        """A plain list of both."""
        return list(other) + self._whole()

    def __mul__(self, times: SupportsIndex) -> list[Any]:
        """A plain list of the same several times."""
        return [one for _ in range(int(times)) for one in self._whole()]

    __rmul__ = __mul__

    def copy(self) -> list[Any]:
        """A plain list of the same."""
        return self._whole()

    def index(self, *args: Any) -> int:
        """Where a content stands. Raises ValueError where it does not."""
        return self._whole().index(*args)

    def count(self, content: Any) -> int:
        """How often a content is there."""
        return self._whole().count(content)

    def __reduce__(self) -> Any:
        """Pickled, and copied, as a plain list."""
        return list, (self._whole(),)

    def _ask(self, question: Question) -> None:
        if self._reader.reading is not None:
            self._reader.asked(self, question)

    def _whole(self) -> list[Any]:
        self._ask(ALL)
        return list(self.plain())
