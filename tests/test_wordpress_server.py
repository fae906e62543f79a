"""A real WordPress (tests/servers/install) and a whole blog: what was said there is shown, and what became of it."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from blog import SITE, Blog
from wordpress import WordPress, wordpress  # noqa: F401 - the fixture

pytestmark = pytest.mark.server

SAID = re.compile(r"<p>((?:Word|Better) \d+[^<]*)")


def made(folder: Path, *slugs: str) -> Blog:
    """A blog with these articles, which asks about everything at each build."""
    blog = Blog(folder / "blog", SITEURL=SITE, CONVERSATION_PULL="always")
    for slug in slugs:
        blog.write(f"{slug}.md")
    return blog


def built(blog: Blog, server: WordPress) -> Blog:
    """The blog with what the server tells now."""
    return blog.configure(CONVERSATION_SOURCES=[{"source": "wordpress", "base_url": server.url}]).build()


def comments(blog: Blog, slug: str) -> int:
    """The number on a page, which is also that in the ledger."""
    number = blog.counts(f"{slug}.html")["comments"]
    listed = {post["url"]: post for post in blog.ledger()["posts"]}.get(f"{SITE}/{slug}.html", {})
    assert listed.get("comments", 0) == number
    return number


def shown(blog: Blog, slug: str) -> list[str]:
    """The words on a page, in alphabetical order: those of one second have no other."""
    return sorted(unescape(words) for words in SAID.findall(blog.page(f"{slug}.html")))


def test_posts_show_what_was_said_and_what_became_of_it(
    wordpress: WordPress,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Comments, answers, an edit, a comment held back and a deletion of a real WordPress arrive, with each build."""
    tea, about = wordpress.post("tea"), wordpress.post("about-ada", "pages")
    first = wordpress.comment(tea, "Word 1", author="Tea & Cake", url="https://tea.example/?a=1&b=2")
    second = wordpress.comment(tea, "Word 2", parent=first)
    third = wordpress.comment(tea, "Word 3 & <em>more</em>", parent=second)
    wordpress.comment(about, "Word 4")
    blog = built(made(tmp_path, "tea", "about-ada", "quiet"), wordpress)
    assert [comments(blog, slug) for slug in ("tea", "about-ada", "quiet")] == [3, 1, 0]
    assert shown(blog, "tea") == ["Word 1", "Word 2", "Word 3 & "]
    page = blog.page("tea.html")
    assert "Tea &amp; Cake" in page
    assert 'href="https://tea.example/?a=1&amp;b=2"' in page
    assert f"{wordpress.url}/tea/#comment-{third}" in page
    wordpress.rest("POST", f"comments/{third}", content="Better 3")
    wordpress.rest("DELETE", f"comments/{first}?force=true")
    built(blog, wordpress)
    assert (comments(blog, "tea"), shown(blog, "tea")) == (2, ["Better 3", "Word 2"])
    assert "Tea &amp; Cake" not in blog.page("tea.html")
    wordpress.rest("POST", f"comments/{second}", status="hold")
    built(blog, wordpress)
    assert (comments(blog, "tea"), shown(blog, "tea")) == (1, ["Better 3"])
    assert comments(blog, "about-ada") == 1


def test_a_long_thread_arrives_whole(wordpress: WordPress, tmp_path: Path) -> None:  # noqa: F811
    """More comments than a page of the interface holds are all told, to the number."""
    post = wordpress.post("long")
    first = wordpress.comment(post, "Word 1")
    for number in range(2, 106):
        wordpress.comment(post, f"Word {number}", parent=first if number % 3 else 0)
    blog = built(made(tmp_path, "long"), wordpress)
    assert comments(blog, "long") == 105
    assert shown(blog, "long") == sorted(f"Word {number}" for number in range(1, 106))


def test_a_trackback_is_a_mention_with_an_application_password(
    wordpress: WordPress,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Strangers are told comments only; with a real application password the page that links is a mention."""
    post = wordpress.post("linked")
    wordpress.comment(post, "Word 1")
    wordpress.trackback(post, "https://other.example/on-tea?a=1&b=2", "Other & Blog")
    blog = built(made(tmp_path, "linked"), wordpress)
    assert (comments(blog, "linked"), blog.counts("linked.html")["mentions"]) == (1, 0)
    monkeypatch.setenv("CONVERSATION_WORDPRESS_TOKEN", wordpress.application_password())
    built(blog, wordpress)
    assert (comments(blog, "linked"), blog.counts("linked.html")["mentions"]) == (1, 1)
    assert 'href="https://other.example/on-tea?a=1&amp;b=2"' in blog.page("linked.html")


def test_a_closed_interface_leaves_the_feed(wordpress: WordPress, tmp_path: Path) -> None:  # noqa: F811
    """With /wp-json/ refused the post's real feed tells the newest ten; what was known before stays, none twice."""
    post = wordpress.post("closed")

    def say(number: int, parent: int = 0) -> int:  # at a time of its own, which is what the feed goes by
        made = wordpress.comment(post, f"Word {number}", parent=parent)
        wordpress.rest("POST", f"comments/{made}", date_gmt=f"2026-05-03T10:{number:02d}:00")
        return made

    first = say(1)
    for number in range(2, 6):
        say(number, first)
    blog = built(made(tmp_path, "closed"), wordpress)
    assert comments(blog, "closed") == 5
    for number in range(6, 19):
        say(number)
    with wordpress.without_rest():
        built(blog, wordpress)
        assert comments(blog, "closed") == 5 + 10
        fresh = built(made(tmp_path / "fresh", "closed"), wordpress)
        assert shown(fresh, "closed") == sorted(f"Word {number}" for number in range(9, 19))
    built(blog, wordpress)
    assert comments(blog, "closed") == 18
    assert shown(blog, "closed") == sorted(f"Word {number}" for number in range(1, 19))
