"""What an account gave on GitHub: comments on issues and pull requests, in discussions, and reviews; newest first."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import datetime, timedelta
from typing import cast

from msgspec import Struct

from ..errors import Missing
from ..http import Client
from . import Ask, Batch, Snapshot, Source
from .github_api import account_of, dig, graphql, page_of
from .github_parse import parse_given
from .github_queries import ACCOUNT, COMMENTS, DISCUSSED, REVIEWS
from .relisting import Course, Page, pages
from .values import time_of

__all__ = ["pull_given"]

#: An answer is marked as one some time after it was written, and its own time does not change.
MARKED_LATE = timedelta(days=30)
OVERLAP = timedelta(days=1)
#: GitHub's own limit for one question about contributions, and the years that it can have been there.
YEAR = timedelta(days=365)
YEARS = 20

STAGES = ("comments", "discussed", "reviews")


class _Desk(Struct, frozen=True):
    source: Source
    client: Client
    me: str
    now: datetime


def pull_given(source: Source, ask: Ask, client: Client, course: Course) -> Iterator[Batch]:
    """What the account wrote since the last pull, or all of it, in three listings one after the other.

    Raises Missing where there is no such account, else SourceError.
    """
    desk = _Desk(source, client, account_of(source), ask.now)
    told = dig(graphql(source, client, ACCOUNT, {"login": desk.me}), "user")
    if told is None:
        raise Missing(f"There is no account {desk.me} on GitHub; check `account` of {source.name}.")
    followers = dig(told, "followers", "totalCount")
    if isinstance(followers, int) and not isinstance(followers, bool) and 0 <= followers < 2**31:
        yield Batch(snapshots=(Snapshot(desk.me, followers=followers),))
    stage, _, place = course.place.partition(" ")
    begin = STAGES.index(stage) if stage in STAGES else 0
    whole = True
    for name in STAGES[begin:]:
        if name == "reviews":
            first = time_of(dig(told, "createdAt")) or ask.now - YEARS * YEAR
            until = course.since - OVERLAP if course.since else first
            done = yield from _reviews(desk, course, time_of(place) or ask.now + OVERLAP, until)
        else:
            done = yield from _comments(desk, course, name, place)
        whole, place = whole and done, ""
    yield course.end(whole=whole)


def _comments(desk: _Desk, course: Course, name: str, place: str) -> Generator[Batch, None, bool]:
    """One of the two listings of comments; returns whether all that it holds was shown and understood."""
    backwards = name == "discussed"
    query, time, late = (DISCUSSED, "createdAt", MARKED_LATE) if backwards else (COMMENTS, "updatedAt", OVERLAP)

    def fetch(cursor: str) -> Page:
        told = graphql(desk.source, desk.client, query, {"login": desk.me, "after": cursor or None})
        return page_of(dig(told, "user", "list"), backwards=backwards)

    listing = pages(fetch, place)
    understood = True
    for page in listing:
        nodes, following = cast("Page", page)
        acts, problems = parse_given(nodes, source=desk.source.name, me=desk.me)
        understood = understood and not problems
        yield Batch(acts, problems=problems, cursor=course.reach(f"{name} {following}"))
        if course.is_known((time_of(dig(node, time)) for node in nodes), late):
            break
    return understood and listing.whole


def _reviews(desk: _Desk, course: Course, to: datetime, until: datetime) -> Generator[Batch, None, bool]:
    """Reviews, a year at a time, back to `until`; returns whether all were shown and understood."""
    whole = True
    for _ in range(YEARS):
        since = max(to - YEAR, until)
        listing = pages(_fetch_reviews(desk, since, to))
        for page in listing:
            nodes = [dig(node, "pullRequestReview") for node in cast("Page", page)[0]]
            seen = [node for node in nodes if node is not None]
            acts, problems = parse_given(seen, source=desk.source.name, me=desk.me)
            whole = whole and not problems
            yield Batch(acts, problems=problems, cursor=course.reach(f"reviews {to.isoformat()}"))
        whole = whole and listing.whole
        to = since
        if to <= until:
            break
    return whole


def _fetch_reviews(desk: _Desk, since: datetime, to: datetime) -> Callable[[str], tuple[Sequence[object], str]]:
    span = {"login": desk.me, "from": since.isoformat(), "to": to.isoformat()}

    def fetch(cursor: str) -> Page:
        told = graphql(desk.source, desk.client, REVIEWS, {**span, "after": cursor or None})
        return page_of(dig(told, "user", "contributionsCollection", "list"))

    return fetch
