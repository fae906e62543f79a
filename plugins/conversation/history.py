"""How the blog stood on days in the past: what sources saw of its accounts, and what the blogger wrote down.

Sources see followers day by day; `content/milestones.csv` tells of what was before. Of all those days the page shows a
few: the first, the first of each year, those on which the number of posts had just become a round one, the newest, and
every day that the blogger wrote down.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from .acts import Problem
from .ledger import Snapshot
from .posts import Post
from .sanitise import line
from .sources import tables
from .store import Observed

__all__ = ["COLUMNS", "notable", "observed_days", "parse_milestones", "published_days", "read_milestones"]

#: The columns of milestones.csv; only the date is required, and one of the two numbers.
COLUMNS = ("date", "posts", "followers", "note")
#: Numbers of posts that are worth a milestone.
ROUND = (10, 25, 50, 100, 250, 500, *(1_000 * n for n in range(1, 101)))
#: Days that lie closer together than this say nothing about how far a blog came.
APART = timedelta(days=28)
LARGEST = 10_000_000_000


def read_milestones(path: Path, name: str, published: Sequence[date]) -> tuple[list[Snapshot], list[Problem]]:
    """The days in the file at `path` and what is wrong with it; none of both where there is no such file.

    `name` is the file's for messages, `published` are the days on which the site's posts appeared, in order. Raises
    ArchiveError where the file cannot be read.
    """
    data = tables.read(path, name)
    return ([], []) if data is None else parse_milestones(data, name, published)


def parse_milestones(data: bytes, name: str, published: Sequence[date]) -> tuple[list[Snapshot], list[Problem]]:
    """The days in a file's bytes, oldest first; where a row has no number of posts, the site's own are counted."""
    table = tables.parse(data, name, columns=COLUMNS, required=frozenset({"date"}))
    problems = list(table.problems)
    days: dict[date, Snapshot] = {}
    for row in table.rows:
        snapshot = _snapshot(row.cells, published)
        if isinstance(snapshot, str):
            problems.append(tables.problem(name, row.line, snapshot))
        elif snapshot.day in days:
            problems.append(tables.problem(name, row.line, "this date stands above; the first row counts"))
        else:
            days[snapshot.day] = snapshot
    return sorted(days.values(), key=_day), problems


def _snapshot(cells: Mapping[str, str], published: Sequence[date]) -> Snapshot | str:
    text = cells.get("date", "")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return f"{line(text, 40)!r} is not a date; write it as 2026-05-02" if text else "the date is missing"
    posts, followers = _number(cells.get("posts", "")), _number(cells.get("followers", ""))
    for number in (posts, followers):
        if isinstance(number, str):
            return f"{line(number, 40)!r} is not a number"
    if posts is None and followers is None:
        return "a milestone needs a number of posts or of followers"
    known = bisect_right(published, day) if posts is None else int(posts)
    return Snapshot(
        day, known, None if followers is None else int(followers), line(cells.get("note", ""), 80), written=True
    )


def _number(text: str) -> int | str | None:
    """A number, with or without commas or spaces between thousands; None for nothing, the text where it is none."""
    if not text:
        return None
    digits = re.sub(r"(?<=\d)[,.'’\s](?=\d{3}(?:\D|$))", "", text)
    return int(digits) if re.fullmatch(r"\d{1,11}", digits, re.ASCII) and int(digits) <= LARGEST else text


def observed_days(seen: Iterable[Observed], published: Sequence[date], zone: ZoneInfo) -> list[Snapshot]:
    """The followers of all accounts together, on every local day on which one of them was looked at, oldest first.

    An account counts with what was last known of it, and before it was first looked at with what it then had: to list
    one more account is no growth, and an outage no fall.
    """
    history: dict[tuple[str, str], list[tuple[datetime, int]]] = {}
    for one in seen:
        if one.snapshot.followers is not None:
            history.setdefault((one.source, one.snapshot.account), []).append((one.at, one.snapshot.followers))
    last: dict[tuple[str, str], int] = {account: min(told)[1] for account, told in history.items()}
    days: dict[date, int] = {}
    told = sorted((at, account, followers) for account, values in history.items() for at, followers in values)
    for at, account, followers in told:
        last[account] = followers
        days[at.astimezone(zone).date()] = sum(last.values())
    return [Snapshot(day, bisect_right(published, day), followers) for day, followers in days.items()]


def published_days(posts: Iterable[Post], zone: ZoneInfo) -> list[date]:
    """The local days on which the site's articles appeared, in order; translations are no further posts."""
    found = (post for post in posts if post.content == "article" and post.status == "published" and post.published)
    return sorted(
        post.published.astimezone(zone).date() for post in found if post.published and post.original in {"", post.url}
    )


def notable(written: Iterable[Snapshot], seen: Iterable[Snapshot]) -> list[Snapshot]:
    """The days worth showing, oldest first: all that were written down, and of those seen the few that mean something.

    The first, the first of each year, the first after the number of posts became a round one, and the newest; days that
    lie within four weeks of one before them are passed over for the newer of the two, unless it was written down.
    """
    kept = {one.day: one for one in written}
    seen = sorted((one for one in seen if one.day not in kept), key=_day)
    chosen: list[Snapshot] = []
    for number, one in enumerate(seen):
        before = seen[number - 1] if number else None
        newest = number == len(seen) - 1
        if before is None or newest or one.day.year > before.day.year or _passed(before.posts, one.posts):
            if newest and len(chosen) > 1 and one.day - chosen[-1].day < APART:
                chosen.pop()
            if not chosen or newest or one.day - chosen[-1].day >= APART:
                chosen.append(one)
    return sorted([*kept.values(), *chosen], key=_day)


def _passed(before: int, now: int) -> bool:
    """Whether the number of posts became a round one."""
    return any(before < number <= now for number in ROUND)


def _day(snapshot: Snapshot) -> date:
    return snapshot.day
