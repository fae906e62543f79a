"""A conversation that is put together only when a template reads more of it than its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Any, cast

from ..posts import Post
from .newest import Remark, Talked
from .types import Conversation, Counts, Number, Part

__all__ = ["Keyed", "Overview", "Promised"]


class Promised:
    """To templates the same as the `Conversation` that `gather` gives; post, counts and number of parts are known.

    `key` stands for all that it says: two of equal keys say the same.
    """

    __slots__ = ("_gather", "_key", "_parts", "counts", "post")

    def __init__(self, post: Post, counts: Counts, parts: int, key: str, gather: Callable[[], Conversation]) -> None:
        self.post, self.counts = post, counts
        self._parts, self._key, self._gather = parts, key, gather

    def incremental_key(self) -> str:
        """What stands for all that templates can read here, in other builds too."""
        return self._key

    @property
    def url(self) -> str:
        """As `Conversation.url`."""
        return self.post.url

    @property
    def parts(self) -> tuple[Part, ...]:
        """As `Conversation.parts`."""
        return self._gather().parts if self._parts else ()

    @property
    def pages(self) -> tuple[Part, ...]:
        """As `Conversation.pages`."""
        promised = (Keyed(f"{self._key} {number}", partial(self._part, number)) for number in range(1, self._parts))
        return tuple(cast("Part", part) for part in promised)  # to whoever reads it

    def outgrows(self, comments: int, lines: float) -> bool:
        """As `Conversation.outgrows`."""
        return self.counts.comments > comments or self._gather().outgrows(comments, lines)

    def _part(self, number: int) -> Part:
        return self._gather().parts[number]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a conversation has
        if name.startswith("__"):  # nobody's business but Python's: copying, pickling
            raise AttributeError(name)
        return getattr(self._gather(), name)


class Keyed:
    """Anything that is made when it is read; `key` stands for all that it says."""

    def __init__(self, key: str, make: Callable[[], Any]) -> None:
        self._key, self._make = key, make

    def incremental_key(self) -> str:
        """What stands for all that templates can read here, in other builds too."""
        return self._key

    @cached_property
    def _made(self) -> Any:  # noqa: ANN401 - it is anything
        return self._make()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - likewise
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._made, name)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._made)

    def __bool__(self) -> bool:
        return bool(self._made)


class Overview:
    """To templates the same as `Conversations`; its newest remarks are looked up when a template reads them.

    `key` stands for all that it says.
    """

    def __init__(
        self,
        latest: Callable[[], tuple[Remark, ...]],
        most_talked: tuple[Talked, ...],
        numbers: tuple[Number, ...],
        key: str,
    ) -> None:
        self._latest, self._key = latest, key
        self.most_talked, self.numbers = most_talked, numbers

    def incremental_key(self) -> str:
        """What stands for all that templates can read here, in other builds too."""
        return self._key

    @cached_property
    def latest(self) -> tuple[Remark, ...]:
        """As `Conversations.latest`."""
        return self._latest()

    @property
    def total(self) -> Counts:
        """As `Conversations.total`."""
        return Counts(**{number.group: number.value for number in self.numbers})
