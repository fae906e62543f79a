"""Which acts a conversation shows, in which of its lists, and how many they are: all of it but the words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from ..acts import Act, Count, Direction, placed
from ..posts import Post
from .counting import GROUPS, numbers_of
from .merging import Told
from .privacy import level, without_words
from .types import House, Number

__all__ = ["Grouped", "Listed", "after_closing", "grouped", "is_own"]


class Listed(Struct, frozen=True):
    """An act that is listed: whether it is the blogger's own, and how much of it is shown (`level`)."""

    told: Told
    own: bool
    level: str

    @property
    def act(self) -> Act:
        """The act as far as it is shown."""
        return self.told.best.act if self.level == "full" else without_words(self.told.best.act)

    @property
    def when(self) -> datetime:
        """When it takes its place in the conversation."""
        return placed(self.told.best.act, self.told.best.first_seen)


class Grouped(Struct, frozen=True):
    """What is listed of a conversation, by group and in the order in which it is shown; and the five numbers."""

    groups: Mapping[str, Sequence[Listed]]
    numbers: tuple[Number, ...]


def grouped(
    post: Post, shown: Iterable[Told], counts: Iterable[Count], house: House, told: Iterable[Told] | None = None
) -> Grouped:
    """The acts of a conversation by group; the arguments are those of `gather`."""
    shown = list(shown)
    groups: dict[str, list[Listed]] = defaultdict(list)
    known: Counter[str] = Counter()
    listed: Counter[str] = Counter()
    for one in sorted(shown, key=_place):
        group, own = GROUPS.get(one.best.act.kind), is_own(one, house)
        if group is None or (own and group != "comments") or after_closing(one, post):
            continue
        known[group] += not own
        how = level(one.acts, house.privacy)
        if how != "count":
            listed[group] += not own
            groups[group].append(Listed(one, own, how))
    return Grouped(groups, numbers_of(known, listed, shown if told is None else told, counts, house))


def is_own(told: Told, house: House) -> bool:
    """Whether an act is the blogger's own, by what any of its tellings says."""
    return any(act.direction is Direction.GIVEN or house.is_own(act.author, act.url) for act in told.acts)


def after_closing(told: Told, post: Post | None) -> bool:
    """Whether an act came after the day on which `comments:` of the post's front matter ended its conversation."""
    return post is not None and isinstance(post.closed, datetime) and _place(told)[0] >= post.closed


def _place(told: Told) -> tuple[datetime, str, str]:
    return placed(told.best.act, told.best.first_seen), told.best.act.source, told.best.act.id
