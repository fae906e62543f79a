"""Bluesky against a real network on loopback: what people do there through its API is what the page shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blog import SITE, Blog
from bluesky_network import Network, missing, network
from conversation.http import Client
from conversation.sources import Source
from conversation.sources.bluesky import SERVICE
from postgres import fresh_database

pytestmark = pytest.mark.server

LIKE, REPOST = "app.bsky.feed.like", "app.bsky.feed.repost"
URL = f"{SITE}/a.html"
SHY = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]}


@pytest.fixture(scope="module")
def bluesky(request: pytest.FixtureRequest) -> Iterator[Network]:
    """A network with four people: ada has the blog, and dee does not want to be named."""
    if reason := missing():
        pytest.skip(reason)
    database = fresh_database(request.getfixturevalue("postgres")).replace("+psycopg", "")
    with network(database) as running:
        for name in ("ada", "bea", "cleo"):
            running.person(name, displayName=name.title())
        running.person("dee", displayName="Dee Shy", labels=SHY)
        yield running


@pytest.fixture
def copy(bluesky: Network) -> dict[str, str]:
    """Ada's post about her blog's post, with a card and a link in its text."""
    text = f"Neu für euch 🎉: {URL}"
    start = len(text.encode()) - len(URL)
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": URL}
    facet = {"index": {"byteStart": start, "byteEnd": len(text.encode())}, "features": [feature]}
    card = {"$type": "app.bsky.embed.external", "external": {"uri": URL, "title": "A", "description": ""}}
    return bluesky.post("ada", text, facets=[facet], embed=card)


@pytest.fixture
def blog(bluesky: Network, tmp_path: Path) -> Blog:
    """Ada's blog."""
    return blog_of("ada", bluesky, tmp_path)


def blog_of(who: str, bluesky: Network, tmp_path: Path) -> Blog:
    """A blog with one post, whose only source is somebody's account in that network."""
    source = {"source": "bluesky", "account": f"{who}.test", "base_url": bluesky.view, "plc": bluesky.plc}
    return Blog(tmp_path, CONVERSATION_SOURCES=[source], CONVERSATION_PULL="always").write("a.md")


def answers(root: dict[str, str], parent: dict[str, str]) -> dict[str, Any]:
    return {"reply": {"root": root, "parent": parent}}


def test_the_page_shows_what_was_made_there(bluesky: Network, copy: dict[str, str], blog: Blog) -> None:
    """Replies in their threads, likes, reposts and quotes are on the page; deletions there are deletions here."""
    first = bluesky.post("bea", "Nice <b>one</b> 🎉", **answers(copy, copy))
    second = bluesky.post("cleo", "Agreed", **answers(copy, first))
    bluesky.post("ada", "Thank you both", **answers(copy, second))
    private = bluesky.post("dee", "For friends only", **answers(copy, copy))
    likes = {who: bluesky.create(who, LIKE, subject=copy) for who in ("bea", "cleo", "dee")}
    bluesky.create("bea", REPOST, subject=copy)
    quote = bluesky.post("cleo", "Read this", embed={"$type": "app.bsky.embed.record", "record": copy})
    bluesky.settle(copy, replyCount=2, likeCount=3, repostCount=1, quoteCount=1)
    bluesky.settle(second, replyCount=1)

    blog.build()
    assert blog.counts("a.html") == {"comments": 3, "shares": 2, "mentions": 0, "likes": 3, "bookmarks": 0}
    page = blog.page("a.html")
    for words in ("Nice &lt;b&gt;one&lt;/b&gt; 🎉", "Agreed", "Thank you both", "Read this"):
        assert words in page
    assert page.index("Nice") < page.index("Agreed") < page.index("Thank you both")
    assert "https://bsky.app/profile/cleo.test/post/" + quote["uri"].rpartition("/")[2] in page
    assert not re.search("Dee Shy|dee.test|friends only", "".join(map(str, blog.files().values())))

    bluesky.delete("cleo", second)
    bluesky.delete("dee", private)
    bluesky.delete("bea", likes["bea"])
    bluesky.delete("dee", likes["dee"])
    for gone in (second, private):
        bluesky.settle(gone)
    bluesky.settle(first, replyCount=0)
    bluesky.settle(copy, replyCount=1, likeCount=1)
    blog.build()
    assert blog.counts("a.html") == {"comments": 1, "shares": 2, "mentions": 0, "likes": 1, "bookmarks": 0}
    assert "Agreed" not in blog.page("a.html")
    assert "Thank you both" not in blog.page("a.html")  # the AppView shows nothing below what was deleted

    bluesky.delete("ada", copy)
    bluesky.settle(copy)
    blog.build()
    assert blog.counts("a.html") == {"comments": 0, "shares": 0, "mentions": 0, "likes": 0, "bookmarks": 0}


def test_the_ledger_knows_what_was_given_there(bluesky: Network, tmp_path: Path) -> None:
    """Replies, quotes, likes and reposts are acts given to others; what was taken back goes with a full pull."""
    bluesky.person("gwen")
    blog = blog_of("gwen", bluesky, tmp_path)
    hers = bluesky.post("bea", "What do you drink in the morning?")
    bluesky.post("gwen", "Green tea, and you?", **answers(hers, hers))
    bluesky.post("gwen", "Good question", embed={"$type": "app.bsky.embed.record", "record": hers})
    like = bluesky.create("gwen", LIKE, subject=hers)
    bluesky.create("gwen", REPOST, subject=hers)
    bluesky.settle(hers, replyCount=1, quoteCount=1, likeCount=1, repostCount=1)
    given = blog.build().ledger()["given"]["all"]["by_channel"]["bluesky"]
    assert given == {"like": 1, "quote": 1, "reply": 1, "repost": 1}

    bluesky.delete("gwen", like)
    bluesky.settle(hers, likeCount=0)
    done = blog.run("pull", "--full")
    assert done.returncode == 0, done.stderr
    assert "like" not in blog.build().ledger()["given"]["all"]["by_channel"]["bluesky"]


def test_doctor_finds_the_way_through_a_real_network(bluesky: Network) -> None:
    """The handle leads to a DID, its document to the server, and that to the records."""
    options = {"account": "@ada.test", "plc": bluesky.plc}
    assert SERVICE.check
    with Client() as client:
        found = list(SERVICE.check(Source("bluesky", "bluesky", options, bluesky.view), client))
    assert [finding.well for finding in found] == [True, True, True]
    assert bluesky.sessions["ada"]["did"] in found[0].what
    assert bluesky.pds in found[2].what
