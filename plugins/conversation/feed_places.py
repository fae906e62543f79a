"""Where posts have feeds of their own."""

from __future__ import annotations

from collections.abc import Iterable

from .posts import Post

__all__ = ["post_feeds"]


def post_feeds(posts: Iterable[tuple[Post, str]], pattern: str) -> tuple[dict[str, str], list[str]]:
    """The path of each post's own feed, by the post's address; and the addresses that found theirs taken.

    `posts` come with their slugs. Translations share theirs, so that theirs gets its language too, as in Pelican's
    own addresses: `bread-de`.
    """
    paths: dict[str, str] = {}
    taken: set[str] = set()
    without = []
    for post, slug in posts:
        path = pattern.replace("{slug}", slug if post.url == post.original else f"{slug}-{post.lang}")
        if path in taken:
            without.append(post.url)
        else:
            taken.add(path)
            paths[post.url] = path
    return paths, without
