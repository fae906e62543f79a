"""A site of ours that goes on: people say something new, its author edits and adds. Beside it, what it must equal."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from . import checks
from .dataset import Blog, Interaction
from .sites import INCREMENTAL, STORE, Theme, pelican
from .trees import differences
from .writing import FORMATS, jf2, write_post, write_posts

__all__ = ["Living"]

FORM = FORMATS["pelican"]
#: So many differences of a site that is not equal are told.
TOLD = 5


class Living:
    """A blog in `folder` (made when it is first needed): `site` is built incrementally, `reference` by plain Pelican.

    Both have the same content, the same other plugins and the same store, which begins as a copy of `store`.
    """

    def __init__(self, folder: Path, blog: Blog, store: Path, theme: Theme) -> None:
        self._blog, self._folder, self._store = blog, folder, store
        self._news: list[Interaction] = []
        self._steps = {"drawn": 0, "edited": 0, "added": 0}
        self._compared: tuple[int, ...] = ()
        settings: dict[str, Any] = {
            "PATH": str(folder / "content"),
            "CONVERSATION_SOURCES": [{"source": "archive", "name": "news", "path": str(folder / "news.json")}],
            "CONVERSATION_PICTURES": False,
        }
        self.site = pelican(
            folder / "site", ["conversation", INCREMENTAL], theme, counting=checks.as_numbers, **settings
        )
        self._reference = pelican(folder / "reference", ["conversation"], theme, **settings)
        write_posts(folder / "content" / "posts", blog.posts, FORM)
        shutil.copy(store, self.site.folder / STORE)
        self._write_news()

    def draw(self) -> None:
        """Twenty posts draw a reply, a like and a repost each, which a source tells at the next build."""
        self._news += self._blog.later_interactions(self._step("drawn"))
        self._write_news()

    def edit(self) -> None:
        """The body of one post gets another paragraph."""
        post = self._blog.posts[-1 - 7 * self._step("edited") % len(self._blog.posts)]
        name, text = FORM(post)
        path = self._folder / "content" / "posts" / name
        path.write_text(f"{text}\nOne thing more: *this* was missing.\n", encoding="utf-8")

    def add(self) -> None:
        """Another post is published, the newest of all."""
        write_post(self._folder / "content" / "posts", self._blog.later_post(self._step("added")), FORM)

    def unequal(self) -> list[str]:
        """What is different where plain Pelican builds the same, a line for each file; the first few of them."""
        state = tuple(self._steps.values())
        if state != self._compared:
            shutil.copy(self.site.folder / STORE, self._reference.folder / STORE)
            self._reference.cold()
            self._compared = state
        found = differences(self.site.output, self._reference.output)
        return [*found[:TOLD], *([f"and {len(found) - TOLD} more"] if len(found) > TOLD else [])]

    def _step(self, what: str) -> int:
        number = self._steps[what]
        self._steps[what] += 1
        return number

    def _write_news(self) -> None:
        (self._folder / "news.json").write_text(jf2(self._news), encoding="utf-8")
