"""Where an act happened, told by its addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.channels import channel_of, place_name

DID = "did:plc:abc123"


@pytest.mark.parametrize(
    ("url", "channel"),
    [
        ("https://social.example/@ada/109876543210987654", "mastodon"),
        ("https://social.example/@ada@other.example/109876543210987654", "mastodon"),
        ("https://social.example/users/ada/statuses/109876543210987654", "mastodon"),
        ("https://social.example/@ada/109876543210987654#favorited-by-7", "mastodon"),
        ("https://bsky.app/profile/ada.example/post/3k", "bluesky"),
        (f"at://{DID}/app.bsky.feed.post/3k", "bluesky"),
        ("https://twitter.com/ada/status/1", "twitter"),
        ("https://mobile.twitter.com/ada/status/1", "twitter"),
        ("https://x.com/ada/status/1", "twitter"),
        ("https://old.reddit.com/r/kindness/comments/1", "reddit"),
        ("https://github.com/ada/kind/issues/1", "github"),
        ("https://ada.github.io/kind/", "web"),
        ("https://www.flickr.com/photos/ada/1", "flickr"),
        ("https://m.facebook.com/ada/posts/1", "facebook"),
        ("https://news.ycombinator.com/item?id=1", "hackernews"),
        ("https://lobste.rs/s/abc", "lobsters"),
        ("https://www.instagram.com/p/abc/", "instagram"),
        ("https://www.linkedin.com/feed/update/1", "linkedin"),
        ("https://youtu.be/abc", "youtube"),
        ("https://blog.example/@home/2024", "web"),
        ("https://nottwitter.com/ada", "web"),
        ("http://[", "web"),
        ("", "web"),
    ],
)
def test_channel_by_permalink(url: str, channel: str) -> None:
    """The permalink's host, or for the many Mastodon servers its form, names the network; all else is the web."""
    assert channel_of(url) == channel


@pytest.mark.parametrize(
    ("source", "channel"),
    [
        ("https://brid.gy/comment/mastodon/@ada@social.example/1/2", "mastodon"),
        ("https://www.brid.gy/like/reddit/ada/1/2", "reddit"),
        ("https://brid-gy.appspot.com/like/twitter/ada/1/2", "twitter"),
        ("https://brid.gy/post/flickr/ada/1", "flickr"),
        ("https://brid.gy/repost/facebook/ada/1/2", "facebook"),
        ("https://fed.brid.gy/r/https://social.example/@ada/109876543210987654", "mastodon"),
        ("https://fed.brid.gy/r/https:/social.example/@ada/109876543210987654", "mastodon"),
        (f"https://web.brid.gy/convert/bsky/at://{DID}/app.bsky.feed.post/3k", "bluesky"),
        (f"https://fed.brid.gy/web/at://{DID}/app.bsky.feed.like/3k%23x", "bluesky"),
        ("https://bsky.brid.gy/convert/web/https://bsky.app/profile/ada.example/post/3k", "bluesky"),
        ("https://ap.brid.gy/convert/web/https://pleroma.example/objects/1", "activitypub"),
        ("https://web.brid.gy/r/https://ada.example/post", "web"),
        ("https://brid.gy/about", "web"),
    ],
)
def test_bridgy_addresses_name_what_they_carry(source: str, channel: str) -> None:
    """A source address of Bridgy or Bridgy Fed tells the network although its host is Bridgy's."""
    assert channel_of("https://someone.example/", source) == channel


def test_bridgy_source_rules_over_the_permalink() -> None:
    """A like carried from Mastodon stays on Mastodon even if its permalink is on an unknown host."""
    assert (
        channel_of("https://pleroma.example/notice/A1", "https://brid.gy/like/mastodon/@a@b.example/1/2") == "mastodon"
    )


def test_place_names() -> None:
    """Readers see the name that a place gives itself; a third party's channel is at least capitalised."""
    assert [place_name(c) for c in ("hackernews", "github", "web", "bluesky")] == [
        "Hacker News",
        "GitHub",
        "Web",
        "Bluesky",
    ]
    assert place_name("gemini") == "Gemini"
    assert place_name("") == ""


@given(st.text(), st.text())
def test_any_text_has_a_channel(url: str, source: str) -> None:
    """Whatever an address field holds, the channel is a plain lower-case word that can be a CSS class."""
    channel = channel_of("https://" + url, "https://fed.brid.gy/r/" + source)
    assert channel.isidentifier()
    assert channel == channel.lower()
