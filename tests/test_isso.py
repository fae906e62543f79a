"""Isso, asked on loopback: threads under all spellings, answers to the deleted, and nobody's address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases_comments import Row, answer_isso, isso_row
from conformance import NOW, POST, SITE
from conversation.acts import Act, Kind
from conversation.errors import Malformed, Missing, SettingsError, Unreachable
from conversation.http import Client
from conversation.posts import Post
from conversation.sources import Ask, Batch, Source, isso
from conversation.sources.isso import SERVICE, parse_thread, uris
from loopback import Answer, Handler, Raw, Request, Server, answer_json, serve

OTHER = f"{SITE}/pages/about.html"


def pull(server: Server, *posts: Post, sites: tuple[str, ...] = (SITE,)) -> list[Batch]:
    """What a pull of these posts tells of them."""
    source = Source("isso", "isso", {}, server.url)
    ask = Ask(posts or (Post(url=POST), Post(url=OTHER)), {}, full=False, now=NOW, sites=sites)
    with Client(retries=0) as client:
        return [batch for batch in SERVICE.pull(source, ask, client) if batch.answered]


def acts_of(threads: dict[str, list[Row]], *posts: Post, sites: tuple[str, ...] = (SITE,)) -> list[Act]:
    """The acts that a server with these threads tells."""
    with serve(answer_isso(threads)) as server:
        return [act for batch in pull(server, *posts, sites=sites) for act in batch.acts]


def told(*rows: Row) -> list[Act]:
    """The acts of a thread of these comments, on the first level."""
    return list(parse_thread({"replies": list(rows)}, source="isso", target=POST).acts)


def test_a_comment_arrives_with_all_that_a_reader_sees() -> None:
    """Words, name, page, times, permalink and parent are those of the thread, in the words of the vocabulary."""
    first = isso_row(1, "Well <em>said</em>.", author="Bea", website="https://bea.example/", modified=1_780_000_000.5)
    one, two = acts_of({"/a.html": [first, isso_row(2, "Yes.", 1)]})
    assert (one.kind, one.id, one.url, one.target, one.channel) == (Kind.REPLY, "1", f"{POST}#isso-1", POST, "isso")
    assert (one.author.name, one.author.url) == ("Bea", "https://bea.example/")
    assert (one.text, one.html, one.words) == ("Well said.", "<p>Well <em>said</em>.</p>", 2)
    assert one.published == datetime.fromtimestamp(first["created"], UTC)
    assert one.updated == datetime.fromtimestamp(1_780_000_000.5, UTC)
    assert (one.parent, two.parent, two.updated) == ("", f"{POST}#isso-1", None)


def test_nobody_is_told_by_a_hash_of_their_address() -> None:
    """The hash of an IP address and the picture by the hash of an e-mail address stay at the server."""
    (act,) = told(isso_row(1))
    assert "a1b2c3d4e5f6" not in repr(act)
    assert "gravatar" not in repr(act)


def test_names_and_pages_are_as_their_owners_wrote_them() -> None:
    """Isso keeps both escaped for HTML, and takes a page without its scheme; nobody is called "Tea &amp; Cake"."""
    (act,) = told(isso_row(1, author="Tea &amp; Cake", website="tea.example/?a=1&amp;b=2"))
    assert act.author.name == "Tea & Cake"
    assert act.author.url == "http://tea.example/?a=1&b=2"
    assert told(isso_row(1, website="javascript:alert(1)"))[0].author.url == ""
    assert told(isso_row(1, author=None))[0].author.name == ""


def test_an_answer_outlives_what_it_answers() -> None:
    """A deleted comment with answers is left out, its answers stay and still name it; waiting ones are never told."""
    gone = isso_row(1, mode=4, text="", author=None)
    acts = acts_of({"/a.html": [gone, isso_row(2, "Still here.", 1), isso_row(3, mode=2)]})
    assert [(act.id, act.parent) for act in acts] == [("2", f"{POST}#isso-1")]


def test_votes_are_no_likes_of_the_post() -> None:
    """What somebody thinks of a comment says nothing about the post."""
    with serve(answer_isso({"/a.html": [isso_row(1, likes=9)]})) as server:
        assert all(batch.counts == () for batch in pull(server))


def test_one_request_tells_which_threads_to_read() -> None:
    """Posts without comments cost nothing but their line in one request, and their listing is complete all the same."""
    posts = [Post(url=f"{SITE}/{number}.html") for number in range(40)]
    with serve(answer_isso({"/7.html": [isso_row(1)]})) as server:
        batches = pull(server, *posts)
    assert [request.method for request in server.requests] == ["POST", "GET"]
    assert [batch.complete for batch in batches] == [(post.url,) for post in posts]


def test_a_request_is_no_longer_than_isso_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many posts are asked about in several bodies, and each thread is found."""
    monkeypatch.setattr(isso, "MAX_BODY", 5_000)
    posts = [Post(url=f"{SITE}/{number}.html") for number in range(40)]
    threads = {f"/{number}.html": [isso_row(number)] for number in (1, 20, 39)}
    with serve(answer_isso(threads)) as server:
        acts = [act for batch in pull(server, *posts) for act in batch.acts]
    sizes = [len(request.body) for request in server.requests if request.method == "POST"]
    assert len(sizes) > 1
    assert max(sizes) <= 5_000
    assert [act.id for act in acts] == ["1", "20", "39"]


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        (f"{SITE}/a.html", "/a.html"),
        (f"{SITE}/a.html", "a.html"),
        (f"{SITE}/a.html", f"{SITE}/a.html"),
        (f"{SITE}/a.html", "http://blog.example/a.html"),
        (f"{SITE}/a.html", "/former.html"),
        (f"{SITE}/a/", "/a"),
        (f"{SITE}/a/", "/a/index.html"),
        (f"{SITE}/a/index.html", "/a/"),
        (f"{SITE}/a", "/a/"),
        (f"{SITE}/Coopération.html", "/Coop%C3%A9ration.html"),
        (f"{SITE}/Coop%C3%A9ration.html", "/Coopération.html"),
    ],
)
def test_a_thread_is_found_under_every_spelling(url: str, uri: str) -> None:
    """Themes and browsers write a page's address in many ways; its comments are found whichever it was."""
    post = Post(url=url, aliases=("former.html",))
    (act,) = acts_of({uri: [isso_row(1)]}, post)
    assert (act.target, act.url) == (url, f"{url}#isso-1")


def test_a_site_below_a_path_and_one_that_moved() -> None:
    """The path of SITEURL is part of a thread's name, unless the theme left it out; former sites have their own."""
    sites = ("https://x.example/blog", "http://old.example/~ada")
    names = uris(Post(url="https://x.example/blog/a.html", aliases=("/b.html",)), sites)
    assert names[0] == "/blog/a.html"
    assert {"/a.html", "a.html", "/~ada/a.html", "http://old.example/~ada/a.html", "/blog/b.html"} <= set(names)
    assert not {"/", "", "/b.html"} & set(names)


def test_threads_of_both_spellings_are_one_conversation() -> None:
    """Comments made before and after a change of theme are told together, in one listing."""
    threads = {"/a.html": [isso_row(1)], "a.html": [isso_row(2)]}
    with serve(answer_isso(threads)) as server:
        batch, _ = pull(server)
    assert [act.id for act in batch.acts] == ["1", "2"]
    assert batch.complete == (POST,)


def failing(handler: Handler, uri: str, answer: Answer) -> Handler:
    """A server that answers so about one thread."""
    return lambda request: answer if request.query.get("uri") == [uri] else handler(request)


def test_one_thread_that_cannot_be_read_spoils_no_other() -> None:
    """It is a problem of its post, whose comments stay as they were; the others are told."""
    threads = {"/a.html": [isso_row(1)], "/pages/about.html": [isso_row(2)]}
    with serve(failing(answer_isso(threads), "/a.html", (200, {}, b"<html>"))) as server:
        one, two = pull(server)
    assert (one.acts, one.complete) == ((), ())
    assert one.problems[0].where == POST
    assert [act.id for act in two.acts] == ["2"]
    with serve(failing(answer_isso(threads), "/a.html", (500, {}, b""))) as server, pytest.raises(Unreachable):
        pull(server)


def test_a_thread_that_is_not_there_is_empty() -> None:
    """Older servers say 404 of a thread without comments, and so may one whose last comment has just gone."""
    with serve(failing(answer_isso({"/a.html": [isso_row(1)]}), "/a.html", (404, {}, b""))) as server:
        batch, _ = pull(server)
    assert (batch.acts, batch.complete, batch.problems) == ((), (POST,), ())


@pytest.mark.parametrize("counts", [[1], {}, None, "x", [1, "2"], [None] * 500, [True] * 500])
def test_a_server_that_is_not_isso_says_so(counts: object) -> None:
    """A wrong base_url ends with the name of the option, and not in comments that are gone."""
    with serve(lambda _: answer_json(counts)) as server, pytest.raises(Malformed, match="base_url"):
        pull(server)
    with serve(lambda _: answer_json({}, 404)) as server, pytest.raises(Missing):
        pull(server)
    with Client() as client, pytest.raises(SettingsError, match="base_url"):
        list(SERVICE.pull(Source("isso", "isso"), Ask((), {}, full=False, now=NOW), client))


def test_comments_that_are_kept_back_are_not_taken_for_deleted() -> None:
    """Where the server says that it left some out, the listing is not complete."""
    nested = {**isso_row(1), "replies": [], "hidden_replies": 1}
    for thread in ({"replies": [isso_row(1)], "hidden_replies": 2}, {"replies": [nested]}):
        found = parse_thread(thread, source="isso", target=POST)
        assert len(found.acts) == 1
        assert not found.whole


@pytest.mark.parametrize("row", [{}, {"id": 0}, {"id": "1"}, {"id": True}, {"mode": 8}, {"mode": None}, None, 5])
def test_what_is_no_comment_is_a_problem_and_the_rest_is_taken(row: Row | None) -> None:
    """A comment of an unknown form is told with its post, is never shown by mistake, and costs no other."""
    odd = isso_row(7) | row if isinstance(row, dict) and row else row
    found = parse_thread({"replies": [odd, isso_row(1)]}, source="isso", target=POST)
    assert [act.id for act in found.acts] == ["1"]
    assert found.problems[0].where.startswith(POST)


def _json() -> Iterator[st.SearchStrategy[object]]:
    keys = st.sampled_from(["replies", "hidden_replies", *isso_row(1)])
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
    yield st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6))


@given(st.one_of(*_json()))
def test_any_json_is_read_without_a_crash(value: object) -> None:
    """Whatever a server answers, the parser gives acts with an id and a link to their post, and problems."""
    for each in (value, {"replies": [value]}, {"replies": [{**isso_row(1), "replies": value, "text": value}]}):
        found = parse_thread(each, source="isso", target=POST)
        assert all(act.id and act.url.startswith(f"{POST}#isso-") for act in found.acts)
        assert all(problem.where and problem.what for problem in found.problems)


def test_doctor_hears_whether_isso_answers() -> None:
    """The check asks one number, and is well when one comes."""
    source, asked = Source("isso", "isso", {}, ""), []

    def answer(request: Request) -> Answer | Raw:
        asked.append(json.loads(request.body))
        return answer_json([0])

    with serve(answer) as server, Client() as client:
        assert SERVICE.check
        (finding,) = SERVICE.check(Source(source.source, source.name, {}, server.url), client)
    assert finding.well
    assert asked == [["/"]]
