"""Any receiver of webmentions that answers JF2: one's own, a site generator's file on a server, webmention.io's kin.

The one option is its address. Where that holds `{url}`, the receiver is asked post by post; where it holds `{page}`,
page by page, from 0 or from 1, whichever it counts from; else what the Link header calls the next page is followed.
Format: https://www.w3.org/TR/jf2/, with the `wm-` properties of https://github.com/aaronpk/webmention.io#api.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from urllib.parse import quote, urljoin

from ..acts import Act, Problem
from ..errors import Malformed, Missing, Refused
from ..http import Client
from ..http.wording import shown
from ..posts import Post
from . import Ask, Batch, Option, Service, Source
from .copies import Index
from .jf2 import parse_feed, read_entry
from .jf2_documents import entries_in, is_jf2
from .paging import Listing, by_link, by_number

__all__ = ["SERVICE", "fetch_documents", "parse_about", "pull"]

ACCEPT = "application/jf2feed+json, application/jf2+json, application/json;q=0.9, */*;q=0.1"
#: Of a listing by numbers, so many entries are handed on at a time.
PORTION = 500


@dataclasses.dataclass(slots=True)
class _Desk:
    """What fetching needs: the source, the client, and from which number pages count (None: not known yet)."""

    source: Source
    client: Client
    first: int | None = None

    def address(self, post: Post | None = None) -> str:
        """The address to ask; that of a post stands for `{url}`, written out at the beginning, escaped elsewhere."""
        url = self.source.options["url"]
        if post:
            url = (post.url + url.removeprefix("{url}")) if url.startswith("{url}") else url
            url = url.replace("{url}", quote(post.url, safe=""))
        return urljoin(self.source.base_url, url) if self.source.base_url else url


def is_per_post(source: Source) -> bool:
    """Whether the address has a place for that of a post."""
    return "{url}" in source.options.get("url", "")


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """A batch for every page; complete at the end of a whole listing. Raises SourceError."""
    first = ask.cursor.get("first", "")
    desk = _Desk(source, client, int(first) if first in {"0", "1"} else None)
    try:
        if is_per_post(source):
            yield from _of_posts(desk, ask)
        else:
            yield from _of_site(desk, ask)
    except Refused as error:
        what = "did not accept the token in" if source.token else "wants a token in"
        raise Refused(f"{source.name} {what} {source.variable} ({error})") from error


def _of_site(desk: _Desk, ask: Ask) -> Iterator[Batch]:
    where = shown(desk.address())
    listing, site = fetch_documents(desk, desk.address()), next(iter(ask.sites), "")
    told = total = 0
    for document in listing:
        acts, problems = parse_feed(document, source=desk.source.name, where=where, site=site)
        told += sum(1 for _ in entries_in(document))
        total = max(total, _total_of(document))
        yield Batch(acts, problems=problems)
    yield _end(listing, where, missing=total - told, complete="*", cursor=_cursor(desk, ask))


def _of_posts(desk: _Desk, ask: Ask) -> Iterator[Batch]:
    """What is said of each post. One that the receiver does not know, while it knows others, has no mentions any more.

    One whose answer is no JF2 is a Problem, unless they all are.
    """
    unknown: list[Post] = []
    failed: list[Malformed] = []
    for post in ask.posts:
        try:
            yield from _of_post(desk, ask, post)
        except Missing:
            unknown.append(post)
        except Malformed as error:
            failed.append(error)
            if len(failed) == len(ask.posts):
                raise
            yield Batch(problems=(Problem(shown(desk.address(post)), str(error)),))
    if unknown and len(unknown) + len(failed) < len(ask.posts):
        yield Batch(complete=tuple(post.url for post in unknown))
    elif unknown:
        what = "nothing is there, nor for any other post that was asked about; is the address right?"
        yield Batch(problems=(Problem(shown(desk.address(unknown[0])), what),))


def _of_post(desk: _Desk, ask: Ask, post: Post) -> Iterator[Batch]:
    where = shown(desk.address(post))
    listing, index = fetch_documents(desk, desk.address(post)), Index([post], ask.sites)
    told = total = 0
    for document in listing:
        acts, problems = parse_about(document, post, index, source=desk.source.name, where=where)
        told += sum(1 for _ in entries_in(document))
        total = max(total, _total_of(document))
        yield Batch(acts, problems=problems)
    yield _end(listing, where, missing=total - told, complete=post.url, cursor=_cursor(desk, ask))


def _end(listing: Listing[object], where: str, *, missing: int, complete: str, cursor: Mapping[str, str]) -> Batch:
    """The last batch of a listing: complete if it was whole, else why it was not."""
    why = listing.why
    if not why and missing > 0:
        why = f"it holds {missing:,} more; put the parameter for its pages into the address, such as &page={{page}}"
    if why:
        return Batch(problems=(Problem(where, why),))
    return Batch(complete=(complete,), cursor=cursor)


def _cursor(desk: _Desk, ask: Ask) -> Mapping[str, str]:
    return ask.cursor if desk.first is None else {**ask.cursor, "first": str(desk.first)}


def fetch_documents(desk: _Desk, url: str) -> Listing[object]:
    """The pages of a listing, each checked to be JF2. Raises SourceError as it is iterated."""
    return Listing(_numbered(desk, url) if "{page}" in url else _linked(desk, url))


def _linked(desk: _Desk, url: str) -> Generator[object, None, str]:
    pages = by_link(desk.client, url, token=desk.source.token, accept=ACCEPT)
    for page in pages:
        yield _checked(page, url)
    return pages.why


def _numbered(desk: _Desk, url: str) -> Generator[object, None, str]:
    """Counted from the number that the receiver counts from; where that is not known yet, from 0, and else from 1."""
    why = ""
    for first in (0, 1) if desk.first is None else (desk.first,):
        entries = by_number(partial(_fetch_page, desk, url), first=first)
        found = False
        while portion := list(islice(entries, PORTION)):
            found = True
            yield portion
        why = entries.why
        if found and not why:
            desk.first = first
            return ""
    return why


def _fetch_page(desk: _Desk, url: str, number: int) -> Sequence[object]:
    """The entries of a page by its number; none where a receiver that may count from 1 knows no page 0."""
    address = url.replace("{page}", str(number))
    try:
        document = _checked(desk.client.get(address, token=desk.source.token, accept=ACCEPT).json(), address)
    except (Missing, Malformed):
        if number == 0 and desk.first is None:
            return ()
        raise
    return [entry for _, entry, _ in entries_in(document)]


def _checked(document: object, url: str) -> object:
    """`document`, if it is JF2."""
    if is_jf2(document):
        return document
    raise Malformed(f"{shown(url)}: the answer is no JF2 (it has no list of mentions); is this the right address?")


def parse_about(
    document: object, post: Post, index: Index, *, source: str, where: str
) -> tuple[tuple[Act, ...], tuple[Problem, ...]]:
    """What a document that was asked for about `post` tells, and what of it could not be read. Never raises.

    An act that names no target, or any spelling of that post's address (`index` knows it), is about it. One that names
    another page is about that: some receivers answer more than they are asked.
    """
    acts: list[Act] = []
    problems: list[Problem] = []
    for place, entry, _ in entries_in(document):
        reading = read_entry(entry, source=source, where=f"{where}, {place}", target=post.url)
        problems.extend(reading.problems)
        if reading.act:
            own = index.post_of([reading.act.target]) is post
            acts.append(dataclasses.replace(reading.act, target=post.url) if own else reading.act)
    return tuple(acts), tuple(problems)


def _total_of(document: object) -> int:
    """How many mentions there are in all, where a document tells (`paging.total`, as in webmention.io's); else 0."""
    paging = document.get("paging") if isinstance(document, dict) else None
    total = paging.get("total") if isinstance(paging, dict) else None
    return total if isinstance(total, int) else 0


SERVICE = Service(
    name="jf2",
    pull=pull,
    summary="Mentions from any receiver that answers JF2, asked for the whole site or post by post.",
    options=(
        Option(
            "url",
            "the receiver's address; may hold `{url}` of a post, and `{page}` where it answers page by page",
            required=True,
        ),
    ),
    received=("reply", "mention", "like", "repost", "bookmark", "rsvp", "quote", "follow"),
    token="what the receiver wants as `Authorization: Bearer`, if anything",  # noqa: S106 - help
    per_post=is_per_post,
)
