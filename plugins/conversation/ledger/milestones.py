"""Dated snapshots of a blog side by side: how far it came between them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

__all__ = ["Snapshot", "milestones"]

THOUSAND = 1000


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Snapshot:
    """How many posts and followers a blog had on one day."""

    day: date
    posts: int
    followers: int


def milestones(snapshots: Iterable[Snapshot]) -> list[dict[str, object]]:
    """Pairs of snapshots that follow each other, oldest first: Δ% posts, Δ% followers, Δ followers per 1,000 posts.

    Growth is a share (0.25 is +25 %): None where the base is 0. `followers_per_1000_posts` is what the number of
    followers rose by for every 1,000 posts more: None where no post was added. Under two snapshots: an empty list.
    Source: the yearly notes that this page grew from (posts +25 %, followers 3,035 → 5,756, +89.7 %).
    """
    return [
        {
            "from": old.day.isoformat(),
            "to": new.day.isoformat(),
            "posts": _growth(old.posts, new.posts),
            "followers": _growth(old.followers, new.followers),
            "followers_per_1000_posts": _per_thousand(new.followers - old.followers, new.posts - old.posts),
        }
        for old, new in pairwise(sorted(set(snapshots)))
    ]


def _growth(old: int, new: int) -> float | None:
    return (new - old) / old if old else None


def _per_thousand(followers: int, posts: int) -> float | None:
    return followers * THOUSAND / posts if posts > 0 else None
