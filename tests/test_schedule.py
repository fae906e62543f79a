"""schedule.py: lively posts are asked about often, silent ones seldom."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from conversation.posts import Post
from conversation.schedule import LONGEST_POST, SHORTEST, due_posts, interval, source_due

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def post(name: str, days: float, **more: object) -> Post:
    return Post(url=f"https://e.example/{name}", published=NOW - timedelta(days=days), **more)  # type: ignore[arg-type]


def test_a_post_never_asked_about_is_due_and_the_liveliest_comes_first() -> None:
    """The budget of a build goes first to where something is likely to have changed."""
    old, young = post("old", 400), post("young", 1)
    assert due_posts([old, young], activity={}, asked={}, now=NOW) == (young, old)


def test_the_interval_grows_with_the_silence() -> None:
    """A post of yesterday is asked about every three hours, one that was silent for half a year every three weeks."""
    young, old = post("young", 1), post("old", 180)
    asked = {young.url: NOW - timedelta(hours=4), old.url: NOW - timedelta(days=20)}
    assert due_posts([old, young], activity={}, asked=asked, now=NOW) == (young,)
    asked[old.url] = NOW - timedelta(days=23)
    assert due_posts([old, young], activity={}, asked=asked, now=NOW) == (young, old)


def test_new_life_in_an_old_post_shortens_its_interval() -> None:
    """Somebody finds a post of three years ago: its conversation is followed again."""
    old = post("old", 1000)
    asked = {old.url: NOW - timedelta(hours=5)}
    assert due_posts([old], activity={}, asked=asked, now=NOW) == ()
    assert due_posts([old], activity={old.url: NOW - timedelta(days=1)}, asked=asked, now=NOW) == (old,)


def test_a_page_without_a_date_is_looked_at_every_day() -> None:
    """Nobody knows how old it is: what is said about it is not to be missed, nor is it asked about in every build."""
    page = Post(url="https://e.example/about")
    assert due_posts([page], activity={}, asked={page.url: NOW - timedelta(hours=23)}, now=NOW) == ()
    assert due_posts([page], activity={}, asked={page.url: NOW - timedelta(hours=24)}, now=NOW) == (page,)


def test_closed_posts_and_drafts_are_left_alone() -> None:
    """`comments: closed` ends collection, a date ends it from that day on, and drafts draw nothing."""
    posts = [
        post("closed", 1, closed=True),
        post("ended", 9, closed=NOW - timedelta(days=2)),
        post("draft", 1, status="draft"),
        post("ends-later", 1, closed=NOW + timedelta(days=2)),
    ]
    assert [one.url for one in due_posts(posts, activity={}, asked={}, now=NOW)] == ["https://e.example/ends-later"]


def test_a_source_that_failed_is_tried_again_at_once() -> None:
    """An outage is over for the blog as soon as it is over."""
    assert source_due(pulled=NOW, failed=True, newest=NOW, now=NOW)
    assert source_due(pulled=None, failed=False, newest=None, now=NOW)
    assert not source_due(pulled=NOW - timedelta(minutes=5), failed=False, newest=NOW, now=NOW)
    assert source_due(pulled=NOW - timedelta(hours=25), failed=False, newest=NOW - timedelta(days=900), now=NOW)


@given(st.timedeltas(), st.timedeltas())
def test_the_interval_is_bounded_and_never_shrinks_with_silence(one: timedelta, other: timedelta) -> None:
    """However long or impossible the silence, the wait stays within its bounds and in order."""
    shorter, longer = sorted([one, other])
    assert SHORTEST <= interval(shorter, LONGEST_POST) <= interval(longer, LONGEST_POST) <= LONGEST_POST
