"""WordPress: comments at a blog that carries copies of the posts, or that they moved from, by its REST interface.

https://developer.wordpress.org/rest-api/reference/comments/. Which of its posts is meant: the one that `syndication:`
names, else the one with the post's own path or the last part of it (its slug), as blogs have it that moved. One request
looks them all up. Where a blog has closed its REST interface, the comment feeds of its posts tell the last ten of each.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import parse_qs

from ..acts import Problem
from ..addresses import split
from ..errors import Missing, Refused
from ..http import Client
from ..posts import Post
from ..sites import Sites
from . import Ask, Batch, Finding, Option, Service, Source, copies
from .comments import Told, address, read_each
from .feed_parse import parse_feed
from .pages import page_of
from .paging import by_number
from .wordpress_parse import Found, Page, chosen, id_of, parse_comments, parse_entries, parse_found, slug_of, stem_of

__all__ = ["SERVICE", "addresses_of", "check", "fetch_comments", "fetch_feed", "fetch_found", "pull"]

#: Where the REST interface is; the second where a blog has addresses like "?p=12".
ROUTES = ("/wp-json/wp/v2/", "/?rest_route=/wp/v2/")
FIELDS = "id,parent,author_name,author_url,date_gmt,content,link,status,type"
PAGE = 100
#: Slugs in one request, so that its address does not become too long for servers.
SLUGS = 40


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """A batch for each post, with all its comments. Raises SourceError."""
    base = address(source)
    wanted = {post.url: addresses_of(post, ask, base) for post in ask.posts}
    try:
        route, found, problems = fetch_found(source, client, [slug_of(url) for some in wanted.values() for url in some])
    except (Refused, Missing) as error:
        yield from _by_feeds(source, ask, client, wanted, error)
        return
    if problems:
        yield Batch(problems=problems)
    places = chosen(wanted, found)

    def read(place: Found, post: Post) -> Told:
        try:
            return fetch_comments(source, client, route, place, post)
        except Refused:
            if source.token:
                raise
            return fetch_feed(source, client, place.url, post)

    those = [(post, places[post.url]) for post in ask.posts if places[post.url] or not problems]
    for _, batch in read_each(those, read, ask.at_a_time):
        yield batch


def check(source: Source, client: Client) -> Iterator[Finding]:
    """Whether the REST interface is open, and how many comments it tells of."""
    base = address(source)
    try:
        route, _, _ = fetch_found(source, client, ["a"])
        answer = client.get(
            base + route + "comments", params={"per_page": "1", "_fields": "id"}, headers=_signed(source)
        )
    except (Refused, Missing) as error:
        if source.token:
            raise
        yield Finding(
            well=False,
            what=f"The REST interface of {base} is closed ({error}).",
            advice="Open /wp-json/ to all; without it a post's feed tells its ten newest comments only.",
        )
        return
    number = answer.headers.get("X-WP-Total", "")
    yield Finding(well=True, what=f"The blog answers; it has {number if number.isdigit() else 'no'} comments.")


def addresses_of(post: Post, ask: Ask, base: str) -> tuple[str, ...]:
    """Where the post may stand at the blog: its copies there, else its own path and its aliases' under `base`."""

    def is_mine(url: str) -> bool:
        here, there = page_of(base), page_of(url)
        return there == here or there.startswith((f"{here}/", f"{here}?"))

    if named := copies.of(post, ask, is_mine):
        return named
    present = (ask.sites[0] if ask.sites else "").rstrip("/")
    below = post.url.removeprefix(present) if present and post.url.startswith(present + "/") else ""
    known = Sites(ask.sites)
    root = split(present)
    forms = [form for alias in post.aliases for form in known.aliases(alias.strip())]
    paths = [below, *(form.path.removeprefix(root.path.rstrip("/") if root else "") for form in forms)]
    stems = [stem_of(path) for path in paths if path.startswith("/")]
    return tuple(dict.fromkeys(f"{base}{stem}/" for stem in stems if slug_of(stem)))


def fetch_found(
    source: Source, client: Client, slugs: Sequence[str]
) -> tuple[str, tuple[Found, ...], tuple[Problem, ...]]:
    """The route to the REST interface, and the blog's posts and pages with these slugs. Raises SourceError."""
    base, distinct = address(source), sorted({slug for slug in slugs if slug})
    route = ROUTES[0]
    found: list[Found] = []
    problems: list[Problem] = []
    for start in range(0, len(distinct), SLUGS):
        some = ",".join(distinct[start : start + SLUGS])
        for kind in ("posts", "pages"):
            params = {"slug": some, "per_page": str(PAGE), "_fields": "id,link,slug"}
            try:
                answer = client.get(base + route + kind, params=params, headers=_signed(source))
            except Missing:
                if found or route != ROUTES[0]:
                    raise
                route = ROUTES[1]
                answer = client.get(base + route + kind, params=params, headers=_signed(source))
            told, wrong = parse_found(answer.json(), where=answer.where)
            found += told
            problems += wrong
    return route, tuple(found), tuple(problems)


def fetch_comments(source: Source, client: Client, route: str, place: Found, post: Post) -> Told:
    """All comments on a post of the blog; not whole where they changed while they were read. Raises SourceError."""
    totals: set[str] = set()
    last = 1

    def fetch(number: int) -> Sequence[object]:
        nonlocal last
        if number > last:
            return ()
        params = {"post": str(place.number), "per_page": str(PAGE), "page": str(number)}
        params |= {"order": "asc", "orderby": "id", "_fields": FIELDS} | ({"type": "all"} if source.token else {})
        answer = client.get(f"{address(source)}{route}comments", params=params, headers=_signed(source))
        totals.add(answer.headers.get("X-WP-Total", ""))
        pages = answer.headers.get("X-WP-TotalPages", "")
        last = int(pages) if pages.isdecimal() and len(pages) < 10 else number + 1  # noqa: PLR2004 - no blog has more
        page = answer.json()
        return page if isinstance(page, list) else [page]

    listing = by_number(fetch, key=id_of)
    told = parse_comments(list(listing), Page(source.name, post.url))
    return Told(told.acts, told.problems, whole=listing.whole and len(totals) == 1)


def fetch_feed(source: Source, client: Client, url: str, post: Post) -> Told:
    """What the comment feed of the post at `url` tells, never all. Raises SourceError; Missing where there is none."""
    parts = split(url)
    if parts and "p" in parse_qs(parts.query):
        answer = client.get(url.partition("#")[0], params={"feed": "rss2"})
    else:
        answer = client.get(url.partition("#")[0].partition("?")[0].rstrip("/") + "/feed/")
    feed = parse_feed(answer.body, answer.url, answer.headers.get("Content-Type", ""))
    if slug_of(feed.site) != slug_of(url):  # WordPress answers with another post's feed, or an empty one
        raise Missing(f"{answer.where}: the blog has no such post")
    return parse_entries(feed, Page(source.name, post.url))


def _by_feeds(
    source: Source, ask: Ask, client: Client, wanted: Mapping[str, Sequence[str]], error: Refused | Missing
) -> Iterator[Batch]:
    """What the comment feeds tell, where the REST interface is closed. Raises `error` where there are none either."""
    if source.token:
        raise Refused(
            f"{error}. {source.variable} must be NAME:PASSWORD, an application password of a user who may edit posts."
        ) from error
    try:
        client.get(f"{address(source)}/comments/feed/")
    except Missing:
        raise error from None
    places = ((post, wanted[post.url]) for post in ask.posts if wanted[post.url])
    for _, batch in read_each(places, lambda url, post: fetch_feed(source, client, url, post)):
        # A post without a feed may be one that the blog hides now: nothing is taken for deleted.
        yield Batch(batch.acts, problems=batch.problems, answered=batch.answered)


def _signed(source: Source) -> Mapping[str, str]:
    """The header with a user's name and application password, as WordPress wants them (RFC 7617)."""
    if not source.token:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(source.token.encode()).decode()}


SERVICE = Service(
    name="wordpress",
    pull=pull,
    check=check,
    summary="Comments at a WordPress blog that has copies of your posts, or that they moved from.",
    options=(Option("base_url", "The address of the blog, e.g. https://old.example.com/blog.", required=True),),
    received=("reply", "mention"),
    token="optional: `name:application password` (no spaces) of a user who may edit posts; for pingbacks, trackbacks",  # noqa: S106
    per_post=lambda source: True,  # noqa: ARG005 - every blog
    at_once=SLUGS,
)
