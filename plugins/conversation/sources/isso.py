"""Isso, the comment server (https://isso-comments.de/docs/reference/server-api/): comments on posts and pages.

A thread's name is whatever the page said when its first comment was written: its path as the browser spells it, or the
`data-isso-id` of the theme. So one request asks for the numbers of comments under all spellings of all posts, and only
threads that have some, and other numbers than before (`stood.py`), are read, each whole, in one request: Isso sends all
comments where no limit is named.

Comments waiting for approval are never sent; a deleted comment is sent, emptied, while it has answers.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote, unquote

from ..acts import Act, Person, Problem
from ..addresses import split
from ..errors import Malformed
from ..http import Client
from ..posts import Post
from ..sites import Sites
from . import Ask, Batch, Finding, Option, Service, Source
from .comments import Page, Told, address, comment, name, read_changed
from .values import ADDRESS_LIMIT, address_of, text_of, time_of

__all__ = ["SERVICE", "check", "fetch_counts", "fetch_thread", "parse_thread", "pull", "uris"]

#: What `mode` says: only accepted comments are public (2: waits for approval, 4: deleted, but was answered).
ACCEPTED = 1
HIDDEN = frozenset({2, 4})
#: Isso's ids are those of SQLite.
_MOST = 2**63
#: Isso's own limit for a request is 256 KiB.
MAX_BODY = 200_000
_INDEX = re.compile(r"(?:/|/index\.html?)\Z")


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """A batch for each post of which the number of comments has changed, with all of them. Raises SourceError."""
    base = address(source)
    threads = {post.url: uris(post, ask.sites) for post in ask.posts}
    counts = fetch_counts(client, base, tuple(dict.fromkeys(uri for some in threads.values() for uri in some)))
    places = {url: [uri for uri in some if counts[uri]] for url, some in threads.items()}
    states = {url: " ".join(f"{uri} {counts[uri]}" for uri in some) for url, some in places.items()}

    def read(uri: str, post: Post) -> Told:
        return parse_thread(fetch_thread(client, base, uri), source=source.name, target=post.url)

    yield from read_changed(ask, states, places, read)


def check(source: Source, client: Client) -> Iterator[Finding]:
    """Whether there is an Isso server, by its own words."""
    fetch_counts(client, address(source), ("/",))
    yield Finding(well=True, what="The Isso server answers.")


def uris(post: Post, sites: Sequence[str]) -> tuple[str, ...]:
    """The names under which Isso may keep the post's thread, the likeliest first.

    For each of its addresses, present and former: the path with and without a final slash or ``index.html``, as
    browsers escape it and unescaped, also without its first slash (``data-isso-id="{{ article.url }}"``), and whole.
    """
    present = sites[0].rstrip("/") if sites else ""
    below = post.url.removeprefix(present) if present and post.url.startswith(present + "/") else ""
    urls = [post.url, *(site.rstrip("/") + below for site in sites[1:] if below)]
    known = Sites(sites)
    paths = [(split(url), url) for url in urls]
    plain = [parts.path or "/" for parts, _ in paths if parts]
    plain += [below] if below else []
    plain += [form.path for alias in post.aliases for form in known.aliases(alias.strip()) if form.path]
    found = {form: None for path in plain for form in _forms(path)}
    found |= dict.fromkeys(form.removeprefix("/") for form in tuple(found))
    for parts, _ in paths:
        if parts:
            for form in _forms(parts.path or "/"):
                found |= {f"{scheme}://{parts.netloc}{form}": None for scheme in ("https", "http")}
    found.pop("", None)
    return tuple(found)


def _forms(path: str) -> Iterator[str]:
    """The spellings of one path."""
    stem = _INDEX.sub("", path)
    ends = ("", "/", "/index.html") if stem != path else ("", "/")
    for whole in (path, *(stem + end for end in ends)):
        bare = unquote(whole)
        yield from (whole, quote(bare), bare)


def fetch_counts(client: Client, base: str, names: Sequence[str]) -> Mapping[str, int]:
    """How many public comments each thread has; 0 of one that there is not. Raises SourceError."""
    found: dict[str, int] = {}
    for some in _parts(names):
        value = client.post(f"{base}/count", json=some).json()
        if not isinstance(value, list) or len(value) != len(some) or not all(type(count) is int for count in value):
            raise Malformed(
                f"{base}/count: the answer is no list of numbers; is base_url the address of an Isso server?"
            )
        found |= zip(some, value, strict=True)
    return found


def _parts(names: Sequence[str]) -> Iterator[list[str]]:
    """The names in lists that each make a body which Isso takes."""
    part: list[str] = []
    size = 0
    for each in names:
        length = len(json.dumps(each)) + len(", ")
        if part and size + length > MAX_BODY:
            yield part
            part, size = [], 0
        part.append(each)
        size += length
    if part:
        yield part


def fetch_thread(client: Client, base: str, uri: str) -> object:
    """A thread with all its comments. Raises SourceError."""
    return client.get(f"{base}/", params={"uri": uri}).json()


def parse_thread(value: object, *, source: str, target: str) -> Told:
    """The public comments of a thread: those on the first level, and one level of answers. Never raises.

    What answers a deleted comment stays, and still names it as its parent. Votes are for comments, not for the post.
    """
    if not isinstance(value, dict) or not isinstance(value.get("replies"), list):
        problem = Problem(target, "the answer is no Isso thread (it has no list of replies)")
        return Told(problems=(problem,), whole=False)
    page = Page(source, "isso", target, "isso-")
    acts: list[Act] = []
    problems: list[Problem] = []
    hidden = _is_cut(value)
    for entry in value["replies"]:
        answers = entry.get("replies") if isinstance(entry, dict) else None
        hidden = hidden or _is_cut(entry)
        for one in (entry, *(answers if isinstance(answers, list) else ())):
            found = _parse_comment(one, page)
            if isinstance(found, Problem):
                problems.append(found)
            elif found:
                acts.append(found)
    return Told(tuple(acts), tuple(problems), whole=not hidden)


def _parse_comment(value: object, page: Page) -> Act | Problem | None:
    """One comment; None of one that is not public.

    Names and addresses are kept escaped for HTML. What a server tells beside them (a hash of the address that the
    comment came from, a picture by the hash of the e-mail address) is nobody's business.
    """
    if not isinstance(value, dict):
        return Problem(page.url, "a comment is no JSON object")
    mode, number = value.get("mode"), _number(value.get("id"))
    if isinstance(mode, int) and mode in HIDDEN:
        return None
    if mode != ACCEPTED or not number:
        return Problem(page.at(number) or page.url, "a comment without an id, or of a mode that Isso does not document")
    author = Person(name=name(value.get("author")), url=_website(value.get("website")))
    return comment(
        page,
        number,
        parent=_number(value.get("parent")),
        author=author,
        markup=value.get("text"),
        published=time_of(value.get("created")),
        updated=time_of(value.get("modified")),
    )


def _is_cut(value: object) -> bool:
    """Whether the server kept some comments back, which it does where it is asked for a part only."""
    hidden = value.get("hidden_replies") if isinstance(value, dict) else None
    return isinstance(hidden, int) and hidden > 0


def _website(value: object) -> str:
    """A commenter's page; Isso takes addresses without their scheme too."""
    site = html.unescape(text_of(value, ADDRESS_LIMIT))
    return address_of(site if not site or "://" in site else f"http://{site}")


def _number(value: object) -> str:
    """An id as text, "" where there is none."""
    return str(value) if type(value) is int and 0 < value < _MOST else ""


SERVICE = Service(
    name="isso",
    pull=pull,
    summary="Comments on posts and pages at your own Isso server.",
    options=(Option("base_url", "The address of your Isso server, e.g. https://comments.example.com.", required=True),),
    received=("reply",),
    per_post=lambda source: True,  # noqa: ARG005
    at_once=500,
    check=check,
)
