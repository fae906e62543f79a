"""Lemmy, in both dialects of its API: the same acts come of both."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from msgspec import structs

from cases_news import ELSEWHERE, lemmy, lemmy_given
from conformance import NOW, POST, SITE, Item, items
from conversation.acts import Kind
from conversation.errors import Malformed, Missing, Unreachable
from conversation.posts import Post
from conversation.sources import Source
from conversation.sources.lemmy import home_of, name_of, parse_comments, parse_own, parse_post
from conversation.sources.submissions import Desk
from loopback import Answer, Request, answer_json
from submitted import ANYTHING, Came, ask_of, asked, checked

BASE = "https://lemmy.example"
both = pytest.mark.parametrize("modern", [False, True], ids=["v3", "v4"])


def desk(*posts: Post) -> Desk:
    return Desk(ask_of(*posts), lambda url: name_of(url, BASE))


def own(view: dict[str, object], *posts: Post) -> Came:
    return Came([parse_own(view, source="lemmy", base=BASE, desk=desk(*posts))], [])


def paths(came: Came) -> list[str]:
    return [request.path.removeprefix("/api/") for request in came.requests]


@both
def test_a_post_its_comments_and_its_score(modern: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """The post is a mention, its comments are replies in their places, the score is likes, in both dialects."""
    one, two, three, four = items(4)
    told = [one, dataclasses.replace(two, parent=1), dataclasses.replace(three, parent=2), four]
    came = asked("lemmy", lemmy(told, modern=modern))
    mention, *replies = came.acts
    assert (mention.kind, mention.title, mention.url) == (Kind.MENTION, "A story", f"{BASE}/post/99")
    assert mention.author.handle == "@cy@lemmy.example"
    assert [(act.text, act.parent[-1:]) for act in replies] == [
        ("word1x", ""),
        ("word2x", "1"),
        ("word3x", "2"),
        ("word4x", ""),
    ]
    act = replies[0]
    assert (act.id, act.url, act.published) == (f"{BASE}/comment/1", f"{BASE}/comment/1", one.when)
    assert (act.author.name, act.author.url) == ("Bea", f"{BASE}/u/bea")
    assert act.author.photo == f"{BASE}/bea.png"
    assert came.points == [7]
    assert came.complete == [POST]
    assert paths(came)[:3] == ["v4/site", f"v{4 if modern else 3}/search", f"v{4 if modern else 3}/post"]


@both
def test_every_comment_of_a_long_thread(modern: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """All pages are read, and never with `max_depth`, which would end the listing at 300."""
    came = asked("lemmy", lemmy(items(420), modern=modern))
    assert len(came.acts) == 421
    assert came.complete == [POST]
    assert not [request for request in came.requests if "max_depth" in request.query]


def test_posts_of_all_communities_are_searched() -> None:
    """A server's own default may be its local communities only; and former addresses are searched for as spelled."""
    came = asked("lemmy", lemmy([]), ask_of(sites=(SITE, "http://old.example/")))
    found = [request.query for request in came.requests if request.path.endswith("search")]
    assert [query["q"] for query in found] == [[POST], ["http://old.example/a.html"]]
    assert {(*query["type_"], *query["listing_type"]) for query in found} == {("Url", "All")}


def test_replies_to_the_deleted_stay() -> None:
    """What was deleted or removed is not told; its answers go to the next one above that is still there."""
    one, two, three = items(3)
    two, three = dataclasses.replace(two, parent=1, deleted=True), dataclasses.replace(three, parent=2)
    came = asked("lemmy", lemmy([one, two, three]))
    assert [act.id[-1] for act in came.acts[1:]] == ["1", "3"]
    views = [
        {"comment": {"id": 1, "content": "one", "path": "0.1"}},
        {"comment": {"id": 2, "content": "two", "path": "0.1.2", "removed": True}},
        {"comment": {"id": 3, "content": "three", "path": "0.1.2.3"}},
        {"comment": {"id": 4, "content": "four", "path": "0.9.8.4"}},
    ]
    acts, problems = parse_comments(views, source="lemmy", target=POST, base=BASE)
    assert [(act.text, act.parent) for act in acts] == [("one", ""), ("three", f"{BASE}/comment/1"), ("four", "")]
    assert not problems


def test_what_is_not_safe_for_work_is_folded() -> None:
    """The warning of a post goes with all that was said there."""
    came = asked("lemmy", lemmy(items(1), nsfw=True))
    assert [act.warning for act in came.acts] == ["NSFW", "NSFW"]


@pytest.mark.parametrize(("me", "acts"), [("cy", 0), ("CY@lemmy.example", 0), ("cy@other.example", 1), ("bea", 1)])
def test_own_post_is_no_mention(me: str, acts: int) -> None:
    """Who submits their own post has mentioned nobody; a namesake on another server is somebody else."""
    creator = {"name": "cy", "local": True, "actor_id": f"{BASE}/u/cy"}
    view = {"post": {"id": 5, "name": "x", "url": POST}, "creator": creator}
    assert len(parse_post(view, source="lemmy", target=POST, base=BASE, me=me).acts) == acts


@pytest.mark.parametrize("field", ["deleted", "removed"])
def test_a_post_that_is_gone_takes_its_comments_along(field: str) -> None:
    """A deleted or removed post is no failure: what was said there goes."""
    post = {"id": 5, "name": "x", "url": POST}

    def answer(request: Request) -> Answer:
        if "v4" in request.path:
            return answer_json({}, 404)
        view = {"post": post | {field: True}}
        return answer_json({"posts": [{"post": post}]} if "search" in request.path else {"post_view": view})

    came = asked("lemmy", answer)
    assert (came.acts, came.complete, came.points) == ([], [POST], [0])


def test_a_server_that_will_not_search_so_often() -> None:
    """Lemmy says so with a 400: the pull ends at once and goes on another time, and asks no more until then."""
    posts = [Post(url=f"{SITE}/{n}.html") for n in range(5)]
    seen: list[str] = []

    def answer(request: Request) -> Answer:
        seen.append(request.path)
        return answer_json({"error": "rate_limit_error"}, 400 if "search" in request.path else 404)

    with pytest.raises(Unreachable, match="search so often"):
        asked("lemmy", answer, ask_of(*posts))
    assert len(seen) == 2


def test_pages_that_the_server_refuses() -> None:
    """0.19 gives ten pages of comments, then a 400: what was read is told, and nothing is taken for gone."""

    def answer(request: Request) -> Answer:
        found = lemmy(items(600))(request)
        assert isinstance(found, tuple)
        return answer_json({}, 400) if request.query.get("page") == ["11"] else found

    came = asked("lemmy", answer)
    assert len(came.acts) == 501
    assert came.complete == []
    assert "not all comments" in came.problems[0]


def test_a_post_named_at_another_server() -> None:
    """It is looked for by its address; one that the asked server does not know is told as a problem."""
    named = ask_of(Post(url=POST, syndication=("https://lemmy.ml/post/77",)))

    def answer(request: Request) -> Answer:
        if request.path == "/api/v3/resolve_object":
            return answer_json({"post": {"post": {"id": 5, "name": "x"}, "counts": {"comments": 0, "score": 3}}})
        found = lemmy([], link=ELSEWHERE)(request)
        assert isinstance(found, tuple)
        return found

    came = asked("lemmy", answer, named)
    assert [act.title for act in came.acts] == ["x"]
    unknown = asked("lemmy", lemmy([], link=ELSEWHERE), named)
    assert "does not know it" in unknown.problems[0]
    assert unknown.complete == []


def test_a_post_named_at_this_server() -> None:
    """Its number is in its address."""
    named = ask_of(Post(url=POST, syndication=("http://127.0.0.1/post/5",)))
    came = asked("lemmy", lemmy(items(1), link=ELSEWHERE), named)
    assert len(came.acts) == 2


@both
def test_answers_are_given(modern: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Comments of the account's own on others' posts are replies, with their words counted."""
    came = asked("lemmy", lemmy_given(modern=modern)(items(120)), part="account", account="bea@lemmy.example")
    assert len(came.acts) == 120
    assert came.complete == ["*given"]
    act = came.acts[0]
    assert (act.kind, act.direction, act.target) == (Kind.REPLY, "given", f"{BASE}/post/99")
    assert (act.title, act.words, act.author.name) == ("A story", 1, "")


@both
def test_the_next_pull_stops_at_what_is_known(modern: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """After a full listing only pages with something new are read, until a month has gone by."""
    fake, told = lemmy_given(modern=modern), items(200)
    first = asked("lemmy", fake(told), part="account", account="bea")
    later: Sequence[Item] = [*told, Item(201, "word201x", NOW)]
    ask = ask_of(cursor=first.cursor, now=NOW + timedelta(days=1))
    soon = asked("lemmy", fake(later), ask, part="account", account="bea")
    late = asked("lemmy", fake(later), structs.replace(ask, full=True), part="account", account="bea")
    assert len(soon.requests) < len(first.requests)
    assert "word201x" in {act.text for act in soon.acts}
    assert (soon.complete, late.complete) == ([], ["*given"])


def test_a_nested_answer_is_given_to_the_comment_above() -> None:
    """What a comment of the account's own answers is told by its path."""
    view = {"comment": {"id": 9, "content": "yes", "path": "0.3.7.9"}, "post": {"id": 5, "url": ELSEWHERE}}
    (act,) = own(view).acts
    assert act.target == f"{BASE}/comment/7"


def test_own_comments_below_own_posts_are_not_given() -> None:
    """They are told with the post's conversation: a post that links to it, or that front matter names."""
    view = {"comment": {"id": 9, "content": "yes", "path": "0.9"}, "post": {"id": 5, "url": f"{POST}?utm_source=l"}}
    assert own(view).acts == []
    named = Post(url=POST, syndication=(f"{BASE}/post/5",))
    assert own(view | {"post": {"id": 5}}, named).acts == []
    assert len(own(view | {"post": {"id": 6}}, named).acts) == 1


def test_own_posts_are_links_notes_and_copies() -> None:
    """A post about somebody's page is a link, about the own site a note, about one of its posts a copy too."""
    post: dict[str, object] = {"id": 5, "name": "Look", "body": "see https://a.example/x.", "url": ELSEWHERE}
    (link,) = own({"post": post}).acts
    assert (link.kind, link.target, link.to.url) == (Kind.LINK, ELSEWHERE, "https://other.example/")
    came = own({"post": post | {"url": POST}})
    assert ([act.kind for act in came.acts], came.copies) == ([Kind.NOTE], [(POST, f"{BASE}/post/5")])
    (note,) = own({"post": post | {"url": None}}).acts
    assert (note.kind, note.target) == (Kind.NOTE, "https://a.example/x")
    assert own({"post": post | {"removed": True}}).acts == []
    assert own({"post": {"name": "x"}}).problems != []


@pytest.mark.parametrize(
    ("account", "base", "home"),
    [
        ("bea", "", "https://lemmy.world"),
        ("@bea@lemmy.example", "", BASE),
        ("bea@lemmy.example", "https://other.example/", "https://other.example"),
        ("bea@no host", "", "https://lemmy.world"),
    ],
)
def test_which_server_is_asked(account: str, base: str, home: str) -> None:
    """The one in `base_url`, else that of the account, else the largest."""
    assert home_of(Source("lemmy", "lemmy", {"account": account}, base)) == home


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (f"{BASE}/post/5", f"{BASE}/post/5"),
        ("http://www.lemmy.example/post/5/?scrollToComments=true", f"{BASE}/post/5"),
        ("https://lemmy.world/post/5", "https://lemmy.world/post/5"),
        ("https://blog.example/post/5", ""),
        (f"{BASE}/comment/5", ""),
        (f"{BASE}/post/x", ""),
    ],
)
def test_addresses_of_posts(url: str, name: str) -> None:
    """A post is known by its address at the server that is asked, or at one of the large ones."""
    assert name_of(url, BASE) == name


def test_doctor() -> None:
    """It says whether the server answers, which version it is, and whether it knows the account."""
    assert "0.19" in checked("lemmy", lemmy([]))[0].what
    assert "1.0" in checked("lemmy", lemmy(items(1), modern=True), "bea")[0].what

    def nobody(_: Request) -> Answer:
        return answer_json({"error": "couldnt_find_person"}, 404)

    assert [one.well for one in checked("lemmy", nobody, "ada")] == [False]


@given(ANYTHING)
def test_any_json_is_an_answer(value: object) -> None:
    """Whatever comes as a post or a comment ends as acts and problems, or as Malformed or Missing where it is none."""
    view = {"comment": {"id": 1, "content": "x", "path": "0.1", "published": value}, "creator": value, "post": value}
    acts, _ = parse_comments([value, view], source="lemmy", target=POST, base=BASE)
    assert f"{BASE}/comment/1" in {act.id for act in acts}
    parse_own(value, source="lemmy", base=BASE, desk=desk())
    parse_own(view, source="lemmy", base=BASE, desk=desk())
    for post in (value, {"post": value}, {"post": {"id": 5, "name": value, "url": value}, "creator": value}):
        try:
            thread = parse_post(post, source="lemmy", target=POST, base=BASE)
        except (Malformed, Missing):
            continue
        assert thread.link
