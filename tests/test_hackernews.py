"""Hacker News: only stories that link to the post count, their comments keep their places, and answers are given."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from msgspec import structs

from cases_news import ELSEWHERE, STORY, hackernews, hackernews_given
from conformance import NOW, POST, SITE, Item, items
from conversation.acts import Kind
from conversation.errors import Malformed, Missing, Unreachable
from conversation.posts import Post
from conversation.sources.hackernews import parse_item, parse_own
from conversation.sources.hackernews_search import name_of, parse_hits
from conversation.sources.submissions import Desk, pages_of
from loopback import Answer, Raw, Request, answer_json
from submitted import ANYTHING, Came, ask_of, asked, checked

HOME = "https://news.ycombinator.com"


def pulled(told: Sequence[Item] = (), **options: object) -> Came:
    return asked("hackernews", hackernews(told, **options))  # type: ignore[arg-type]


def test_a_story_its_comments_and_its_points() -> None:
    """The submission is a mention by who submitted it, comments are replies in their places, points are likes."""
    first, second, third = items(3)
    came = pulled([first, dataclasses.replace(second, parent=1), third])
    mention, *replies = came.acts
    assert (mention.kind, mention.title, mention.author.name) == (Kind.MENTION, "A story", "cy")
    assert mention.url == f"{HOME}/item?id={STORY}"
    assert mention.author.url == f"{HOME}/user?id=cy"
    assert [act.text for act in replies] == ["word1x 'tis", "word2x 'tis", "word3x 'tis"]
    assert [act.parent for act in replies] == ["", replies[0].url, ""]
    assert replies[0].published == first.when
    assert {act.target for act in came.acts} == {POST}
    assert came.points == [7]
    assert came.complete == [POST]
    assert came.copies == [(POST, f"{HOME}/item?id={STORY}")]


def test_a_story_that_only_looks_alike_is_not_taken() -> None:
    """The search is fuzzy: what links to another page, on the same site too, is not even read."""
    came = pulled(items(2), link=f"{SITE}/b.html")
    assert not came.acts
    assert not came.points
    assert came.complete == [POST]
    assert [request.path for request in came.requests] == ["/api/v1/search"]


@pytest.mark.parametrize("link", ["http://www.blog.example/a.html?utm_source=hn#top", "http://old.example/x/a.html"])
def test_a_story_with_another_spelling_of_the_link_is_taken(link: str) -> None:
    """http, www, tracking parameters and the site's former address do not hide a conversation."""
    ask = ask_of(sites=(SITE, "http://old.example/x"))
    came = asked("hackernews", hackernews(items(1), link=link), ask)
    assert len(came.acts) == 2
    queries = [request.query["query"][0] for request in came.requests if request.path.endswith("search")]
    assert queries == ["blog.example", "old.example/x"]


def test_all_posts_of_a_site_are_found_in_one_search() -> None:
    """However many posts are asked about, their stories take one request, and a page elsewhere one of its own."""
    posts = [Post(url=f"{SITE}/{number}.html") for number in range(30)]
    moved = Post(url=POST, aliases=("https://medium.example/@ada/a",))
    came = asked("hackernews", hackernews(items(2)), ask_of(*posts, moved))
    assert len(came.acts) == 3
    assert sorted(came.complete) == sorted(post.url for post in (*posts, moved))
    queries = [request.query["query"][0] for request in came.requests if "query" in request.query]
    assert queries == ["blog.example", "https://medium.example/@ada/a"]


def test_a_site_with_more_stories_than_an_answer_holds_is_searched_page_by_page() -> None:
    """What a search for the site cut off is found by a search for the page."""
    plain = hackernews(items(2))

    def answer(request: Request) -> Answer | Raw:
        if request.query.get("query") == ["blog.example"]:
            return answer_json({"hits": [{"objectID": str(n), "url": f"{SITE}/{n}"} for n in range(1, 1_001)]})
        return plain(request)

    came = asked("hackernews", answer)
    assert len(came.acts) == 3
    assert came.complete == [POST]


def test_a_story_of_which_nothing_has_changed_is_not_read_again() -> None:
    """The search tells points and comments of all: one more is worth a request, and an old story a look a week."""
    first = asked("hackernews", hackernews(items(2)), ask_of(now=NOW + timedelta(days=60)))
    ask = ask_of(now=NOW + timedelta(days=61), cursor=first.cursor)
    again = asked("hackernews", hackernews(items(2)), ask)
    assert ([request.path for request in again.requests], again.complete) == (["/api/v1/search"], [])
    assert [batch.answered for batch in again.batches] == [(POST,)]
    assert asked("hackernews", hackernews(items(2), points=8), ask).points == [8]
    later = structs.replace(ask, now=NOW + timedelta(days=67))
    assert len(asked("hackernews", hackernews(items(2)), later).acts) == 3


def test_own_story_is_no_mention() -> None:
    """Whoever submits their own post has mentioned nobody; what others say below counts."""
    came = asked("hackernews", hackernews(items(1)), account="CY")
    assert [act.kind for act in came.acts] == [Kind.REPLY]


def test_replies_to_the_dead_stay() -> None:
    """What was deleted is not told, and its answers go to the next one above that is still there."""
    one, two, three, four = items(4)
    two = dataclasses.replace(two, parent=1, deleted=True)
    three = dataclasses.replace(three, parent=2)
    four = dataclasses.replace(four, deleted=True)
    five = Item(5, "word5x", NOW, parent=4)
    came = pulled([one, two, three, four, five])
    assert [(act.id, act.parent[-7:]) for act in came.acts[1:]] == [
        ("1000001", ""),
        ("1000003", "1000001"),
        ("1000005", ""),
    ]


def test_a_story_named_in_front_matter_is_believed() -> None:
    """A text that links elsewhere, or nowhere, is the post's conversation if the blogger says so."""
    named = Post(
        url=POST, syndication=(f"http://news.ycombinator.com/item?id={STORY}#c", "https://x.example/item?id=1")
    )
    came = asked("hackernews", hackernews(items(2), link=ELSEWHERE), ask_of(named))
    assert len(came.acts) == 3
    assert not came.copies


def test_a_story_found_earlier_counts_while_it_links_to_the_post() -> None:
    """What a search found once is read again, and dropped where a moderator has changed its link."""
    known = ask_of(copies={POST: (f"{HOME}/item?id={STORY}",)})
    came = asked("hackernews", hackernews(items(2), link=ELSEWHERE), known)
    assert not came.acts
    assert came.complete == [POST]
    assert came.points == [0]


def test_two_stories_are_one_conversation() -> None:
    """Points of a post that was submitted twice are added up, and comments of both are told."""
    other = Post(url=POST, syndication=(f"{HOME}/item?id=9",))

    def answer(request: Request) -> Answer:
        if request.path.endswith("/items/9"):
            told = {"id": 9, "author": "dee", "title": "Again", "points": 5, "children": []}
            return answer_json(told | {"children": [{"id": 10, "author": "eve", "text": "late"}]})
        found = hackernews(items(1))(request)
        assert isinstance(found, tuple)
        return found

    came = asked("hackernews", answer, ask_of(other))
    assert came.points == [12]
    assert sorted(act.text for act in came.acts if act.kind is Kind.REPLY) == ["late", "word1x 'tis"]


def test_a_damaged_story_spoils_no_other_post() -> None:
    """What cannot be read is told with its address, nothing of that post is taken for gone, and the next is asked."""
    posts = (Post(url=POST, syndication=(f"{HOME}/item?id=9",)), Post(url=f"{SITE}/b.html"))

    def answer(request: Request) -> Answer:
        return answer_json([] if "items" in request.path else {"hits": []})

    came = asked("hackernews", answer, ask_of(*posts))
    assert len(came.problems) == 1
    assert f"{HOME}/item?id=9" in came.problems[0]
    assert came.complete == [f"{SITE}/b.html"]
    assert not came.points


def test_a_deleted_story_takes_its_comments_along() -> None:
    """404 for a story means that it is gone: the listing is whole without it, and it has no points left."""
    named = Post(url=POST, syndication=(f"{HOME}/item?id=9",))

    def answer(request: Request) -> Answer:
        return answer_json({"hits": []}) if "search" in request.path else answer_json({}, 404)

    came = asked("hackernews", answer, ask_of(named))
    assert (came.acts, came.complete, came.points) == ([], [POST], [0])


def test_a_search_that_is_not_there_is_an_error() -> None:
    """A wrong base_url must not look like a post that nobody speaks of."""
    with pytest.raises(Missing):
        asked("hackernews", lambda _: answer_json({}, 404))


def given_by(told: Sequence[Item], **changes: object) -> Came:
    return asked("hackernews", hackernews_given(told), ask_of(**changes), part="account", account="bea")


def test_what_was_answered_elsewhere_is_given() -> None:
    """A comment of the account's own is a reply to what stands above it, with its words counted."""
    came = given_by(items(2))
    act = came.acts[-1]
    assert (act.kind, act.direction) == (Kind.REPLY, "given")
    assert (act.target, act.title, act.words) == (f"{HOME}/item?id=77", "Another story", 1)
    assert act.author.name == ""
    assert came.complete == ["*given"]
    assert all("points" not in str(request.query) for request in came.requests)


def test_the_ceiling_of_a_search_hides_nothing() -> None:
    """Three thousand comments, many in one second, are walked through by date in answers of a thousand."""
    second = NOW - timedelta(days=50)
    told = [Item(n, f"word{n}x", second - timedelta(seconds=n // 7)) for n in range(1, 3_001)]
    came = given_by(told)
    assert len({act.id for act in came.acts}) == 3_000
    assert len(came.requests) <= 5
    assert came.complete == ["*given"]


def test_the_next_pull_asks_only_for_what_is_new() -> None:
    """After a full listing only the days since are asked for, until a month has gone by or a full pull is wanted."""
    first = given_by(items(5))
    later = NOW + timedelta(days=3)
    second = given_by(items(9), cursor=first.cursor, now=later)
    assert "created_at_i>=" in second.requests[0].query["numericFilters"][0]
    assert {act.text for act in second.acts} >= {"word6x", "word9x"}
    assert second.complete == []
    assert second.cursor["listed"] == first.cursor["listed"]
    for changes in ({"full": True, "now": later}, {"now": NOW + timedelta(days=31)}):
        again = given_by(items(9), cursor=second.cursor, **changes)
        assert again.complete == ["*given"], changes
        assert len(again.acts) == 9


def test_the_cursor_keeps_what_others_wrote_into_it() -> None:
    """Both parts of a source share one cursor."""
    assert given_by(items(1), cursor={"other": "1"}).cursor["other"] == "1"


def test_own_comments_below_own_posts_are_not_given() -> None:
    """They belong to the post's conversation, where they are told already."""
    came = asked("hackernews", hackernews(items(1)), ask_of(), part="account", account="bea")
    assert [act.text for act in came.acts] == ["word1x"]
    own = {"id": 5, "comment_text": "hi", "story_id": 70, "parent_id": 70, "story_url": f"{POST}?utm_source=hn"}
    desk = Desk(ask_of(Post(url=POST, syndication=(f"{HOME}/item?id=71",))), name_of)
    assert parse_own(own, source="hn", desk=desk).acts == ()
    assert parse_own(own | {"story_url": None, "story_id": 71}, source="hn", desk=desk).acts == ()
    assert len(parse_own(own | {"story_url": ELSEWHERE}, source="hn", desk=desk).acts) == 1


def test_without_an_account_nothing_given_is_asked_for() -> None:
    """A source that names no account makes no request about one."""
    came = asked("hackernews", hackernews_given(items(3)), part="account")
    assert (came.batches, came.requests) == ([], [])


def test_an_unfinished_walk_is_no_proof_of_deletion() -> None:
    """Where a page fails, the error is raised and nothing was said to be whole."""
    asked_for: list[Request] = []

    def answer(request: Request) -> Answer:
        asked_for.append(request)
        told = [
            {"objectID": str(n), "comment_text": "x", "parent_id": 1, "created_at_i": n}
            for n in range(2_000, 1_000, -1)
        ]
        return answer_json({"hits": told}) if len(asked_for) == 1 else answer_json({}, 500)

    with pytest.raises(Unreachable):
        asked("hackernews", answer, part="account", account="bea")
    assert len(asked_for) == 2


def test_doctor() -> None:
    """It says whether the search answers, and whether it knows the account in these letters."""
    assert [one.well for one in checked("hackernews", hackernews_given(items(1)))] == [True]
    assert [one.well for one in checked("hackernews", lambda _: answer_json({"hits": [{"objectID": "1"}]}), "bea")] == [
        True
    ]
    (finding,) = checked("hackernews", lambda _: answer_json({"hits": []}), "Bea")
    assert not finding.well
    assert "letter case" in finding.advice


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (f"{HOME}/item?id=12", f"{HOME}/item?id=12"),
        ("http://news.ycombinator.com/item?p=2&id=0012#34", f"{HOME}/item?id=12"),
        (f"{HOME}/item?id=x", ""),
        (f"{HOME}/user?id=12", ""),
        ("https://news.ycombinator.com.evil.example/item?id=12", ""),
    ],
)
def test_addresses_of_items(url: str, name: str) -> None:
    """An item has one address, however it is written, and nothing else is one."""
    assert name_of(url) == name


def test_pages_to_search_for() -> None:
    """Each page once: the post, its aliases also where they are paths, itself at former addresses of the site."""
    post = Post(
        url=f"{SITE}/ä.html", aliases=("/old/a/", f"{SITE}/ä.html#x", f"{SITE}/%C3%A4.html", "https://b.example/a")
    )
    found = pages_of(post, (f"{SITE}/", "http://old.example"))
    assert found == (f"{SITE}/ä.html", f"{SITE}/old/a/", "https://b.example/a", "http://old.example/ä.html")
    assert quote("ä") not in found[0]
    assert pages_of(Post(url=POST), ()) == (POST,)


@given(ANYTHING)
def test_any_json_is_an_answer(value: object) -> None:
    """Whatever comes as an item, a hit or a result ends as acts and problems, or as Malformed where it is none."""
    desk = Desk(ask_of(), name_of)
    parse_own(value, source="hn", desk=desk)
    item = {"id": 1, "children": [value, [value]]}
    thread = parse_item(item, source="hn", target=POST)
    assert thread.whole is not bool(thread.problems)
    with contextlib.suppress(Malformed):
        assert parse_item(value, source="hn", target=POST).whole in {True, False}
    with contextlib.suppress(Malformed):
        assert all(name_of(url) for _, url in parse_hits(value))
