"""Remark42, the comment server (https://remark42.com/docs/contributing/api/): comments on posts and pages.

One request lists all pages that have comments, with the numbers of them and when the last came; only posts where that
has changed (`stood.py`) are read. A deleted comment is told, emptied and marked, while it has answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from ..acts import Act, Person, Problem
from ..errors import Malformed
from ..http import Client
from ..posts import Post
from . import Ask, Batch, Finding, Option, Service, Source
from .comments import Page, Told, address, comment, name, read_changed
from .copies import Index
from .paging import walk
from .values import NAME_LIMIT, address_of, text_of, time_of

__all__ = ["SERVICE", "check", "fetch_list", "fetch_tree", "parse_list", "parse_tree", "pull"]

#: Accounts that are no accounts: somebody's e-mail address as a hash, and whoever gave just a name.
_NOBODY = ("anonymous_", "email_")


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """A batch for each post that has changed, with all its comments. Raises SourceError."""
    listed, problems = fetch_list(source, client)
    index = Index(ask.posts, ask.sites)
    pages: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for url, state in listed.items():
        if post := index.post_of((url,)):
            pages[post.url][url] = state
    places = {post.url: sorted(pages[post.url]) for post in ask.posts}
    states = {url: " ".join(f"{page} {pages[url][page]}" for page in some) for url, some in places.items()}
    if problems:  # of posts that are not in the list nothing is known then
        states = {url: state for url, state in states.items() if state}
        yield Batch(problems=problems)

    def read(url: str, post: Post) -> Told:
        return parse_tree(fetch_tree(source, client, url), source=source.name, target=post.url)

    yield from read_changed(ask, states, places, read)


def check(source: Source, client: Client) -> Iterator[Finding]:
    """Whether the server knows the site, and on how many pages there are comments."""
    found, _ = fetch_list(source, client)
    yield Finding(well=True, what=f"The Remark42 server answers; {len(found):,} of the site's pages have comments.")


def fetch_list(source: Source, client: Client) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
    """By the address of each page that has comments: how many there are and when the last came. Raises SourceError."""
    site = source.options.get("site", "")
    url = f"{address(source)}/api/v1/list"
    try:
        # A limit of 0 is none.
        return parse_list(client.get(url, params={"site": site, "limit": "0"}).json(), where=url)
    except Malformed as error:
        raise Malformed(f"{error}. Is {site!r} the SITE of the server's settings?") from error


def parse_list(value: object, *, where: str) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
    """The list of pages as text to compare, and what in it could not be read. Raises Malformed where it is no list."""
    if value is None:  # Go's way to write a list of nothing
        return {}, ()
    if not isinstance(value, list):
        raise Malformed(f"{where}: the answer is no list of pages; is base_url the address of a Remark42 server?")
    entries = [entry for entry in value if isinstance(entry, dict) and address_of(entry.get("url"))]
    odd = len(value) - len(entries)
    states = {
        address_of(entry["url"]): " ".join(text_of(entry.get(part), NAME_LIMIT) for part in ("count", "last_time"))
        for entry in entries
        if entry.get("count") != 0
    }
    return states, (Problem(where, f"{odd} of the listed pages have no address"),) if odd else ()


def fetch_tree(source: Source, client: Client, url: str) -> object:
    """All comments on a page. Raises SourceError."""
    params = {"site": source.options.get("site", ""), "url": url, "format": "tree"}
    return client.get(f"{address(source)}/api/v1/find", params=params).json()


def parse_tree(value: object, *, source: str, target: str) -> Told:
    """The comments of a page. Never raises.

    What answers a deleted comment stays, and still names it as its parent. Votes are for comments, not for the post.
    """
    if not isinstance(value, dict) or not isinstance(value.get("comments"), list):
        return Told(problems=(Problem(target, "the answer is no Remark42 tree (it has no list of comments)"),))
    page = Page(source, "remark42", target, "remark42__comment-")
    listing = walk(value, _below)
    found = [_parse_comment(node, page) for node, parent in listing if parent is not None]
    acts = tuple(each for each in found if isinstance(each, Act))
    return Told(acts, tuple(each for each in found if isinstance(each, Problem)), whole=listing.whole)


def _below(node: object) -> list[object]:
    """The nodes below a node: the first level stands in "comments", all others in "replies"."""
    below = (node.get("replies") or node.get("comments")) if isinstance(node, dict) else None
    return below if isinstance(below, list) else []


def _parse_comment(node: object, page: Page) -> Act | Problem | None:
    """One comment; None of one that is deleted or whose author is blocked. Names are kept escaped for HTML."""
    value = node.get("comment") if isinstance(node, dict) else None
    if not isinstance(value, dict):
        return Problem(page.url, "a comment is no JSON object")
    user = value.get("user")
    user = user if isinstance(user, dict) else {}
    if value.get("delete") or user.get("block"):
        return None
    number = text_of(value.get("id"), NAME_LIMIT)
    if not _is_id(number):
        return Problem(page.url, "a comment has no id")
    handle = text_of(user.get("id"), NAME_LIMIT)
    parent = text_of(value.get("pid"), NAME_LIMIT)
    return comment(
        page,
        number,
        parent=parent if _is_id(parent) else "",
        author=Person(name=name(user.get("name")), handle="" if handle.startswith(_NOBODY) else handle),
        markup=value.get("text"),
        published=time_of(value.get("time")),
        updated=_edited(value.get("edit")),
    )


def _edited(value: object) -> datetime | None:
    return time_of(value.get("time")) if isinstance(value, dict) else None


def _is_id(text: str) -> bool:
    """Whether that can be the end of a permalink."""
    return bool(text) and len(text) < 100 and text.isascii() and text.replace("-", "").replace("_", "").isalnum()  # noqa: PLR2004


SERVICE = Service(
    name="remark42",
    pull=pull,
    summary="Comments on posts and pages at your own Remark42 server.",
    options=(
        Option("base_url", "The address of your Remark42 server, e.g. https://remark42.example.com.", required=True),
        Option("site", "The site's id there: its SITE setting, `site_id` in your theme.", required=True),
    ),
    received=("reply",),
    per_post=lambda source: True,  # noqa: ARG005
    at_once=1_000,
    check=check,
)
