"""refresh: the built site is brought up to date, without Pelican where a build would write the same bytes again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blog import Blog, mention


def refreshed(blog: Blog) -> str:
    done = blog.run("refresh")
    assert done.returncode == 0, done.stderr
    return done.stdout


def told(blog: Blog, *mentions: dict[str, Any]) -> None:
    (blog.folder / "mentions.json").write_text(json.dumps({"type": "feed", "children": mentions}), "utf-8")


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    """A blog with a mention that was refreshed once."""
    blog = Blog(tmp_path / "blog").write("a.md").archive([mention(1)])
    assert "no finished build is remembered" in refreshed(blog)
    return blog


def test_nothing_new_is_nothing_done(blog: Blog) -> None:
    """Where nothing changed no file is touched, and nobody waits for Pelican."""
    before = {path: path.stat().st_mtime_ns for path in blog.output.rglob("*")}
    assert refreshed(blog) == "Nothing new: the site is as the last build left it.\n"
    assert {path: path.stat().st_mtime_ns for path in blog.output.rglob("*")} == before


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda blog: told(blog, mention(1), mention(2)), "an archive changed"),
        (lambda blog: blog.write("b.md"), "the content changed"),
        (lambda blog: blog.configure(CONVERSATION_PER_PAGE=10), "a setting changed"),
        (lambda blog: (blog.output / "a.html").unlink(), "output/ is not as the last build left it"),
        (
            lambda blog: (blog.output / "a.html").write_text("by hand", "utf-8"),
            "output/ is not as the last build left it",
        ),
    ],
)
def test_a_change_takes_a_build(blog: Blog, change: Callable[[Blog], object], reason: str) -> None:
    """Whatever a build would write otherwise leads to a build, which says why, and leaves what a build leaves."""
    change(blog)
    assert f"It takes a build: {reason}" in refreshed(blog)
    left = blog.files()
    assert blog.build().files() == left
