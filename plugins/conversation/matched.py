"""Which post each target means, from what the last build found where that still holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter

from msgspec import Struct

from .acts import Problem
from .almanac import Almanac
from .leaves import digest
from .posts import Post
from .store import Store
from .urls import Match, Matcher, exact

__all__ = ["matched"]

_address_of = attrgetter("url", "status", "path", "title", "aliases")


def matched(
    almanac: Almanac,
    store: Store,
    posts: Sequence[Post],
    sites: Sequence[str],
    targets: Iterable[str],
    matcher: Callable[[], Matcher],
) -> tuple[dict[str, Match], list[Problem]]:
    """What the targets mean, and the addresses that two posts claim; the `matcher` is made where it is needed.

    `sites` are the site's addresses. What is new is noted in the almanac, and in the store.
    """
    key = digest(sites, [_address_of(post) for post in posts])
    kept = almanac.note("matches", _Kept)
    told = kept if kept and kept.key == key else None
    known = told.matches if told else {}
    # Where nothing is claimed twice, an address of a post means that post.
    clear = told is not None and not told.conflicts
    by_url = {post.url: post for post in posts}
    matches: dict[str, Match] = {}
    for target in targets:
        if found := known.get(target):
            matches[target] = found.of(by_url)
        else:
            matches[target] = exact(by_url[target]) if clear and target in by_url else matcher().match(target)
    if told and known.keys() == matches.keys():
        return matches, told.conflicts
    plain = {target: known.get(target) or _Meant.by(match) for target, match in matches.items()}
    conflicts = [] if clear else list(matcher().conflicts)
    with almanac.writing():
        almanac.write_down("matches", _Kept(key, plain, conflicts))
    store.save_matches((target, one.url, one.rule) for target, one in plain.items())
    return matches, conflicts


class _Meant(Struct, frozen=True, array_like=True):
    """A match with the address of its post, "" for none."""

    url: str
    rule: str
    fragment: str
    reason: str
    on_site: bool

    @classmethod
    def by(cls, match: Match) -> _Meant:
        """What is kept of a match."""
        url = match.post.url if match.post else ""
        return cls(url, match.rule, match.fragment, match.reason, match.on_site)

    def of(self, posts: Mapping[str, Post]) -> Match:
        """The match, among these posts."""
        return Match(posts[self.url] if self.url else None, self.rule, self.fragment, self.reason, self.on_site)


class _Kept(Struct, frozen=True):
    """What targets mean, and the addresses that two posts claim; `key` stands for the posts."""

    key: str
    matches: dict[str, _Meant]
    conflicts: list[Problem]
