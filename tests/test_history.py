"""How the blog stood in the past: milestones written by hand, and what sources saw of its accounts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.history import notable, observed_days, parse_milestones, published_days, read_milestones
from conversation.ledger import Snapshot as Day
from conversation.posts import Post
from conversation.sources import Snapshot
from conversation.store import Observed

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def seen(days: int, account: str, followers: int | None, source: str = "mastodon") -> Observed:
    """What a source saw of an account so many days after NOON."""
    return Observed(source, Snapshot(account, followers), NOON + timedelta(days=days))


def test_rows_are_read_as_people_write_them() -> None:
    """Thousands may be grouped, columns may be missing, and a row without posts counts the site's own."""
    rows = "date;followers;note\n2020-01-05;3,035;first year\n# so long ago\n2021-01-05;5 756;\n"
    days, problems = parse_milestones(rows.encode(), "milestones.csv", [date(2019, 5, 1), date(2020, 6, 1)])
    assert problems == []
    assert [(one.day, one.posts, one.followers, one.note) for one in days] == [
        (date(2020, 1, 5), 1, 3035, "first year"),
        (date(2021, 1, 5), 2, 5756, ""),
    ]
    assert all(one.written for one in days)


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("5.1.2020,1,2,", "is not a date; write it as 2026-05-02"),
        (",1,2,", "the date is missing"),
        ("2020-01-05,many,2,", "'many' is not a number"),
        ("2020-01-05,1,-2,", "'-2' is not a number"),
        ("2020-01-05,,,", "needs a number"),
        ("2019-01-01,7,7,again", "this date stands above"),
    ],
)
def test_a_row_that_cannot_be_taken_is_told_with_its_line(row: str, what: str) -> None:
    """The other rows count, and the problem names the file and the line."""
    days, problems = parse_milestones(f"date,posts,followers,note\n2019-01-01,1,1,\n{row}\n".encode(), "m.csv", [])
    assert [one.day for one in days] == [date(2019, 1, 1)]
    assert [problem.where for problem in problems] == ["m.csv, line 3"]
    assert what in problems[0].what


def test_there_need_not_be_a_file(tmp_path: Path) -> None:
    """A blog without milestones of its own has none, and nothing is wrong with it."""
    assert read_milestones(tmp_path / "milestones.csv", "milestones.csv", []) == ([], [])


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_a_problem(data: bytes) -> None:
    """A damaged file never crashes a build."""
    days, problems = parse_milestones(b"date,posts,followers,note\n" + data, "m.csv", [])
    assert all(one.posts >= 0 for one in days)
    assert all(problem.where.startswith("m.csv") for problem in problems)


def test_one_more_account_is_no_growth_and_an_outage_no_fall() -> None:
    """Followers are those of all accounts, each with what was last known of it."""
    looks = [seen(0, "@a", 100), seen(10, "@a", 110), seen(10, "b", 50, "bluesky"), seen(20, "b", 60, "bluesky")]
    days = observed_days([*looks, seen(20, "@a", None)], [], BERLIN)
    assert [(one.day, one.followers) for one in days] == [
        (date(2026, 3, 1), 150),
        (date(2026, 3, 11), 160),
        (date(2026, 3, 21), 170),
    ]


@given(st.permutations([seen(0, "@a", 9), seen(3, "@a", 12), seen(1, "b", 5, "bluesky"), seen(3, "b", 4, "bluesky")]))
def test_the_order_of_looking_makes_no_difference(looks: list[Observed]) -> None:
    """What the store returns first is all the same."""
    assert [one.followers for one in observed_days(looks, [], BERLIN)] == [14, 14, 16]


def test_a_day_begins_where_the_site_is() -> None:
    """Half past eleven in the evening in UTC is the next day in Berlin, for posts and for followers."""
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    posts = [
        Post(url="https://e.example/a", title="A", published=late),
        Post(url="https://e.example/a-de", title="A", published=late, original="https://e.example/a"),
        Post(url="https://e.example/b", title="B", published=late, status="draft"),
        Post(url="https://e.example/c", title="C", content="page", published=late),
    ]
    assert published_days(posts, BERLIN) == [date(2026, 3, 2)]
    (day,) = observed_days([Observed("m", Snapshot("@a", 3), late)], published_days(posts, BERLIN), BERLIN)
    assert (day.day, day.posts) == (date(2026, 3, 2), 1)


def test_of_many_days_those_that_mean_something_are_shown() -> None:
    """The first, the first of a year, a round number of posts, the newest; never two within four weeks."""
    start = date(2025, 10, 1)
    daily = [Day(start + timedelta(days=n), posts=8 + n // 20, followers=100 + n) for n in range(200)]
    chosen = [one.day for one in notable([], daily)]
    assert chosen == [start, date(2025, 11, 10), date(2026, 1, 1), daily[-1].day]
    assert notable([], daily[:1]) == daily[:1]
    assert notable([], []) == []


def test_what_was_written_down_always_stands() -> None:
    """A day in the table is shown, however close it lies to others, and goes before what was seen on it."""
    written = [Day(date(2026, 1, 1), 5, 50, "moved", written=True), Day(date(2026, 1, 3), 6, 60, written=True)]
    daily = [Day(date(2026, 1, 1), 99, 999), Day(date(2026, 6, 1), 9, 90)]
    assert notable(written, daily) == [*written, daily[1]]


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 500)), max_size=60, unique_by=lambda one: one[0]))
def test_the_newest_day_is_always_among_them(looks: list[tuple[int, int]]) -> None:
    """However often accounts were looked at, the last known state is shown, and all days are among those seen."""
    daily = [Day(date(2020, 1, 1) + timedelta(days=day), posts, posts) for day, posts in sorted(looks)]
    chosen = notable([], daily)
    assert set(chosen) <= set(daily)
    assert chosen[-1:] == daily[-1:]
    assert chosen[:1] == daily[:1] or len(chosen) <= 1
