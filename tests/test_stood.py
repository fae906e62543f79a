"""What stands as it stood is not read again, and what may have changed unseen is, soon enough."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from conformance import NOW
from conversation.acts import Act, Kind
from conversation.posts import Post
from conversation.sources import Ask
from conversation.sources.stood import AGAIN, LIVELY, MAX_REMEMBERED, PORTION, Stood
from making import act, post

OLD = NOW - timedelta(days=400)
POST = post(published=OLD)
HOUR = timedelta(hours=1)


def ask(cursor: dict[str, str] | None = None, now: datetime = NOW, *, full: bool = False) -> Ask:
    return Ask((), cursor or {}, full, now)


def read(acts: Iterable[Act] = (), one: Post = POST, state: str | None = "2 likes") -> dict[str, str]:
    """The cursor after `one` was read, and stood so."""
    stood = Stood(ask())
    stood.note(one, state, acts)
    return stood.kept({}, last=True) or {}


def is_still(cursor: dict[str, str], now: datetime = NOW + HOUR, one: Post = POST, state: str = "2 likes") -> bool:
    return Stood(ask(cursor, now)).is_still(one, state)


def test_what_stands_as_it_stood_is_left_alone() -> None:
    """Only with the same numbers, and only the post that was read."""
    cursor = read([act(published=OLD)])
    assert is_still(cursor)
    assert not is_still(cursor, state="3 likes")
    assert not is_still(cursor, one=post("b.html", published=OLD))
    assert not is_still({})


def test_what_numbers_do_not_tell_is_found_within_a_week() -> None:
    """Edits and answers to answers change no number: everything is read again after `AGAIN`."""
    cursor = read()
    assert is_still(cursor, NOW + AGAIN - HOUR)
    assert not is_still(cursor, NOW + AGAIN)


@pytest.mark.parametrize("more", [{"published": NOW - HOUR}, {"published": OLD, "updated": NOW - HOUR}])
def test_where_somebody_spoke_lately_numbers_are_not_believed(more: dict[str, datetime]) -> None:
    """While people talk, each pull reads what they say; their likes are numbers."""
    cursor = read([act(**more)])
    assert not is_still(cursor)
    assert not is_still(cursor, NOW + LIVELY - 2 * HOUR)
    assert is_still(read([act(kind=Kind.LIKE, **more)]))


def test_a_young_post_is_always_read() -> None:
    """In its first days anything may happen."""
    young = post(published=NOW - timedelta(days=1))
    assert not is_still(read(one=young), one=young)
    assert is_still(read(one=post(published=None)), one=post(published=None))


def test_a_full_pull_reads_all() -> None:
    """Whoever asks for everything gets it."""
    assert not Stood(ask(read(), full=True)).is_still(POST, "2 likes")


def test_a_wrong_clock_hides_nothing() -> None:
    """What was read in the future is read now."""
    assert not is_still(read(), NOW - HOUR)


def test_what_was_not_read_to_its_end_is_read_again() -> None:
    """A problem today is tried again, and what stood before is forgotten."""
    stood = Stood(ask(read()))
    stood.note(POST, None, ())
    assert not is_still(stood.kept({}, last=True) or {})


def test_the_cursor_of_others_stays() -> None:
    """A source may keep more there."""
    stood = Stood(ask())
    stood.note(POST, "", ())
    kept = stood.kept({"account": "ada", "stood": "old"}, last=True)
    assert kept
    assert kept["account"] == "ada"
    assert is_still(kept, state="")


def test_the_cursor_is_kept_now_and_then_and_stays_small() -> None:
    """It is written after some posts and at the end, and remembers a bounded number, the last."""
    stood = Stood(ask())
    posts = [post(f"{number}.html", published=OLD) for number in range(MAX_REMEMBERED + 1)]
    written = 0
    for one in posts:
        stood.note(one, "x", ())
        written += stood.kept({}) is not None
    assert written == len(posts) // PORTION
    kept = stood.kept({}, last=True)
    assert kept
    assert len(kept["stood"].split()) == MAX_REMEMBERED
    assert [is_still(kept, one=one, state="x") for one in (posts[0], posts[1], posts[-1])] == [False, True, True]
    assert stood.kept({}, last=True) is None


@pytest.mark.parametrize("text", ["", "x", "a:b:c:d", "a:1:2", "a:1:2:3:4", ":::", "a:-1:2:3", "a:²:1:b"])
def test_a_damaged_cursor_is_as_good_as_none(text: str) -> None:
    """Nothing that stands there stops a pull."""
    assert not is_still({"stood": text})
