"""A blog with one of everything that has a conversation, what is said there, and what a clean build makes of it."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from blog import SITE, Blog, mention
from conversation.refreshing import brought_up_to_date
from conversation.splice import NotSplicable
from conversation.workshop import Workshop

#: Where nothing else is said, mentions are of these; b has a translation, and c is a page.
PAGES = ("a.html", "b.html", "b-de.html", "pages/c.html")
KINDS = ("in-reply-to", "like-of", "repost-of", "mention-of")


def told(blog: Blog, *mentions: dict[str, Any]) -> None:
    """From now on the archive tells of these."""
    (blog.folder / "mentions.json").write_text(json.dumps({"type": "feed", "children": mentions}), "utf-8")


def said(number: int, page: str = "a.html", prop: str = "in-reply-to", words: str = "Well said.") -> dict[str, Any]:
    """What somebody said about a page."""
    more = {} if prop in {"like-of", "repost-of"} else {"content": {"text": words}}
    return mention(number, prop, f"{SITE}/{page}", **more)


def blog_of_all_sorts(folder: Path, *mentions: dict[str, Any], **more: Any) -> Blog:  # noqa: ANN401 - any setting
    """A post, a post with a translation, and a page."""
    blog = Blog(folder, **{"CACHE_PATH": str(folder / "cache"), **more}).archive(list(mentions))
    blog.write("a.md", "[Somebody](https://p1.example/) said so.")
    blog.write("b.md").write("b-de.md", slug="b", lang="de", title="Auf Deutsch")
    return blog.write("pages/c.md", title="A page")


def built_anew(blog: Blog, folder: Path) -> dict[str, bytes]:
    """The files of a clean build of what the blog is now."""
    shutil.copytree(blog.folder, folder, ignore=shutil.ignore_patterns("output", ".cache", "cache"))
    twin = Blog(folder, **blog.settings | {"CACHE_PATH": str(folder / "cache")}).build()
    return twin.files()


def refreshed_here(blog: Blog) -> str:
    """Brings a blog up to date, in this process; returns why it took a build, "" where it took none."""
    try:
        with Workshop.open(blog.conf) as shop:
            brought_up_to_date(shop, datetime.now(UTC), lambda _: None)
    except NotSplicable as reason:
        blog.build()
        return str(reason)
    return ""
