"""Mastodon: what copies of posts drew, what the account gave, and what becomes of edits, deletions and opt-outs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from msgspec import structs

from conformance import Told
from conversation.acts import Act, Direction, Kind, Problem, Proof, identity
from conversation.addresses import is_web
from conversation.errors import Missing, Refused, SettingsError
from conversation.http import Client
from conversation.posts import Post
from conversation.sources import Ask, Finding, Source, copies
from conversation.sources.history import History
from conversation.sources.jf2 import parse_feed
from conversation.sources.mastodon import MAX_NAMED, SERVICE
from conversation.sources.mastodon_account import parse_notification
from conversation.sources.mastodon_given import parse_given, parse_liked
from conversation.sources.mastodon_parse import Home, links_of, parse_person, split_account
from conversation.sources.mastodon_thread import Thread, parse_thread
from conversation.sources.outbox import parse_outbox, whose
from conversation.sources.stood import AGAIN
from loopback import Answer, Request, Server, serve
from mastodon_server import HOST, Mastodon

SITE = "https://blog.example"
POST = f"{SITE}/a.html"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TOKEN = "s3cr3t"  # noqa: S105 - of a server on loopback
HOME = Home("mastodon", "http://127.0.0.1:1", "ada", HOST)
LINK = f'<p>New: <a href="{POST}">a</a></p>'


class Kept(Told):
    """What is told, kept as in the store: the listing of a post is of what was received."""

    def _listed(self, complete: tuple[str, ...]) -> set[str]:
        received = {name for name, act in self.acts.items() if act.direction is Direction.RECEIVED}
        posts = tuple(target for target in complete if not target.startswith("*"))
        return super()._listed(tuple(set(complete) - set(posts))) | (super()._listed(posts) & received)


class Blogger:
    """A blog and its account: pulls from a running server into `told`, as builds do."""

    def __init__(self, running: Server, token: str = "", posts: Sequence[str] = (POST,)) -> None:
        self.running, self.told, self.posts = running, Kept(), tuple(Post(url=url) for url in posts)
        self.source = Source("mastodon", "mastodon", {"account": f"@ada@{HOST}"}, running.url, token)

    def account(self, *, full: bool = False, now: datetime = NOW, budget: int | None = None) -> Told:
        """Asks about the account."""
        return self._take("account", self.posts, full=full, now=now, budget=budget)

    def pull(self, *posts: Post, now: datetime = NOW) -> Told:
        """Asks about the posts."""
        return self._take("pull", posts or self.posts, now=now)

    def both(self, *, full: bool = False, now: datetime = NOW) -> Told:
        """Asks about the account, then about the posts."""
        assert not self.account(full=full, now=now).error
        return self.pull()

    def _take(
        self, part: str, posts: tuple[Post, ...], *, full: bool = False, now: datetime = NOW, budget: int | None = None
    ) -> Told:
        ask = Ask(posts, dict(self.told.cursor), full, now, (SITE,), dict(self.told.copies))
        self.told.batches, self.told.error = [], None
        self.running.requests.clear()
        with Client(retries=0, budget=budget) as client:
            self.told.take(getattr(SERVICE, part)(self.source, ask, client))
        return self.told

    def kinds(self, direction: Direction = Direction.RECEIVED) -> list[str]:
        """The kinds of what is told, sorted."""
        return sorted(act.kind for act in self.told.acts.values() if act.direction is direction)

    def numbers(self) -> Mapping[str, int]:
        """The numbers that are told, by kind."""
        return {str(count.kind): count.value for count in self.told.numbers.values()}

    def asked(self) -> list[str]:
        """What was asked for since the last pull began."""
        return [request.path.removeprefix("/api/v1/") for request in self.running.requests]


@contextmanager
def blogger(server: Mastodon, *posts: str) -> Iterator[Blogger]:
    """A blogger whose account is at `server`."""
    with serve(server) as running:
        yield Blogger(running, server.token, posts or (POST,))


def act_of(told: Told, word: str) -> Act:
    """The act that says `word`."""
    found = [act for act in told.acts.values() if word in act.text]
    return next((act for act in found if act.direction is Direction.RECEIVED), found[0])


# --- what a copy drew -------------------------------------------------------------------------------------------------


def test_a_conversation_with_its_tree() -> None:
    """Replies come with their parents, likes, boosts and quotes with their people, and each exactly once."""
    server = Mastodon(TOKEN)
    copy = server.post("ada", LINK)
    first = server.post("bea@b.example", "<p>@ada first words</p>", reply_to=copy)
    answer = server.post("ada", "<p>thank you</p>", reply_to=first)
    server.post("cem", "<p>deep</p>", reply_to=answer)
    server.favourite("bea@b.example", copy)
    server.favourite("dan@d.example", copy)
    server.reblog("cem", copy)
    server.quote("eva@e.example", copy)
    with blogger(server) as one:
        told = one.both()
    assert one.kinds() == ["like", "like", "quote", "reply", "reply", "reply", "repost"]
    bea, own, deep = act_of(told, "first"), act_of(told, "thank"), act_of(told, "deep")
    assert (bea.url, bea.parent, bea.target, bea.words) == (f"https://b.example/@bea/{first}", "", POST, 2)
    assert bea.published == datetime(2026, 5, 1, 10, 2, tzinfo=UTC)
    assert (own.parent, deep.parent) == (bea.url, own.url)
    assert (bea.author.name, bea.author.handle, bea.author.url) == ("Bea", "@bea@b.example", "https://b.example/@bea")
    assert (deep.author.handle, deep.author.photo) == (f"@cem@{HOST}", f"https://{HOST}/@cem/avatar.png")
    assert one.numbers() == {"reply": 2, "like": 2, "repost": 1, "quote": 1}
    assert [batch.complete for batch in told.batches if batch.complete] == [(POST,)]


def test_hidden_edited_and_folded() -> None:
    """Followers-only and direct replies stay out, unlisted ones lose their words; warnings stay, edits are dated."""
    server = Mastodon(TOKEN)
    copy = server.post("ada", LINK)
    for visibility in ("public", "unlisted", "private", "direct", "local"):
        server.post("bea@b.example", f"<p>{visibility} words</p>", reply_to=copy, visibility=visibility)
    server.post("cem", "<p>about the end</p>", reply_to=copy, spoiler_text="spoilers", edited_at="2026-05-02T10:00:00Z")
    server.post("cem", "<p>bare skin</p>", reply_to=copy, sensitive=True)
    picture = [{"description": "A cat that sleeps"}, {"description": None}]
    server.post("cem", "", reply_to=copy, media_attachments=picture)
    with blogger(server) as one:
        told = one.both()
    texts = {act.text for act in told.acts.values() if act.direction is Direction.RECEIVED}
    assert texts == {"public words", "", "about the end", "bare skin", "A cat that sleeps"}
    (quiet,) = [act for act in told.acts.values() if not act.text]
    assert (quiet.author.name, quiet.html, quiet.warning, quiet.words) == ("Bea", "", "", None)
    assert quiet.url.startswith("https://b.example/@bea/")
    folded = act_of(told, "the end")
    assert (folded.warning, folded.updated) == ("spoilers", datetime(2026, 5, 2, 10, tzinfo=UTC))
    assert act_of(told, "skin").warning == "Sensitive content"


def test_who_asks_programs_for_silence_is_only_counted() -> None:
    """People with #nobot in their profile have no name, no words and no picture here, but they count."""
    server = Mastodon()
    copy = server.post("ada", LINK)
    server.person("bea@b.example", note='<p>Hi! <a href="https://b.example/tags/nobot">#<span>NoBot</span></a></p>')
    server.post("bea@b.example", "<p>not for machines</p>", reply_to=copy)
    server.favourite("bea@b.example", copy)
    server.reblog("bea@b.example", copy)
    with blogger(server) as one:
        told = one.both()
    assert one.kinds() == []
    assert one.numbers() == {"reply": 1, "like": 1, "repost": 1, "quote": 0}
    assert "bea" not in repr(told.batches)


def test_own_unlisted_words_stay() -> None:
    """Bloggers who answer without crowding the timelines do so on their own page: these words are theirs."""
    server = Mastodon()
    copy = server.post("ada", LINK)
    server.post("ada", "<p>and another thing</p>", reply_to=copy, visibility="unlisted")
    with blogger(server) as one:
        assert act_of(one.both(), "another thing").words == 3


def test_who_wants_silence_is_not_named_as_somebody_who_was_answered() -> None:
    """What the blogger gave stays; to whom is told of everybody else."""
    server = Mastodon()
    for name, note in (("bea@b.example", "#nobridge"), ("cem@c.example", "")):
        server.person(name, note=note)
        server.post("ada", "<p>yes</p>", reply_to=server.post(name))
        server.reblog("ada", server.post(name))
    with blogger(server) as one:
        told = one.account()
    assert sorted((act.kind, act.to.name) for act in told.acts.values()) == [
        ("reply", ""),
        ("reply", "Cem"),
        ("repost", ""),
        ("repost", "Cem"),
    ]


def test_verified_pages_are_proofs() -> None:
    """A page that the server has looked at is its owner's too; one that is only named is not."""
    page = '<a href="https://bea.example/" rel="me nofollow">bea.example</a>'
    checked, named = "2026-01-01T00:00:00Z", '<a href="https://elsewhere.example">elsewhere</a>'
    fields = [
        {"name": "Home", "value": page, "verified_at": checked},
        {"name": "Plain", "value": "https://bea.example/plain", "verified_at": checked},
        {"name": "Not", "value": named, "verified_at": None},
        {"name": "Words", "value": "no link", "verified_at": checked},
    ]
    server = Mastodon(TOKEN)
    copy = server.post("ada", LINK)
    server.person("bea@b.example", fields=fields)
    server.person("cem", fields=fields, note="#nobot")
    server.post("bea@b.example", reply_to=copy)
    server.favourite("cem", copy)
    profile = "https://b.example/@bea"
    proofs = (Proof(profile, "https://bea.example/"), Proof(profile, "https://bea.example/plain"))
    with blogger(server) as one:
        assert proofs in [batch.proofs for batch in one.both().batches]
        server.notify("favourite", "bea@b.example", copy)
        assert proofs in [batch.proofs for batch in one.account().batches]


def test_own_likes_and_boosts_are_not_received() -> None:
    """The numbers that the service tells hold what the blogger did; it is taken out of them."""
    server = Mastodon()
    copy = server.post("ada", LINK)
    server.post("ada", "<p>and another thing</p>", reply_to=copy)
    server.favourite("ada", copy)
    server.reblog("ada", copy)
    server.favourite("bea@b.example", copy)
    with blogger(server) as one:
        one.both()
    assert one.numbers() == {"reply": 0, "like": 1, "repost": 0, "quote": 0}


def test_a_long_thread_without_a_token() -> None:
    """A server shows sixty replies to strangers; the number tells of the others."""
    server = Mastodon()
    copy = server.post("ada", LINK)
    for _ in range(75):
        server.post("bea@b.example", reply_to=copy)
    with blogger(server) as one:
        one.both()
    assert one.kinds() == ["reply"] * 60
    assert one.numbers()["reply"] == 75


def test_too_many_likes_to_name() -> None:
    """Thousands of likes are a number: nobody reads the names, and every eighty of them are a request."""
    server = Mastodon()
    copy = server.post("ada", LINK, favourites_count=MAX_NAMED + 1)
    server.favourite("bea@b.example", copy)
    with blogger(server) as one:
        one.both()
    assert one.kinds() == []
    assert one.numbers()["like"] == MAX_NAMED + 1
    assert one.asked() == ["statuses"]


def test_what_is_gone_at_the_service_goes() -> None:
    """Deleted replies, likes and boosts taken back vanish with the next pull; with the copy goes everything."""
    server = Mastodon()
    copy = server.post("ada", LINK)
    reply = server.post("bea@b.example", reply_to=copy)
    server.favourite("bea@b.example", copy)
    boost = server.reblog("bea@b.example", copy)
    with blogger(server) as one:
        assert one.both().acts
        assert one.kinds() == ["like", "reply", "repost"]
        server.delete(boost)
        server.likes.clear()
        one.pull()
        assert one.kinds() == ["reply"]
        assert one.numbers()["like"] == 0
        server.statuses[reply] |= {"content": "<p>better said</p>", "edited_at": "2026-05-03T10:00:00Z"}
        assert act_of(one.pull(now=NOW + AGAIN), "better").updated
        server.delete(copy)
        assert one.pull().error is None
        assert one.kinds() == []


def test_quotes_that_were_not_agreed_to_are_hidden() -> None:
    """A quote whose state is pending, revoked or rejected is nobody's business."""
    server = Mastodon(TOKEN)
    copy = server.post("ada", LINK)
    for state in ("accepted", "pending", "revoked", "rejected", "deleted", "unauthorized"):
        server.quote("eva@e.example", copy, f"<p>{state}</p>", state)
    with blogger(server) as one:
        one.both()
    assert [act.text for act in one.told.acts.values() if act.kind is Kind.QUOTE] == ["accepted"]


def test_two_copies_add_up() -> None:
    """A post that was announced twice has what both copies drew; front matter names them."""
    server = Mastodon()
    copied = [server.post("ada", "<p>Old news</p>") for _ in range(2)]
    for copy in copied:
        server.favourite("bea@b.example", copy)
        server.post("bea@b.example", reply_to=copy)
    named = (
        f"https://{HOST}/@ada/{copied[0]}",
        f"https://{HOST}/users/ada/statuses/{copied[1]}",
        "https://x.example/1",
    )
    with blogger(server) as one:
        one.pull(Post(url=POST, syndication=named))
    assert one.kinds() == ["like", "like", "reply", "reply"]
    assert one.numbers()["like"] == 2


def test_a_server_that_is_still_looking_is_asked_once_more() -> None:
    """Where the server fetches replies from elsewhere, it is asked again after the other posts, and never in a loop."""
    server = Mastodon(TOKEN)
    copy = server.post("ada", LINK)
    server.refreshes, server.coming = 1, [("bea@b.example", "<p>from afar</p>", copy)]
    with blogger(server) as one:
        one.account()
        assert act_of(one.pull(), "afar")
        server.refreshes = 9
        one.pull()
        assert one.asked().count(f"statuses/{copy}/context") == 2


def test_one_answer_that_is_no_json_costs_one_post() -> None:
    """A post whose answer cannot be read keeps what is known of it and is named; the next one is asked all the same."""
    server = Mastodon()
    bad, good = server.post("ada"), server.post("ada")
    server.batches = False
    server.favourite("bea@b.example", good)
    posts = tuple(
        Post(url=f"{SITE}/{name}.html", syndication=(f"https://{HOST}/@ada/{copy}",))
        for name, copy in (("bad", bad), ("good", good))
    )

    def handler(request: Request) -> Answer:
        return (200, {}, b"<html>") if request.path.endswith(f"/statuses/{bad}") else server(request)

    with serve(handler) as running:
        one = Blogger(running)
        told = one.pull(*posts)
    assert [batch.complete for batch in told.batches if batch.acts or batch.problems] == [(), (f"{SITE}/good.html",)]
    assert [problem.where for problem in told.problems] == [f"https://{HOST}/@ada/{bad}"]
    assert one.kinds() == ["like"]


def test_the_same_like_by_bridgy_is_the_same_act() -> None:
    """A like, a boost and a reply that Bridgy sends to webmention.io too have the same identity here."""
    server = Mastodon()
    copy = server.post("ada", LINK)
    reply = server.post("bea@b.example", reply_to=copy)
    server.favourite("bea@b.example", copy)
    server.reblog("bea@b.example", copy)
    with blogger(server) as one:
        told = one.both()
    number, author = (
        server.person("bea@b.example")["id"],
        {"type": "card", "name": "B", "url": "https://b.example/@bea"},
    )
    bridged, _ = parse_feed(
        [
            {"wm-id": place, "wm-property": prop, "wm-target": POST, "url": url, "author": author}
            for place, (prop, url) in enumerate(
                (
                    ("like-of", f"https://{HOST}/@ada/{copy}#favorited-by-{number}"),
                    ("repost-of", f"https://{HOST}/@ada/{copy}#reblogged-by-{number}"),
                    ("in-reply-to", f"https://b.example/@bea/{reply}"),
                )
            )
        ],
        source="webmention.io",
        where="here",
    )
    ours = {identity(act) for act in told.acts.values() if act.direction is Direction.RECEIVED}
    assert {identity(act) for act in bridged} == ours


# --- the account ------------------------------------------------------------------------------------------------------


def test_what_was_given_is_told_by_its_kind() -> None:
    """Replies to others, boosts, quotes and mentions are given to somebody; the rest is a note."""
    server = Mastodon()
    theirs = server.post("bea@b.example", "<p>Theirs</p>")
    bea = server.person("bea@b.example")
    mention = [{"id": bea["id"], "acct": "bea@b.example", "username": "bea", "url": bea["url"]}]
    server.post("ada", "<p>@bea well said indeed</p>", reply_to=theirs, mentions=mention)
    server.reblog("ada", theirs)
    server.quote("ada", theirs, "<p>quoting</p>")
    server.post("ada", f'<p><a href="{bea["url"]}">@bea</a> naming</p>', mentions=mention)
    note = server.post("ada", LINK)
    server.post("ada", "<p>thread goes on</p>", reply_to=note)
    server.reblog("ada", note)
    server.post("ada", "<p>for friends</p>", visibility="private")
    with blogger(server) as one:
        told = one.account()
    assert one.kinds(Direction.GIVEN) == ["mention", "note", "note", "note", "quote", "reply", "repost"]
    by_kind = {act.kind: act for act in told.acts.values()}
    theirs_at = f"https://b.example/users/bea/statuses/{theirs}"
    reply = by_kind[Kind.REPLY]
    assert (reply.target, reply.to.handle, reply.words) == (theirs_at, "@bea@b.example", 3)
    assert (by_kind[Kind.REPOST].target, by_kind[Kind.REPOST].to.url) == (theirs_at, bea["url"])
    assert by_kind[Kind.QUOTE].target == theirs_at
    assert (by_kind[Kind.MENTION].target, by_kind[Kind.MENTION].to.url) == (bea["url"], bea["url"])
    assert act_of(told, "New").target == POST
    assert act_of(told, "thread").parent == f"https://{HOST}/users/ada/statuses/{note}"
    (snapshot,) = [snapshot for batch in told.batches for snapshot in batch.snapshots]
    assert (snapshot.account, snapshot.followers, snapshot.posts) == (f"@ada@{HOST}", 7, 8)


def test_an_archive_tells_the_same_acts() -> None:
    """What is in the account's outbox.json too counts once: the identities are the same."""
    server = Mastodon()
    theirs = server.post("bea@b.example", "<p>Theirs</p>")
    reply = server.post("ada", "<p>well said</p>", reply_to=theirs)
    boost = server.reblog("ada", theirs)
    actor, at = f"https://{HOST}/users/ada", f"https://b.example/users/bea/statuses/{theirs}"
    public = {"to": ["https://www.w3.org/ns/activitystreams#Public"], "published": "2026-05-01T10:00:00Z"}
    note = {"id": f"{actor}/statuses/{reply}", "url": f"https://{HOST}/@ada/{reply}", "inReplyTo": at, **public}
    announce = {"id": f"{actor}/statuses/{boost}/activity", "type": "Announce", "actor": actor, "object": at, **public}
    items = [{"type": "Create", "actor": actor, "object": {"content": "<p>well said</p>", **note}, **public}, announce]
    archived = list(parse_outbox(items, whose(items), source="archive", where="outbox.json"))
    with blogger(server) as one:
        told = one.account()
    assert {identity(act) for act in archived if isinstance(act, Act)} == {identity(act) for act in told.acts.values()}


def test_an_older_server_cannot_tell_several_statuses() -> None:
    """Before Mastodon 4.3 the answered status is not told; then the reply is to the person."""
    server = Mastodon()
    server.batches = False
    theirs = server.post("bea@b.example")
    bea = server.person("bea@b.example")
    server.post("ada", "<p>hm</p>", reply_to=theirs, mentions=[{**bea}])
    with blogger(server) as one:
        (act,) = one.account().acts.values()
    assert (act.kind, act.target, act.to.handle) == (Kind.REPLY, "https://b.example/@bea", "@bea@b.example")


def test_copies_are_found_by_their_links() -> None:
    """The account's statuses that link to a post, in words or by card, are its copies; answers and boosts are none."""
    server = Mastodon()
    other = f"{SITE}/b.html"
    first = server.post("ada", f'<p><a href="{POST}?utm_source=x">a</a></p>')
    second = server.post("ada", "<p>b, shortened</p>", card={"url": f"{SITE}/b.html#top"})
    server.post("ada", LINK, reply_to=first)
    server.reblog("ada", server.post("bea@b.example", LINK))
    server.post("ada", '<p><a href="https://elsewhere.example/a.html">a</a></p>')
    with blogger(server, POST, other) as one:
        told = one.account()
    assert told.copies == {POST: (f"https://{HOST}/@ada/{first}",), other: (f"https://{HOST}/@ada/{second}",)}


def test_only_what_is_new_is_read() -> None:
    """After the first pull one page is enough; on it, edits and deletions of the last days show."""
    server = Mastodon(page=10)
    own = [server.post("ada", f"<p>word{number}</p>") for number in range(25)]
    with blogger(server) as one:
        one.account()
        assert one.asked() == ["accounts/lookup"] + [f"accounts/{server.people['ada']['id']}/statuses"] * 3
        server.statuses[own[-2]]["content"] = "<p>better</p>"
        server.delete(own[-3])
        server.post("ada", "<p>the newest</p>")
        told = one.account(now=NOW + timedelta(days=1))
        assert len(one.asked()) == 2
        assert len(told.acts) == 25
        assert act_of(told, "better")
        assert act_of(told, "newest")
        server.delete(own[0])
        assert len(one.account(now=NOW + timedelta(days=2)).acts) == 25
        assert len(one.account(now=NOW + timedelta(days=40)).acts) == 24


def test_a_history_that_is_cut_off_goes_on_where_it_ended() -> None:
    """A long history is read in parts: none of it twice, none of it never, and meanwhile nothing is taken for gone."""
    server = Mastodon(page=5)
    for number in range(30):
        server.post("ada", f"<p>word{number}.</p>")
    with blogger(server) as one:
        for _ in range(3):
            assert one.account(budget=3).error
            server.post("ada", "<p>meanwhile</p>")
        told = one.account()
        assert told.error is None
        assert len(told.acts) == 33
        assert not any("*given" in batch.complete for batch in told.batches)
        one.account()
        assert len(one.asked()) == 2


@examples(st.lists(st.integers(1, 40), max_size=4), st.lists(st.integers(0, 6), min_size=1, max_size=5))
def test_any_way_of_being_cut_off_reads_every_id(news: list[int], cuts: list[int]) -> None:
    """However many pages fit into a pull, and whatever is written meanwhile, in the end every id was read."""
    ids, read, cursor = list(range(1, 20)), set[str](), dict[str, str]()
    for pull in range(len(cuts) + 1):
        history, left = History(Ask((), cursor, full=False, now=NOW)), cuts[pull] if pull < len(cuts) else 99
        for leg in history.legs():
            below = leg.below
            while left and (page := [str(n) for n in reversed(ids) if not below or n < int(below)][:5]):
                left, below = left - 1, page[-1]
                read |= set(page)
                cursor = history.turn(leg, page)
                if history.arrived:
                    break
            if not left:
                break
        else:
            cursor = history.end()
        ids += range(len(ids) + 1, len(ids) + 1 + (news[pull] if pull < len(news) else 0))
        if pull == len(cuts):
            ids = ids[: len(ids) - (news[pull] if pull < len(news) else 0)]
    assert read == {str(number) for number in ids}


def test_likes_given_need_a_token_and_have_no_date() -> None:
    """With a token the likes given come, new ones by a page, and one taken back goes with a full listing."""
    server = Mastodon(TOKEN, page=10)
    for _ in range(25):
        server.favourite("ada", server.post("bea@b.example"))
    with blogger(server) as one:
        one.account()
        assert one.kinds(Direction.GIVEN) == ["like"] * 25
        liked = next(iter(one.told.acts.values()))
        assert (liked.published, liked.to.handle, liked.url) == (None, "@bea@b.example", liked.target)
        assert is_web(liked.target)
        server.favourite("ada", server.post("cem"))
        server.likes.pop(0)
        one.account()
        assert one.asked().count("favourites") == 1
        assert len(one.told.acts) == 26
        one.account(full=True)
        assert len(one.told.acts) == 25


def test_likes_that_were_cut_off_go_on() -> None:
    """A long list of likes is taken up where a pull ended."""
    server = Mastodon(TOKEN, page=5)
    for _ in range(30):
        server.favourite("ada", server.post("bea@b.example"))
    with blogger(server) as one:
        assert one.account(budget=5).error
        assert len(one.told.acts) == 15
        assert one.account().error is None
        assert len(one.told.acts) == 30
        assert not any(batch.complete for batch in one.told.batches)
        one.account()
        assert one.asked().count("favourites") == 1


def test_a_token_without_a_scope_is_told_and_loses_nothing() -> None:
    """Where the token may not read likes any more, those known stay, and the message names variable and scope."""
    server = Mastodon(TOKEN)
    server.favourite("ada", server.post("bea@b.example"))
    with blogger(server) as one:
        one.account()
        server.scopes = "read:accounts read:statuses"
        told = one.account(full=True)
    assert one.kinds(Direction.GIVEN) == ["like"]
    assert told.error is None
    assert ["read:favourites" in problem.what or "read:notifications" in problem.what for problem in told.problems]
    assert all("CONVERSATION_MASTODON_TOKEN" in problem.what for problem in told.problems)


def test_notifications_bring_news_about_posts_that_are_not_due() -> None:
    """With a token replies, likes and boosts are there at once, as the acts that the post's own listing would tell."""
    server = Mastodon(TOKEN)
    copy = server.post("ada", LINK)
    with blogger(server) as one:
        one.both()
        reply = server.post("bea@b.example", "<p>news</p>", reply_to=copy)
        server.favourite("bea@b.example", copy)
        server.reblog("cem", copy)
        server.notify("mention", "bea@b.example", reply)
        server.notify("favourite", "bea@b.example", copy)
        server.notify("reblog", "cem", copy)
        server.notify("quote", "cem", server.quote("cem", copy))
        server.notify("favourite", "cem", server.post("ada", "<p>of no post</p>"))
        server.notify("mention", "cem", server.post("cem", "<p>hello</p>", visibility="direct", reply_to=copy))
        one.account()
        assert one.kinds() == ["like", "quote", "reply", "repost"]
        told = dict(one.told.acts)
        one.account()
        assert one.asked().count("notifications") == 1
        assert one.pull().acts == told


def test_a_mention_that_links_to_a_post_is_remembered() -> None:
    """Who names the blogger and links to a post mentions it; that stays while the status does, and goes with it."""
    server = Mastodon(TOKEN)
    status = server.post("bea@b.example", LINK.replace("New", "@ada wrote"))
    server.notify("mention", "bea@b.example", status)
    with blogger(server) as one:
        one.both()
        assert one.kinds() == ["mention"]
        server.statuses[status]["content"] = LINK.replace("New", "@ada says")
        assert "says" in next(iter(one.pull().acts.values())).text
        server.batches = False
        one.pull()
        assert one.kinds() == ["mention"]
        server.delete(status)
        one.pull()
        assert one.kinds() == []


def test_a_listing_that_is_cut_off_when_everything_is_due_again() -> None:
    """Where a history is too long for one pull even when due again, nothing is lost and nothing taken for gone."""
    server = Mastodon(page=5)
    for number in range(30):
        server.post("ada", f"<p>word{number}.</p>")
    with blogger(server) as one:
        one.account()
        later = NOW + timedelta(days=31)
        assert one.account(now=later, budget=3).error
        server.post("ada", "<p>meanwhile</p>")
        for _ in range(2):
            assert one.account(now=later).error is None
            assert not any(batch.complete for batch in one.told.batches)
        assert len(one.told.acts) == 31
        assert len(one.asked()) == 2


def test_an_instance_that_was_set_up_anew() -> None:
    """Where the known id leads nowhere the account is looked up by its name again."""
    server = Mastodon()
    server.post("ada", "<p>mine</p>")
    with blogger(server) as one:
        one.account()
        server.person("ada", id="4711")
        assert one.account().error is None
        assert one.told.cursor["id"] == "4711"


@pytest.mark.parametrize("status", [403, 404])
def test_lists_that_a_server_does_not_open(status: int) -> None:
    """A server may tell how many like a status and not who; the number is shown then, and the rest is as ever."""
    server = Mastodon()
    copy = server.post("ada", LINK)
    server.post("bea@b.example", reply_to=copy)
    server.favourite("bea@b.example", copy)

    def handler(request: Request) -> Answer:
        return (status, {}, b"{}") if request.path.endswith("/favourited_by") else server(request)

    with serve(handler) as running:
        one = Blogger(running)
        one.both()
    assert one.kinds() == ["reply"]
    assert one.numbers()["like"] == 1


def test_a_mention_that_cannot_be_read_is_kept() -> None:
    """A remembered status whose answer is damaged costs neither the mention nor the rest of the post."""
    server = Mastodon(TOKEN)
    status = server.post("bea@b.example", LINK)
    server.notify("mention", "bea@b.example", status)
    server.batches = False

    def handler(request: Request) -> Answer:
        return (200, {}, b"<html>") if request.path.endswith(f"/statuses/{status}") else server(request)

    with serve(handler) as running:
        one = Blogger(running, TOKEN)
        told = one.both()
    assert one.kinds() == ["mention"]
    assert [problem.where for problem in told.problems] == [f"mastodon, status {status}"]


def test_another_account_begins_anew() -> None:
    """A cursor of another account is not believed: ids and histories are not the same."""
    server = Mastodon()
    server.post("ada", "<p>mine</p>")
    with blogger(server) as one:
        one.told.cursor = {"account": "eva@e.example", "id": "1", "seen": "99999999", "full": NOW.isoformat()}
        assert act_of(one.account(), "mine")
        assert one.told.cursor["account"] == f"ada@{HOST}"


# --- tokens, doctor, settings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("token", "word"), [("", "GoToSocial"), ("n0t-the-0ne", "did not accept")])
@pytest.mark.parametrize("part", ["account", "pull", "check"])
def test_a_refusal_names_the_variable(part: str, token: str, word: str) -> None:
    """A server that answers nobody without a token says so in words that help, and never shows a token."""
    server = Mastodon(TOKEN, closed=True)
    source = Source("mastodon", "My Fedi", {"account": f"@ada@{HOST}"}, "", token)
    ask = Ask((Post(url=POST, syndication=(f"https://{HOST}/@ada/1",)),), {}, full=False, now=NOW)
    with serve(server) as running, Client(retries=0) as client:
        source = structs.replace(source, base_url=running.url)
        with pytest.raises(Refused, match="CONVERSATION_MY_FEDI_TOKEN") as error:
            list(SERVICE.check(source, client) if part == "check" else getattr(SERVICE, part)(source, ask, client))  # type: ignore[misc]
    assert word in str(error.value)
    assert not token or token not in str(error.value)


def findings(server: Mastodon, token: str = "", account: str = f"@ada@{HOST}") -> list[Finding]:
    """What doctor finds."""
    with serve(server) as running, Client(retries=0) as client:
        assert SERVICE.check
        return list(SERVICE.check(Source("mastodon", "mastodon", {"account": account}, running.url, token), client))


def test_doctor_finds_what_is_wrong() -> None:
    """Doctor tells of the account, where it moved, whose the token is and which scopes it lacks."""
    server = Mastodon(TOKEN)
    server.person("eva")
    assert [one.well for one in findings(server)] == [True, True]
    assert [one.well for one in findings(server, TOKEN)] == [True, True, True]
    assert "belongs to @ada" in findings(server, TOKEN, f"@eva@{HOST}")[-1].what
    server.scopes = "read:accounts read:notifications"
    lacking = [one for one in findings(server, TOKEN) if not one.well]
    assert [("read:favourites" in one.what, bool(one.advice)) for one in lacking] == [(True, True)]
    server.person("ada", moved={"acct": "ada@new.example"})
    assert "new.example" in findings(server)[1].what
    with pytest.raises(Missing, match="base_url"):
        findings(server, account=f"@nobody@{HOST}")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@ada@social.example", ("ada", "social.example")),
        (" ada@Social.Example ", ("ada", "social.example")),
        ("https://social.example/@ada", ("ada", "social.example")),
        ("https://social.example/users/ada/", ("ada", "social.example")),
        ("ada@127.0.0.1:3000", ("ada", "127.0.0.1:3000")),
        ("ada", ("", "")),
        ("https://social.example/about", ("", "")),
        ("", ("", "")),
    ],
)
def test_accounts_as_people_write_them(text: str, found: tuple[str, str]) -> None:
    """The account may be a handle or the profile's address."""
    assert split_account(text) == found


def test_an_account_without_a_host_is_a_setting_to_mend() -> None:
    """A bare name cannot be found anywhere; the message shows how to write it."""
    with Client() as client, pytest.raises(SettingsError, match=r"@ada@social\.example"):
        list(SERVICE.pull(Source("mastodon", "mastodon", {"account": "ada"}), Ask((), {}, full=False, now=NOW), client))


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/@ada/109876543210", "109876543210"),
        ("/users/ada/statuses/1", "1"),
        ("/users/ada/statuses/1/activity", "1"),
        ("/web/statuses/1", "1"),
        ("/deck/@ada/1", "1"),
        ("/@ada/statuses/01H8XGJWBWBAQ4Z7QZ9F4SYV9K", "01H8XGJWBWBAQ4Z7QZ9F4SYV9K"),
        ("/notice/AXqO3oTnNeXVRfd5k0", "AXqO3oTnNeXVRfd5k0"),
        ("/p/ada/123", "123"),
        ("/@ada", ""),
        ("/@ada/1/embed/x", ""),
        ("/tags/nobot", ""),
    ],
)
def test_addresses_of_statuses(path: str, number: str) -> None:
    """The id stands in the addresses of all servers with this API; other addresses and other hosts have none."""
    assert HOME.status_in(f"https://{HOST}{path}") == number
    assert HOME.status_in(f"http://127.0.0.1:3000{path}") == number
    assert HOME.status_in(f"https://other.example{path}") == ""


# --- other servers, and anything at all -------------------------------------------------------------------------------


def test_pleroma_and_fedibird_tell_a_little_differently() -> None:
    """A url that is null, ids that are no numbers and a quote that is a status itself are read all the same."""
    status = {
        "id": "AXqO3oTnNeXVRfd5k0",
        "uri": "https://p.example/objects/1",
        "url": None,
        "visibility": "public",
        "content": "hm",
        "account": {"acct": "pat@p.example", "id": "9x", "url": "https://p.example/users/pat"},
        "pleroma": {"local": False},
    }
    quote = {**status, "id": "Q1", "account": {"acct": "ada", "id": "1"}, "quote": status}
    act = parse_given(quote, HOME, {})
    assert isinstance(act, Act)
    assert (act.kind, act.target, act.to.handle) == (Kind.QUOTE, "https://p.example/objects/1", "@pat@p.example")
    acts, problems, counts = parse_thread(Thread({"id": "R"}, below=[{**status, "in_reply_to_id": "R"}]), HOME, POST)
    assert ([act.url for act in acts], problems) == (["https://p.example/objects/1"], [])
    assert {count.kind for count in counts} == {Kind.REPLY, Kind.LIKE, Kind.REPOST}


def test_custom_emoji_are_no_part_of_a_name() -> None:
    """A name is shown without the codes of pictures that are not here."""
    person = parse_person(
        {"acct": "bea", "display_name": "Bea :blobcat: :x:", "emojis": [{"shortcode": "blobcat"}]}, HOST
    )
    assert person.name == "Bea :x:"


def test_links_are_pages_and_not_people_or_tags() -> None:
    """The names and hashtags in a status are links too, but nothing that it is about."""
    content = f'<a href="https://b.example/@bea">@bea</a> <a href="https://{HOST}/tags/x">#x</a> {LINK}'
    status = {"content": content, "mentions": [{"url": "https://b.example/@bea"}], "card": {"url": POST}}
    assert links_of(status) == (POST,)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["id", "account", "acct", "content", "visibility", "reblog", "quote", "quoted_status", "state", "url"]
                + [
                    "uri",
                    "mentions",
                    "tags",
                    "card",
                    "in_reply_to_id",
                    "in_reply_to_account_id",
                    "type",
                    "status",
                    "note",
                ]
                + ["emojis", "shortcode", "display_name", "media_attachments", "description", "favourites_count"]
            ),
            inner | st.sampled_from(["public", "mention", "favourite", "1", "ada", POST, "#nobot"]),
            max_size=9,
        )
    ),
    max_leaves=25,
)


@examples(JSON, JSON, JSON)
def test_no_json_is_too_odd(status: object, other: object, third: object) -> None:
    """Whatever a server answers, a parser gives acts that can be kept, problems that say where, or nothing."""
    index = copies.Index([Post(url=POST)], (SITE,))
    parents = {"1": other} if isinstance(other, dict) else {}
    found: list[Act | Problem | None] = [
        parse_given(status, HOME, parents),
        parse_liked(status, HOME),
        parse_notification(status, HOME, {"1": POST}, index),
    ]
    if isinstance(status, dict):
        acts, problems, counts = parse_thread(Thread(status, [other, third], [third], [other], [third]), HOME, POST)
        found += [*acts, *problems]
        assert all(count.value >= 0 for count in counts)
    for one in found:
        if isinstance(one, Act):
            assert re.fullmatch(r"[\w:-]+", one.id)
            assert all(not url or is_web(url) for url in (one.url, one.author.url, one.to.url, one.parent))
            assert not one.published or one.published.tzinfo
        elif one is not None:
            assert one.where
            assert one.what
