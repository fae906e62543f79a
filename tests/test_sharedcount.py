"""SharedCount: numbers without names, a key that stays secret, a quota; the shared suite asks it too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.acts import Count, Kind, Problem
from conversation.errors import Malformed, Refused, SourceError, Unreachable
from conversation.http import Client
from conversation.posts import Post
from conversation.sources import Ask, Batch, Finding, Source
from conversation.sources.sharedcount import SERVICE, parse_shares
from loopback import Answer, Handler, Request, answer_json, serve

KEY = "a-secret-key"
POSTS = tuple(Post(url=f"https://blog.example/{name}.html") for name in ("a", "b", "c"))
#: As in the service's documentation.
FACEBOOK = {
    "total_count": 168,
    "comment_count": 53,
    "reaction_count": 14,
    "share_count": 101,
    "comment_plugin_count": 0,
}
EXCEEDED = answer_json({"Error": "Free API quota exceeded.", "Type": "quota_exceeded"}, 403)


def quota(left: object) -> Answer:
    return answer_json({"quota_used_today": 12, "plan": "free", "quota_remaining_today": left})


def pull(
    handler: Handler, *posts: Post, key: str = KEY, cache: Path | None = None
) -> tuple[list[Batch], SourceError | None]:
    """What a pull brings, and the error that ended it."""
    batches: list[Batch] = []
    with serve(handler) as server, Client(retries=0, cache=cache) as client:
        source = Source("sharedcount", "sharedcount", {}, server.url, key)
        try:
            batches.extend(
                SERVICE.pull(source, Ask(posts, {}, full=False, now=datetime(2026, 1, 1, tzinfo=UTC)), client)
            )
        except SourceError as error:
            return batches, error
    return batches, None


def test_shares_and_pins_are_reposts() -> None:
    """What was shared on Facebook and pinned on Pinterest is one number for each post, asked by its address."""
    asked: list[Request] = []

    def answer(request: Request) -> Answer:
        asked.append(request)
        return answer_json({"Pinterest": 9, "Facebook": FACEBOOK})

    batches, error = pull(answer, *POSTS[:2])
    assert error is None
    assert [batch.counts for batch in batches] == [
        (Count("sharedcount", post.url, Kind.REPOST, 110),) for post in POSTS[:2]
    ]
    assert [request.query for request in asked] == [{"url": [post.url], "apikey": [KEY]} for post in POSTS[:2]]
    assert {request.path for request in asked} == {"/"}


@pytest.mark.parametrize(
    ("value", "shares"),
    [
        ({"Pinterest": 9, "Facebook": FACEBOOK}, 110),
        ({"Pinterest": 9}, 9),
        ({"Facebook": FACEBOOK, "LinkedIn": 5}, 101),
        ({"Pinterest": 0, "Facebook": {"share_count": 0}}, 0),
        ({"Pinterest": None, "Facebook": FACEBOOK}, None),
        ({"Pinterest": 9, "Facebook": None}, None),
        ({"Pinterest": 9, "Facebook": {"share_count": None}}, None),
        ({"Pinterest": -1}, None),
        ({"Pinterest": "9"}, None),
        ({"Pinterest": True}, None),
        ({"Pinterest": 10**30}, None),
    ],
)
def test_networks_that_are_silent(value: object, shares: int | None) -> None:
    """A network that was given up counts nothing; one that could not be reached leaves the number of last time."""
    count = parse_shares(value, source="s", target="t")
    assert count == (None if shares is None else Count("s", "t", Kind.REPOST, shares))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.floats(),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from(["Facebook", "Pinterest", "share_count"]), inner)
        ),
    )
)
def test_any_json(value: object) -> None:
    """Whatever is answered becomes a number, a problem or nothing."""
    found = parse_shares(value, source="s", target="t")
    assert found is None or isinstance(found, Problem) or 0 <= found.value < 10**11


def test_without_a_key_nobody_is_asked() -> None:
    """The error names the variable, and where to get a key."""
    asked: list[Request] = []
    _, error = pull(lambda request: asked.append(request) or EXCEEDED, *POSTS, key="")  # type: ignore[func-returns-value]
    assert isinstance(error, Refused)
    assert "CONVERSATION_SHAREDCOUNT_TOKEN" in str(error)
    assert asked == []


def limited(after: int, left: Answer) -> Callable[[Request], Answer]:
    """A service that refuses all posts but the first `after`; `left` is its answer about the quota."""
    asked: list[str] = []

    def answer(request: Request) -> Answer:
        if request.path == "/quota":
            return left
        asked.append(request.path)
        return answer_json({"Pinterest": 1}) if len(asked) <= after else EXCEEDED

    return answer


def test_a_used_up_quota_is_told_from_a_wrong_key() -> None:
    """Both are 403; the first passes by itself, the second the blogger must mend, and what came before stays."""
    batches, error = pull(limited(2, quota(0)), *POSTS)
    assert len(batches) == 2
    assert isinstance(error, Unreachable)
    assert "tomorrow" in str(error)
    for left in (EXCEEDED, quota(77), quota("?")):
        batches, error = pull(limited(0, left), *POSTS)
        assert isinstance(error, Refused)
        assert "CONVERSATION_SHAREDCOUNT_TOKEN" in str(error)


def test_nonsense_about_one_post_is_a_problem_of_that_post() -> None:
    """Where the service does not know one address the others are asked about; if it knows none, the source failed."""

    def answer(request: Request) -> Answer:
        if request.query["url"] == [POSTS[0].url]:
            return answer_json({"Error": "Not a valid URL.", "Type": "invalid_url"}, 400)
        return answer_json({"Pinterest": 1} if request.query["url"] == [POSTS[1].url] else {"Error": "?"})

    batches, error = pull(answer, *POSTS)
    assert error is None
    assert [bool(batch.counts) for batch in batches] == [False, True, False]
    assert [problem.where for batch in batches for problem in batch.problems] == [POSTS[0].url, POSTS[2].url]
    assert isinstance(pull(answer, POSTS[0])[1], Malformed)


def test_the_key_is_neither_shown_nor_kept(tmp_path: Path) -> None:
    """The service wants its key in the address; no message and no file of the cache holds it."""
    _, error = pull(lambda _: (500, {}, b""), *POSTS, cache=tmp_path)
    assert "apikey=…" in str(error)
    assert KEY not in str(error)
    pull(lambda _: answer_json({"Pinterest": 1}, Cache_Control="max-age=3600", ETag='"1"'), *POSTS, cache=tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if KEY.encode() in path.read_bytes() or KEY in str(path)]


def checked(handler: Handler, key: str = KEY) -> list[Finding]:
    def findings() -> Iterator[Finding]:
        with serve(handler) as server, Client(retries=0) as client:
            assert SERVICE.check
            yield from SERVICE.check(Source("sharedcount", "sharedcount", {}, server.url, key), client)

    return list(findings())


def test_doctor_tells_of_key_and_quota() -> None:
    """`doctor` says what the key is good for, and what to do where it is not."""
    (good,), (used,) = checked(lambda _: quota(188)), checked(lambda _: quota(0))
    assert good == Finding(well=True, what="the API key is good for 188 more requests today")
    assert not used.well
    assert used.advice
    (unknown,) = checked(lambda _: answer_json({}))
    assert unknown.well
    (none,) = checked(lambda _: quota(1), key="")
    assert not none.well
    assert "CONVERSATION_SHAREDCOUNT_TOKEN" in none.advice
    with pytest.raises(Refused, match="CONVERSATION_SHAREDCOUNT_TOKEN"):
        checked(lambda _: (403, {}, b""))
