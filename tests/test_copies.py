"""Where the copies of a post are, and which post a status elsewhere links to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.posts import Post
from conversation.sources import Ask
from conversation.sources.copies import Index, of
from conversation.sources.targets import spellings
from conversation.urls import Matcher

SITES = ("https://blog.example", "http://old.example/blog")
TEA = Post(url="https://blog.example/tea.html", aliases=("/drinks/tea/",))
MILK = Post(url="https://blog.example/milk/", title="Milk")
DRAFT = Post(url="https://blog.example/milk/", title="Milk again", status="draft")
POSTS = (TEA, DRAFT, MILK)


def ask(**copies: tuple[str, ...]) -> Ask:
    return Ask((TEA,), {}, full=False, now=datetime(2026, 1, 1, tzinfo=UTC), copies={TEA.url: copies["tea"]})


def is_social(url: str) -> bool:
    return url.startswith("https://social.example/")


def test_front_matter_comes_before_what_was_found() -> None:
    """What the blogger wrote down rules; what was found counts where nothing of this service is written."""
    post = Post(url=TEA.url, syndication=("https://social.example/@ada/1 ", "https://news.example/1"))
    found = ask(tea=("https://social.example/@ada/2", "https://social.example/@ada/2", "https://other.example/9"))
    assert of(post, found, is_social) == ("https://social.example/@ada/1",)
    assert of(TEA, found, is_social) == ("https://social.example/@ada/2",)
    assert of(MILK, found, is_social) == ()


@pytest.mark.parametrize(
    ("url", "post"),
    [
        ("https://blog.example/tea.html", TEA),
        ("http://www.blog.example/tea.html?utm_source=mastodon&fbclid=1#top", TEA),
        ("HTTPS://Blog.Example:443//tea.html/", TEA),
        ("https://blog.example/%74ea.html", TEA),
        ("https://blog.example/drinks/tea", TEA),
        ("http://old.example/blog/tea.html", TEA),
        ("https://old.example/blog/drinks/tea/index.html", TEA),
        ("https://blog.example/milk/index.html", MILK),
        (" https://blog.example/milk ", MILK),
        ("https://blog.example/tea", None),
        ("https://blog.example/TEA.html", None),
        ("https://blog.example/tea.html?page=2", None),
        ("https://blog.example/", None),
        ("https://old.example/tea.html", None),
        ("https://other.example/tea.html", None),
        ("/tea.html", None),
        ("mailto:ada@blog.example", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_spellings_of_a_link(url: str, post: Post | None) -> None:
    """All that never makes another page is overlooked, all else is not, and no text is a crash."""
    assert Index(POSTS, SITES).post_of([url]) is post


def test_of_several_links_the_first_post_counts() -> None:
    """A status may link to others, to the home page, and to a second post in passing."""
    index = Index(POSTS, SITES)
    links = ["https://other.example/", "https://blog.example/", MILK.url, TEA.url, MILK.url + "#more"]
    assert index.post_of(links) is MILK
    assert index.posts_of(links) == (MILK, TEA)
    assert index.post_of([]) is None


@given(st.sampled_from([TEA, MILK]), st.integers(0, 30))
def test_every_spelling_that_services_are_asked_about_is_found(post: Post, which: int) -> None:
    """What `targets.spellings` asks with, `Index` understands in the answer, but for aliases without a host."""
    known = [url for url in spellings(post, SITES) if "//blog" in url or "//old" in url]
    assert Index(POSTS, SITES).post_of([known[which % len(known)]]) is post


@given(
    st.lists(
        st.sampled_from(["https://", "http://", "www.", "blog.example", "old.example", "/", "blog", "tea", ".html"])
    ),
    st.sampled_from(["", "?utm_source=x", "?a=b", "#c", "/index.html", "%2e"]),
)
def test_never_says_other_than_the_matcher(parts: list[str], end: str) -> None:
    """Where the index finds a post it is the one that the site's own matching finds."""
    url = "".join(parts) + end
    found = Index(POSTS, SITES).post_of([url])
    matched = Matcher(POSTS, SITES).match(url).post
    assert found is None or (matched is not None and found.url == matched.url)
