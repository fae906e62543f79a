"""The invented blog as files: front matter, addresses and interactions as each generator wants them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from .dataset import SITE, Interaction, Post
from .prose import LINK

__all__ = ["FORMATS", "by_path", "jf2", "write_post", "write_posts"]

AUTHOR = "Pat Doe"
#: A post as one generator wants it: the file's name below the folder of posts, and its text.
Format = Callable[[Post], tuple[str, str]]


def _pelican(post: Post) -> tuple[str, str]:
    fields = {
        "Title": post.title,
        "Date": f"{post.date:%Y-%m-%d %H:%M}",
        "Category": post.category,
        "Tags": ", ".join(post.tags),
        "Slug": post.slug,
        "Author": AUTHOR,
    }
    front = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"{post.slug}.md", f"{front}\n{post.body.replace(LINK, f'{{filename}}/posts/{post.other}.md')}"


def _with_yaml(post: Post, **fields: object) -> str:
    """Front matter between dashes; JSON is YAML."""
    fields = {"title": post.title, "date": post.date.isoformat(), "author": AUTHOR, "tags": post.tags, **fields}
    front = "".join(f"{name}: {json.dumps(value)}\n" for name, value in fields.items())
    return f"---\n{front}---\n\n{post.body.replace(LINK, f'/posts/{post.other}/')}"


def _hugo(post: Post) -> tuple[str, str]:
    return f"{post.slug}.md", _with_yaml(post, slug=post.slug, categories=[post.category])


def _eleventy(post: Post) -> tuple[str, str]:
    return f"{post.slug}.md", _with_yaml(post, category=post.category)


def _jekyll(post: Post) -> tuple[str, str]:
    return f"{post.date:%Y-%m-%d}-{post.slug}.md", _with_yaml(post, categories=[post.category])


#: Every way to write a post, by generator.
FORMATS: dict[str, Format] = {"pelican": _pelican, "hugo": _hugo, "eleventy": _eleventy, "jekyll": _jekyll}


def write_post(folder: Path, post: Post, form: Format) -> Path:
    """Writes a post into `folder`; returns its file."""
    name, text = form(post)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def write_posts(folder: Path, posts: Iterable[Post], form: Format) -> None:
    """Writes posts into `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for post in posts:
        write_post(folder, post, form)


def jf2(interactions: Iterable[Interaction]) -> str:
    """Interactions as webmention.io answers them, the newest first, where they came from the fediverse by Bridgy."""
    children = [_entry(one) for one in interactions]
    return json.dumps({"type": "feed", "name": "Webmentions", "children": children[::-1]}, separators=(",", ":"))


def by_path(interactions: Sequence[Interaction]) -> str:
    """Interactions as a dictionary by the path of the post: what a site generator takes in as plain data."""
    found: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for one in interactions:
        told = {"kind": one.kind, "name": one.name, "profile": one.profile, "url": one.url, "text": one.text}
        found[one.path].append({**told, "date": one.when.isoformat()})
    return json.dumps(found, separators=(",", ":"))


def _entry(one: Interaction) -> dict[str, Any]:
    target, when = SITE + one.path, one.when.isoformat()
    person, moment = one.profile.rpartition("@u")[2], {"published": when, "wm-received": when}
    content = {"content": {"html": f"<p>{one.text}</p>", "text": one.text}} if one.text else {}
    return {
        "type": "entry",
        "author": {"type": "card", "name": one.name, "photo": "", "url": one.profile},
        "url": one.url,
        **moment,
        "wm-id": one.number,
        "wm-source": f"https://bridge.example/{one.kind.partition('-')[0]}/{one.number}/{person}",
        "wm-target": target,
        "wm-protocol": "webmention",
        "wm-property": one.kind,
        "wm-private": False,
        one.kind: target,
        **content,
    }
