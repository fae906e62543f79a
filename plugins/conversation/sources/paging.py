"""Listings that come in pages, and answers that are trees: how to get to their end, once for all services.

A `Listing` is iterated; when it has ended, `whole` says whether it showed everything, so that an adapter knows whether
it may say `complete`, and `why` what stopped it where it did not. All are bounded in pages and entries, tell an entry
once although pages shift while they are read, and stop where a service goes round in circles.

    likes = by_cursor(lambda cursor: fetch_likes(client, uri, cursor))
    acts = [act for like in likes if (act := parse_like(like))]
    yield Batch(tuple(acts), complete=(post.url,) if likes.whole else ())
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Hashable, Mapping, Sequence

from ..addresses import key as address_key
from ..addresses import split
from ..http import Client
from .listing import Key, Listing, Shown

__all__ = ["Listing", "by_cursor", "by_date", "by_link", "by_number", "walk"]

#: No account and no post has more; a service that goes on for ever has to end somewhere.
MAX_ENTRIES = 100_000
MAX_PAGES = 2_000
#: A conversation: how many nodes, and how many answers to answers.
MAX_NODES = 20_000
MAX_DEPTH = 1_000

_NEXT = re.compile(r"""rel=["']?[^"';,]*\bnext\b""", re.IGNORECASE)

Params = Mapping[str, str] | Sequence[tuple[str, str]]


def by_link(  # noqa: PLR0913 - the options of a request, and the bounds
    client: Client,
    url: str,
    *,
    params: Params = (),
    token: str = "",
    headers: Mapping[str, str] | None = None,
    accept: str = "",
    most: int = MAX_ENTRIES,
    pages: int = MAX_PAGES,
    key: Key | None = None,
) -> Listing[object]:
    """The pages (parsed JSON, whatever it is) of a listing that names its next page in the Link header (RFC 8288).

    Only links to the host of `url` are followed, with its scheme. `params` go with the first request: the links hold
    what they need. `key` tells the entries of a page that is a list apart. Raises SourceError as the client does.
    """
    return Listing(_linked(client, url, params, (token, headers, accept), (Shown(key, most), pages)))


def _linked(
    client: Client,
    url: str,
    params: Params,
    sent: tuple[str, Mapping[str, str] | None, str],
    bounds: tuple[Shown, int],
) -> Generator[object, None, str]:
    (token, headers, accept), (shown, pages) = sent, bounds
    asked: set[str] = set()
    here = url
    for _ in range(pages):
        asked.add(address_key(here))
        answer = client.get(here, params=params, token=token, headers=headers, accept=accept)
        page, params = answer.json(), ()
        entries = page if isinstance(page, list) else [page]
        following = answer.links.get("next", "")
        # What there is but one page of need not be told apart from others.
        fresh = shown.fresh(entries) if following or len(asked) > 1 else entries
        if fresh or not entries:
            yield page
        if not following:
            hidden = _NEXT.search(answer.headers.get("Link", ""))
            return "the service's next page has no usable address" if hidden else ""
        here = _on_host(following, url)
        if not here:
            return "the service's next page is on another host"
        if address_key(here) in asked:
            return "the service's next page is one that was read"
        if trouble := shown.trouble(entries, fresh):
            return trouble
    return f"it has more than {pages:,} pages"


def _on_host(url: str, home: str) -> str:
    """`url` with the scheme and host of `home`, "" where it is on another host.

    Servers behind a proxy write http where they mean https; a token must not go there in the open.
    """
    there, own = split(address_key(url)), split(address_key(home))
    if there is None or own is None or there.netloc != own.netloc:
        return ""
    meant, at = split(url), split(home)
    return meant._replace(scheme=at.scheme, netloc=at.netloc).geturl() if meant and at else ""


def by_cursor(
    fetch: Callable[[str], tuple[Sequence[object], str]],
    *,
    start: str = "",
    most: int = MAX_ENTRIES,
    pages: int = MAX_PAGES,
    key: Key | None = None,
) -> Listing[object]:
    """The entries of a listing whose pages each name the cursor of the next; "" is the cursor of none.

    `fetch(cursor)` gives a page's entries and the next cursor. `key` tells entries apart (their id, where what else
    they hold changes from moment to moment); by default all that they hold does.
    """
    return Listing(_by_cursor(fetch, start, Shown(key, most), pages))


def _by_cursor(
    fetch: Callable[[str], tuple[Sequence[object], str]], cursor: str, shown: Shown, pages: int
) -> Generator[object, None, str]:
    asked: set[str] = set()
    for _ in range(pages):
        asked.add(cursor)
        entries, cursor = fetch(cursor)
        fresh = shown.fresh(entries)
        yield from fresh
        if not cursor:
            return ""
        if cursor in asked:
            return "the service's cursor does not move"
        if trouble := shown.trouble(entries, fresh):
            return trouble
    return f"it has more than {pages:,} pages"


def by_number(
    fetch: Callable[[int], Sequence[object]],
    *,
    first: int = 1,
    size: int = 0,
    most: int = MAX_ENTRIES,
    pages: int = MAX_PAGES,
    key: Key | None = None,
) -> Listing[object]:
    """The entries of a listing whose pages are numbered from `first`; an empty page ends it.

    `size` is how many entries a full page has, for a service that never leaves some out: a shorter page is the last
    there. Leave it 0 where hidden entries make pages shorter.
    """
    return Listing(_by_number(fetch, (first, size), Shown(key, most), pages))


def _by_number(
    fetch: Callable[[int], Sequence[object]], paging: tuple[int, int], shown: Shown, pages: int
) -> Generator[object, None, str]:
    first, size = paging
    for number in range(first, first + pages):
        entries = fetch(number)
        fresh = shown.fresh(entries)
        yield from fresh
        if trouble := (shown.trouble(entries, fresh) if entries else ""):
            return trouble
        if len(entries) < max(size, 1):
            return ""
    return f"it has more than {pages:,} pages"


def by_date(  # noqa: PLR0913 - all are named, and half have defaults
    fetch: Callable[[int], Sequence[object]],
    moment: Callable[[object], int | None],
    *,
    start: int,
    size: int,
    until: int = 0,
    most: int = MAX_ENTRIES,
    pages: int = MAX_PAGES,
    key: Key | None = None,
) -> Listing[object]:
    """The entries of a search with a ceiling (Hacker News: `size` 1,000), newest first, walked back by their dates.

    `fetch(T)` gives the newest `size` entries of second T **or earlier** (Unix time: ask ``<=T``, not ``<T``); fewer
    are the last. `moment` is an entry's second, None where it has none. The walk begins at `start` and ends behind
    `until`. Pages overlap by the second at their end, so that of several entries of one second none is lost between
    two pages; where one second fills a page alone, the rest of it is out of reach, and the listing is not whole.
    """
    return Listing(_by_date(fetch, moment, (start, until, size), Shown(key, most), pages))


def _by_date(
    fetch: Callable[[int], Sequence[object]],
    moment: Callable[[object], int | None],
    span: tuple[int, int, int],
    shown: Shown,
    pages: int,
) -> Generator[object, None, str]:
    at, until, size = span
    lost = ""
    for _ in range(pages):
        entries = fetch(at)
        fresh = shown.fresh(entries)
        yield from fresh
        oldest = min((time for entry in entries if (time := moment(entry)) is not None), default=None)
        if len(entries) < size or (oldest is not None and oldest < until):
            return lost
        if oldest is None or oldest > at:
            return "the service does not walk back in time"
        if oldest == at:
            lost = f"{size:,} entries or more are of the same second"
        if fresh and (trouble := shown.trouble(entries, fresh)):
            return trouble
        at = at - 1 if oldest == at else oldest
    return f"it has more than {pages:,} pages"


def walk(
    root: object,
    children: Callable[[object], Sequence[object]],
    *,
    most: int = MAX_NODES,
    deepest: int = MAX_DEPTH,
) -> Listing[tuple[object, object | None]]:
    """The nodes of a tree with their parents (of `root`: None), parents first, siblings in their order.

    A node that was met before (the same object, or an equal text) is left out, with what is below it: no circle is
    walked twice. No depth is a danger, for nothing here calls itself.
    """
    return Listing(_walk(root, children, most, deepest))


def _walk(
    root: object, children: Callable[[object], Sequence[object]], most: int, deepest: int
) -> Generator[tuple[object, object | None], None, str]:
    met: dict[Hashable, object] = {}  # the nodes are kept, so that no other gets the id of one that is gone
    todo: list[tuple[object, object | None, int]] = [(root, None, 0)]
    why = ""
    while todo:
        node, parent, depth = todo.pop()
        name = (str, node) if isinstance(node, str) else id(node)
        if name in met:
            continue
        if len(met) >= most:
            return f"it has more than {most:,} nodes"
        met[name] = node
        yield node, parent
        below = children(node)
        if below and depth >= deepest:
            why = f"it is more than {deepest:,} answers deep"
            continue
        todo.extend((child, node, depth + 1) for child in reversed(below))
    return why
