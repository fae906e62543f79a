"""Whether a built site shows what it should: every post, every interaction on its page, the lists and the feed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from .dataset import CATEGORIES, Blog

__all__ = ["Counting", "as_items", "as_numbers", "nothing", "shortcomings"]

#: How many interactions a page shows.
Counting = Callable[[str], int]
ITEM = 'class="interaction"'
ASIDE = re.compile(r'<aside\b[^>]*\sclass="conversation"[^>]*>')
NUMBER = re.compile(r'\sdata-(?:comments|shares|mentions|likes|bookmarks)="(\d+)"')


def as_items(page: str) -> int:
    """Interactions as the themes of the benchmark list them."""
    return page.count(ITEM)


def as_numbers(page: str) -> int:
    """Interactions as the plugin counts them: a long conversation goes on on other pages, its numbers are whole."""
    return sum(int(number) for aside in ASIDE.findall(page) for number in NUMBER.findall(aside))


def nothing(page: str) -> int:
    """A site that shows none."""
    return 0


def shortcomings(output: Path, blog: Blog, counting: Counting, drawn: Counter[str]) -> list[str]:
    """What is missing in a site; `drawn` tells by path of a post how many interactions its page must show."""
    lists = [f"tags/{tag}/" for tag in blog.tags] + [
        f"categories/{name.lower().replace(' ', '-')}/" for name in CATEGORIES
    ]
    wanted = ["index.html", "feed.xml", *(f"{name}index.html" for name in lists)]
    found = [f"{name} is missing" for name in wanted if not (output / name).is_file()]
    for post in blog.posts:
        page = output / post.path.strip("/") / "index.html"
        if not page.is_file():
            found.append(f"{post.path} is missing")
        elif (shown := counting(page.read_text("utf-8"))) != drawn[post.path]:
            found.append(f"{post.path} shows {shown} interactions instead of {drawn[post.path]}")
    return found
