"""A conversation that is put together only when a template reads more of it than its numbers."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, Protocol, cast

from msgspec import structs

from ..posts import Post
from .faces import Sketch, pictured
from .newest import Remark, Talked
from .pages import further_path
from .types import Conversation, Counts, Face, Number, Part

__all__ = ["Keyed", "Overview", "Promised"]


_GROUPS = Counts.__struct_fields__


class Brief(Protocol):
    """What is known of a conversation: what lists of posts show of it.

    The five counts, of each of them how many are listed, and those that may be larger; the number of its parts (0: it
    has but one); and faces.
    """

    @property
    def counts(self) -> Counts: ...
    @property
    def listed(self) -> Sequence[int]: ...
    @property
    def at_least(self) -> Container[str]: ...
    @property
    def parts(self) -> int: ...
    @property
    def faces(self) -> Sequence[Sketch]: ...


class Promised:
    """To templates the same as the `Conversation` that `gather` gives; the post and what lists show of it are known.

    `path` is the post's address as `paged` has it. `key` stands for all that the conversation says: two of equal keys
    say the same. `pictures` are those of `House`.
    """

    __slots__ = ("_brief", "_gather", "_key", "_path", "_pictures", "post")

    def __init__(
        self,
        post: Post,
        path: Callable[[Post], str],
        brief: Brief,
        key: str,
        pictures: Mapping[str, str],
        gather: Callable[[], Conversation],
    ) -> None:
        self.post = post
        self._path, self._brief, self._key, self._pictures, self._gather = path, brief, key, pictures, gather

    @property
    def counts(self) -> Counts:
        """As `Conversation.counts`."""
        return self._brief.counts

    @property
    def numbers(self) -> tuple[Number, ...]:
        """As `Conversation.numbers`."""
        brief = self._brief
        return tuple(
            Number(name, value, listed, at_least=name in brief.at_least)
            for name, value, listed in zip(_GROUPS, structs.astuple(brief.counts), brief.listed, strict=True)
        )

    @property
    def faces(self) -> tuple[Face, ...]:
        """As `Conversation.faces`."""
        return pictured(self._brief.faces, self._pictures)

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
        return self._gather().parts if self._brief.parts else ()

    @property
    def pages(self) -> tuple[Part, ...]:
        """As `Conversation.pages`."""
        promised = (
            Keyed(
                f"{self._key} {number}",
                partial(self._part, number),
                number=number,
                path=further_path(self._path(self.post), number),
            )
            for number in range(1, self._brief.parts)
        )
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
    """Anything that is made when it is read; `key` stands for all that it says, what is `known` of it is at hand."""

    def __init__(self, key: str, make: Callable[[], Any], **known: object) -> None:
        vars(self).update(known)
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
