"""Points that the blogger's words drew elsewhere, such as votes for an answer: how many, when, never from whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

__all__ = ["points"]


def points(observed: Iterable[tuple[datetime, int]], begun: datetime) -> list[tuple[datetime, int]]:
    """What a number that was observed again and again is made of: pairs of a time and how many came then, oldest first.

    `begun` is when what it counts was written. What was there at the first look came at some time since: it is dated
    then, so that no year looks better than it was. What was taken back is taken from the newest; a number below zero
    counts as zero. The pairs add up to the newest number.
    """
    kept: list[tuple[datetime, int]] = []
    known = 0
    for place, (at, value) in enumerate(sorted(observed)):
        number = max(value, 0)
        while kept and known > number:
            when, many = kept.pop()
            left = max(many - (known - number), 0)
            known -= many - left
            kept += [(when, left)] if left else []
        if number > known:
            kept.append((begun if place == 0 else max(at, begun), number - known))
            known = number
    return kept
