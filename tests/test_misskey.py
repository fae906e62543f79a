"""Misskey: what copies of posts drew, what the account gave, and what becomes of deletions and hidden notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from conformance import Told
from conversation.acts import Act, Direction, Kind, Proof
from conversation.addresses import is_web
from conversation.errors import Missing, Refused, SettingsError
from conversation.http import Client
from conversation.posts import Post
from conversation.sources import Ask, Finding, Source
from conversation.sources.misskey import SERVICE
from conversation.sources.misskey_parse import (
    Home,
    links_of,
    parse_given,
    parse_reacted,
    parse_reaction,
    parse_said,
)
from loopback import Answer, Request, Server, answer_json, serve
from misskey_server import HOST, Misskey, name_of

SITE = "https://blog.example"
POST = f"{SITE}/a.html"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TOKEN = "s3cr3t"  # noqa: S105 - of a server on loopback
HOME = Home("misskey", "http://127.0.0.1:1", "ada", HOST)


class Kept(Told):
    """What is told, kept as in the store: the listing of a post is of what was received."""

    def _listed(self, complete: tuple[str, ...]) -> set[str]:
        received = {name for name, act in self.acts.items() if act.direction is Direction.RECEIVED}
        posts = tuple(target for target in complete if not target.startswith("*"))
        return super()._listed(tuple(set(complete) - set(posts))) | (super()._listed(posts) & received)


class Blogger:
    """A blog and its account: pulls from a running server into `told`, as builds do."""

    def __init__(self, running: Server, token: str, posts: Sequence[str]) -> None:
        self.running, self.told, self.posts = running, Kept(), tuple(Post(url=url) for url in posts)
        self.source = Source("misskey", "misskey", {"account": f"@ada@{HOST}"}, running.url, token)

    def take(self, part: str, *posts: Post, full: bool = False, now: datetime = NOW) -> Told:
        """Asks about the account or about posts."""
        ask = Ask(posts or self.posts, dict(self.told.cursor), full, now, (SITE,), dict(self.told.copies))
        self.told.batches, self.told.error = [], None
        self.running.requests.clear()
        with Client(retries=0) as client:
            self.told.take(getattr(SERVICE, part)(self.source, ask, client))
        return self.told

    def both(self, *, full: bool = False) -> Told:
        """Asks about the account, then about the posts."""
        assert not self.take("account", full=full).error
        return self.take("pull")

    def kinds(self, direction: Direction = Direction.RECEIVED) -> list[str]:
        """The kinds of what is told, sorted."""
        return sorted(act.kind for act in self.told.acts.values() if act.direction is direction)

    def numbers(self) -> dict[str, int]:
        """The numbers that are told, by kind."""
        return {str(count.kind): count.value for count in self.told.numbers.values()}

    def asked(self, path: str) -> int:
        """How often an endpoint was asked since the last pull began."""
        return sum(request.path == f"/api/{path}" for request in self.running.requests)


@contextmanager
def blogger(server: Misskey, *posts: str) -> Iterator[Blogger]:
    """A blogger whose account is at `server`."""
    with serve(server) as running:
        yield Blogger(running, server.token, posts or (POST,))


def act_of(told: Told, word: str) -> Act:
    """The act that says `word`."""
    found = [act for act in told.acts.values() if word in act.text]
    return next((act for act in found if act.direction is Direction.RECEIVED), found[0])


def test_a_conversation_with_its_tree() -> None:
    """Replies come with their parents, reactions as likes, renotes as reposts or, with words, as quotes."""
    server = Misskey()
    copy = server.note("ada", f"New: {POST}")
    first = server.note("bea@b.example", "@ada first words", replyId=copy)
    answer = server.note("ada", "thank you", replyId=first)
    server.note("cem", "deep", replyId=answer)
    server.note("dan@d.example", None, renoteId=copy)
    server.note("eva@e.example", "see this", renoteId=copy)
    server.note("eva@e.example", "what an answer", renoteId=first)
    server.react("bea@b.example", copy, ":blobcat@b.example:")
    server.react("ada", copy)
    with blogger(server) as one:
        told = one.both()
    assert one.kinds() == ["like", "like", "quote", "reply", "reply", "reply", "repost"]
    bea, own, deep = act_of(told, "first"), act_of(told, "thank"), act_of(told, "deep")
    assert (bea.url, bea.parent, bea.target, bea.words) == (f"https://b.example/notes/{first}", "", POST, 2)
    assert bea.published == datetime(2026, 5, 1, 10, 2, tzinfo=UTC)
    assert (own.parent, deep.parent) == (bea.url, f"https://{HOST}/notes/{answer}")
    assert (bea.author.name, bea.author.handle, bea.author.url) == ("Bea", "@bea@b.example", "https://b.example/@bea")
    assert deep.author.handle == f"@cem@{HOST}"
    likes = [act for act in told.acts.values() if act.kind is Kind.LIKE]
    assert all(act.published for act in likes)
    assert one.numbers() == {"reply": 2, "like": 1, "repost": 2}
    assert told.batches[-1].complete == (POST,)


def test_who_asks_programs_for_silence_is_only_counted() -> None:
    """People with #nobot in their profile have no name and no words here, but they count; and are asked for once."""
    server = Misskey()
    copy, another = (server.note("ada", f"New: {url}") for url in (POST, f"{SITE}/b.html"))
    server.user("bea", description="Cats. #nobot")
    server.user("cem", fields=[{"name": "Programs", "value": "#NoBridge"}])
    for who in ("bea", "cem", "dan"):
        for one in (copy, another):
            server.note(who, f"words of {who}", replyId=one)
            server.note(who, f"see this, {who}", renoteId=one)
            server.note(who, None, renoteId=one)
            server.react(who, one)
    with blogger(server, POST, f"{SITE}/b.html") as one:
        told = one.both()
        assert one.asked("users/show") == 1
    assert one.kinds() == ["like", "like", "quote", "quote", "reply", "reply", "repost", "repost"]
    assert one.numbers() == {"reply": 3, "like": 3, "repost": 6}
    assert {act.author.name for act in told.acts.values() if act.direction is Direction.RECEIVED} == {"Dan"}
    assert "words of bea" not in repr(told.batches)


def test_people_who_cannot_be_looked_at_are_kept_back() -> None:
    """While nobody tells who wants silence nothing new is shown, and nothing that was shown is lost."""

    class Broken(Misskey):
        broken = False

        def __call__(self, request: Request) -> Answer:
            return answer_json({}) if self.broken and b"userIds" in request.body else super().__call__(request)

    server = Broken()
    copy = server.note("ada", f"New: {POST}")
    server.note("bea", "early", replyId=copy)
    with blogger(server) as one:
        one.both()
        server.note("cem", "late", replyId=copy)
        server.broken = True
        told = one.take("pull")
        assert one.kinds() == ["reply"]
        assert ["could not be asked" in problem.what for problem in told.batches[-1].problems] == [True]


def test_verified_links_are_proofs() -> None:
    """A page that links back, as the server has seen, is its owner's too; what else a profile names is not."""
    server = Misskey()
    copy = server.note("ada", f"New: {POST}")
    server.user("bea", verifiedLinks=["https://bea.example/", "no link"], url="https://other.example/bea")
    server.user("cem", fields=[{"name": "Home", "value": "https://cem.example"}], verifiedLinks=[])
    for who in ("bea", "cem"):
        server.note(who, "yes", replyId=copy)
    with blogger(server) as one:
        told = one.both()
    assert told.batches[-1].proofs == (Proof(f"https://{HOST}/@bea", "https://bea.example/"),)


def test_hidden_edited_and_folded() -> None:
    """Notes for followers, and what their authors keep from strangers, stay out; "home" ones lose their words."""
    server = Misskey()
    copy = server.note("ada", f"New: {POST}")
    for visibility in ("public", "home", "followers"):
        server.note("bea", f"{visibility} words", replyId=copy, visibility=visibility)
    server.note("bea", None, replyId=copy, isHidden=True)
    server.note("bea", "gone", replyId=copy, deletedAt="2026-05-01T10:00:00Z")
    server.note("cem", "the end", replyId=copy, cw="spoilers", updatedAt="2026-05-02T10:00:00Z")
    server.note("cem", None, replyId=copy, fileIds=["f1"], files=[{"comment": "A cat that sleeps"}])
    with blogger(server) as one:
        told = one.both()
    texts = {act.text for act in told.acts.values() if act.direction is Direction.RECEIVED}
    assert texts == {"public words", "", "the end", "A cat that sleeps"}
    (quiet,) = [act for act in told.acts.values() if act.direction is Direction.RECEIVED and not act.text]
    assert (quiet.author.name, quiet.words, bool(quiet.url)) == ("Bea", None, True)
    assert (act_of(told, "the end").warning, act_of(told, "the end").updated) == (
        "spoilers",
        datetime(2026, 5, 2, 10, tzinfo=UTC),
    )


def test_what_is_gone_at_the_service_goes() -> None:
    """A deleted reply, a reaction taken back and a deleted copy vanish with the next pull."""
    server = Misskey()
    copy = server.note("ada", f"New: {POST}")
    reply = server.note("bea", replyId=copy)
    server.react("bea", copy)
    with blogger(server) as one:
        one.both()
        assert one.kinds() == ["like", "reply"]
        server.delete(reply)
        one.take("pull")
        assert one.kinds() == ["like"]
        server.reactions.clear()
        one.take("pull")
        assert (one.kinds(), one.numbers()["like"]) == ([], 0)
        server.react("bea", copy)
        one.take("pull")
        server.delete(copy)
        assert one.take("pull").error is None
        assert one.kinds() == []


def test_a_copy_that_strangers_may_not_see_is_not_gone() -> None:
    """Misskey answers 400 for a note that is gone and for one that it does not show: only the first takes acts away."""
    server = Misskey()
    copy = server.note("ada", f"New: {POST}")
    server.react("bea", copy)

    def handler(request: Request) -> Answer:
        closed = one.told.copies and request.path == "/api/notes/show"
        return (400, {}, b"{}") if closed and shut else server(request)

    shut = False
    with serve(handler) as running:
        one = Blogger(running, "", (POST,))
        one.both()
        shut = True
        told = one.take("pull")
    assert one.kinds() == ["like"]
    assert [problem.where for problem in told.problems] == [f"https://{HOST}/notes/{copy}"]


@pytest.mark.parametrize("status", [403, 404])
def test_lists_that_a_server_does_not_open(status: int) -> None:
    """Where reactions are not listed, their number is shown."""
    server = Misskey()
    copy = server.note("ada", f"New: {POST}")
    server.react("bea", copy)

    def handler(request: Request) -> Answer:
        return (status, {}, b"{}") if request.path == "/api/notes/reactions" else server(request)

    with serve(handler) as running:
        one = Blogger(running, "", (POST,))
        one.both()
    assert (one.kinds(), one.numbers()["like"]) == ([], 1)


def test_what_was_given_is_told_by_its_kind() -> None:
    """Replies to others, renotes, quotes and mentions are given to somebody; the rest is a note."""
    server = Misskey()
    theirs = server.note("bea@b.example", "Theirs")
    server.note("ada", "@bea@b.example well said indeed", replyId=theirs)
    server.note("ada", None, renoteId=theirs)
    server.note("ada", "quoting", renoteId=theirs)
    server.note("ada", "naming @bea@b.example", mentions=["u1"])
    own = server.note("ada", f"New ({POST}).")
    server.note("ada", "thread goes on", replyId=own)
    server.note("ada", None, renoteId=own)
    server.note("ada", "for friends", visibility="followers")
    with blogger(server) as one:
        told = one.take("account")
    assert one.kinds(Direction.GIVEN) == ["mention", "note", "note", "note", "quote", "reply", "repost"]
    by_kind = {act.kind: act for act in told.acts.values()}
    at = f"https://b.example/notes/{theirs}"
    assert all(by_kind[kind].target == at for kind in (Kind.REPLY, Kind.REPOST, Kind.QUOTE))
    assert (by_kind[Kind.REPLY].to.handle, by_kind[Kind.REPLY].words) == ("@bea@b.example", 3)
    assert by_kind[Kind.MENTION].to.url == "https://b.example/@bea"
    assert act_of(told, "New").target == POST
    assert act_of(told, "thread").parent == f"https://{HOST}/notes/{own}"
    (snapshot,) = [snapshot for batch in told.batches for snapshot in batch.snapshots]
    assert (snapshot.account, snapshot.followers, snapshot.posts) == (f"@ada@{HOST}", 7, 8)
    assert told.copies == {POST: (f"https://{HOST}/notes/{own}",)}


def test_likes_given_are_told_where_they_may_be() -> None:
    """Reactions have dates; where they are private, a token opens them, and nothing that was known is lost without."""
    server = Misskey(TOKEN)
    for _ in range(3):
        server.react("ada", server.note("bea@b.example"))
    server.react("ada", server.note("ada"))
    server.private = True
    with blogger(server) as one:
        one.take("account")
        likes = [act for act in one.told.acts.values() if act.kind is Kind.LIKE]
        assert len(likes) == 3
        assert all(act.published and act.to.handle == "@bea@b.example" for act in likes)
        one.source = Source("misskey", "misskey", {"account": f"@ada@{HOST}"}, one.running.url)
        assert one.take("account", full=True).error is None
        assert one.kinds(Direction.GIVEN).count("like") == 3


def test_only_what_is_new_is_read() -> None:
    """After the first pull one page is enough; recent deletions show on it, and others when all is listed."""
    server = Misskey()
    own = [server.note("ada", f"word{number}") for number in range(250)]
    with blogger(server) as one:
        one.take("account")
        assert len(one.told.acts) == 250
        server.delete(own[-3])
        server.delete(own[0])
        server.note("ada", "the newest")
        one.take("account", now=NOW + timedelta(days=1))
        assert one.asked("users/notes") == 1
        assert len(one.told.acts) == 250
        one.take("account", now=NOW + timedelta(days=40))
        assert len(one.told.acts) == 249


@pytest.mark.parametrize("token", ["", "n0t-the-0ne"])
@pytest.mark.parametrize("part", ["account", "pull", "check"])
def test_a_refusal_names_the_variable(part: str, token: str) -> None:
    """A server that answers nobody says what to do, and never shows a token."""
    copy = Post(url=POST, syndication=(f"https://{HOST}/notes/{name_of(1)}",))
    with serve(Misskey(TOKEN, closed=True)) as running, Client(retries=0) as client:
        source = Source("misskey", "My Notes", {"account": f"@ada@{HOST}"}, running.url, token)
        ask = Ask((copy,), {}, full=False, now=NOW)
        with pytest.raises(Refused, match="CONVERSATION_MY_NOTES_TOKEN") as error:
            list(SERVICE.check(source, client) if part == "check" else getattr(SERVICE, part)(source, ask, client))  # type: ignore[misc]
    assert not token or token not in str(error.value)


def findings(server: Misskey, token: str = "", account: str = f"@ada@{HOST}") -> list[Finding]:
    """What doctor finds."""
    with serve(server) as running, Client(retries=0) as client:
        assert SERVICE.check
        return list(SERVICE.check(Source("misskey", "misskey", {"account": account}, running.url, token), client))


def test_doctor_finds_what_is_wrong() -> None:
    """Doctor tells of the account and whose the token is."""
    server = Misskey(TOKEN)
    server.user("eva")
    assert [one.well for one in findings(server)] == [True]
    assert [one.well for one in findings(server, TOKEN)] == [True, True]
    assert "belongs to @ada" in findings(server, TOKEN, f"@eva@{HOST}")[-1].what
    with pytest.raises(Missing, match="base_url"):
        findings(server, account=f"@nobody@{HOST}")


def test_an_account_without_a_host_is_a_setting_to_mend() -> None:
    """A bare name cannot be found anywhere; the message shows how to write it."""
    with Client() as client, pytest.raises(SettingsError, match=r"@ada@misskey\.example"):
        list(SERVICE.pull(Source("misskey", "misskey", {"account": "ada"}), Ask((), {}, full=False, now=NOW), client))


def test_addresses_of_notes() -> None:
    """The id stands in the address of a note on this instance, and in no other."""
    assert HOME.note_in(f"https://{HOST}/notes/9abc123") == "9abc123"
    assert HOME.note_in("http://127.0.0.1:3000/notes/9abc123/") == "9abc123"
    assert HOME.note_in("https://other.example/notes/9abc123") == ""
    assert HOME.note_in(f"https://{HOST}/@ada") == ""


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (f"Look: {POST}.", (POST,)),
        (f"[words]({POST}) and more", (POST,)),
        (f"<{POST}>", (POST,)),
        ("https://w.example/A_(b), really", ("https://w.example/A_(b)",)),
        ("javascript:alert(1) https://", ()),
        (f"「{POST}」、{SITE}/b.html。", (POST, f"{SITE}/b.html")),
    ],
)
def test_links_in_a_text(text: str, links: tuple[str, ...]) -> None:
    """An address ends before what ends the sentence or the brackets around it."""
    assert links_of({"text": text}) == links


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["id", "user", "username", "host", "text", "cw", "visibility", "reply", "renote", "replyId", "renoteId"]
                + [
                    "uri",
                    "url",
                    "mentions",
                    "files",
                    "fileIds",
                    "comment",
                    "createdAt",
                    "note",
                    "poll",
                    "isHidden",
                    "name",
                ]
            ),
            inner | st.sampled_from(["public", "abc", "ada", POST, "@bea@b.example hi"]),
            max_size=9,
        )
    ),
    max_leaves=25,
)


@examples(JSON)
def test_no_json_is_too_odd(value: object) -> None:
    """Whatever a server answers, a parser gives acts that can be kept, problems that say where, or nothing."""
    found = [
        parse_said(value, HOME, Kind.REPLY, POST),
        parse_reaction(value, HOME, "9a1", POST),
        parse_given(value, HOME),
        parse_reacted(value, HOME),
    ]
    for one in found:
        if isinstance(one, Act):
            assert re.fullmatch(r"[\w:]+", one.id)
            assert all(not url or is_web(url) for url in (one.url, one.author.url, one.to.url, one.parent))
            assert not one.published or one.published.tzinfo
        elif one is not None:
            assert one.where
            assert one.what
