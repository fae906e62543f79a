"""Feeds of video channels: how many people liked the copies of posts, and how often these were looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blog import Blog
from conversation.acts import Count, Kind
from conversation.http import Client
from conversation.posts import Post
from conversation.sources import Ask, Batch, Copy, Source
from conversation.sources.feed import SERVICE
from conversation.sources.feed_videos import video_of
from loopback import Answer, Request, serve

SITE = "https://kindnesses.example"
TEA, RYE = f"{SITE}/tea.html", f"{SITE}/rye.html"
WATCH = "https://www.youtube.com/watch?v="


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(retries=0) as client:
        yield client


def video(number: str, said: str = "", likes: str | None = "41") -> str:
    """A video as YouTube writes it."""
    rating = "" if likes is None else f'<media:starRating count="{likes}" average="5.00" min="1" max="5"/>'
    return (
        f"<entry><id>yt:video:{number}</id><yt:videoId>{number}</yt:videoId><title>Rye &amp; time</title>"
        f'<link rel="alternate" href="{WATCH}{number}"/>'
        "<author><name>Ada bakes</name><uri>https://www.youtube.com/channel/UCada</uri></author>"
        "<published>2024-05-01T12:00:00+00:00</published><updated>2024-05-02T08:00:00+00:00</updated>"
        f"<media:group><media:title>Rye</media:title><media:description>{said}</media:description>"
        f'<media:community>{rating}<media:statistics views="3120"/></media:community></media:group></entry>'
    )


def channel(*videos: str) -> str:
    """The feed of a channel."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns:yt="http://www.youtube.com/xml/schemas/2015"'
        ' xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom"><id>yt:channel:ada</id>'
        '<title>Ada bakes</title><link rel="alternate" href="https://www.youtube.com/channel/UCada"/>'
        f"{''.join(videos)}</feed>"
    )


def pulled(client: Client, *videos: str, posts: tuple[Post, ...] = (), **options: str) -> Batch:
    """What the channel's feed tells."""

    def handler(_: Request) -> Answer:
        return 200, {"Content-Type": "text/xml; charset=UTF-8"}, channel(*videos).encode()

    with serve(handler) as server:
        source = Source("feed", "feed", {"url": f"{server.url}/feeds/videos.xml?channel_id=UCada", **options})
        ask = Ask(posts=posts, cursor={}, full=False, now=datetime(2026, 5, 2, tzinfo=UTC), sites=(SITE,))
        batches = list(SERVICE.pull(source, ask, client))
    return Batch(
        acts=tuple(act for batch in batches for act in batch.acts),
        counts=tuple(count for batch in batches for count in batch.counts),
        copies=tuple(copy for batch in batches for copy in batch.copies),
        problems=tuple(problem for batch in batches for problem in batch.problems),
    )


def test_likes_of_copies(client: Client) -> None:
    """Numbers belong to the post that names the video, however its address is written; videos are nobody's comments."""
    posts = (Post(url=TEA, syndication=("https://youtu.be/aaaaaaaaaaa?t=5",)), Post(url=RYE))
    batch = pulled(client, video("aaaaaaaaaaa"), video("bbbbbbbbbbb"), posts=posts)
    assert batch == Batch(counts=(Count("feed", TEA, Kind.LIKE, 41), Count("feed", TEA, Kind.VIEW, 3120)))


def test_copies_are_found_by_their_description(client: Client) -> None:
    """A description that links to a post makes its video a copy; of two copies the numbers add up."""
    said = "How long? See (http://kindnesses.example/rye.html?utm_source=yt).\nAnd https://else.example/"
    batch = pulled(client, video("a-a", said), video("b_b", f"More: {RYE}", "1"), posts=(Post(url=TEA), Post(url=RYE)))
    assert batch.counts == (Count("feed", RYE, Kind.LIKE, 42), Count("feed", RYE, Kind.VIEW, 6240))
    assert batch.copies == (Copy(RYE, f"{WATCH}a-a"), Copy(RYE, f"{WATCH}b_b"))


@pytest.mark.parametrize(("likes", "count"), [("0", 0), (None, None), ("-1", None), ("many", None)])
def test_numbers_that_are_not_told(client: Client, likes: str | None, count: int | None) -> None:
    """Where a channel hides its likes nothing is counted, not even none."""
    batch = pulled(client, video("a", f"See {RYE}", likes), posts=(Post(url=RYE),))
    assert [each.value for each in batch.counts if each.kind is Kind.LIKE] == ([] if count is None else [count])
    assert [each.post for each in batch.copies] == [RYE]


def test_videos_can_be_notes_too(client: Client) -> None:
    """Who counts their videos as messages of their own still gets the numbers of the copies."""
    batch = pulled(client, video("a", f"See {RYE}"), posts=(Post(url=RYE),), direction="given", kind="note")
    assert [(act.kind, act.url, act.channel) for act in batch.acts] == [(Kind.NOTE, f"{WATCH}a", "youtube")]
    assert batch.counts == (Count("feed", RYE, Kind.LIKE, 41), Count("feed", RYE, Kind.VIEW, 3120))


def test_views_stand_beside_the_conversation_and_in_no_sum(tmp_path: Path) -> None:
    """The page tells them in words; none of its five numbers and no figure of the ledger holds them."""
    with serve(
        lambda _: (200, {"Content-Type": "text/xml"}, channel(video("a", f"See {SITE}/a.html")).encode())
    ) as server:
        feed = {"source": "feed", "url": f"{server.url}/feeds/videos.xml"}
        blog = Blog(tmp_path, SITEURL=SITE, CONVERSATION_SOURCES=[feed]).write("a.md").build()
    assert "Its copies were looked at <b>3,120</b> times" in blog.page("a.html")
    assert blog.counts("a.html") == {"comments": 0, "shares": 0, "mentions": 0, "likes": 41, "bookmarks": 0}
    assert "3120" not in blog.page("giving-receiving/ledger.json")


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://youtu.be/a-1_b?si=x", "youtube:a-1_b"),
        ("http://m.youtube.com/watch?app=desktop&v=a-1_b&t=5s", "youtube:a-1_b"),
        ("https://www.youtube.com/shorts/a-1_b", "youtube:a-1_b"),
        ("https://www.youtube-nocookie.com/embed/a-1_b?rel=0", "youtube:a-1_b"),
        ("https://www.youtube.com/@ada", "youtube.com/@ada"),
        ("https://tube.example/w/a-1_b/", "tube.example/w/a-1_b"),
        ("not an address", "not an address"),
    ],
)
def test_addresses_of_videos(url: str, same: str) -> None:
    """A video has many addresses and one number; what is no video is the page that it is."""
    assert video_of(url).removeprefix("www.") == same
