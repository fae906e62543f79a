"""Which post each target means, from what the last build found where that still holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

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
    noted = almanac.note("matches")
    told: dict[str, Any] = noted if isinstance(noted, dict) and noted["key"] == key else {}
    known: dict[str, Any] = told.get("matches", {})
    # Where nothing is claimed twice, an address of a post means that post.
    clear = bool(told) and not told["conflicts"]
    by_url = {post.url: post for post in posts}
    matches: dict[str, Match] = {}
    for target in targets:
        if found := known.get(target):
            matches[target] = Match(by_url[found[0]] if found[0] else None, *found[1:])
        else:
            matches[target] = exact(by_url[target]) if clear and target in by_url else matcher().match(target)
    if told and known.keys() == matches.keys():
        return matches, [Problem(*one) for one in told["conflicts"]]
    plain = {target: [_url_of(m), m.rule, m.fragment, m.reason, m.on_site] for target, m in matches.items()}
    conflicts = [] if clear else list(matcher().conflicts)
    with almanac.writing():
        written = [[one.where, one.what] for one in conflicts]
        almanac.write_down("matches", {"key": key, "matches": plain, "conflicts": written})
    store.save_matches((target, _url_of(match), match.rule) for target, match in matches.items())
    return matches, conflicts


def _url_of(match: Match) -> str:
    return match.post.url if match.post else ""
