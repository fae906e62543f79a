"""Feeds, RSS and Atom: comments on posts, mentions, and what the blogger wrote elsewhere.

What a feed is shows in what it holds: a feed whose entries carry the address or the number of their comments is that of
the blog itself, and the comments are fetched from there; one of videos is the blogger's channel; every other received
feed holds comments, or mentions where `kind` says so. Feeds hold the newest entries only (WordPress: 10), so that
nothing is ever taken for deleted because it is not there any more.

Specifications: RFC 4287 (Atom), RFC 4685 (threading), RFC 5005 (paging), the RSS modules `slash` and `wfw`, Media RSS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from urllib.parse import quote, urljoin

from msgspec import Struct, structs

from ..acts import KINDS, Act, Direction, Kind, Problem
from ..addresses import split
from ..errors import Exhausted, Malformed, Missing, Refused, SourceError, Unreachable
from ..http import Client
from ..http.wording import shown
from ..posts import Post
from . import Ask, Batch, Option, Service, Source
from .abreast import abreast, is_hopeless
from .feed_acts import Told, parse_comments, parse_given, parse_mentions, parse_posts
from .feed_parse import Entry, Feed, parse_feed
from .feed_videos import parse_videos
from .values import time_of

__all__ = ["SERVICE", "fetch_feed", "fetch_pages", "pull"]

MAX_PAGES = 50
#: Numbers of comments remembered between pulls, so that only posts with new ones are asked.
MAX_REMEMBERED = 2_000
ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
#: Comments wait for approval and then keep their time: a walk back through the pages goes this much further.
LATE = timedelta(days=14)

_NEWEST = "newest"


class _Desk(Struct, frozen=True):
    """What fetching needs to know: the client, and the configured feed with the server that stands in for its host."""

    client: Client
    home: str
    base_url: str = ""


class _Read(Struct, frozen=True):
    """The pages of a post's feed, which is at `url`; and why there are no others, where that is an error."""

    post: Post
    url: str
    pages: Sequence[Feed]
    error: Missing | Malformed | Refused | None = None


def is_per_post(source: Source) -> bool:
    """Whether the feed's address has a place for a post's."""
    return source.options.get("direction") != Direction.GIVEN and any(
        place in source.options.get("url", "") for place in ("{url}", "{slug}")
    )


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """Batches as the pages of the feed come in; never `complete`. Raises SourceError where the feed cannot be read."""
    given = source.options.get("direction") == Direction.GIVEN
    kind = Kind(source.options.get("kind") or (Kind.GUEST_POST if given else Kind.REPLY))
    url = source.options["url"]
    desk = _Desk(client, urljoin(source.base_url, url) if source.base_url else url, source.base_url)
    if is_per_post(source):
        yield from _pull_posts(source, ask, desk, kind)
    elif given:
        yield from _walk(ask, desk, lambda feed: _given(feed, ask, source, kind))
    elif kind in {Kind.MENTION, Kind.LINK}:
        yield from _walk(ask, desk, lambda feed: parse_mentions(feed, source=source.name, kind=kind, sites=ask.sites))
    else:
        yield from _pull_site(source, ask, desk, kind)


def fetch_feed(desk: _Desk, url: str) -> Feed:
    """One page of a feed. Other hosts than the configured one must be public: their addresses come from a feed."""
    own = _host(url) == _host(desk.home)
    there = _at(url, desk.base_url) if own and desk.base_url else url
    response = desk.client.get(there, accept=ACCEPT, public_only=not own)
    read_at = response.url if there == url else url
    return parse_feed(response.body, read_at, response.headers.get("content-type", ""))


def fetch_pages(desk: _Desk, url: str, *, since: datetime | None = None) -> Iterator[Feed]:
    """A feed page by page (RFC 5005), until one holds nothing younger than `since`, or 50 pages."""
    seen: set[str] = set()
    while url and url not in seen:
        seen.add(url)
        feed = fetch_feed(desk, url)
        if len(seen) == MAX_PAGES and feed.following:
            more = Problem(shown(feed.url), f"the feed goes on after {MAX_PAGES} pages; older entries were not read")
            feed = structs.replace(feed, following="", problems=(*feed.problems, more))
        yield feed
        times = _times(feed)
        url = "" if since and times and max(times) < since else feed.following


def _pull_posts(source: Source, ask: Ask, desk: _Desk, kind: Kind) -> Iterator[Batch]:
    """Asks the feed of each post; posts without one are told in one Problem, not one each.

    One that is no feed or is refused is a Problem too, unless they all are.
    """
    without: list[str] = []
    failed = 0

    def read(post: Post) -> _Read:
        url = _filled(source.options["url"], post)
        return _read(desk, post, urljoin(source.base_url, url) if source.base_url else url)

    for number, told in enumerate(abreast(read, ask.posts, ask.at_a_time), 1):
        for feed in told.pages:
            yield _batch(feed, parse_comments(feed, source=source.name, kind=kind, target=told.post.url))
        if isinstance(told.error, Missing):
            without.append(shown(told.url))
        elif told.error is not None:
            failed += 1
            if is_hopeless(failed, number, len(ask.posts)):
                raise told.error
            yield Batch(problems=(Problem(shown(told.url), str(told.error)),))
        yield Batch(answered=(told.post.url,))
    if without:
        what = f"{len(without)} of {len(ask.posts)} posts have no feed there, for example {without[0]}"
        yield Batch(problems=(Problem(source.options["url"], what),))


def _read(desk: _Desk, post: Post, url: str) -> _Read:
    """The feed of a post, as far as it can be read."""
    pages: list[Feed] = []
    try:
        pages.extend(fetch_pages(structs.replace(desk, home=url), url))
    except (Missing, Malformed, Refused) as error:
        return _Read(post, url, pages, error)
    return _Read(post, url, pages)


def _pull_site(source: Source, ask: Ask, desk: _Desk, kind: Kind) -> Iterator[Batch]:
    """Reads a feed of comments, or the blog's own feed and then the feeds of comments that it names."""
    posts: dict[str, Entry] = {}

    def told(feed: Feed) -> Told:
        rest, videos = parse_videos(feed, ask, source=source.name)
        found, rest, counted = parse_posts(rest, source=source.name)
        posts.update({each.replies: each for each in found if each.replies and each.link})
        return videos + counted + parse_comments(rest, source=source.name, kind=kind)

    newest = ""
    for batch in _walk(ask, desk, told):
        newest = (batch.cursor or {}).get(_NEWEST, "")
        yield structs.replace(batch, cursor=None)
    # A pull that is cut short is taken up where it ended: the cursor goes forward with every post, but says only at
    # the very end how far back the blog's feed need not be read again.
    cursor = ask.cursor
    for entry in posts.values():
        known, count = cursor.get(entry.replies), "" if entry.count is None else str(entry.count)
        if (count == "0" and not known) or (count and known == count and not ask.full):
            continue
        said, reached = _comments_on(entry, desk, source.name, kind)
        cursor = _trimmed(cursor, entry.replies, count) if count and reached else cursor
        yield Batch(said.acts, problems=said.problems, cursor=cursor)
    if newest and newest != cursor.get(_NEWEST):
        yield Batch(cursor=_trimmed(cursor, _NEWEST, newest))


def _comments_on(entry: Entry, desk: _Desk, source: str, kind: Kind) -> tuple[Told, bool]:
    """The comments on one post of the blog's feed, and whether they could be read.

    One such feed that fails is a Problem; only the blog's own server not answering at all ends the pull.
    """
    acts: list[Act] = []
    problems: list[Problem] = []
    try:
        for feed in fetch_pages(desk, entry.replies):
            told = parse_comments(feed, source=source, kind=kind, target=entry.link)
            acts += told.acts
            problems += [*feed.problems, *told.problems]
    except Exhausted:
        raise
    except SourceError as error:
        if isinstance(error, Unreachable) and _host(entry.replies) == _host(desk.home):
            raise
        problems.append(Problem(shown(entry.replies), str(error)))
        return Told(tuple(acts), problems=tuple(problems)), False
    return Told(tuple(acts), problems=tuple(problems)), True


def _walk(ask: Ask, desk: _Desk, tell: Callable[[Feed], Told]) -> Iterator[Batch]:
    """A batch for each page back to what is known, and the time of the newest entry in the cursor of the last."""
    newest = _since(ask)
    batch = None
    for feed in fetch_pages(desk, desk.home, since=newest and newest - LATE):
        if batch:
            yield batch
        batch = _batch(feed, tell(feed))
        past = [time for time in _times(feed) if time <= ask.now]
        newest = max(past if newest is None else [newest, *past], default=None)
    if batch:
        yield structs.replace(batch, cursor=_trimmed(ask.cursor, _NEWEST, newest.isoformat()) if newest else None)


def _batch(feed: Feed, told: Told) -> Batch:
    return Batch(told.acts, counts=told.counts, problems=(*feed.problems, *told.problems), copies=told.copies)


def _given(feed: Feed, ask: Ask, source: Source, kind: Kind) -> Told:
    """What the blogger wrote elsewhere; of a video that is a copy of a post it is told how many liked it, too."""
    told = parse_given(feed, source=source.name, kind=kind, sites=ask.sites)
    return told + parse_videos(feed, ask, source=source.name)[1]


def _since(ask: Ask) -> datetime | None:
    """The time of the newest entry at the last pull; None where everything is asked for."""
    return None if ask.full else time_of(ask.cursor.get(_NEWEST))


def _times(feed: Feed) -> list[datetime]:
    return [time for each in feed.entries if (time := each.updated or each.published)]


def _trimmed(cursor: Mapping[str, str], name: str, value: str) -> Mapping[str, str]:
    """The cursor with one more entry, the oldest of too many left out."""
    others = [(each, text) for each, text in cursor.items() if each not in {name, _NEWEST}]
    head = [(_NEWEST, cursor[_NEWEST])] if _NEWEST in cursor and name != _NEWEST else []
    return dict([*head, *others[-MAX_REMEMBERED:], (name, value)])


def _filled(template: str, post: Post) -> str:
    """The address of a post's feed. A post's address is written out at the beginning and escaped everywhere else."""
    if template.startswith("{url}"):
        template = post.url + template.removeprefix("{url}")
    parts = split(post.url)
    last = PurePosixPath(parts.path if parts else "").name
    slug = last.rsplit(".", 1)[0] if last.endswith((".html", ".htm")) else last
    return template.replace("{url}", quote(post.url, safe="")).replace("{slug}", slug)


def _host(url: str) -> str:
    parts = split(url)
    return parts.netloc.lower() if parts else ""


def _at(url: str, base_url: str) -> str:
    """The same path and query on the server of `base_url`."""
    here, there = split(url), split(base_url)
    return here._replace(scheme=there.scheme, netloc=there.netloc).geturl() if here and there else url


SERVICE = Service(
    name="feed",
    pull=pull,
    summary="Any RSS or Atom feed: of comments, of a whole blog, of search alerts, of what you wrote elsewhere.",
    options=(
        Option("url", "The feed's address; may hold `{url}` or `{slug}` of a post.", required=True),
        Option("direction", "Who speaks in it: others to you, or you elsewhere.", choices=tuple(Direction)),
        Option(
            "kind",
            "What an entry is; `reply` where received and `guest-post` where given if left out.",
            choices=KINDS,
        ),
    ),
    received=KINDS,
    given=KINDS,
    per_post=is_per_post,
    at_once=100,  # each is ticked off by itself
)
