"""Disqus (https://disqus.com/api/docs/): comments on posts and pages, and how many recommended them.

Which posts have threads shows in the list of the forum's threads, which is read once a pull and kept in the cursor for
the portions that follow; only posts whose threads have comments, and another number than before (`stood.py`), are asked
about. Comments are asked for as readers see
them: approved ones only. Disqus allows 1,000 requests an hour, and takes the key in the address only.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from msgspec import structs

from ..acts import Count, Kind, Problem
from ..errors import Malformed, Missing, Refused, Unreachable
from ..http import Client
from ..posts import Post
from . import Ask, Batch, Finding, Option, Service, Source
from .comments import Told, read_changed
from .copies import Index
from .disqus_parse import Thread, id_of, parse_comments, parse_thread
from .paging import Listing, by_cursor
from .values import NAME_LIMIT, text_of

__all__ = ["SERVICE", "check", "fetch_comments", "fetch_threads", "pull"]

DEFAULT_URL = "https://disqus.com"
API = "/api/3.0"
KEYS_AT = "https://disqus.com/api/applications/"
PER_PAGE = "100"
#: Threads that the cursor keeps between two portions of posts.
MAX_REMEMBERED = 1_000

# https://disqus.com/api/docs/errors/
_FINE = 0
_UNKNOWN = frozenset({2, 8})
_REFUSED = frozenset({4, 5, 9, 11, 12, 17, 18})
_BUSY = frozenset({13, 14, 15, 16, 20})


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """A batch for each post where something has changed, with its comments and the number of its recommendations.

    Raises Refused (naming the token's variable) without a good key, Unreachable where the hour's requests are used up.
    """
    threads, why = _recalled(ask.cursor)
    before = _of_posts(threads, ask)
    if ask.cursor.get("listed") != ask.now.isoformat():
        threads, why, problems = _all_threads(source, client)
        ask = structs.replace(ask, cursor=_kept(ask, threads, why))
        yield Batch(problems=problems, cursor=ask.cursor)
    found = _of_posts(threads, ask)
    links = Counter(thread.link for thread in threads)

    def read(thread: Thread, post: Post) -> Told:
        by_link = thread.link and links[thread.link] == 1
        name = ("thread:link", thread.link) if by_link else ("thread", thread.id)
        return parse_comments(fetch_comments(source, client, name), source=source.name, target=post.url)

    known = [post.url for post in ask.posts if found[post.url] or not why]  # nothing is known of others
    states = {url: " ".join(f"{thread.id} {thread.posts}" for thread in found[url]) for url in known}
    places = {url: [thread for thread in found[url] if thread.posts] for url in known}
    for batch in read_changed(ask, states, places, read):
        told = [url for url in batch.answered if found[url] or before[url]]
        likes = {url: sum(thread.likes for thread in found[url]) for url in told}
        counts = tuple(Count(source.name, url, Kind.LIKE, number) for url, number in likes.items())
        yield structs.replace(batch, counts=counts)


def _all_threads(source: Source, client: Client) -> tuple[list[Thread], str, tuple[Problem, ...]]:
    """The threads in which something was said, and why these may not be all, if so."""
    listing = fetch_threads(source, client)
    found = [parse_thread(value, source.name) for value in listing]
    problems = [each for each in found if isinstance(each, Problem)]
    if listing.why:
        problems.append(Problem(source.name, f"Disqus did not list all threads: {listing.why}"))
    return [each for each in found if isinstance(each, Thread)], "; ".join(map(str, problems[:1])), tuple(problems)


def check(source: Source, client: Client) -> Iterator[Finding]:
    """Whether the key is good and the forum is there."""
    forum = source.options.get("forum", "")
    value = _fetch(source, client, "forums/details", {"forum": forum}).get("response")
    title = text_of(value.get("name"), NAME_LIMIT) if isinstance(value, dict) else ""
    yield Finding(well=True, what=f"Disqus accepts the key and knows the forum {title or forum}.")


def fetch_threads(source: Source, client: Client) -> Listing[object]:
    """All threads of the forum, the oldest first. Raises SourceError as it is read."""
    forum = source.options.get("forum", "")

    def fetch(cursor: str) -> tuple[Sequence[object], str]:
        params = {"forum": forum, "limit": PER_PAGE, "order": "asc", **({"cursor": cursor} if cursor else {})}
        try:
            return _page(_fetch(source, client, "forums/listThreads", params))
        except (Malformed, Missing) as error:
            what = f"Is {forum!r} the forum's short name, as in https://SHORTNAME.disqus.com?"
            raise Malformed(f"{source.name}: the forum's threads cannot be listed. {what} ({error})") from error

    return by_cursor(fetch, key=id_of)


def fetch_comments(source: Source, client: Client, thread: tuple[str, str]) -> Listing[object]:
    """All approved comments of a thread, named by a parameter of the API, the oldest first. Raises SourceError."""
    always = {"forum": source.options.get("forum", ""), thread[0]: thread[1], "limit": PER_PAGE, "order": "asc"}

    def fetch(cursor: str) -> tuple[Sequence[object], str]:
        params = {**always, **({"cursor": cursor} if cursor else {})}
        return _page(_fetch(source, client, "threads/listPosts", params))

    return by_cursor(fetch, key=id_of)


def _fetch(source: Source, client: Client, path: str, params: Mapping[str, str]) -> Mapping[str, object]:
    """An answer of the API that says that all is well; the client leaves the key out of all that it says."""
    key = f"the API key in {source.variable}; it is at {KEYS_AT}"
    if not source.token:
        raise Refused(f"{source.name} needs {key}")
    base = (source.base_url or DEFAULT_URL).rstrip("/").removesuffix(API) + API
    try:
        answer = client.get(f"{base}/{path}.json", params={**params, "api_key": source.token})
    except Refused as error:
        raise Refused(f"{source.name} did not accept {key}") from error
    value = answer.json()
    code = value.get("code") if isinstance(value, dict) else None
    if not isinstance(value, dict) or type(code) is not int:
        raise Malformed(f"{answer.where}: the answer is not one of Disqus")
    if code in _UNKNOWN:
        raise Missing(f"{answer.where}: there is no such thing at Disqus (code {code})")
    if code in _REFUSED:
        raise Refused(f"{source.name} did not accept {key} (code {code})")
    if code in _BUSY:
        raise Unreachable(f"{answer.where}: no more requests for now (code {code}); try again in an hour")
    if code != _FINE:
        raise Malformed(f"{answer.where}: Disqus answers with code {code}")
    return value


def _page(value: Mapping[str, object]) -> tuple[Sequence[object], str]:
    """The entries of a page and the cursor of the next; Disqus names one where there is none, too."""
    entries, cursor = value.get("response"), value.get("cursor")
    if not isinstance(entries, list):
        raise Malformed("the answer of Disqus has no list in it")
    further = isinstance(cursor, dict) and (cursor.get("hasNext") is True or cursor.get("more") is True)
    return entries, text_of(cursor.get("next"), NAME_LIMIT) if isinstance(cursor, dict) and further else ""


def _of_posts(threads: Sequence[Thread], ask: Ask) -> defaultdict[str, list[Thread]]:
    """The threads of each post, by its URL."""
    index = Index(ask.posts, ask.sites)
    found: defaultdict[str, list[Thread]] = defaultdict(list)
    for thread in threads:
        if post := index.post_of(thread.links):
            found[post.url].append(thread)
    return found


def _kept(ask: Ask, threads: Sequence[Thread], why: str) -> Mapping[str, str]:
    """The cursor with the list of threads in it, unless that is long."""
    text = json.dumps([structs.astuple(thread) for thread in threads], separators=(",", ":"))
    kept = {"listed": ask.now.isoformat(), "threads": text, "cut": why} if len(threads) <= MAX_REMEMBERED else {}
    return {**{name: value for name, value in ask.cursor.items() if name not in {"listed", "threads", "cut"}}, **kept}


def _recalled(cursor: Mapping[str, str]) -> tuple[list[Thread], str]:
    """The threads that a cursor holds, and why these may not be all."""
    known = json.loads(cursor.get("threads") or "[]")
    return [Thread(number, link, tuple(others), *numbers) for number, link, others, *numbers in known], cursor.get(
        "cut", ""
    )


SERVICE = Service(
    name="disqus",
    pull=pull,
    summary="Comments on posts and pages at Disqus, and how many recommended them.",
    options=(Option("forum", "The forum's short name: SHORTNAME of https://SHORTNAME.disqus.com.", required=True),),
    received=("reply", "like"),
    token=f"the public API key of an application of yours at {KEYS_AT}; it can read only",
    per_post=lambda source: True,  # noqa: ARG005
    at_once=1_000,
    check=check,
)
