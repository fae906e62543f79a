"""What templates are given of conversations while it is noted who asks for what.

Everything that changes between builds of the same content is reached through a `Living`: the conversation of a post
(its name is the post's address), the site's `conversations`, what was given (`giving`), the `ledger`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Protocol

from msgspec import Struct, structs

from ..leaves import digest

__all__ = ["ANYTHING", "LASTING", "Living", "Watch", "answer_of"]

#: The answer to a question of which nobody can say whether it would be the same: anything new makes it another.
ANYTHING = "?"
#: The living things that all pages of the site have, as their templates call them.
LASTING = frozenset({"conversations", "giving"})
#: What does not change while the content stays as it is, nor while a conversation takes as many pages.
FIXED = frozenset({"number", "path", "post", "url"})


class Watch(Protocol):
    """Whoever wants to know what is asked for."""

    def asked(self, name: str, question: str, arguments: Sequence[object], answer: Callable[[], str]) -> None:
        """Somebody asked the living thing `name`; `answer` gives what stands for the answer."""


class Living:
    """A thing that may be another one in the next build; `part` is the number of a part of it, where this is one."""

    __slots__ = ("_inner", "_watch", "name", "part")

    def __init__(self, inner: Any, name: str, watch: Watch, part: int = 0) -> None:  # noqa: ANN401 - anything
        self._inner, self._watch, self.name, self.part = inner, watch, name, part

    def incremental_key(self) -> str:
        """What stands for all that templates can read here."""
        return str(self._inner.incremental_key())

    @property
    def pages(self) -> tuple[Living, ...]:
        """The further parts of a conversation."""
        found = self._inner.pages
        self._watch.asked(self.name, "pages", (), lambda: answer_of(found))
        return tuple(Living(one, self.name, self._watch, number) for number, one in enumerate(found, 1))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the thing has
        value = getattr(self._inner, name)
        if name in FIXED:
            return value
        if not callable(value):
            self._watch.asked(self.name, name, (), lambda: ANYTHING if self.part else answer_of(value))
            return value

        def called(*arguments: object) -> object:
            answer = value(*arguments)
            self._watch.asked(self.name, name, arguments, lambda: ANYTHING if self.part else answer_of(answer))
            return answer

        # The key stands for all that the thing's methods answer, too.
        vars(called)["incremental_pure"] = True
        return called

    def __iter__(self) -> Iterator[Any]:
        self._watch.asked(self.name, "__iter__", (), lambda: ANYTHING)
        return iter(self._inner)

    def __bool__(self) -> bool:
        if not hasattr(type(self._inner), "__bool__"):
            return True  # as everything that does not say otherwise
        self._watch.asked(self.name, "__bool__", (), lambda: ANYTHING)
        return bool(self._inner)


def answer_of(value: object) -> str:
    """What stands for an answer: the same for equal plain values; ANYTHING for all others."""
    told = _told(value)
    return ANYTHING if told is None else digest(told)


def _told(value: object) -> str | None:
    if value is None or isinstance(value, bool | int | float | str | date):
        return repr(value)
    if isinstance(value, tuple | list):
        parts = [_told(one) for one in value]
    elif isinstance(value, Struct):
        parts = [_told(part) for part in structs.astuple(value)]
    else:
        return None
    return f"{type(value).__name__}({', '.join(filter(None, parts))})" if None not in parts else None
