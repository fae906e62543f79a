"""Dated snapshots of a blog side by side: how far it came between them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

__all__ = ["Snapshot", "in_order", "milestones"]

THOUSAND = 1000


@dataclasses.dataclass(frozen=True, slots=True)
class Snapshot:
    """How many posts and followers a blog had on one day; followers are None where nobody counted them.

    `note` is what the blogger says of that day, `written` whether it was written down by hand.
    """

    day: date
    posts: int
    followers: int | None
    note: str = dataclasses.field(default="", compare=False)
    written: bool = dataclasses.field(default=False, compare=False)


def milestones(snapshots: Iterable[Snapshot]) -> list[dict[str, object]]:
    """Pairs of snapshots that follow each other, oldest first: Δ% posts, Δ% followers, Δ followers per 1,000 posts.

    Growth is a share (0.25 is +25 %): None where the base is 0 or not known. `followers_per_1000_posts` is what the
    number of followers rose by for every 1,000 posts more: None where no post was added, or followers are not known.
    Under two snapshots: an empty list.
    Source: the yearly notes that this page grew from (posts +25 %, followers 3,035 → 5,756, +89.7 %).

    Example: 800 posts and 3,035 followers, later 1,000 and 5,756: posts (1,000 - 800) / 800 = 0.25, followers (5,756 -
    3,035) / 3,035 = 0.897, and 2,721 · 1,000 / 200 = 13,605 followers per 1,000 posts.
    """
    return [
        {
            "from": old.day.isoformat(),
            "to": new.day.isoformat(),
            "posts": _growth(old.posts, new.posts),
            "followers": _growth(old.followers, new.followers),
            "followers_per_1000_posts": _per_thousand(old, new),
        }
        for old, new in pairwise(in_order(snapshots))
    ]


def in_order(snapshots: Iterable[Snapshot]) -> tuple[Snapshot, ...]:
    """Snapshots oldest first, each once: of two that tell the same, the one with more to say."""
    said = sorted(snapshots, key=lambda one: (one.written, one.note), reverse=True)
    return tuple(sorted(dict.fromkeys(said), key=_key))


def _growth(old: int | None, new: int | None) -> float | None:
    return (new - old) / old if old and new is not None else None


def _per_thousand(old: Snapshot, new: Snapshot) -> float | None:
    posts = new.posts - old.posts
    if posts <= 0 or old.followers is None or new.followers is None:
        return None
    return (new.followers - old.followers) * THOUSAND / posts


def _key(snapshot: Snapshot) -> tuple[date, int, int]:
    return snapshot.day, snapshot.posts, -1 if snapshot.followers is None else snapshot.followers
