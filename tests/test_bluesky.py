"""Bluesky, asked over real sockets: who said what of which post, who is not to be named, and what was given."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluesky_server import POST, Bluesky, tid
from conformance import Told
from conversation.acts import Act, Direction, Kind, Problem, Proof
from conversation.errors import Exhausted, Malformed, Missing, Unreachable
from conversation.http import Client
from conversation.posts import Post
from conversation.sources import Ask, Batch, Source
from conversation.sources.bluesky import SERVICE
from conversation.sources.bluesky_api import DEPTH, Api
from conversation.sources.bluesky_given import COLLECTIONS, Giver, links_of_record, parse_record, people_of
from conversation.sources.bluesky_names import at_of, at_of_page, handle_of, page_of, person_of
from conversation.sources.bluesky_parse import (
    Heard,
    Here,
    deeper,
    hear_links,
    hear_people,
    hear_quotes,
    hear_thread,
    numbers,
)
from conversation.sources.bluesky_text import html_of, links_of, text_of_post, warning_of
from conversation.sources.stood import AGAIN
from loopback import Answer, Raw, Request, answer_json, serve

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SITE = "https://blog.example"
TEA = f"{SITE}/tea.html"
LINK = "app.bsky.richtext.facet#link"


def facet(text: str, part: str, **feature: str) -> dict[str, Any]:
    """A mark on `part` of `text`, by its bytes."""
    start = text.encode().index(part.encode())
    return {"index": {"byteStart": start, "byteEnd": start + len(part.encode())}, "features": [feature]}


def linked(text: str, url: str) -> list[dict[str, Any]]:
    """The facets of a text that shows a link."""
    return [facet(text, url, **{"$type": LINK, "uri": url})]


def pull(
    handler: Any,  # noqa: ANN401 - a Bluesky, or a function in front of one
    told: Told | None = None,
    *,
    posts: tuple[Post, ...] = (),
    full: bool = False,
    now: datetime = NOW,
    links: bool = False,
) -> tuple[Told, list[Request]]:
    """One pull of ada's account and of what her posts drew, into `told`; and the requests that it took."""
    told = told or Told()
    told.batches, told.error = [], None
    with serve(handler) as server, Client(retries=0) as client:
        options = {"account": "@ada.test", "plc": f"{server.url}/plc"}
        options |= {"constellation": f"{server.url}/links"} if links else {}
        source = Source("bluesky", "bluesky", options, server.url)

        def ask() -> Ask:
            return Ask(posts or (Post(url=TEA),), dict(told.cursor), full, now, (SITE,), dict(told.copies))

        assert SERVICE.account
        told.take(SERVICE.account(source, ask(), client))
        if not told.error:
            told.take(SERVICE.pull(source, ask(), client))
        return told, list(server.requests)


def received(told: Told) -> list[Act]:
    return [act for act in told.acts.values() if act.direction is Direction.RECEIVED]


def gifts(told: Told) -> list[Act]:
    return [act for act in told.acts.values() if act.direction is Direction.GIVEN]


def methods(requests: list[Request]) -> list[str]:
    return [request.path.rpartition(".")[2] for request in requests if "/xrpc/" in request.path]


def number(told: Told, kind: Kind) -> int | None:
    """What the service counts of a kind, where it said so."""
    found = [count.value for count in told.numbers.values() if count.kind is kind]
    return found[0] if found else None


def copied(**record: Any) -> tuple[Bluesky, str]:  # noqa: ANN401 - any field of a record
    """A network in which ada has posted a link to her post, and the address of that."""
    bluesky = Bluesky()
    return bluesky, bluesky.post("ada", "New!", link=TEA, **record)


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "who"),
    [
        ("https://bsky.app/profile/ada.test/post/3k44", "ada.test"),
        ("https://bsky.app/profile/Ada.Test/post/3k44/", "ada.test"),
        ("http://staging.bsky.app/profile/did:plc:ada/post/3k44?ref_src=embed", "did:plc:ada"),
        ("https://bsky.app/profile/did%3Aplc%3Aada/post/3k44#x", "did:plc:ada"),
        ("at://did:plc:ada/app.bsky.feed.post/3k44", "did:plc:ada"),
        (" at://ada.test/app.bsky.feed.post/3k44 ", "ada.test"),
    ],
)
def test_copies_are_known_by_their_addresses(url: str, who: str) -> None:
    """Every way in which people write down a post of theirs leads to it."""
    at = at_of_page(url)
    assert at
    assert at.uri == f"at://{who}/{POST}/3k44"


@pytest.mark.parametrize(
    "url",
    [
        "https://bsky.app/profile/ada.test",
        "https://bsky.app/profile/ada.test/feed/3k44",
        "https://bsky.app.evil.example/profile/ada.test/post/3k44",
        "https://bsky.app/profile/ada.test/post/3k44/../../x",
        "at://did:plc:ada/app.bsky.feed.like/3k44",
        "at://ada/app.bsky.feed.post/3k44",
        "https://social.example/@ada/1",
        "",
    ],
)
def test_other_addresses_are_no_copies(url: str) -> None:
    """What is not surely a post on Bluesky is not asked for there."""
    assert at_of_page(url) is None


def test_a_lost_handle_is_no_name() -> None:
    """An account whose handle does not resolve goes by its DID, in its address and everywhere."""
    person = person_of({"did": "did:plc:bea", "handle": "handle.invalid", "displayName": "Bea"})
    assert (person.name, person.handle, person.url) == ("Bea", "", "https://bsky.app/profile/did:plc:bea")
    assert handle_of("@Bea.Example") == "bea.example"


def test_records_without_a_page_lead_to_their_account() -> None:
    """Feeds and lists have pages on the web; of a starter pack or a labeler the account is shown."""
    feed = at_of("at://did:plc:bea/app.bsky.feed.generator/cats")
    other = at_of("at://did:plc:bea/app.bsky.labeler.service/self")
    assert feed
    assert other
    assert page_of(feed, "bea.test") == "https://bsky.app/profile/bea.test/feed/cats"
    assert page_of(other) == "https://bsky.app/profile/did:plc:bea"


# --- words ------------------------------------------------------------------------------------------------------------


def test_marks_are_counted_in_bytes() -> None:
    """Links and mentions behind emoji and umlauts stand where they belong, and all else is escaped."""
    text = "Grüße 🎉 <b>@bea.test</b> liest https://x.example/?a=1&b=2 #Tee"
    facets = [
        facet(text, "@bea.test", **{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:bea"}),
        *linked(text, "https://x.example/?a=1&b=2"),
        facet(text, "#Tee", **{"$type": "app.bsky.richtext.facet#tag", "tag": "Tee"}),
    ]
    assert html_of({"text": text, "facets": facets}) == (
        '<p>Grüße 🎉 &lt;b&gt;<a href="https://bsky.app/profile/did:plc:bea">@bea.test</a>&lt;/b&gt; liest '
        '<a href="https://x.example/?a=1&amp;b=2">https://x.example/?a=1&amp;b=2</a> '
        '<a href="https://bsky.app/hashtag/Tee">#Tee</a></p>'
    )


@pytest.mark.parametrize(
    ("start", "end", "uri"),
    [
        (1, 3, "https://x.example/"),
        (4, 99, "https://x.example/"),
        (5, 4, "https://x.example/"),
        (-3, 2, "https://x.example/"),
    ]
    + [(0, 4, "javascript:alert(1)"), (0, 4, None), (True, "4", "https://x.example/")],
)
def test_marks_that_make_no_sense_are_left_out(start: object, end: object, uri: object) -> None:
    """A mark that cuts a character, lies outside the text or leads to a script marks nothing; the words stay."""
    marked = {"index": {"byteStart": start, "byteEnd": end}, "features": [{"$type": LINK, "uri": uri}]}
    assert html_of({"text": "🎉 ab", "facets": [marked]}) == "<p>🎉 ab</p>"


def test_lines_pictures_and_cards() -> None:
    """Line breaks stay, a picture without words tells its description, a card's link is added once."""
    assert html_of({"text": "One\ntwo\n\n\nthree"}) == "<p>One<br>two</p><p>three</p>"
    picture = {"text": "", "embed": {"images": [{"alt": "A cat on <em>my</em> keyboard"}]}}
    assert text_of_post(picture) == "A cat on <em>my</em> keyboard"
    assert html_of(picture) == "<p>A cat on &lt;em&gt;my&lt;/em&gt; keyboard</p>"
    card = {"text": "See https://x.example/", "embed": {"external": {"uri": "https://x.example/", "title": "X"}}}
    assert html_of(card) == '<p>See https://x.example/</p><p><a href="https://x.example/">X</a></p>'
    assert html_of({**card, "facets": linked(card["text"], "https://x.example/")}).count("<a ") == 1
    assert links_of({"embed": {"media": card["embed"], "record": {}}}) == ("https://x.example/",)


def test_labels_become_warnings() -> None:
    """Adult content and violence are folded, whoever put the label there; a label that was taken back is none."""
    bluesky, copy = copied()
    bluesky.post("bea", "Oh", parent=copy, labels={"$type": "x", "values": [{"val": "porn"}, {"val": "mine"}]})
    service = {"src": "did:plc:mod", "val": "graphic-media"}
    bluesky.shown[bluesky.post("cy", "Ah", parent=copy)] = {"labels": [service]}
    bluesky.shown[bluesky.post("dee", "Eh", parent=copy)] = {"labels": [service, {**service, "neg": True}]}
    bluesky.shown[bluesky.post("eve", "Ih", parent=copy)] = {"labels": [{**service, "val": "!hide"}]}
    told, _ = pull(bluesky)
    warnings = {act.text: act.warning for act in received(told)}
    assert warnings == {"Oh": "Adult content", "Ah": "Graphic media", "Eh": ""}
    assert warning_of(frozenset({"porn", "gore", "spam"})) == "Adult content, Graphic media"


# --- received ---------------------------------------------------------------------------------------------------------


def test_a_thread_is_told_as_a_tree() -> None:
    """Every reply knows what it answers, its author and its words; the blogger's own are among them."""
    bluesky, copy = copied()
    bluesky.person("bea", displayName="Bea", avatar="https://cdn.example/bea.jpg")
    first = bluesky.post("bea", "Nice <one>", parent=copy)
    own = bluesky.post("ada", "Thanks", parent=first)
    bluesky.post("cy", "Me too", parent=own)
    told, _ = pull(bluesky)
    bea, ada, cy = received(told)
    assert (bea.id, bea.kind, bea.target, bea.parent) == (first, Kind.REPLY, TEA, "")
    assert (bea.author.name, bea.author.handle, bea.author.photo) == ("Bea", "@bea.test", "https://cdn.example/bea.jpg")
    assert bea.url == f"https://bsky.app/profile/bea.test/post/{first.rpartition('/')[2]}"
    assert (bea.text, bea.html, bea.published) == (
        "Nice <one>",
        "<p>Nice &lt;one&gt;</p>",
        datetime(2026, 5, 3, 10, tzinfo=UTC),
    )
    assert (ada.parent, cy.parent) == (bea.url, ada.url)
    assert not told.problems
    assert not told.numbers


def test_likes_reposts_and_quotes_are_told() -> None:
    """Each is an act of its own, under the address that Bridgy gives it, so that it counts once."""
    bluesky, copy = copied()
    bluesky.like("bea", copy)
    bluesky.repost("cy", copy)
    quote = bluesky.post("dee", "Read this", quote=copy)
    told, _ = pull(bluesky)
    page = f"https://bsky.app/profile/ada.test/post/{copy.rpartition('/')[2]}"
    assert {act.kind: (act.id, act.url) for act in received(told)} == {
        Kind.LIKE: (f"like:{copy}:did:plc:bea", f"{page}#liked_by_did:plc:bea"),
        Kind.REPOST: (f"repost:{copy}:did:plc:cy", f"{page}#reposted_by_did:plc:cy"),
        Kind.QUOTE: (quote, f"https://bsky.app/profile/dee.test/post/{quote.rpartition('/')[2]}"),
    }


def test_who_is_shy_is_counted_and_not_named() -> None:
    """Somebody who asks not to be shown to strangers leaves no name and no word, and still counts."""
    bluesky, copy = copied()
    bluesky.shy("bea")
    like = bluesky.like("bea", copy)
    bluesky.like("cy", copy)
    reply = bluesky.post("bea", "Only for friends", parent=copy)
    bluesky.post("cy", "An answer to that", parent=reply)
    bluesky.post("cy", "Another", parent=copy)
    told, _ = pull(bluesky)
    assert [act.author.handle for act in received(told)] == ["@cy.test", "@cy.test", "@cy.test"]
    assert number(told, Kind.LIKE) == 2
    assert number(told, Kind.REPLY) == 3
    assert "bea.test" not in repr(received(told))
    assert "friends" not in repr(told.batches)
    bluesky.delete(like)
    bluesky.delete(reply)
    told, _ = pull(bluesky, told)
    assert number(told, Kind.LIKE) == 1
    assert number(told, Kind.REPLY) == 2


def test_who_wants_no_programs_is_counted_and_not_named() -> None:
    """A tag in a description silences likes, and replies and quotes, whose authors are asked for once each."""
    bluesky, copy = copied()
    bluesky.person("bea", description="Gardener. #NoBridge")
    first = bluesky.post("bea", "Not for machines", parent=copy)
    bluesky.post("cem", "Well said", parent=first)
    bluesky.post("cem", "And more", parent=copy)
    bluesky.post("bea", "Look", quote=copy)
    bluesky.like("bea", copy)
    bluesky.repost("bea", copy)
    told, requests = pull(bluesky, links=True)
    assert sorted(act.text for act in received(told)) == ["And more", "Well said"]
    kinds = (Kind.REPLY, Kind.QUOTE, Kind.LIKE, Kind.REPOST)
    assert [number(told, kind) for kind in kinds] == [3, 1, 1, 1]
    assert "Not for machines" not in repr(told.batches)
    assert methods(requests).count("getProfiles") == 1


def test_people_who_cannot_be_looked_at_are_kept_back() -> None:
    """While nobody tells who wants silence nothing new is shown, and nothing that was shown is lost."""
    bluesky, copy = copied()
    bluesky.post("cem", "Well said", parent=copy)
    told, _ = pull(bluesky)
    bluesky.post("bea", "Late", parent=copy)

    def broken(request: Request) -> Answer:
        return answer_json([], 200) if request.path.endswith("getProfiles") else bluesky(request)

    told, _ = pull(broken, told)
    assert [act.text for act in received(told)] == ["Well said"]
    assert number(told, Kind.REPLY) == 2
    assert any("could not be asked" in problem.what for batch in told.batches for problem in batch.problems)
    told, _ = pull(bluesky, told)
    assert sorted(act.text for act in received(told)) == ["Late", "Well said"]


@pytest.mark.parametrize(
    ("handle", "proved"),
    [
        ("bea.example", "https://bea.example/"),
        ("bea.bsky.social", ""),
        ("bea.b.example.ap.brid.gy", ""),
        ("handle.invalid", ""),
        ("", ""),
    ],
)
def test_a_handle_that_is_a_domain_of_ones_own_is_a_proof(handle: str, proved: str) -> None:
    """The domain itself names the account: who is at home there is the same person; a rented name tells nothing."""
    bluesky, copy = copied()
    bluesky.person("bea", handle=handle)
    bluesky.post("bea", "Well said", parent=copy)
    bluesky.like("bea", copy)
    told, _ = pull(bluesky)
    expected = [Proof(f"https://bsky.app/profile/{handle}", proved)] if proved else []
    assert [proof for batch in told.batches for proof in batch.proofs] == expected


def test_own_acts_do_not_raise_the_numbers() -> None:
    """A number that the service reports is that of others: the blogger's own replies and likes are taken off."""
    bluesky, copy = copied()
    bluesky.post("ada", "1/2", parent=copy)
    bluesky.like("ada", copy)
    bluesky.shown[copy] = {"likeCount": 5, "replyCount": 1}
    told, _ = pull(bluesky)
    assert number(told, Kind.LIKE) == 4
    assert number(told, Kind.REPLY) == 0


def test_what_is_blocked_hidden_or_detached_is_left_out() -> None:
    """Replies that are blocked or that the blogger hid, and quotes detached from their post, are not even counted."""
    bluesky, copy = copied()
    bluesky.shown[bluesky.post("bea", "Blocked", parent=copy)] = {"blocked": True}
    bluesky.threadgate = [bluesky.post("cy", "Hidden", parent=copy)]
    quote = bluesky.post("dee", "Look at her", quote=copy)
    bluesky.shown[quote] = {"embed": {"record": {"$type": "app.bsky.embed.record#viewDetached", "uri": copy}}}
    told, _ = pull(bluesky)
    assert received(told) == []
    assert not told.numbers
    assert not told.problems


def test_a_deleted_copy_takes_its_acts_along() -> None:
    """When the blogger deletes a copy, what was said about it there goes."""
    bluesky, copy = copied()
    bluesky.post("bea", "Nice", parent=copy)
    told, _ = pull(bluesky)
    assert len(received(told)) == 1
    bluesky.delete(copy)
    told, requests = pull(bluesky, told)
    assert received(told) == []
    assert told.error is None
    assert methods(requests)[-2:] == ["getPosts", "getPostThread"]  # the second confirms it


def test_an_appview_that_fails_deletes_nothing() -> None:
    """When getPosts or a thread cannot be read, what is known of the post stays, and the problem is told."""
    bluesky, copy = copied()
    bluesky.post("bea", "Nice", parent=copy)
    told, _ = pull(bluesky)

    def broken(request: Request) -> Answer | Raw:
        failing = request.path.endswith(("getPosts", "getPostThread"))
        return answer_json({"error": "InvalidRequest"}, 400) if failing else bluesky(request)

    told, _ = pull(broken, told)
    assert [act.text for act in received(told)] == ["Nice"]
    assert [copy.rpartition("/")[2] in problem.where for problem in told.problems] == [True]


def test_posts_without_interactions_cost_next_to_nothing() -> None:
    """Twenty-five copies that nobody answered take one question."""
    bluesky = Bluesky()
    posts = tuple(Post(url=f"{SITE}/{number}.html") for number in range(25))
    for post in posts:
        bluesky.post("ada", "New", link=post.url)
    told, _ = pull(bluesky, posts=posts)
    told, requests = pull(bluesky, told, posts=posts)
    assert methods(requests) == ["resolveHandle", "getProfile", *["listRecords"] * 3, "getPosts"]


def test_a_thread_deeper_than_an_answer_is_read_in_pieces() -> None:
    """A chain of 700 answers is told to its end, though no answer of the service may nest so deeply."""
    bluesky, parent = copied()
    for turn in range(700):
        parent = bluesky.post("bea" if turn % 2 else "cy", f"Turn {turn}", parent=parent)
    told, requests = pull(bluesky)
    assert len(received(told)) == 700
    assert {request.query["depth"][0] for request in requests if "depth" in request.query} == {str(DEPTH)}
    assert methods(requests).count("getPostThread") == 3
    assert TEA in {url for batch in told.batches for url in batch.complete}


def test_syndication_by_another_account_or_a_lost_handle() -> None:
    """A copy may be somebody else's post; a handle that nobody has is told, and nothing is deleted because of it."""
    bluesky = Bluesky()
    bluesky.person("ada")
    other = bluesky.post("magazine", "A guest of ours")
    bluesky.post("bea", "Well said", parent=other)
    key = other.rpartition("/")[2]
    found = (Post(url=TEA, path="tea.md", syndication=(f"https://bsky.app/profile/magazine.test/post/{key}",)),)
    told, _ = pull(bluesky, posts=found)
    assert [act.text for act in received(told)] == ["Well said"]
    lost = (Post(url=TEA, path="tea.md", syndication=("https://bsky.app/profile/lost.test/post/3k44",)),)
    told, _ = pull(bluesky, told, posts=lost)
    assert [act.text for act in received(told)] == ["Well said"]
    assert "tea.md" in told.problems[0].what


def test_links_are_found_by_constellation() -> None:
    """Posts that link to a post, by card or in text, are mentions: once, without the blogger's own and replies."""
    bluesky, copy = copied()
    bluesky.page = 1
    text = f"I read {TEA}"
    both = bluesky.post("bea", text, link=TEA, facets=linked(text, TEA))
    bluesky.post("cy", "", link="http://blog.example/tea.html")
    bluesky.post("dee", text, facets=linked(text, TEA), parent=copy)
    told, requests = pull(bluesky, links=True)
    kinds = {(act.kind, act.author.handle) for act in received(told)}
    assert kinds == {(Kind.MENTION, "@bea.test"), (Kind.MENTION, "@cy.test"), (Kind.REPLY, "@dee.test")}
    assert "getBacklinks" in methods(requests)
    bluesky.delete(both)
    told, _ = pull(bluesky, told, links=True, now=NOW + AGAIN)
    assert {act.author.handle for act in received(told)} == {"@cy.test", "@dee.test"}


def test_a_constellation_that_fails_keeps_what_was_heard() -> None:
    """When the second server is down, what Bluesky said is kept, and nothing is taken for whole."""
    bluesky, copy = copied()
    bluesky.post("bea", "Nice", parent=copy)
    told, _ = pull(
        lambda request: (503, {}, b"") if request.path.startswith("/links/") else bluesky(request), links=True
    )
    assert [act.text for act in received(told)] == ["Nice"]
    assert isinstance(told.error, Unreachable)
    assert TEA not in [target for batch in told.batches for target in batch.complete]


# --- given ------------------------------------------------------------------------------------------------------------


def test_every_kind_of_gift() -> None:
    """Replies, quotes, mentions, likes and reposts know whom they were for; the rest are notes to nobody."""
    bluesky = Bluesky()
    copy = bluesky.post("ada", "New!", link=f"{TEA}?page=2")
    hers = bluesky.post("bea", "Hello")
    answer = bluesky.post("bea", "Nice", parent=copy)
    bluesky.post("ada", "Three words here", parent=hers)
    bluesky.post("ada", "Thank you", parent=answer)
    bluesky.post("ada", "2/2", parent=copy)
    bluesky.post("ada", "Look", quote=hers)
    named = {"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:bea"}
    bluesky.post("ada", "Hi @bea.test", facets=[facet("Hi @bea.test", "@bea.test", **named)])
    bluesky.like("ada", hers)
    bluesky.like("ada", copy)
    bluesky.repost("ada", hers)
    bluesky.repost("ada", copy)
    told, _ = pull(bluesky, posts=(Post(url=TEA, syndication=(copy,)),))
    page = f"https://bsky.app/profile/bea.test/post/{hers.rpartition('/')[2]}"
    own = f"https://bsky.app/profile/ada.test/post/{copy.rpartition('/')[2]}"
    found = sorted((act.kind, act.text, act.target, act.to.handle, act.parent) for act in gifts(told))
    assert found == sorted(
        [
            (Kind.NOTE, "New!", f"{TEA}?page=2", "", ""),
            (Kind.REPLY, "Three words here", page, "@bea.test", ""),
            (
                Kind.REPLY,
                "Thank you",
                f"https://bsky.app/profile/bea.test/post/{answer.rpartition('/')[2]}",
                "@bea.test",
                "",
            ),
            (Kind.NOTE, "2/2", "", "", own),
            (Kind.QUOTE, "Look", page, "@bea.test", ""),
            (Kind.MENTION, "Hi @bea.test", "https://bsky.app/profile/bea.test", "@bea.test", ""),
            (Kind.LIKE, "", page, "@bea.test", ""),
            (Kind.REPOST, "", page, "@bea.test", ""),
            (Kind.NOTE, "", own, "", ""),
        ]
    )
    assert next(act.words for act in gifts(told) if act.text == "Three words here") == 3
    assert (
        len([act for act in told.acts.values() if act.text == "Thank you"]) == 2
    )  # given, and heard in her own thread


def test_copies_and_a_snapshot_are_told() -> None:
    """Own posts that link to a post of the site are its copies, whatever the spelling; answers to others are none."""
    bluesky = Bluesky()
    text = "New: http://blog.example/tea.html/?utm_source=x"
    mine = bluesky.post("ada", text, facets=linked(text, text[5:]))
    hers = bluesky.post("bea", "What do you drink?")
    bluesky.post("ada", "This", parent=hers, link=TEA)
    bluesky.post("ada", "Elsewhere", link="https://other.example/tea.html")
    told, _ = pull(bluesky)
    assert told.copies == {TEA: (f"https://bsky.app/profile/ada.test/post/{mine.rpartition('/')[2]}",)}
    (snapshot,) = [one for batch in told.batches for one in batch.snapshots]
    assert (snapshot.account, snapshot.followers, snapshot.posts) == ("@ada.test", 3, 3)


def test_people_who_are_gone_or_shy_are_not_named() -> None:
    """What was given to somebody who does not want to be named says so little; a deleted account is only its DID."""
    bluesky = Bluesky()
    bluesky.shy("bea")
    bluesky.like("ada", bluesky.post("bea"))
    bluesky.like("ada", f"at://did:plc:gone/{POST}/{tid(5)}")
    told, _ = pull(bluesky)
    assert {act.to.url for act in gifts(told)} == {"", "https://bsky.app/profile/did:plc:gone"}
    assert "bea.test" not in repr(told.batches)


def test_the_account_is_read_down_to_what_is_known() -> None:
    """The second pull asks for one page of each collection; what is new is told, what was deleted goes in 30 days."""
    bluesky = Bluesky(page=10)
    for turn in range(35):
        bluesky.post("ada", f"Note {turn}")
    told, requests = pull(bluesky)
    assert methods(requests).count("listRecords") == 4 + 1 + 1 + 1  # an empty page ends the first
    assert "*given" in [name for batch in told.batches for name in batch.complete]
    bluesky.delete(next(iter(bluesky.records)))
    bluesky.post("ada", "One more")
    told, requests = pull(bluesky, told)
    assert methods(requests).count("listRecords") == 3
    assert len(gifts(told)) == 36
    assert "*given" not in [name for batch in told.batches for name in batch.complete]
    told, _ = pull(bluesky, told, now=NOW + timedelta(days=31))
    assert len(gifts(told)) == 35


def test_a_first_listing_goes_on_where_it_was_cut_off() -> None:
    """A large account that takes longer than a build waits is read in the end, without beginning again."""
    bluesky = Bluesky(page=10)
    for turn in range(95):
        bluesky.post("ada", f"Note {turn}")
    told: Told | None = None
    pages = []

    def tired(request: Request) -> Answer | Raw:
        pages.append(request.path)
        return (503, {}, b"") if sum("listRecords" in path for path in pages) > 4 else bluesky(request)

    for _ in range(3):
        told, _ = pull(tired, told)
        pages.clear()
    assert told
    assert len(gifts(told)) == 95
    bluesky.post("ada", "One more")
    told, requests = pull(bluesky, told)
    assert len(gifts(told)) == 96
    assert methods(requests).count("listRecords") == 3


def test_another_account_begins_anew() -> None:
    """When the account in the settings changes, nothing of the former one's place is used for it."""
    bluesky = Bluesky()
    bluesky.post("ada", "Mine")
    told, _ = pull(bluesky)
    told.cursor["did"] = "did:plc:somebody"
    told, _ = pull(bluesky, told)
    assert told.cursor["did"] == "did:plc:ada"
    assert "*given" in [name for batch in told.batches for name in batch.complete]


# --- doctor -----------------------------------------------------------------------------------------------------------


def findings(bluesky: Bluesky, **options: str) -> list[tuple[bool, str]]:
    """What `doctor` finds."""
    with serve(bluesky) as server, Client(retries=0) as client:
        named = {"account": "ada.test", "plc": f"{server.url}/plc", "constellation": f"{server.url}/links", **options}
        assert SERVICE.check
        found = list(SERVICE.check(Source("bluesky", "bluesky", named, server.url), client))
        return [(one.well, one.what.replace(server.url, "SERVER")) for one in found]


def test_doctor_follows_the_way_to_the_records() -> None:
    """Handle, profile, server and Constellation are named when well; a lost handle and a stranger are told."""
    bluesky, _ = copied()
    assert findings(bluesky) == [
        (True, "ada.test is the account did:plc:ada."),
        (True, "Its profile is at https://bsky.app/profile/ada.test."),
        (True, "Its records are at SERVER."),
        (True, "SERVER/links tells who links here."),
    ]
    bluesky.person("ada", handle="handle.invalid")
    assert [well for well, _ in findings(bluesky, account="did:plc:ada")] == [True, False, True, True]
    with pytest.raises(Missing, match=r"nobody.*nobody\.test"):
        findings(bluesky, account="nobody.test")
    with pytest.raises(Missing, match=r"'ada'.*account"):
        findings(bluesky, account="ada")
    with pytest.raises(Missing, match="profile"):
        findings(bluesky, account="did:plc:nobody")


def test_a_document_without_a_server_is_told() -> None:
    """An account whose DID document names no data server ends in words, not in a crash."""
    bluesky, _ = copied()

    def bare(request: Request) -> Answer | Raw:
        return answer_json({"id": "did:plc:ada"}) if request.path.startswith("/plc/") else bluesky(request)

    told, _ = pull(bare)
    assert isinstance(told.error, Malformed)
    assert "names no personal data server" in str(told.error)


def test_other_peoples_documents_lead_to_public_servers_only() -> None:
    """The address of a data server comes from a document; only one's own directory may name a private one."""
    with Client() as client:
        assert Api.of(Source("bluesky", "bluesky", {"account": "ada.test"}), client).public
        own = Source("bluesky", "bluesky", {"account": "ada.test", "plc": "http://127.0.0.1:1"})
        assert not Api.of(own, client).public


# --- any input --------------------------------------------------------------------------------------------------------

_KEYS = st.sampled_from(
    ["uri", "did", "handle", "post", "replies", "record", "author", "actor", "labels", "val", "reply", "parent", "text"]
    + [
        "facets",
        "index",
        "byteStart",
        "byteEnd",
        "features",
        "$type",
        "embed",
        "external",
        "value",
        "subject",
        "thread",
    ]
    + ["values", "images", "media", "createdAt", "notFound", "threadgate", "hiddenReplies", "tag", "replyCount"]
)
_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(
        ["did:plc:ada", "did:plc:bea", f"at://did:plc:ada/{POST}/3k44", f"at://did:plc:bea/{POST}/3k44", LINK]
    ),
)
_JSON = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=6), max_leaves=25
)


@given(_JSON)
def test_any_json_is_taken(value: object) -> None:
    """Whatever an answer holds, reading it ends, and every act in it has a source, a target and an id."""
    here, heard = Here("bluesky", TEA, "did:plc:ada", f"at://did:plc:ada/{POST}/3k44", "https://bsky.app/x"), Heard()
    hear_thread({"thread": value}, here, heard)
    hear_quotes([value], here, heard)
    hear_links([value, {"post": value}], here, heard)
    hear_people([value], here, Kind.LIKE, heard)
    hear_people([value], here, Kind.REPOST, heard)
    deeper({"thread": value})
    assert all(count.value >= 0 for count in numbers(heard, here)[0])
    assert all(act.source and act.target == TEA and act.id == name for name, act in heard.acts.items())


@given(_JSON, st.sampled_from([*COLLECTIONS, "app.bsky.feed.threadgate"]))
def test_any_record_is_an_act_or_a_problem(value: object, collection: str) -> None:
    """Of the blogger's own records none is lost: each is an act, a like of one's own, or told as a problem."""
    giver = Giver("bluesky", "did:plc:ada", "ada.test")
    entry = {"uri": f"at://did:plc:ada/{collection}/3k44", "value": value}
    people_of([entry, value], giver)
    links_of_record(entry, giver)
    found = parse_record(entry, giver)
    assert isinstance(found, Act | Problem) or (found is None and "like" in collection)
    assert isinstance(parse_record(value, giver), Act | Problem | None)


@given(
    st.text(alphabet="aé🎉<&\"' \n", max_size=20),
    st.lists(st.tuples(st.integers(-2, 50), st.integers(-2, 50)), max_size=5),
)
def test_marks_never_change_the_words(text: str, marks: list[tuple[int, int]]) -> None:
    """However marks overlap or run out of the text, the words stay the same, and only links stand between them."""
    facets = [
        {"index": {"byteStart": start, "byteEnd": end}, "features": [{"$type": LINK, "uri": "https://x.example/"}]}
        for start, end in marks
    ]
    markup = html_of({"text": text, "facets": facets})
    assert set(re.findall(r"<[^>]*>", markup)) <= {"<p>", "</p>", "<br>", "</a>", '<a href="https://x.example/">'}
    words = re.sub(r"</?p>|<br>", " ", re.sub(r"</?a[^>]*>", "", markup))
    assert html.unescape(words).split() == text.split()


def test_batches_can_be_written_down() -> None:
    """Cursors are plain texts, so that the store can keep them between pulls."""
    bluesky, copy = copied()
    bluesky.shy("bea")
    bluesky.like("bea", copy)
    told, _ = pull(bluesky)
    cursors = [batch.cursor for batch in told.batches if isinstance(batch, Batch) and batch.cursor is not None]
    assert cursors
    assert all(json.loads(json.dumps(cursor)) == cursor for cursor in cursors)
    assert all(isinstance(text, str) for cursor in cursors for text in cursor.values())
    assert not isinstance(told.error, Exhausted)
