"""What posts drew, and how it compares with what was given: sums over acts received."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from statistics import median

from .entries import Entry, PostFacts, Window

__all__ = ["balance", "bursts", "concentration", "per_post", "share", "top_post"]

#: A post younger than this still draws most of what it will.
SETTLED = timedelta(days=30)
#: With fewer posts than this one of them always has a large share.
ENOUGH_POSTS = 5
#: A burst is more than this many times the median month of the year before it.
BURST = 3
TRAILING = 12


def balance(given: int, received: int) -> float | None:
    """Giving against receiving, -1 (only received) .. 1 (only given): (G - R) / (G + R). Nothing at all: None.

    `balance_without_top_post` is the same without the acts that the post which drew most received (`top_post`).

    Example: 3 acts given and 2 received: (3 - 2) / (3 + 2) = 0.2.
    """
    acts = given + received
    return (given - received) / acts if acts else None


def top_post(received: Sequence[Entry]) -> int:
    """How many acts the post that drew most received; acts that match no post are nobody's. No post: 0.

    Example: 4 acts on one post, 3 on another, 5 about the home page, which is no post: 4.
    """
    posts: Counter[str] = Counter()
    for entry in received:
        if entry.post:
            posts[entry.post] += entry.number
    return max(posts.values(), default=0)


def concentration(received: Sequence[Entry], posts: int) -> float | None:
    """One-hit months, 0..1: the top post's share of all acts received.

    `posts` is how many posts the site has: under 5 of them, or nothing received, None.

    Example: 6 posts, of which one received 4 of all 8 acts: 4 / 8 = 0.5. The same with 4 posts: None.
    """
    return share(top_post(received), sum(entry.number for entry in received), posts)


def share(top: int, acts: int, posts: int) -> float | None:
    """The same from what the top post and all posts together received."""
    return top / acts if acts and posts >= ENOUGH_POSTS else None


def per_post(posts: Sequence[PostFacts], window: Window) -> dict[str, float] | None:
    """Medians of {"comments", "shares", "likes"} over the posts published in `window` and at least 30 days old.

    Pages and others without a date are left out; no such post: None. The counts are those that the posts show today.
    Source: Avinash Kaushik's conversation, amplification and applause rates, with medians for means.

    Example: Three posts of 30 days or more with 0, 2 and 7 comments, and one of last week with 40: a median of 2
    comments.
    """
    old = [post for post in posts if post.published and post.published in window]
    old = [post for post in old if post.published and post.published <= window.end - SETTLED]
    if not old:
        return None
    return {name: float(median(getattr(post, name) for post in old)) for name in ("comments", "shares", "likes")}


def bursts(months: Mapping[str, int], since: str = "") -> list[str]:
    """Months ("YYYY-MM") in which more than 3 times the median of the 12 months before them was received.

    `months` is the whole history; a month that it does not name had 0. Only months with 12 others behind them in the
    history count, and a median under 1 counts as 1, so that the first comment after a quiet year is no burst. Only
    months from `since` ("YYYY-MM") on are listed; "": all. Bursts are annotated, never removed from sums.
    Source: CHAOSS, "Burstiness".

    Example: 2 acts in each of 12 months, then 6 in one, which is 3 times as many and no burst, then 7: the last month
    alone.
    """
    if not months:
        return []
    first, last = _number(min(months)), _number(max(months))
    row = [months.get(_name(month), 0) for month in range(first, last + 1)]
    return [
        name
        for place in range(TRAILING, len(row))
        if row[place] > BURST * max(median(row[place - TRAILING : place]), 1)
        and (name := _name(first + place)) >= since
    ]


def _number(month: str) -> int:
    """Months since the year 0."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _name(number: int) -> str:
    """The month again, as "YYYY-MM"."""
    return f"{number // 12:04}-{number % 12 + 1:02}"
