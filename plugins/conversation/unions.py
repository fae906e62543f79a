"""Which things belong together, where all that is known are pairs: connected components, by union-find."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

__all__ = ["Unions"]

Thing = TypeVar("Thing", bound=Hashable)


class Unions(Generic[Thing]):
    """Sets of things that grow together; the order in which pairs are joined makes no difference to them.

    Union by size and path halving: nearly constant time for each step (Tarjan, 1975), and no recursion.
    """

    def __init__(self) -> None:
        self._above: dict[Thing, Thing] = {}
        self._size: dict[Thing, int] = {}

    def root(self, thing: Thing) -> Thing:
        """One of the things that belong together with `thing`: the same for all of them, until more are joined."""
        above = self._above
        if above.setdefault(thing, thing) is thing:
            self._size.setdefault(thing, 1)
        while above[thing] != thing:
            above[thing] = above[above[thing]]
            thing = above[thing]
        return thing

    def join(self, things: Iterable[Thing]) -> None:
        """Notes that all of `things` belong together."""
        roots = [self.root(thing) for thing in things]
        for one in roots[1:]:
            small, large = sorted((self.root(roots[0]), self.root(one)), key=self._size.__getitem__)
            if small != large:
                self._above[small] = large
                self._size[large] += self._size[small]

    def groups(self) -> list[list[Thing]]:
        """All things so far, those together that belong together; in the order in which they came."""
        found: dict[Thing, list[Thing]] = {}
        for thing in list(self._above):
            found.setdefault(self.root(thing), []).append(thing)
        return list(found.values())
