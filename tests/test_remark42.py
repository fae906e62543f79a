"""Remark42, asked on loopback: only pages that changed are read, at any depth, and nobody's picture or address."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases_comments import Row, answer_remark42, remark42_row
from conformance import NOW, POST, SITE
from conversation.acts import Act, Kind
from conversation.errors import Malformed, SettingsError
from conversation.http import Client
from conversation.posts import Post
from conversation.sources import Ask, Batch, Source
from conversation.sources.remark42 import SERVICE, parse_list, parse_tree
from loopback import Answer, Raw, Request, Server, answer_json, serve

OTHER = f"{SITE}/pages/about.html"
POSTS = (Post(url=POST), Post(url=OTHER))


@dataclasses.dataclass
class Pulls:
    """Pulls one after the other, each with the cursor of the one before."""

    cursor: dict[str, str] = dataclasses.field(default_factory=dict)

    def once(
        self, server: Server, *, posts: tuple[Post, ...] = POSTS, full: bool = False, days: int = 0
    ) -> list[Batch]:
        """One pull, so many days later; the batches that tell of posts."""
        source = Source("remark42", "remark42", {"site": "blog"}, server.url)
        ask = Ask(posts, self.cursor, full, NOW + timedelta(days=days), (SITE, "http://old.example"))
        with Client(retries=0) as client:
            batches = list(SERVICE.pull(source, ask, client))
        for batch in batches:
            self.cursor = dict(batch.cursor) if batch.cursor is not None else self.cursor
        return [batch for batch in batches if batch.acts or batch.problems or batch.complete]


def acts_of(batches: list[Batch]) -> list[Act]:
    return [act for batch in batches for act in batch.acts]


def tree(*nodes: object) -> list[Act]:
    """The acts of a page with these nodes."""
    return list(parse_tree({"comments": list(nodes)}, source="remark42", target=POST).acts)


def asked(server: Server) -> list[str]:
    """The pages that were read since the last time that this was called."""
    pages = [request.query["url"][0] for request in server.requests if request.path == "/api/v1/find"]
    server.requests.clear()
    return pages


def test_a_comment_arrives_with_all_that_a_reader_sees() -> None:
    """Words, name, times, permalink and parent are those of the tree, in the words of the vocabulary."""
    edit = {"time": "2026-05-20T12:03:00Z", "summary": "typo"}
    rows = [remark42_row(1, "Well <em>said</em>.", edit=edit), remark42_row(2, "Yes.", 1), remark42_row(3, "No.", 2)]
    with serve(answer_remark42({POST: rows})) as server:
        one, two, three = acts_of(Pulls().once(server))
    assert (one.kind, one.id, one.target, one.channel) == (Kind.REPLY, "c-1", POST, "remark42")
    assert one.url == f"{POST}#remark42__comment-c-1"
    assert (one.author.name, one.author.handle) == ("Person 1", f"github_{1:040x}")
    assert (one.text, one.words) == ("Well said.", 2)
    assert one.published == datetime(2026, 5, 20, 10, 0, 1, 760635, UTC)
    assert one.updated == datetime(2026, 5, 20, 12, 3, tzinfo=UTC)
    assert (one.parent, two.parent, three.parent) == ("", one.url, two.url)


@pytest.mark.parametrize("handle", ["email_0cc175b9c0f1b6a831c399e269772661", "anonymous_0cc175b9c0f1b6a8"])
def test_nobody_is_told_by_a_hash_of_their_address(handle: str) -> None:
    """Pictures, hashes of IP addresses and of e-mail addresses stay at the server."""
    row = remark42_row(1)
    row["user"]["id"] = handle
    (act,) = tree({"comment": row})
    assert act.author.handle == act.author.photo == ""
    assert not any(word in repr(act) for word in (handle, "avatar", row["user"]["ip"]))


def test_names_are_as_their_owners_wrote_them() -> None:
    """Remark42 keeps names escaped for HTML; nobody is called "Tea &amp; Cake"."""
    (act,) = tree({"comment": remark42_row(1, user={"name": "Tea &amp; Cake &#39;n&#39; more"})})
    assert act.author.name == "Tea & Cake 'n' more"


def test_an_answer_outlives_what_it_answers() -> None:
    """Deleted comments and those of blocked people are left out; what answers them stays and still names them."""
    rows = [remark42_row(1, delete=True), remark42_row(2, "Here.", 1), remark42_row(3, user={"block": True})]
    with serve(answer_remark42({POST: rows})) as server:
        (act,) = acts_of(Pulls().once(server))
    assert (act.id, act.parent) == ("c-2", f"{POST}#remark42__comment-c-1")


def test_votes_are_no_likes_of_the_post() -> None:
    """What somebody thinks of a comment says nothing about the post."""
    with serve(answer_remark42({POST: [remark42_row(1, score=9)]})) as server:
        assert all(batch.counts == () for batch in Pulls().once(server))


def test_only_pages_that_changed_are_read() -> None:
    """Where nobody said anything lately one request is enough, until a page has a comment more or less."""
    pages: dict[str, list[Row]] = {POST: [remark42_row(1)], OTHER: [remark42_row(2)]}
    pulls = Pulls()
    with serve(answer_remark42(pages)) as server:
        pulls.once(server, days=30)
        assert asked(server) == [POST, OTHER]
        assert pulls.once(server, days=31) == []
        pages[POST].append(remark42_row(3))
        (batch,) = pulls.once(server, days=31)
        assert (asked(server), batch.complete, len(batch.acts)) == ([POST], (POST,), 2)
        pages[POST][0]["delete"] = True
        assert [act.id for act in acts_of(pulls.once(server, days=31))] == ["c-3"]
        asked(server)
        pulls.once(server, days=31, full=True)
        assert asked(server) == [POST, OTHER]


def test_a_page_that_lost_its_last_comment_is_complete_and_empty() -> None:
    """A page that is not in the list has no comments: whatever was known of it goes."""
    pulls = Pulls()
    with serve(answer_remark42({POST: [remark42_row(1)]})) as server:
        pulls.once(server)
    with serve(answer_remark42({})) as server:
        batches = pulls.once(server)
    assert [batch.complete for batch in batches] == [(POST,)]
    assert acts_of(batches) == []


@pytest.mark.parametrize(
    "url", [POST, "http://blog.example/a.html", f"{POST}?utm_source=x", "http://old.example/a.html", f"{SITE}/b.html"]
)
def test_a_page_is_found_under_every_spelling(url: str) -> None:
    """The list names pages as browsers saw them; they are read so, and told of the post as it is spelled here."""
    with serve(answer_remark42({url: [remark42_row(1)]})) as server:
        (act,) = acts_of(Pulls().once(server, posts=(Post(url=POST, aliases=("b.html",)),)))
        assert asked(server) == [url]
    assert act.target == POST


def test_pages_of_both_spellings_are_one_conversation() -> None:
    """Comments under the old and the new address are told together, in one listing."""
    pages = {POST: [remark42_row(1)], "http://blog.example/a.html": [remark42_row(2)]}
    with serve(answer_remark42(pages)) as server:
        batch, _ = Pulls().once(server)
    assert {act.id for act in batch.acts} == {"c-1", "c-2"}
    assert batch.complete == (POST,)


def test_a_listed_page_without_an_address_takes_nothing_away() -> None:
    """Where the list cannot be read in full, posts that are not in it keep what is known of them."""
    good = answer_remark42({POST: [remark42_row(1)]})

    def answer(request: Request) -> Answer | Raw:
        listed = [{"url": POST, "count": 1}, {"url": None, "count": 3}]
        return answer_json(listed) if request.path == "/api/v1/list" else good(request)

    with serve(answer) as server:
        batches = Pulls().once(server)
    assert batches[0].problems
    assert [batch.complete for batch in batches] == [(), (POST,)]


def test_a_wrong_site_or_server_is_named() -> None:
    """What a blogger got wrong in the settings stands in the message."""
    with Client(retries=0) as client:
        with serve(answer_remark42({}, site="other")) as server, pytest.raises(Malformed, match="'blog' the SITE"):
            Pulls().once(server)
        with serve(lambda _: answer_json({})) as server, pytest.raises(Malformed, match="base_url"):
            Pulls().once(server)
        with pytest.raises(SettingsError, match="base_url"):
            list(SERVICE.pull(Source("remark42", "remark42"), Ask((), {}, full=False, now=NOW), client))


@pytest.mark.parametrize("row", [{"id": None}, {"id": ""}, {"id": "a b"}, {"id": "x" * 200}, None, "x"])
def test_what_is_no_comment_is_a_problem_and_the_rest_is_taken(row: Row | str | None) -> None:
    """A comment of an unknown form is told with its post, and costs no other."""
    odd = {"comment": remark42_row(7) | row if isinstance(row, dict) else row}
    found = parse_tree({"comments": [odd, {"comment": remark42_row(1)}]}, source="remark42", target=POST)
    assert [act.id for act in found.acts] == ["c-1"]
    assert found.problems[0].where == POST


def test_a_tree_of_any_depth_is_walked() -> None:
    """A conversation of hundreds of answers to answers is told to its end."""
    node: Row = {"comment": remark42_row(500, "", 499)}
    for number in range(499, 0, -1):
        node = {"comment": remark42_row(number, "", number - 1), "replies": [node]}
    assert len(tree(node)) == 500


KEYS = st.sampled_from(["comments", "comment", "replies", "url", "count", "last_time", "edit", *remark42_row(1)])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
ANY = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6))


@given(ANY)
def test_any_json_is_read_without_a_crash(value: object) -> None:
    """Whatever a server answers, the parsers give acts with an id, and problems that say where."""
    for each in (
        value,
        {"comments": value},
        {"comments": [{"comment": remark42_row(1, text=value), "replies": value}]},
    ):
        found = parse_tree(each, source="remark42", target=POST)
        assert all(act.id and act.url.startswith(f"{POST}#remark42__comment-") for act in found.acts)
        assert all(problem.where and problem.what for problem in found.problems)
    states, problems = parse_list([value], where="the list")
    assert len(states) + len(problems) <= 1


def test_doctor_hears_of_the_site() -> None:
    """The check says on how many pages there are comments."""
    with serve(answer_remark42({POST: [remark42_row(1)]})) as server, Client() as client:
        assert SERVICE.check
        (finding,) = SERVICE.check(Source("remark42", "remark42", {"site": "blog"}, server.url), client)
    assert finding.well
    assert " 1 of " in finding.what
