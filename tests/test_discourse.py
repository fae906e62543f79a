"""Discourse, asked over real sockets: topics about posts with all that is said in them, and what was given there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases_discourse import discourse_action, discourse_given, discourse_post, discourse_topic
from conformance import NOW, POST, SITE, Told, items
from conversation.acts import Act, Direction, Kind
from conversation.errors import Refused, SettingsError, Unreachable
from conversation.http import Client
from conversation.posts import Post
from conversation.sources import Ask, Finding, Source
from conversation.sources.discourse import SERVICE
from conversation.sources.discourse_api import topic_of
from conversation.sources.discourse_parse import Forum, Topic, parse_actions, parse_posts, parse_solutions, parse_topic
from loopback import Answer, Handler, Request, Server, answer_json, serve

FIRST, SECOND, THIRD = items(3)
LINK = f'<p><small>Ein Begleitthema zu <a href="{POST}">{POST}</a></small></p>'
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


def pull(
    server: Server, told: Told | None = None, *, account: str = "", topics: Sequence[str] = (), **ask: object
) -> Told:
    """One pull from `server` into `told`; the post's topics are those named, else found ones."""
    told = told or Told()
    told.batches, told.error = [], None
    source = Source("discourse", "forum", {"account": account} if account else {}, server.url)
    post = Post(url=POST, syndication=tuple(server.url + topic for topic in topics))
    plain: dict[str, Any] = {"full": False, "now": NOW, "sites": (SITE,), **ask}
    with Client(retries=0) as client:
        assert SERVICE.account
        for part in (SERVICE.account, SERVICE.pull):
            if not told.error:
                told.take(part(source, Ask((post,), dict(told.cursor), copies=dict(told.copies), **plain), client))
    return told


def pulled(handler: Handler, **options: object) -> tuple[Told, list[Request]]:
    """One pull from a server that answers by `handler`, and what it was asked."""
    with serve(handler) as server:
        return pull(server, **options), list(server.requests)  # type: ignore[arg-type]


def said(*posts: Mapping[str, Any], topics: Sequence[str] = ("/t/a-post/7",), **options: object) -> dict[str, Act]:
    """What is told of a topic with these posts, by the post's number in it."""
    told, _ = pulled(discourse_topic([dict(post) for post in posts]), topics=topics, **options)
    assert told.error is None
    return {act.url.rpartition("/")[2]: act for act in told.acts.values()}


def test_replies_are_threaded() -> None:
    """A reply names who wrote it and what it answers; one to the topic as a whole answers nothing in particular."""
    acts = said(
        discourse_post(1, LINK),
        discourse_post(2, "Good tea."),
        discourse_post(3, "Indeed.", reply_to_post_number=2, version=2, username="dee", name=""),
    )
    assert set(acts) == {"2", "3"}
    second, third = acts["2"], acts["3"]
    assert (second.direction, second.kind, second.target) == (Direction.RECEIVED, Kind.REPLY, POST)
    assert second.author.name == "Bea"
    assert second.author.url.endswith("/u/bea")
    assert second.author.photo.endswith("/user_avatar/forum/bea/96/1_2.png")
    assert (second.text, second.parent, second.updated) == ("Good tea.", "", None)
    assert third.parent == second.url
    assert third.author.name == "dee"
    assert third.updated is not None
    assert second.published is not None
    assert third.url.endswith("/t/a-post/7/3")


def test_long_topic_is_read_to_its_end() -> None:
    """Posts beyond the first twenty are asked for by their numbers, twenty a request."""
    posts = [discourse_post(1, LINK), *(discourse_post(n, f"post {n}") for n in range(2, 66))]
    with serve(discourse_topic(posts)) as server:
        told = pull(server, topics=("/t/7",))
        asked = [request for request in server.requests if request.path == "/t/7/posts.json"]
    assert len(told.acts) == 64
    assert [len(request.query["post_ids[]"]) for request in asked] == [20, 20, 5]


@pytest.mark.parametrize(
    "hidden",
    [
        {"hidden": True},
        {"cooked_hidden": True},
        {"user_deleted": True},
        {"deleted_at": "2026-05-05T00:00:00Z"},
        {"post_type": 2},
        {"post_type": 3},
        {"post_type": 4},
    ],
)
def test_what_is_not_for_all_is_left_out(hidden: dict[str, object]) -> None:
    """Hidden and deleted posts, notices, moderators' actions and whispers among staff are never told."""
    acts = said(discourse_post(1, LINK), discourse_post(2, "secret", **hidden), discourse_post(3, "open"))
    assert set(acts) == {"3"}


@pytest.mark.parametrize(
    "opening",
    [{"cooked": LINK}, {"user_id": -1, "username": "system"}, {"username": "Ada"}],
    ids=["companion", "system", "blogger"],
)
def test_opening_post_that_stands_for_the_blog_is_no_act(opening: dict[str, object]) -> None:
    """A topic that the forum or the blogger made of a post says nothing by itself."""
    posts = [discourse_post(1, f'See <a href="{POST}">this</a>', **opening), discourse_post(2, "hello")]
    handler = discourse_topic(posts, account=discourse_given([]))
    told, _ = pulled(handler, topics=("/t/x/7",), account="ada")
    assert [act.text for act in told.acts.values()] == ["hello"]


def test_opening_post_of_a_reader_is_a_mention() -> None:
    """Whoever begins a topic about a post mentions it, with the topic's title."""
    acts = said(discourse_post(1, f'I read <a href="{POST}">this</a> today.'), discourse_post(2, "Me too"))
    assert acts["1"].kind is Kind.MENTION
    assert acts["1"].title == "A post"
    assert acts["2"].kind is Kind.REPLY


def test_likes_of_the_opening_post_are_a_number() -> None:
    """Likes of the opening post count for the blog's post, those of replies do not; a later pull corrects that."""
    likes = [{"id": 2, "count": 5}, {"id": 3, "count": 9}]
    posts = [discourse_post(1, LINK, actions_summary=likes), discourse_post(2, "x", actions_summary=likes)]
    told, _ = pulled(discourse_topic(posts), topics=("/t/x/7",))
    assert [(count.kind, count.value) for count in told.numbers.values()] == [(Kind.LIKE, 5)]
    told, _ = pulled(discourse_topic([discourse_post(1, LINK)]), told=told, topics=("/t/x/7",))
    assert [count.value for count in told.numbers.values()] == [0]


def test_topics_are_found_by_the_links_of_their_opening_post() -> None:
    """A search for the site's host finds topics; those that link to a post are its copies, and each is read once."""
    opening = discourse_post(1, f'<a href="{POST}?utm_source=forum">tea</a>')
    handler = discourse_topic([opening, discourse_post(2, "found")], found=[7, 8])
    with serve(handler) as server:
        told = pull(server)
        assert told.copies == {POST: (f"{server.url}/t/7",)}
        assert {act.text for act in told.acts.values()} == {"tea", "found"}
        assert server.requests[0].query["q"] == ["blog.example in:first order:latest"]
        server.requests.clear()
        pull(server, told)
        assert [request.path for request in server.requests] == ["/search.json", "/search.json", "/t/7.json"]


def test_many_topics_are_looked_at_over_several_pulls() -> None:
    """A forum full of links to the site is read a part at a time, and all of it in the end."""
    looked: list[str] = []

    def answer(request: Request) -> Answer:
        if request.path.startswith("/t/"):
            looked.append(request.path)
            return answer_json({"id": 1, "post_stream": {"posts": [], "stream": []}})
        found = discourse_topic([], found=range(100, 170))(request)
        assert isinstance(found, tuple)
        return found

    told, counts = Told(), []
    with serve(answer) as server:
        for _ in range(4):
            pull(server, told)
            counts.append(len(looked))
    assert counts == [30, 60, 70, 70]
    assert len(set(looked)) == 70


def test_closed_search_says_what_to_do() -> None:
    """A forum that lets nobody search is no failure: topics named in front matter are read, and the message says so."""
    topic = discourse_topic([discourse_post(1, LINK), discourse_post(2, "hello")])

    def answer(request: Request) -> Answer:
        told = answer_json({"errors": ["no"]}, 403) if request.path == "/search.json" else topic(request)
        assert isinstance(told, tuple)
        return told

    told, _ = pulled(answer, topics=("/t/x/7",))
    assert told.error is None
    assert [act.text for act in told.acts.values()] == ["hello"]
    assert "syndication" in told.problems[0].what


def test_deleted_topic_takes_its_replies_along() -> None:
    """When a topic is gone nothing is said in it any more."""
    with serve(discourse_topic([discourse_post(1, LINK), discourse_post(2, "hello")])) as server:
        told = pull(server, topics=("/t/x/7",))
        assert len(told.acts) == 1
        server.handler = lambda _: answer_json({"errors": ["gone"]}, 410)
        pull(server, told, topics=("/t/x/7",))
    assert told.acts == {}
    assert told.error is None


def test_private_topic_is_a_refusal() -> None:
    """A topic that is not for everybody loses nothing that is known, and the refusal is told."""
    with serve(discourse_topic([discourse_post(1, LINK), discourse_post(2, "hello")])) as server:
        told = pull(server, topics=("/t/x/7",))
        server.handler = lambda _: answer_json({"errors": ["no"]}, 403)
        pull(server, told, topics=("/t/x/7",))
    assert isinstance(told.error, Refused)
    assert len(told.acts) == 1


def test_topic_that_does_not_tell_all_its_posts() -> None:
    """The very longest topics hide the numbers of their posts; what came is told, and nothing is taken for deleted."""
    answer = {"id": 7, "slug": "x", "title": "X", "post_stream": {"posts": [discourse_post(2, "hello")]}}
    told, _ = pulled(lambda _: answer_json(answer), topics=("/t/x/7",))
    assert len(told.acts) == 1
    assert POST not in [target for batch in told.batches for target in batch.complete]


def test_rate_limit_is_told() -> None:
    """429 with Retry-After ends the pull with words about when to come back."""
    told, _ = pulled(lambda _: (429, {"Retry-After": "3600"}, b""), topics=("/t/x/7",))
    assert isinstance(told.error, Unreachable)
    assert "come back" in str(told.error)


def test_replies_and_likes_are_given() -> None:
    """A reply is given to the post that it answers, a like to who wrote the post; a long reply's words are unknown."""
    actions = [
        discourse_action(FIRST, reply_to_post_number=2, excerpt="Try oolong, &amp; wait."),
        discourse_action(SECOND, excerpt="So much to say&hellip;"),
        discourse_action(THIRD, kind=1),
    ]
    told, _ = pulled(discourse_given(actions), account="@ada")
    reply, cut, like = (told.acts[f"given:{name}"] for name in ("post:501", "post:502", "like:503"))
    assert (reply.direction, reply.kind, reply.text, reply.words) == (
        Direction.GIVEN,
        Kind.REPLY,
        "Try oolong, & wait.",
        3,
    )
    assert reply.url.endswith("/t/tea/301/4")
    assert reply.target.endswith("/t/tea/301/2")
    assert cut.target.endswith("/t/tea/302")
    assert cut.words is None
    assert (like.kind, like.url, like.to.name) == (Kind.LIKE, "", "Bea")
    assert like.target.endswith("/t/tea/303/4")
    assert [shot.posts for batch in told.batches for shot in batch.snapshots] == [31]


def test_solutions_are_answers() -> None:
    """A reply that was marked as the solution is an answer with all its words; a forum without solutions is fine."""
    solved = [
        {
            "post_id": 501,
            "topic_id": 301,
            "post_number": 4,
            "slug": "tea",
            "topic_title": "How?",
            "cooked": "<p>One two three.",
        }
    ]
    actions = [discourse_action(FIRST), discourse_action(SECOND)]
    told, _ = pulled(discourse_given(actions, solved), account="ada")
    assert told.acts["given:post:501"].kind is Kind.ANSWER
    assert (told.acts["given:post:501"].words, told.acts["given:post:501"].title) == (3, "How?")
    assert told.acts["given:post:502"].kind is Kind.REPLY
    told, _ = pulled(discourse_given(actions), account="ada")
    assert {act.kind for act in told.acts.values()} == {Kind.REPLY}


def test_self_likes_and_hidden_posts_are_not_given() -> None:
    """What was done to the own posts, and what is hidden or deleted, is no gift."""
    actions = [
        discourse_action(FIRST, kind=1, username="Ada"),
        discourse_action(SECOND, hidden=True),
        discourse_action(THIRD, deleted=True),
    ]
    told, _ = pulled(discourse_given(actions), account="ada")
    assert told.acts == {}
    assert not told.problems


def test_taken_back_likes_vanish_within_a_month() -> None:
    """Later pulls read the newest actions only; every thirty days all are listed, and what is not there is gone."""
    many = [discourse_action(item, kind=1) for item in items(70)]
    with serve(discourse_given(many)) as server:
        told = pull(server, account="ada")
        assert len(told.acts) == 70
        server.handler = discourse_given(many[1:])
        server.requests.clear()
        pull(server, told, account="ada", now=NOW + timedelta(days=29))
        assert len(told.acts) == 70
        assert sum(request.path == "/user_actions.json" for request in server.requests) == 1
        pull(server, told, account="ada", now=NOW + timedelta(days=60))
    assert len(told.acts) == 69


def test_hidden_profile_is_told() -> None:
    """A profile that not everybody may see gives nothing, costs nothing, and the message says so."""
    posts = [discourse_post(1, LINK), discourse_post(2, "hello")]
    told, _ = pulled(discourse_topic(posts), account="ada", topics=("/t/x/7",))
    assert told.error is None
    assert len(told.acts) == 1
    assert "profile of ada" in told.problems[0].what


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/t/a-post/12", "12"),
        ("/t/a-post/12/3", "12"),
        ("/t/12", "12"),
        ("/t/12/3", "12"),
        ("/t/-/12", "12"),
        ("/t/a-post/12?u=ada#reply", "12"),
        ("/t/a-post/12/last", "12"),
        ("/t/a-post", ""),
        ("/u/ada", ""),
        ("/t/", ""),
    ],
)
def test_topics_by_their_address(path: str, number: str) -> None:
    """All the addresses that a forum gives a topic name it, on this forum only, and in whatever folder it lies."""
    assert topic_of(f"https://forum.example{path}", "https://forum.example") == number
    assert topic_of(f"http://Forum.example/talk{path}", "https://forum.example/talk/") == number
    assert topic_of(f"https://other.example{path}", "https://forum.example") == ""


def test_forum_must_be_named() -> None:
    """There is no forum for everybody: without base_url the message says what to write."""
    with Client() as client, pytest.raises(SettingsError, match="base_url"):
        list(SERVICE.pull(Source("discourse", "forum"), Ask((), {}, full=False, now=NOW), client))


def findings(handler: Handler, account: str = "ada") -> list[Finding]:
    """What `doctor` finds."""
    with serve(handler) as server, Client(retries=0) as client:
        assert SERVICE.check
        return list(SERVICE.check(Source("discourse", "forum", {"account": account}, server.url), client))


def test_check_looks_at_search_and_profile() -> None:
    """The doctor tells an open forum from one without search, and a profile that can be seen from one that cannot."""
    assert [one.well for one in findings(discourse_given([]))] == [True, True]
    missing = findings(discourse_topic([]))
    assert [one.well for one in missing] == [True, False]
    assert "account" in missing[1].advice
    assert [one.well for one in findings(lambda _: answer_json({}, 403))] == [False, False]


@given(json_values, st.lists(json_values, max_size=4))
def test_parsing_takes_any_json(value: object, entries: list[object]) -> None:
    """Whatever stands in an answer, parsing gives acts and problems and never an exception."""
    forum = Forum("forum", "https://forum.example", "ada")
    topic = parse_topic(value)
    assert topic is None or isinstance(topic, Topic)
    told = parse_posts(entries, Topic("7", "x", "X", (), ()), forum, POST)
    assert len(told.acts) + len(told.problems) <= len(entries)
    acts, problems = parse_actions(entries, forum)
    assert len(acts) + len(problems) <= len(entries)
    assert len(parse_solutions(entries, forum)) <= len(entries)


@given(st.sampled_from(sorted(discourse_post(1, ""))), json_values, st.sampled_from(sorted(discourse_action(FIRST))))
def test_one_odd_field_is_no_crash(field: str, value: object, other: str) -> None:
    """A post or an action with one odd field is taken, left out or a problem, and is sound where it is taken."""
    forum = Forum("forum", "https://forum.example")
    told = parse_posts([discourse_post(2, "x", **{field: value})], Topic("7", "x", "X", (), ()), forum, POST)
    assert all(act.id and act.url.startswith(forum.base) for act in told.acts)
    acts, problems = parse_actions([discourse_action(FIRST, **{other: value})], forum)
    assert all(act.id and act.target.startswith(forum.base) for act in acts)
    assert len(acts) + len(problems) <= 1
