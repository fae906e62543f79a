"""Receivers that answer JF2, over real sockets; tests/cases_receivers.py puts them through the shared suite too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.acts import Kind
from conversation.errors import Malformed, Missing, Refused
from conversation.http import Client
from conversation.posts import Post
from conversation.sources import Ask, Batch, Source
from conversation.sources.abreast import ENOUGH
from conversation.sources.copies import Index
from conversation.sources.jf2_receiver import SERVICE, parse_about
from loopback import Answer, Request, Server, answer_json, serve

SITE = "https://blog.example"
TEA, MILK = (Post(url=f"{SITE}/{name}.html") for name in ("tea", "milk"))
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def mention(number: int, target: str = TEA.url, **more: object) -> dict[str, object]:
    """A small mention."""
    return {
        "type": "entry",
        "wm-id": number,
        "url": f"https://p{number}.example.org/",
        "wm-target": target,
        "wm-property": "like-of",
        **more,
    }


def pull(
    server: Server,
    url: str,
    *posts: Post,
    cursor: Mapping[str, str] | None = None,
    token: str = "",
    cache: Path | None = None,
    base_url: str = "",
) -> list[Batch]:
    """One pull of the receiver at `url`, where "{base}" is the server."""
    source = Source("jf2", "my receiver", {"url": url.replace("{base}", server.url)}, base_url or "", token)
    ask = Ask(posts, cursor or {}, full=False, now=NOW, sites=(SITE,))
    with Client(retries=0, cache=cache) as client:
        return list(SERVICE.pull(source, ask, client))


def told(batches: list[Batch]) -> list[tuple[str, str]]:
    """Ids and targets of the acts."""
    return [(act.id, act.target) for batch in batches for act in batch.acts]


def whole(batches: list[Batch]) -> tuple[str, ...]:
    return tuple(each for batch in batches for each in batch.complete)


@pytest.mark.parametrize(
    "document",
    [
        {"type": "feed", "children": [mention(1), mention(2, MILK.url)]},
        [mention(1), mention(2, MILK.url)],
        {"/tea.html": [mention(1, "")], MILK.url: [mention(2, "")]},
    ],
)
def test_a_whole_site_in_one_answer(document: object) -> None:
    """A feed, a list and a site generator's cache are read alike, and are the whole of what is known."""
    with serve(lambda _: answer_json(document)) as server:
        batches = pull(server, "{base}/all.json")
    assert told(batches) == [("1", TEA.url), ("2", MILK.url)]
    assert whole(batches) == ("*",)
    assert not SERVICE.per_post(Source("jf2", "jf2", {"url": "https://r.example/all.json"}))
    assert SERVICE.per_post(Source("jf2", "jf2", {"url": "https://r.example/?target={url}"}))


def test_one_page_of_several_is_not_the_whole() -> None:
    """A receiver that says it holds more than it told is not believed to be whole, and the blogger learns the cure."""
    document = {"children": [mention(1), {**mention(2), "wm-private": True}], "paging": {"total": 3}}
    with serve(lambda _: answer_json(document)) as server:
        batches = pull(server, "{base}/all.json?key=hidden")
    assert told(batches) == [("1", TEA.url)]
    assert whole(batches) == ()
    (problem,) = batches[-1].problems
    assert "1 more" in problem.what
    assert "{page}" in problem.what
    assert "hidden" not in problem.where


def paged(first: int, pages: int, *, beyond: int = 200) -> Callable[[Request], Answer]:
    """A receiver with pages of two, numbered from `first`; beyond them it answers an empty page or `beyond`."""

    def answer(request: Request) -> Answer:
        number = int(request.query["page"][0]) - first
        if 0 <= number < pages:
            return answer_json({"children": [mention(2 * number), mention(2 * number + 1)]})
        return answer_json({"children": []}, beyond)

    return answer


@pytest.mark.parametrize(
    ("server_counts", "beyond", "asked", "again"),
    [(0, 200, "0123", "0123"), (1, 200, "01234", "1234"), (1, 400, "01234", "1234"), (1, 404, "01234", "1234")],
)
def test_pages_are_counted_as_the_receiver_does(server_counts: int, beyond: int, asked: str, again: str) -> None:
    """Whether pages count from 0 or 1 is found out, and remembered so that it costs no request at the next pull."""
    handler = paged(server_counts, 3)
    if beyond != 200:
        inner = handler

        def handler(request: Request) -> Answer:
            return inner(request) if request.query["page"] != ["0"] else answer_json({}, beyond)

    with serve(handler) as server:
        batches = pull(server, "{base}/?page={page}")
        assert len(told(batches)) == 6
        assert whole(batches) == ("*",)
        assert "".join(request.query["page"][0] for request in server.requests) == asked
        server.requests.clear()
        cursor = batches[-1].cursor
        assert cursor == {"first": str(server_counts)}
        assert len(told(pull(server, "{base}/?page={page}", cursor=cursor))) == 6
        assert "".join(request.query["page"][0] for request in server.requests) == again


def test_a_page_that_goes_missing_on_the_way_is_an_error() -> None:
    """What was told before stays, and nothing is taken for deleted."""
    batches: list[Batch] = []
    with serve(paged(0, 1, beyond=404)) as server, Client(retries=0) as client:
        source = Source("jf2", "jf2", {"url": server.url + "/?page={page}"})
        with pytest.raises(Missing):
            batches.extend(SERVICE.pull(source, Ask((), {}, full=False, now=NOW), client))
    assert whole(batches) == ()


@pytest.mark.parametrize("url", ["{base}/m?target={url}", "/m?target={url}"])
def test_posts_are_asked_about_one_by_one(url: str) -> None:
    """Each post's address is escaped into the receiver's; every answer stands for its post alone."""

    def answer(request: Request) -> Answer:
        (target,) = request.query["target"]
        return answer_json(
            [mention(1, "http://www.blog.example/tea.html#top"), mention(9, f"{SITE}/x.html")]
            if target == TEA.url
            else []
        )

    with serve(answer) as server:
        batches = pull(server, url, TEA, MILK, base_url=server.url)
        assert [request.query for request in server.requests] == [{"target": [TEA.url]}, {"target": [MILK.url]}]
    assert told(batches) == [("1", TEA.url), ("9", f"{SITE}/x.html")]
    assert batches[0].acts[0].fragment == "top"
    assert whole(batches) == (TEA.url, MILK.url)


def test_a_file_beside_each_post() -> None:
    """An address that begins with the post's is written out, so that static files can be asked for."""

    def answer(request: Request) -> Answer:
        return answer_json(
            [{"url": "https://a.example.org/", "like-of": "https://x.example/", "wm-id": 3}, {"url": "x"}]
        )

    with serve(answer) as server:
        post = Post(url=f"{server.url}/tea.html")
        batches = pull(server, "{url}.mentions.json", post)
        assert server.requests[0].path == "/tea.html.mentions.json"
    assert ("3", "https://x.example/") in told(batches)
    assert whole(batches) == (post.url,)


def test_a_post_that_the_receiver_does_not_know_any_more() -> None:
    """404 for one post of several means that its mentions are gone; 404 for all means that the address is wrong."""

    def answer(request: Request) -> Answer:
        return answer_json([]) if request.path == "/tea.html" else answer_json({}, 404)

    with serve(answer) as server:
        milk, tea = (Post(url=f"{server.url}/{name}.html") for name in ("milk", "tea"))
        assert whole(pull(server, "{url}", milk, tea)) == (tea.url, milk.url)
        batches = pull(server, "{url}", milk)
    assert whole(batches) == ()
    assert "is the address right?" in batches[0].problems[0].what


def test_nonsense_about_one_post_is_a_problem_of_that_post() -> None:
    """The others are read on; where all answers are nonsense, the source has failed."""

    def answer(request: Request) -> Answer:
        return answer_json([mention(1)]) if request.path == "/tea.html" else answer_json({"error": "no"})

    with serve(answer) as server:
        milk, tea = (Post(url=f"{server.url}/{name}.html") for name in ("milk", "tea"))
        batches = pull(server, "{url}", milk, tea)
        assert whole(batches) == (tea.url,)
        assert "no JF2" in batches[0].problems[0].what
        with pytest.raises(Malformed, match="no JF2"):
            pull(server, "{url}", milk)


def test_a_page_about_a_post_that_goes_missing_deletes_nothing() -> None:
    """What its first pages told is kept, and what the others would have told is not taken for deleted."""

    def answer(request: Request) -> Answer:
        if "page" in request.query:
            return answer_json({}, 404)
        return answer_json([mention(1)], Link=f'<{server.url}/?page=2&url=x>; rel="next"')

    with serve(answer) as server:
        (batch,) = pull(server, "{base}/?url={url}", TEA)
    assert (told([batch]), whole([batch]), batch.answered) == ([("1", TEA.url)], (), (TEA.url,))
    assert "nothing there" in batch.problems[0].what


def test_a_receiver_that_answers_nonsense_is_not_asked_about_a_thousand_posts() -> None:
    """Where no answer of the first ten is JF2, the address is wrong, and no other post is asked about."""
    posts = [Post(url=f"{SITE}/{number}.html") for number in range(100)]
    with serve(lambda _: answer_json({"error": "no"})) as server:
        with pytest.raises(Malformed, match="no JF2"):
            pull(server, "{base}/?url={url}", *posts)
        assert len(server.requests) == ENOUGH


def test_several_posts_are_asked_about_at_a_time() -> None:
    """As many as the host may get, told of in the order of the posts, each ticked off by itself."""
    together = threading.Barrier(4)
    posts = [Post(url=f"{SITE}/{number}.html") for number in range(8)]

    def answer(request: Request) -> Answer:
        together.wait(30)
        (target,) = request.query["url"]
        return answer_json([mention(posts.index(Post(url=target)) + 1, target)])

    with serve(answer) as server, Client(retries=0, per_host=4) as client:
        source = Source("jf2", "jf2", {"url": server.url + "/?url={url}"})
        ask = Ask(tuple(posts), {}, full=False, now=NOW, sites=(SITE,), at_a_time=4)
        batches = list(SERVICE.pull(source, ask, client))
    assert [(batch.complete, batch.answered) for batch in batches] == [((post.url,), (post.url,)) for post in posts]
    assert told(batches) == [(str(number), post.url) for number, post in enumerate(posts, 1)]


@pytest.mark.parametrize(("token", "words"), [("", "wants a token"), ("wr0ng", "did not accept the token")])
def test_a_refusal_names_the_variable(token: str, words: str) -> None:
    """The blogger learns where the token belongs, and does not see it in the message."""
    with serve(lambda _: (401, {}, b"")) as server, pytest.raises(Refused, match=words) as failure:
        pull(server, "{base}/all.json", token=token)
    assert "CONVERSATION_MY_RECEIVER_TOKEN" in str(failure.value)
    assert "wr0ng" not in str(failure.value)


def test_an_unchanged_answer_is_not_sent_again(tmp_path: Path) -> None:
    """The receiver's validators are used, and 304 is as good as the answer."""

    def answer(request: Request) -> Answer:
        return (
            (304, {"ETag": '"1"'}, b"") if request.headers["If-None-Match"] else answer_json([mention(1)], ETag='"1"')
        )

    with serve(answer) as server:
        for _ in range(2):
            batches = pull(server, "{base}/all.json", cache=tmp_path)
            assert (told(batches), whole(batches)) == ([("1", TEA.url)], ("*",))
        assert server.requests[1].headers["If-None-Match"] == '"1"'


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9) | st.just(TEA.url),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["children", "type", "wm-id", "wm-target", "wm-property", "like-of", "url", "author", "content"]
            ),
            inner,
            max_size=5,
        )
    ),
)


@given(json_values)
def test_any_json_about_a_post(value: object) -> None:
    """Whatever a receiver answers becomes acts and problems, each with its place, and never an exception."""
    acts, problems = parse_about(value, TEA, Index([TEA], [SITE]), source="jf2", where="there")
    assert all(act.source == "jf2" and act.id and act.target and act.kind in Kind for act in acts)
    assert all(problem.where.startswith("there, ") and problem.what for problem in problems)
