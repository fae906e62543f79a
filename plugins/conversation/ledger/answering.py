"""Answering: of the comments on my posts, how many did I answer, how soon, and how long do we talk?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import fmean, median

from ..acts import Direction, Kind
from .entries import Entry, Part, address

__all__ = [
    "COMMENTS",
    "GRACE",
    "answers",
    "is_answerable",
    "response_hours",
    "response_rate",
    "thread_depth",
    "threads",
    "wait",
    "waits",
]

#: A comment younger than this may still be answered: it counts neither way.
GRACE = timedelta(days=7)
HOUR = timedelta(hours=1)
#: Stands for the blogger among the people of a thread; no `Person.key` is like it.
_ME = "\0"

COMMENTS = frozenset({Kind.REPLY, Kind.ANSWER})


def response_rate(waits: Sequence[float | None]) -> float | None:
    """Comments on my posts that I answered, 0..1: answered / answerable. Nothing answerable: None.

    Takes `waits`. Source: Fanpage Karma's service level.

    Example: Of 4 comments 3 were answered, one of them after a month: 3 / 4 = 0.75.
    """
    return sum(wait is not None for wait in waits) / len(waits) if waits else None


def response_hours(waits: Iterable[float | None]) -> float | None:
    """Time to first response: the median hours over the answered comments. None answered: None.

    Takes `waits`. The unanswered ones are shown beside it, since they would all wait for ever. Source: CHAOSS, "Time to
    First Response".

    Example: Answers after 1, 5 and 30 hours, and a comment without one: the median of 1, 5 and 30 = 5.
    """
    answered = [wait for wait in waits if wait is not None]
    return median(answered) if answered else None


def thread_depth(sizes: Sequence[int]) -> float | None:
    """Conversation depth: mean messages per thread with two or more people in it. No such thread: None.

    Takes the sizes of `threads`; in a window, of those with any message in it, whole. Source: Sprout Social's average
    thread size.

    Example: Two threads of 2 messages and one of 5: (2 + 2 + 5) / 3 = 3.
    """
    return fmean(sizes) if sizes else None


def waits(comments: Iterable[Entry], answered: Mapping[str, Sequence[datetime]], now: datetime) -> list[float | None]:
    """Hours that each answerable comment waited for its first answer, in no order; None where it still waits.

    Answerable is a reply or answer of somebody else, on a post of the site, 7 days old or older at `now`, with an
    address of its own to which an answer can point (without it nobody can tell). Spam never comes here. An answer whose
    clock lies before the comment's took no time.
    """
    last = now - GRACE
    old = (comment for comment in comments if comment.when <= last and is_answerable(comment))
    return [wait(comment.when, answered.get(address(comment.url), ())) for comment in old]


def is_answerable(entry: Entry) -> bool:
    """Whether an entry is a comment on a post of the site with an address of its own."""
    spot = address(entry.url) if _is_comment(entry) else ""
    return bool(spot) and spot != address(entry.post)


def wait(since: datetime, answers: Iterable[datetime]) -> float | None:
    """The hours from a comment to the first of its answers; None where there is none."""
    first = min(answers, default=None)
    return None if first is None else max(0.0, (first - since) / HOUR)


def answers(part: Part) -> dict[str, list[datetime]]:
    """When the blogger answered, by the address that was answered: in the own threads, elsewhere, or with a post."""
    answered: dict[str, list[datetime]] = {}
    for entry in (*part.mine, *part.given):
        if entry.kind in COMMENTS:
            pages = (entry.parent,) if entry.direction is Direction.RECEIVED else (entry.parent, entry.target)
            for page in {address(page) for page in pages if page}:
                answered.setdefault(page, []).append(entry.when)
    return answered


def threads(part: Part) -> list[list[datetime]]:
    """The threads under the site's posts that two or more people wrote in: the times of their messages, in no order.

    A thread is a comment and all that answers it, directly or not, the blogger's answers included. All who are
    anonymous in one thread count as one person.
    """
    talk = [entry for entry in (*part.received, *part.mine) if _is_comment(entry)]
    spots = [address(entry.url) for entry in talk]
    told = set(spots)
    for entry in part.given:
        if _is_reply(entry) and ((spot := address(entry.url)) not in told or not spot):
            talk.append(entry)
            spots.append(spot)
    roots = list(range(len(talk)))

    def root(place: int) -> int:
        while roots[place] != place:
            roots[place] = roots[roots[place]]
            place = roots[place]
        return place

    places: dict[str, int] = {}
    pages = {post: address(post) for post in {entry.post for entry in talk}}
    for place, spot in enumerate(spots):
        if spot and spot != pages[talk[place].post] and (first := places.setdefault(spot, place)) != place:
            roots[root(place)] = root(first)
    for place, entry in enumerate(talk):
        parent = entry.parent or (entry.target if entry.direction is Direction.GIVEN else "")
        above = places.get(address(parent)) if parent else None
        if above is not None:
            roots[root(place)] = root(above)
    gathered: dict[int, list[Entry]] = {}
    for place, entry in enumerate(talk):
        gathered.setdefault(root(place), []).append(entry)
    return [[entry.when for entry in thread] for thread in gathered.values() if _is_talk(thread)]


def _is_comment(entry: Entry) -> bool:
    """Whether an entry is one message on a post of the site."""
    return _is_reply(entry) and bool(entry.post)


def _is_reply(entry: Entry) -> bool:
    return entry.number == 1 and entry.kind in COMMENTS


def _is_talk(thread: Iterable[Entry]) -> bool:
    """Whether a thread stands under a post of the site and has two or more people in it."""
    people = {_ME if entry.mine or entry.direction is Direction.GIVEN else entry.person for entry in thread}
    return len(people) > 1 and any(entry.direction is Direction.RECEIVED for entry in thread)
