"""Forem, the software of DEV (https://dev.to): your posts that you published there too, their comments and reactions.

API: https://developers.forem.com/api/v1 and `app/views/api/v1` of https://github.com/forem/forem. An article's
`canonical_url` tells of which post it is a copy. Comments come as trees; of one that was deleted, or hidden by the
article's author, only its place is left: an empty user.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from ..acts import Act, Direction, Kind, Person, Problem
from ..addresses import host_of, is_web, split
from ..errors import Malformed, Missing
from ..http import Client
from . import Ask, Batch, Copy, Finding, Option, Service, Source
from .hypertext import text
from .pages import site_of
from .paging import by_number, walk
from .submissions import Desk, Forum, Thread, account_of, ancestor, base_of, pull_posts
from .values import NAME_LIMIT, address_of, text_of, time_of

__all__ = ["SERVICE", "account", "parse_articles", "parse_comments", "pull"]

HOME = "https://dev.to"
CHANNEL = "forem"
ACCEPT = "application/vnd.forem.api-v1+json"
#: Articles a page; and first comments a page, of a server that pages them exactly and that takes this by default.
ARTICLES = 100
COMMENTS = 50
_ARTICLE = re.compile(r"/(\w{1,64})/([\w-]{1,256})/?", re.ASCII)
#: Pages whose address looks like an article's.
_NO_AUTHORS = frozenset({"api", "admin", "listings", "p", "pod", "search", "series", "settings", "t", "tags"})
_ID_CODE = re.compile(r"[a-z0-9]{1,32}", re.IGNORECASE | re.ASCII)


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """For each post the comments on its copies, and how many reactions these drew. Raises SourceError."""
    base = base_of(source, HOME)

    def read(url: str, target: str) -> Thread:
        article = _get(client, f"{base}/api/articles{url.removeprefix(base)}")
        return read_comments(article, client, source=source.name, target=target, base=base)

    def find(page: str) -> Iterable[tuple[str, str]]:  # noqa: ARG001 - there is no search; `account` finds copies
        return ()

    yield from pull_posts(Forum(source.name, lambda url: name_of(url, base), find, read), ask)


def account(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """Finds the copies of posts among the account's articles. Raises SourceError."""
    base, me = base_of(source, HOME), account_of(source)
    desk = Desk(ask, lambda url: name_of(url, base))
    listing = by_number(lambda page: fetch_articles(client, base, me, page))
    found = [
        Copy(post.url, name)
        for link, url in parse_articles(list(listing))
        if (name := name_of(url, base)) and (post := desk.post_of(link))
    ]
    problems = (Problem("account", f"not all articles could be listed: {listing.why}"),) if listing.why else ()
    yield Batch(copies=tuple(found), problems=problems, complete=("*copies",) if listing.whole else ())


def check(source: Source, client: Client) -> Iterator[Finding]:
    """Whether the site answers, and whether the account has published anything there."""
    base, me = base_of(source, HOME), account_of(source)
    try:
        articles = fetch_articles(client, base, me, 1)
    except Missing:
        articles = []
    if not articles:
        advice = "Check `account`: it is the last part of your profile's address."
        yield Finding(well=False, what=f"There is no article by {me}.", advice=advice)
        return
    elsewhere = sum(host_of(link) != host_of(base) for link, _ in parse_articles(articles))
    hint = (
        "" if elsewhere else "; give each its post's address as canonical URL, or name it in the post's `syndication:`"
    )
    what = f"{elsewhere} of the newest {len(articles)} articles by {me} name a page elsewhere as the original{hint}."
    yield Finding(well=True, what=what)


def fetch_articles(client: Client, base: str, me: str, page: int) -> list[object]:
    """A page of somebody's articles. Raises SourceError."""
    params = {"username": me, "page": str(page), "per_page": str(ARTICLES)}
    value = _get(client, f"{base}/api/articles", params)
    if not isinstance(value, list):
        raise Malformed("The answer is no list of articles; is base_url a site that runs Forem?")
    return value


def read_comments(article: object, client: Client, *, source: str, target: str, base: str) -> Thread:
    """The comments on an article, and the number of its reactions. Raises SourceError."""
    if not isinstance(article, dict) or not (number := _id_of(article)):
        raise Malformed(f"{source}: the answer is no article")
    link, reactions = address_of(article.get("canonical_url")), article.get("public_reactions_count")
    points = reactions if isinstance(reactions, int) and not isinstance(reactions, bool) else None
    if article.get("comments_count") == 0:
        return Thread(link, points=points)

    def fetch(page: int) -> Sequence[object]:
        params = {"a_id": number, "page": str(page), "per_page": str(COMMENTS)}
        value = _get(client, f"{base}/api/comments", params)
        if not isinstance(value, list):
            raise Malformed(f"{source}: the answer is no list of comments")
        return value

    listing = by_number(fetch, size=COMMENTS)
    where = address_of(article.get("url")) or base
    home = site_of(where).rstrip("/")
    acts, problems = parse_comments(list(listing), source=source, target=target, home=home, where=where)
    if listing.why:
        problems = (*problems, Problem(where, f"not all comments could be listed: {listing.why}"))
    return Thread(link, acts, points, problems, whole=not problems)


def name_of(url: str, base: str) -> str:
    """The one spelling of an article's address, "" for other addresses; dev.to is known by its own name everywhere."""
    parts = split(url)
    if parts is None or not is_web(url) or host_of(url) not in {host_of(base), host_of(HOME)}:
        return ""
    home = split(base)
    match = _ARTICLE.fullmatch(parts.path.removeprefix(home.path if home else ""))
    return f"{base}/{match[1]}/{match[2]}" if match and match[1].lower() not in _NO_AUTHORS else ""


def parse_articles(values: Iterable[object]) -> Iterator[tuple[str, str]]:
    """Of each article the page that it calls the original, and its own address."""
    for article in values:
        if isinstance(article, dict):
            link, url = address_of(article.get("canonical_url")), address_of(article.get("url"))
            if link and url:
                yield link, url


def parse_comments(
    values: Sequence[object], *, source: str, target: str, home: str, where: str
) -> tuple[tuple[Act, ...], tuple[Problem, ...]]:
    """Trees of comments on a site that calls itself `home`, as acts; what cannot be read is told in one Problem."""
    nodes = walk(list(values), _children)
    acts, unreadable = [], 0
    parents: dict[str, str] = {}
    living: dict[str, str] = {}
    for node, parent in list(nodes)[1:]:
        name = _code_of(node)
        unreadable += not name
        if not name or not isinstance(node, dict):
            continue
        parents[name] = _code_of(parent)
        user, said = node.get("user"), text_of(node.get("body_html"))
        username = text_of(user.get("username"), NAME_LIMIT) if isinstance(user, dict) else ""
        if not username or not said:
            continue
        living[name] = f"{home}/{quote(username, safe='', errors='replace')}/comment/{name}"
        acts.append(_comment(node, source, target, home, ancestor(name, parents, living)))
    problems = [Problem(where, f"{unreadable} comments could not be read")] if unreadable else []
    problems += [Problem(where, f"not all of it was read: {nodes.why}")] if nodes.why else []
    return tuple(acts), tuple(problems)


def _comment(node: dict[str, object], source: str, target: str, home: str, parent: str) -> Act:
    user = node.get("user")
    told = user if isinstance(user, dict) else {}
    username, said = text_of(told.get("username"), NAME_LIMIT), text_of(node.get("body_html"))
    profile = f"{home}/{quote(username, safe='', errors='replace')}"
    return Act(
        direction=Direction.RECEIVED,
        kind=Kind.REPLY,
        source=source,
        id=_code_of(node),
        url=f"{profile}/comment/{_code_of(node)}",
        target=target,
        channel=CHANNEL,
        author=Person(
            text_of(told.get("name"), NAME_LIMIT) or username,
            profile,
            address_of(told.get("profile_image_90")) or address_of(told.get("profile_image")),
            username,
        ),
        published=time_of(node.get("created_at")),
        text=text(said),
        html=said,
        parent=parent,
    )


def _get(client: Client, url: str, params: dict[str, str] | None = None) -> object:
    return client.get(url, params=params or {}, accept=ACCEPT).json()


def _children(node: object) -> Sequence[object]:
    below = node if isinstance(node, list) else node.get("children") if isinstance(node, dict) else None
    return below if isinstance(below, list) else ()


def _id_of(article: object) -> str:
    """The number of an article; "" where it has none."""
    number = article.get("id") if isinstance(article, dict) else None
    return str(number) if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**63 else ""


def _code_of(comment: object) -> str:
    """The code that names a comment; "" where it has none."""
    code = comment.get("id_code") if isinstance(comment, dict) else None
    return code if isinstance(code, str) and _ID_CODE.fullmatch(code) else ""


SERVICE = Service(
    name="forem",
    pull=pull,
    account=account,
    check=check,
    summary="DEV and other Forem sites: comments on and reactions to your posts that you published there too.",
    options=(Option("account", "your user name there, the last part of your profile's address", required=True),),
    received=(Kind.REPLY, Kind.LIKE),
    per_post=lambda source: True,  # noqa: ARG005 - asked post by post, whatever its options
)
