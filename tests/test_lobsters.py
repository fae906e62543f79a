"""Lobsters: stories, their comments in their places, and what somebody submits."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given

from cases_news import ELSEWHERE, lobsters, lobsters_given
from conformance import NOW, POST, SITE, Item, items
from conversation.acts import Kind
from conversation.errors import Malformed, Missing, Unreachable
from conversation.posts import Post
from conversation.sources.lobsters import name_of, parse_own, parse_stories, parse_story
from conversation.sources.submissions import Desk
from loopback import Answer, Request, answer_json
from submitted import ANYTHING, Came, ask_of, asked, checked

BASE = "https://lobste.rs"


def desk(*posts: Post) -> Desk:
    return Desk(ask_of(*posts), lambda url: name_of(url, BASE))


def own(**changes: object) -> Came:
    """What comes of one story of the account's own."""
    story = {"short_id": "zzz999", "url": ELSEWHERE, "title": "Look", "created_at": NOW.isoformat(), "description": ""}
    return Came([parse_own(story | changes, source="lobsters", base=BASE, desk=desk())], [])


@pytest.mark.parametrize("old", [False, True])
def test_a_story_its_comments_and_its_score(old: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """The submission is a mention, comments keep their places, told outright or by indentation; the score is likes."""
    one, two, three, four = items(4)
    told = [one, dataclasses.replace(two, parent=1), dataclasses.replace(three, parent=2), four]
    came = asked("lobsters", lobsters(told, old=old))
    mention, *replies = came.acts
    assert (mention.kind, mention.title, mention.author.handle) == (Kind.MENTION, "A story", "cy")
    assert mention.url == f"{BASE}/s/abc123"
    assert [(act.text, act.parent[-2:]) for act in replies] == [
        ("word1x", ""),
        ("word2x", "c1"),
        ("word3x", "c2"),
        ("word4x", ""),
    ]
    assert replies[0].url == f"{BASE}/c/c1"
    assert replies[0].author.url == f"{BASE}/~bea"
    assert replies[0].author.photo == (f"{BASE}/avatars/bea-100.png" if old else "")
    assert came.points == [7]
    assert came.complete == [POST]
    assert all(request.query.keys() <= {"url"} for request in came.requests)


def test_replies_to_the_removed_stay() -> None:
    """What an author or moderator removed is not told; its answers go to the next one above that is still there."""
    one, two, three = items(3)
    two, three = dataclasses.replace(two, parent=1, deleted=True), dataclasses.replace(three, parent=2)
    came = asked("lobsters", lobsters([one, two, three]))
    assert [(act.id, act.parent) for act in came.acts[1:]] == [("c/c1", ""), ("c/c3", f"{BASE}/c/c1")]
    moderated = {"short_id": "abc", "comments": [{"short_id": "c1", "comment": "<p>x", "is_moderated": True}]}
    assert parse_story(moderated, source="l", target=POST, base=BASE).acts[1:] == ()


def test_an_edit_is_told() -> None:
    """A comment changed after it was written says when; one that was not says nothing."""
    comment = {"short_id": "c1", "comment": "<p>x", "created_at": "2026-01-01T10:00:00Z", "commenting_user": "bea"}
    edited = comment | {"short_id": "c2", "last_edited_at": "2026-01-01T11:00:00Z"}
    story = {"short_id": "abc", "comments": [comment | {"last_edited_at": comment["created_at"]}, edited]}
    _, plain, changed = parse_story(story, source="l", target=POST, base=BASE).acts
    assert plain.updated is None
    assert changed.updated == NOW.replace(month=1, day=1, hour=11)


@pytest.mark.parametrize("story", [{"submitter_user": "Ada"}, {"submitter_user": "x", "user_is_author": True}])
def test_own_story_is_no_mention(story: dict[str, object]) -> None:
    """Neither a story of the account's nor one that the site marks as submitted by its author mentions anybody."""
    thread = parse_story(story | {"short_id": "abc", "score": -3}, source="l", target=POST, base=BASE, me="ada")
    assert thread.acts == ()
    assert thread.points == -3


def test_a_story_of_another_page_is_not_taken() -> None:
    """The site's own idea of what is alike does not decide."""
    story = {"short_id": "abc123", "url": f"{SITE}/b.html"}
    came = asked("lobsters", lambda _: answer_json([story]))
    assert (came.acts, came.complete, len(came.requests)) == ([], [POST], 1)


def test_points_never_fall_below_nothing() -> None:
    """A story that was flagged more often than it was liked drew no likes."""
    story = {"short_id": "abc123", "url": POST, "score": -3, "submitter_user": "cy"}
    came = asked("lobsters", lambda request: answer_json([story] if "url" in request.query else story))
    assert came.points == [0]


def test_a_story_named_in_front_matter_is_read() -> None:
    """By its long address, at the site's own name or at that of the server that is asked."""
    named = Post(
        url=POST, syndication=(f"{BASE}/s/abc123/a_story", "https://lobste.rs/~cy", "https://x.example/s/abc123")
    )
    came = asked("lobsters", lobsters(items(2), link=ELSEWHERE), ask_of(named))
    assert len(came.acts) == 3
    assert [request.path for request in came.requests] == ["/stories/url/all.json", "/s/abc123.json"]


def test_a_link_to_somebody_is_given() -> None:
    """A story of the account's own about somebody's page is a link to them."""
    came = asked("lobsters", lobsters_given(items(60)), part="account", account="@bea")
    assert len(came.acts) == 60
    assert came.complete == ["*given"]
    act = came.acts[0]
    assert (act.kind, act.target, act.to.url) == (Kind.LINK, ELSEWHERE, "https://other.example/")
    assert (act.url, act.title) == (f"{BASE}/s/s60", "word60x")
    assert [request.path for request in came.requests][:2] == ["/~bea/stories.json", "/~bea/stories/page/2.json"]


def test_the_next_pull_stops_at_what_is_known() -> None:
    """After a full listing only pages with something new are read, until a month has gone by."""
    told = items(60)
    first = asked("lobsters", lobsters_given(told), part="account", account="bea")
    told = [*told, Item(61, "word61x", NOW)]
    changes: list[dict[str, object]] = [{"now": NOW + timedelta(days=1)}, {"now": NOW + timedelta(days=31)}]
    soon, late = (
        asked("lobsters", lobsters_given(told), ask_of(cursor=first.cursor, **change), part="account", account="bea")
        for change in changes
    )
    assert len(soon.requests) < len(first.requests)
    assert "word61x" in {act.title for act in soon.acts}
    assert soon.complete == []
    assert late.complete == ["*given"]
    assert len(late.acts) == 61


def test_own_posts_are_copies_and_notes() -> None:
    """What leads to the blogger's own page is a note, and a copy where that is a post."""
    came = own(url=f"{POST}?utm_source=lobsters")
    assert [act.kind for act in came.acts] == [Kind.NOTE]
    assert came.copies == [(POST, f"{BASE}/s/zzz999")]
    assert [act.kind for act in own(url=f"{SITE}/tags/").acts] == [Kind.NOTE]
    assert [act.kind for act in own(user_is_author=True).acts] == [Kind.NOTE]


def test_a_text_is_a_note() -> None:
    """A story without a link says something to nobody in particular: its first link is what it is about."""
    (act,) = own(url="", description='<p>Do you know <a href="https://a.example/">this</a>?').acts
    assert (act.kind, act.target, act.words) == (Kind.NOTE, "https://a.example/", 4)
    (act,) = own(url=None).acts
    assert act.target == ""


def test_stories_that_cannot_be_read_are_no_proof_of_deletion() -> None:
    """Where an entry is damaged the rest is taken, it is told, and the listing is not called whole."""

    def answer(request: Request) -> Answer:
        return answer_json(
            [] if "page" in request.path else [{"url": ELSEWHERE}, {"short_id": "abc", "url": ELSEWHERE}]
        )

    came = asked("lobsters", answer, part="account", account="bea")
    assert len(came.acts) == len(came.problems) == 1
    assert came.complete == []


def test_errors_go_through() -> None:
    """An account that is not there, and a site that is out of order, are errors of the source."""
    with pytest.raises(Missing):
        asked("lobsters", lobsters([]), part="account", account="nobody")
    with pytest.raises(Unreachable):
        asked("lobsters", lambda _: answer_json({}, 500))


def test_a_merged_story_is_told_as_a_problem() -> None:
    """A story that was merged leads to a page of HTML: that is told, and nothing known is taken for gone."""

    def answer(request: Request) -> Answer:
        if request.path.startswith("/stories"):
            return answer_json([{"short_id": "abc123", "url": POST}])
        return 200, {"Content-Type": "text/html"}, b"<!doctype html>"

    came = asked("lobsters", answer)
    assert "/s/abc123" in came.problems[0]
    assert came.complete == []


def test_doctor() -> None:
    """It says whether the site answers, and whether it knows the account."""
    assert [one.well for one in checked("lobsters", lambda _: answer_json([]))] == [True]
    assert [one.well for one in checked("lobsters", lobsters_given(items(1)), "bea")] == [True]
    assert [one.well for one in checked("lobsters", lobsters_given(items(1)), "nobody")] == [False]


@pytest.mark.parametrize(
    ("url", "base", "name"),
    [
        (f"{BASE}/s/abc123", BASE, f"{BASE}/s/abc123"),
        ("http://www.lobste.rs/s/ABC123/title#c_x", BASE, f"{BASE}/s/abc123"),
        (f"{BASE}/s/abc123.json", BASE, f"{BASE}/s/abc123"),
        ("https://news.example/crab/s/abc123", "https://news.example/crab", "https://news.example/crab/s/abc123"),
        (f"{BASE}/c/abc123", BASE, ""),
        ("https://evil.example/s/abc123", BASE, ""),
        ("javascript:/s/abc123", BASE, ""),
    ],
)
def test_addresses_of_stories(url: str, base: str, name: str) -> None:
    """A story has one address, whatever its title, and nothing else is one."""
    assert name_of(url, base) == name


@given(ANYTHING)
def test_any_json_is_an_answer(value: object) -> None:
    """Whatever comes as a story, a comment or a list ends as acts and problems, or as Malformed where it is none."""
    parse_own(value, source="l", base=BASE, desk=desk())
    comments: Sequence[object] = [value, {"short_id": "c1", "comment": "x", "parent_comment": value}]
    thread = parse_story({"short_id": "a", "comments": comments}, source="l", target=POST, base=BASE)
    assert thread.whole is not bool(thread.problems)
    with contextlib.suppress(Malformed):
        assert parse_story(value, source="l", target=POST, base=BASE).whole in {True, False}
    with contextlib.suppress(Malformed):
        assert all(name_of(url, BASE) for _, url in parse_stories(value, BASE))
