"""The two plugins together: what somebody says renders the pages that show it, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from blog import SITE, Blog, mention


class Talked(Blog):
    """A blog of twelve posts with conversations, built by both plugins."""

    def __init__(self, folder: Path, **settings: object) -> None:
        super().__init__(folder, **{"PLUGINS": ["conversation", "incremental"], "CACHE_PATH": "cache", **settings})
        self.said = [mention(number, target=f"{SITE}/post-{number:02}.html") for number in range(6)]
        for number in range(12):
            self.write(f"post-{number:02}.md", f"Words of {number}.", date=f"2026-03-{number + 1:02} 10:00")
        self.archive(self.said)

    def hear(self, number: int, post: int) -> None:
        """Somebody says something about a post."""
        self.said.append(mention(number, target=f"{SITE}/post-{post:02}.html"))
        self.settings.pop("CONVERSATION_SOURCES")
        self.archive(self.said)

    def again(self) -> set[str]:
        """Builds; the pages that were rendered."""
        done = self.pelican("--verbose")
        assert done.returncode == 0, done.stdout + done.stderr
        return set(re.findall(r"Rendered (\S+):", done.stdout + done.stderr))

    def whole(self) -> dict[str, bytes]:
        """What a build of everything makes of it, with the store as it is."""
        done = self.pelican("-e", "INCREMENTAL=false", 'OUTPUT_PATH="whole"', "DELETE_OUTPUT_DIRECTORY=true")
        assert done.returncode == 0, done.stdout + done.stderr
        found = self.folder / "whole"
        return {str(path.relative_to(found)): path.read_bytes() for path in found.rglob("*") if path.is_file()}


@pytest.fixture
def blog(tmp_path: Path) -> Talked:
    """A blog that was built once."""
    made = Talked(tmp_path, CONVERSATION_POST_FEED_ATOM="feeds/{slug}.atom.xml")
    made.again()
    return made


def test_where_nobody_says_anything_nothing_is_rendered(blog: Talked) -> None:
    """The hourly build of a quiet hour leaves every page: conversations, ledger and all."""
    assert blog.again() == set()
    assert blog.files() == blog.whole()


def test_to_build_without_asking_renders_nothing(blog: Talked) -> None:
    """Whoever writes offline, and asks again when the post is done, does not have the whole site rendered twice."""
    for policy in ("never", "due", "always"):
        blog.configure(CONVERSATION_PULL=policy, CONVERSATION_BUDGET=7)
        assert blog.again() == set()
    assert blog.files() == blog.whole()


def test_a_new_mention_renders_its_page_and_those_that_tell_of_all(blog: Talked) -> None:
    """The other posts stay; the pages of conversations, and of giving and receiving, have something new."""
    blog.hear(100, 3)
    rendered = blog.again()
    assert {name for name in rendered if name.startswith("post-")} == {"post-03.html"}
    assert {"conversations/index.html", "giving-receiving/index.html"} <= rendered
    assert blog.counts("post-03.html")["comments"] == 2
    assert blog.files() == blog.whole()


def test_what_is_hidden_goes_from_its_page(blog: Talked) -> None:
    """A rule of moderation reaches the pages that show what it hides, and leaves those that do not."""
    (blog.folder / "content" / "moderation.toml").write_text(f'[hide]\nacts = ["{blog.said[2]["url"]}"]\n')
    assert {name for name in blog.again() if name.startswith("post-")} == {"post-02.html"}
    assert blog.counts("post-02.html")["comments"] == 0
    assert blog.files() == blog.whole()


def test_the_feed_of_a_post_goes_with_the_post(blog: Talked) -> None:
    """Files that the plugin of conversations writes by itself are removed when they belong to the site no more."""
    assert (blog.output / "feeds" / "post-04.atom.xml").exists()
    (blog.folder / "content" / "post-04.md").unlink()
    blog.again()
    assert not (blog.output / "feeds" / "post-04.atom.xml").exists()
    assert blog.files() == blog.whole()
