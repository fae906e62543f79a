"""Under which addresses a service is to be asked about a post, where it tells every spelling from every other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from ..posts import Post

__all__ = ["packed", "spellings"]

#: Many servers refuse request lines over 8 kB; this leaves room for the rest.
MAX_QUERY = 6_000


def spellings(post: Post, sites: Sequence[str]) -> tuple[str, ...]:
    """The addresses under which `post` may be known: its own, its aliases, and itself at the former addresses.

    Each with http and https, with and without a final slash; the present one first. An alias without a host is one of
    the site. `sites` are the site's addresses, the present one first.
    """
    urls = [post.url]
    for alias in post.aliases:
        absolute = re.match("https?://", alias)
        urls += [alias] if absolute else [f"{site.rstrip('/')}/{alias.lstrip('/')}" for site in sites]
    present = sites[0].rstrip("/") if sites else ""
    if present and post.url.startswith(present + "/"):
        urls += [site.rstrip("/") + post.url.removeprefix(present) for site in sites[1:]]
    found = {post.url.partition("#")[0]: None}
    for url in urls:
        bare = re.sub(r"^https?://", "", url.partition("#")[0]).removesuffix("/")
        found |= dict.fromkeys(f"{scheme}://{bare}{slash}" for scheme in ("https", "http") for slash in ("", "/"))
    return tuple(found)


def packed(targets: Iterable[str], most: int) -> Iterator[tuple[str, ...]]:
    """Targets in groups of at most `most` that also fit into one request line; each target once."""
    group: list[str] = []
    length = 0
    for target in dict.fromkeys(targets):
        size = len(quote(target, safe="")) + len("&target%5B%5D=")
        if group and (len(group) == most or length + size > MAX_QUERY):
            yield tuple(group)
            group, length = [], 0
        group.append(target)
        length += size
    if group:
        yield tuple(group)
