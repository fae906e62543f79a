"""Disqus, asked on loopback: which posts have threads, comments as readers see them, and a key that shows nowhere."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases_comments import DISQUS_PAGE, Row, answer_disqus, disqus_row, disqus_thread
from conformance import NOW, POST, SITE
from conversation.acts import Act, Kind, Problem
from conversation.errors import Malformed, Refused, SourceError, Unreachable
from conversation.http import Client
from conversation.posts import Post
from conversation.sources import Ask, Batch, Source
from conversation.sources.comments import Page
from conversation.sources.disqus import MAX_REMEMBERED, SERVICE
from conversation.sources.disqus_parse import Thread, parse_comment, parse_thread
from loopback import Answer, Handler, Raw, Request, Server, answer_json, serve

KEY = "a-public-key"
OTHER = f"{SITE}/pages/about.html"
POSTS = (Post(url=POST), Post(url=OTHER))
PAGE = Page("disqus", "disqus", POST, "comment-")


@dataclasses.dataclass
class Pulls:
    """Pulls one after the other, each with the cursor of the one before."""

    cursor: dict[str, str] = dataclasses.field(default_factory=dict)

    def once(
        self, server: Server, *, posts: tuple[Post, ...] = POSTS, forum: str = "blog", token: str = KEY, days: int = 0
    ) -> list[Batch]:
        """One pull, so many days later; the batches that tell of posts."""
        source = Source("disqus", "my comments", {"forum": forum}, server.url, token)
        ask = Ask(posts, self.cursor, full=False, now=NOW + timedelta(days=days), sites=(SITE, "http://old.example"))
        with Client(retries=0) as client:
            batches = list(SERVICE.pull(source, ask, client))
        for batch in batches:
            self.cursor = dict(batch.cursor) if batch.cursor is not None else self.cursor
        return [batch for batch in batches if batch.acts or batch.problems or batch.complete]


def acts_of(batches: list[Batch]) -> list[Act]:
    return [act for batch in batches for act in batch.acts]


def forum(*rows: Row, **thread: object) -> Handler:
    """A forum with one thread, on POST, of these comments."""
    return answer_disqus([disqus_thread("7", POST, **{"posts": len(rows), **thread})], {"7": rows})


def asked(server: Server) -> list[str]:
    """What was asked for, in short, since the last time that this was called."""
    paths = [request.path.rpartition("/")[2].removesuffix(".json") for request in server.requests]
    server.requests.clear()
    return paths


def test_a_comment_arrives_with_all_that_a_reader_sees() -> None:
    """Words, author, time, permalink and parent are those of the thread, in the words of the vocabulary."""
    with serve(forum(disqus_row(1, "Well <b>said</b>."), disqus_row(2, "Yes.", 1))) as server:
        one, two = acts_of(Pulls().once(server))
    assert (one.kind, one.id, one.url, one.channel) == (Kind.REPLY, "1", f"{POST}#comment-1", "disqus")
    assert (one.source, one.target, one.text, one.words) == ("my comments", POST, "Well said.", 2)
    assert (one.author.name, one.author.url) == ("Person 1", "https://disqus.com/by/person1/")
    assert (one.author.handle, one.author.photo) == ("person1", "https://disqus.com/api/users/avatars/person1.jpg")
    assert one.published == datetime(2026, 5, 20, 12, tzinfo=UTC)
    assert (one.parent, two.parent) == ("", f"{POST}#comment-1")


def test_nobody_is_told_by_their_address() -> None:
    """With a key of the forum's owner Disqus tells e-mail and IP addresses: they are left there, and so are hashes."""
    act = parse_comment(disqus_row(1), PAGE)
    assert not any(word in repr(act) for word in ("mail.example", "192.0.2.7", "0cc175b9c0f1"))


def test_guests_have_the_page_that_they_named() -> None:
    """Somebody without an account has no profile at Disqus, and no picture."""
    guest = {"name": "Bea", "url": "https://bea.example/", "isAnonymous": True, "avatar": {"permalink": "//x.example/"}}
    act = parse_comment(disqus_row(1, author=guest), PAGE)
    assert isinstance(act, Act)
    assert (act.author.name, act.author.url, act.author.photo) == ("Bea", "https://bea.example/", "")


@pytest.mark.parametrize(
    "hidden",
    [{"isDeleted": True}, {"isSpam": True}, {"isApproved": False}, {"isDeletedByAuthor": True}, {"isApproved": None}],
)
def test_what_readers_do_not_see_is_not_told(hidden: dict[str, object]) -> None:
    """Spam, deleted and waiting comments are left out; what answers them stays and still names them."""
    rows = [disqus_row(1) | hidden, disqus_row(2, "Here.", 1)]

    def answer(request: Request) -> Answer | Raw:  # a server that hides nothing by itself
        listed = request.path.endswith("listPosts.json")
        return answer_json({"code": 0, "response": rows}) if listed else forum(*rows)(request)

    with serve(answer) as server:
        (act,) = acts_of(Pulls().once(server))
    assert (act.id, act.parent) == ("2", f"{POST}#comment-1")


def test_likes_of_the_thread_are_likes_of_the_post() -> None:
    """Recommendations are a number without names; votes for comments are none; what is taken back goes."""
    pulls = Pulls()
    with serve(forum(disqus_row(1), likes=5)) as server:
        batches = pulls.once(server)
    assert [(c.target, c.kind, c.value) for batch in batches for c in batch.counts] == [(POST, Kind.LIKE, 5)]
    with serve(answer_disqus([], {})) as server:
        batches = pulls.once(server, days=1)
    assert [(c.target, c.kind, c.value) for batch in batches for c in batch.counts] == [(POST, Kind.LIKE, 0)]
    assert [batch.complete for batch in batches] == [(POST,)]


def test_only_posts_with_comments_are_asked_about_and_threads_listed_once() -> None:
    """All portions of a pull share one list of threads; a post without one costs no request."""
    pulls = Pulls()
    threads = [disqus_thread(str(100 + n), f"{SITE}/{n}.html", posts=0) for n in range(DISQUS_PAGE)]
    threads.append(disqus_thread("7", POST))
    with serve(answer_disqus(threads, {"7": [disqus_row(1)]})) as server:
        pulls.once(server, posts=(Post(url=OTHER),))
        assert asked(server) == ["listThreads", "listThreads"]
        assert len(acts_of(pulls.once(server, posts=(Post(url=POST),)))) == 1
        assert asked(server) == ["listPosts"]
        pulls.once(server, days=1)
        assert asked(server) == ["listThreads", "listThreads", "listPosts"]


def test_a_long_list_of_threads_is_not_kept() -> None:
    """The cursor stays small; a portion of a very large forum lists its threads again."""
    pulls = Pulls()
    threads = [disqus_thread(str(n), f"{SITE}/{n}.html") for n in range(1, MAX_REMEMBERED + 2)]
    with serve(lambda _: answer_json({"code": 0, "response": threads})) as server:
        pulls.once(server)
    assert set(pulls.cursor) == {"stood"}


@pytest.mark.parametrize(
    ("link", "identifiers", "by"),
    [
        (POST, [], "thread:link"),
        ("http://old.example/a.html", [], "thread:link"),
        (f"{POST}?utm_source=x", [], "thread:link"),
        (None, [POST], "thread"),
    ],
)
def test_a_thread_is_found_under_every_spelling(link: str | None, identifiers: list[str], by: str) -> None:
    """Disqus keeps the address that a page had when its first comment was written, or what the theme calls it."""
    threads = [disqus_thread("7", link, identifiers=identifiers)]
    with serve(answer_disqus(threads, {"7": [disqus_row(1)]})) as server:
        (act,) = acts_of(Pulls().once(server))
        assert by in server.requests[-1].query
    assert act.target == POST


def test_threads_that_share_an_address_are_asked_by_their_ids() -> None:
    """Disqus may keep two threads of one page, and tells only one of them by its address."""
    threads = [disqus_thread("7", POST), disqus_thread("8", POST)]
    with serve(answer_disqus(threads, {"7": [disqus_row(1)], "8": [disqus_row(2)]})) as server:
        batches = Pulls().once(server)
    assert {act.id for act in acts_of(batches)} == {"1", "2"}


def test_a_thread_that_cannot_be_read_spoils_no_other() -> None:
    """It is a problem of its post, whose comments stay as they were; the others are told."""
    threads = [disqus_thread("7", POST), disqus_thread("8", OTHER)]
    good = answer_disqus(threads, {"8": [disqus_row(2)]})
    bad = (400, {}, b'{"code": 2, "response": "Invalid argument"}')

    def answer(request: Request) -> Answer | Raw:
        return bad if request.query.get("thread:link") == [POST] else good(request)

    with serve(answer) as server:
        one, two = Pulls().once(server)
    assert (one.acts, one.complete, one.problems[0].where) == ((), (), POST)
    assert [act.id for act in two.acts] == ["2"]


def test_a_thread_that_is_listed_without_an_id_takes_nothing_away() -> None:
    """Where the list cannot be read in full, posts that are not in it keep what is known of them."""
    with serve(
        answer_disqus([disqus_thread("7", POST), disqus_thread("9", None, id=None)], {"7": [disqus_row(1)]})
    ) as server:
        first, batch = Pulls().once(server)
    assert first.problems
    assert batch.complete == (POST,)


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [(5, Refused, "CONVERSATION_MY_COMMENTS_TOKEN"), (13, Unreachable, "hour"), (14, Unreachable, "hour")],
)
def test_errors_in_the_body_are_told_in_words(code: int, error: type[SourceError], words: str) -> None:
    """Disqus says what is wrong by a number in an answer that may look well; the key is in no message."""
    with serve(lambda _: answer_json({"code": code, "response": "x"})) as server, pytest.raises(error) as caught:
        Pulls().once(server)
    assert words in str(caught.value)
    assert KEY not in str(caught.value)


def test_no_such_thread_in_the_body_means_no_comments() -> None:
    """Code 2 about a thread is Disqus's way to say that there is none any more."""
    good = forum(disqus_row(1))

    def answer(request: Request) -> Answer | Raw:
        return answer_json({"code": 2, "response": "x"}) if "listPosts" in request.path else good(request)

    with serve(answer) as server:
        batches = Pulls().once(server)
    assert [batch.complete for batch in batches] == [(POST,), (OTHER,)]
    assert acts_of(batches) == []


def test_a_missing_key_and_a_wrong_forum_are_named() -> None:
    """What a blogger has to mend stands in the message, and where to get it."""
    with serve(forum()) as server:
        with pytest.raises(Refused, match=r"CONVERSATION_MY_COMMENTS_TOKEN.*api/applications"):
            Pulls().once(server, token="")
        assert server.requests == []
        with pytest.raises(Malformed, match="'blgo' the forum's short name"):
            Pulls().once(server, forum="blgo")
        with serve(lambda _: answer_json({}, 401)) as wrong, pytest.raises(Refused, match="did not accept"):
            Pulls().once(wrong)


def test_the_address_of_the_api_may_be_whole() -> None:
    """A base_url with and without the API's path is the same."""
    with serve(forum(disqus_row(1))) as server, Client() as client:
        source = Source("disqus", "disqus", {"forum": "blog"}, f"{server.url}/api/3.0", KEY)
        ask = Ask(POSTS, {}, full=False, now=NOW, sites=(SITE,))
        assert len(acts_of(list(SERVICE.pull(source, ask, client)))) == 1


KEYS = st.sampled_from([*disqus_row(1), *disqus_thread("7", POST), "name", "permalink", "avatar", "url"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
ANY = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6))


@given(ANY, st.sampled_from([*disqus_row(1)]), st.sampled_from([*disqus_thread("7", POST)]))
def test_any_json_is_read_without_a_crash(value: object, field: str, other: str) -> None:
    """Whatever Disqus answers, the parsers give acts with an id, threads with an address, and problems."""
    for each in (value, disqus_row(1) | {field: value}, disqus_row(1, author={"name": value, "avatar": value})):
        found = parse_comment(each, PAGE)
        assert found is None or (isinstance(found, Problem) and found.what) or (isinstance(found, Act) and found.id)
    for each in (value, disqus_thread("7", POST) | {other: value}):
        thread = parse_thread(each, "disqus")
        assert not isinstance(thread, Thread) or thread.links


def test_doctor_hears_of_key_and_forum() -> None:
    """The check says that both are good, by the forum's name."""
    with serve(forum()) as server, Client() as client:
        assert SERVICE.check
        (finding,) = SERVICE.check(Source("disqus", "disqus", {"forum": "blog"}, server.url, KEY), client)
    assert finding.well
    assert "A blog" in finding.what
