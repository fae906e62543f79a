"""Any receiver of webmentions that answers JF2: one's own, a site generator's file on a server, webmention.io's kin.

The one option is its address. Where that holds `{url}`, the receiver is asked post by post; where it holds `{page}`,
page by page, from 0 or from 1, whichever it counts from; else what the Link header calls the next page is followed.
Format: https://www.w3.org/TR/jf2/, with the `wm-` properties of https://github.com/aaronpk/webmention.io#api.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from urllib.parse import quote, urljoin

from msgspec import Struct, structs

from ..acts import Act, Problem
from ..errors import Malformed, Missing, Refused
from ..http import Client
from ..http.wording import shown
from ..posts import Post
from . import Ask, Batch, Option, Service, Source
from .abreast import abreast, is_hopeless
from .copies import Index
from .jf2 import parse_feed, read_entry
from .jf2_documents import entries_in, is_jf2
from .paging import Listing, by_link, by_number

__all__ = ["SERVICE", "fetch_documents", "parse_about", "pull"]

ACCEPT = "application/jf2feed+json, application/jf2+json, application/json;q=0.9, */*;q=0.1"
#: Of a listing by numbers, so many entries are handed on at a time.
PORTION = 500


class _Desk(Struct):
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


class _Read(Struct, frozen=True):
    """What came of asking about a post: documents, and `why` these are not all; or an error, where there are none."""

    documents: Sequence[object] = ()
    why: str = ""
    error: Missing | Malformed | None = None


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
    yield _end(listing.why, where, missing=total - told, complete="*", cursor=_cursor(desk, ask))


def _of_posts(desk: _Desk, ask: Ask) -> Iterator[Batch]:
    """What is said of each post. One that the receiver does not know, while it knows others, has no mentions any more.

    One whose answer is no JF2 is a Problem; where all are that, or the first ones are, it is raised.
    """
    unknown: list[Post] = []
    failed = 0
    for number, (post, read) in enumerate(abreast(lambda post: (post, _read(desk, post)), ask.posts, ask.at_a_time), 1):
        if isinstance(read.error, Missing):
            unknown.append(post)
        elif read.error is not None:
            failed += 1
            if is_hopeless(failed, number, len(ask.posts)):
                raise read.error
            yield Batch(problems=(Problem(shown(desk.address(post)), str(read.error)),), answered=(post.url,))
        else:
            yield _of_post(desk, ask, post, read)
    if unknown and len(unknown) + failed < len(ask.posts):
        yield Batch(complete=tuple(post.url for post in unknown))
    elif unknown:
        what = "nothing is there, nor for any other post that was asked about; is the address right?"
        yield Batch(problems=(Problem(shown(desk.address(unknown[0])), what),))


def _read(desk: _Desk, post: Post) -> _Read:
    """The documents about a post."""
    listing = fetch_documents(desk, desk.address(post))
    documents: list[object] = []
    try:
        documents.extend(listing)
    except (Missing, Malformed) as error:
        if not documents:
            return _Read(error=error)
        return _Read(documents, why=str(error))
    return _Read(documents, why=listing.why)


def _of_post(desk: _Desk, ask: Ask, post: Post, read: _Read) -> Batch:
    """What the documents about a post tell; complete if that is all."""
    where, index = shown(desk.address(post)), Index([post], ask.sites)
    parsed = [parse_about(document, post, index, source=desk.source.name, where=where) for document in read.documents]
    told = sum(1 for document in read.documents for _ in entries_in(document))
    total = max(map(_total_of, read.documents), default=0)
    end = _end(read.why, where, missing=total - told, complete=post.url, cursor=_cursor(desk, ask))
    return structs.replace(
        end,
        acts=tuple(act for acts, _ in parsed for act in acts),
        problems=(*(problem for _, problems in parsed for problem in problems), *end.problems),
        answered=(post.url,),
    )


def _end(why: str, where: str, *, missing: int, complete: str, cursor: Mapping[str, str]) -> Batch:
    """The end of a listing: complete if it was whole, else `why` it was not."""
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
        if (act := reading.act) is not None:
            respelled = act.target != post.url and index.post_of([act.target]) is post
            acts.append(structs.replace(act, target=post.url) if respelled else act)
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
    at_once=100,  # each is ticked off by its own batch
)
