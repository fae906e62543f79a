"""Exchanges the lists of contents in Pelican's context and generators for shelves."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any

from pelican.contents import Content

from .shelves import Reader, Shelf

__all__ = ["stock"]

#: Lists of contents, and lists by tag, category or author.
_LISTS = ("articles", "dates", "drafts", "hidden_articles", "pages", "hidden_pages", "draft_pages", "related_posts")
_PAIR = ("wrapper", "contents")
_GROUPS = ("tags", "categories", "authors")


def stock(context: MutableMapping[str, Any], generators: Iterable[Any], reader: Reader) -> dict[tuple[str, ...], Shelf]:
    """Puts all contents on shelves, by their keys: where two places shared a list, they share the shelf."""
    stocked = _Stock(reader)
    owners: list[MutableMapping[str, Any]] = [context, *(generator.__dict__ for generator in generators)]
    for owner in owners:
        for name in (name for name in _LISTS if name in owner):
            owner[name] = stocked.shelf(owner[name], (name,))
        for name in (name for name in _GROUPS if name in owner):
            owner[name] = stocked.groups(owner[name], name)
    for granularity, archives in context.get("period_archives", {}).items():
        for archive in archives:
            for part in ("articles", "dates"):
                key = ("period_archives", granularity, *map(str, archive["period_num"]), part)
                archive[part] = stocked.shelf(archive[part], key)
    return stocked.shelves


class _Stock:
    """The shelves so far, by key and by the list that each stands for."""

    def __init__(self, reader: Reader) -> None:
        self.shelves: dict[tuple[str, ...], Shelf] = {}
        self._by_list: dict[int, tuple[list[Any], Shelf]] = {}
        self._reader = reader

    def shelf(self, value: Any, key: tuple[str, ...]) -> Any:
        """The shelf for a list of contents; anything else as it is."""
        if id(value) in self._by_list:
            return self._by_list[id(value)][1]
        if type(value) is not list or not all(isinstance(one, Content) for one in value):
            return value
        while key in self.shelves:
            key = (*key, "again")
        made = self.shelves[key] = Shelf(value, key, self._reader)
        self._by_list[id(value)] = (value, made)
        return made

    def groups(self, value: Any, name: str) -> Any:
        """The contents of each wrapper (tag, category, author), by it or in pairs with it, on shelves."""
        if isinstance(value, MutableMapping):
            for wrapper, contents in list(value.items()):
                value[wrapper] = self.shelf(contents, (name, str(wrapper)))
            return value
        if type(value) is not list or not all(isinstance(one, tuple) and len(one) == len(_PAIR) for one in value):
            return value
        return [(wrapper, self.shelf(contents, (name, str(wrapper)))) for wrapper, contents in value]
