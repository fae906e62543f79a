"""webmention.io and its self-hosted copies: the mentions that it received for the blogger.

With a token it is asked for the whole site at once, without one page by page for the posts that are due
(https://github.com/aaronpk/webmention.io#api). Its answers carry no time of change, an edited, a late approved and an
unmuted mention keep their id and the time they were received, and muted ones vanish without a word. So a site of up to
`SMALL` mentions is always listed in full: a few requests, and exactly what the server shows. A larger one is read in
the order of change until `RUN` mentions in a row stand as they stood at the last pull; deletions come from their own
list; and it is listed in full when the numbers do not add up, and every `FULL_EVERY`.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct, field

from ..http import Client
from . import Ask, Batch, Option, Service, Source
from .jf2 import parse_feed
from .targets import packed, spellings
from .values import time_of
from .webmention_io_api import MAX_PAGES, MAX_TARGETS, PER_PAGE, Params, digest_of, fetch_deleted, fetch_page, id_of

__all__ = ["SERVICE", "pull"]

#: Up to here a site is listed in full. Of a larger one: fingerprints kept, how many in a row prove the rest unchanged.
SMALL = 5_000
HEAD = 500
RUN = 100
#: The most that a cursor remembers of spellings with a fragment, and of deletions already told.
MAX_REMEMBERED = 2_000
FULL_EVERY = timedelta(days=7)
#: Clocks differ; deletions of the day before the last pull are asked for once more.
OVERLAP = timedelta(days=1)

_BY_AGE: Params = (("sort-by", "created"), ("sort-dir", "up"))
_BY_CHANGE: Params = (("sort-by", "updated"), ("sort-dir", "down"))


class Sweep(Struct):
    """What a listing has shown so far: the ids, the targets as spelled, the totals that the server told.

    At its end, `whole` says whether it showed everything, and `shifted` that mentions may have slipped from page to
    page while it was read.
    """

    ids: set[str] = field(default_factory=set)
    targets: set[str] = field(default_factory=set)
    totals: set[int] = field(default_factory=set)
    whole: bool = False
    shifted: bool = False


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """All mentions of the site (with a token) or of the posts asked about.

    Raises Refused (naming the token's variable), Unreachable or Malformed; what was yielded before stays true.
    """
    if not source.token:
        yield from _of_posts(source, ask, client)
    elif _is_incremental(source, ask):
        yield from _changes(source, ask, client)
    else:
        yield from _whole_site(source, ask, client)


def _is_incremental(source: Source, ask: Ask) -> bool:
    """Whether the last pull left enough to ask only for what has changed."""
    last_full = time_of(ask.cursor.get("full"))
    return (
        not ask.full
        and last_full is not None
        and timedelta(0) <= ask.now - last_full < FULL_EVERY
        and ask.cursor.get("domain") == _domain(source)
        and bool(ask.cursor.get("head"))
    )


def _whole_site(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """Everything, oldest first, so that mentions that arrive meanwhile do not shift the pages."""
    site = (("domain", _domain(source)),)
    sweep = yield from _sweep(source, client, site)
    cursor = {
        "domain": _domain(source),
        "synced": ask.now.isoformat(),
        "full": ask.now.isoformat() if sweep.whole else "",
        "total": str(len(sweep.ids)),
        "newest": str(_newest(sweep.ids)),
    }
    if len(sweep.ids) > SMALL:  # after the listing, so that what changed while it was read is in it
        head = fetch_page(source, client, (*site, *_BY_CHANGE), 0)
        yield _batch(source, head.entries)
        cursor["head"] = _digests(head.entries[:HEAD])
    yield Batch(cursor=cursor, complete=("*",) if sweep.whole else ())


def _changes(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """What has changed since the last pull; everything, where the numbers say that more has happened."""
    site = (("domain", _domain(source)),)
    known = {digest: place for place, digest in enumerate(ask.cursor["head"].split())}
    head = ""
    changed: set[str] = set()
    total: int | None = None
    for number in range(MAX_PAGES):
        page = fetch_page(source, client, (*site, *_BY_CHANGE), number)
        head, total = head or _digests(page.entries[:HEAD]), page.total
        end = _unchanged_from(page.entries, known)
        fresh = {id_of(entry) for entry in page.entries[:end]} - changed
        yield _batch(source, page.entries[:end])
        changed |= fresh
        if end < len(page.entries) or not fresh:
            break
    synced = time_of(ask.cursor.get("synced")) or ask.now
    gone = fetch_deleted(source, client, synced - OVERLAP) - changed
    if not _adds_up(ask.cursor, total, changed, gone):
        yield from _whole_site(source, ask, client)
        return
    newest = max(_newest(changed), _number(ask.cursor.get("newest")))
    seen = {"total": str(total) if total is not None else ask.cursor.get("total", ""), "newest": str(newest)}
    told = " ".join(sorted(gone)[-MAX_REMEMBERED:])
    cursor = {**ask.cursor, **seen, "synced": ask.now.isoformat(), "head": head, "gone": told}
    yield Batch(gone=tuple(sorted(gone)), cursor=cursor)


def _adds_up(cursor: Mapping[str, str], total: int | None, changed: set[str], gone: set[str]) -> bool:
    """Whether the server's total follows from the last one, what came and what was deleted; else some were muted."""
    if total is None:
        return True
    before, newest = _number(cursor.get("total")), _number(cursor.get("newest"))
    new = sum(_number(number) > newest for number in changed)
    fewer = len(gone.difference(cursor.get("gone", "").split()))
    return before + new - fewer <= total <= before + len(changed)


def _of_posts(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """The mentions of the posts asked about, under every spelling of their addresses that people use.

    A mention of a part of a page (``#fn:1``) is listed with the page; the cursor remembers such spellings, so that
    they can vanish too.
    """
    remembered = set(ask.cursor.get("fragments", "").split())
    for targets in packed((url for post in ask.posts for url in spellings(post, ask.sites)), MAX_TARGETS):
        sweep = yield from _sweep(source, client, tuple(("target[]", target) for target in targets))
        answered = {*targets, *(spelled for spelled in remembered if spelled.partition("#")[0] in targets)}
        remembered |= {spelled for spelled in sweep.targets if "#" in spelled}
        complete = tuple(sorted(answered | sweep.targets)) if sweep.whole else ()
        yield Batch(cursor={"fragments": " ".join(sorted(remembered)[:MAX_REMEMBERED])}, complete=complete)


def _sweep(source: Source, client: Client, params: Params) -> Generator[Batch, None, Sweep]:
    """A listing; a second time where mentions may have slipped through, and whole then if it shows the same again."""
    sweep = yield from _listing(source, client, params)
    if not sweep.shifted:
        return sweep
    again = yield from _listing(source, client, params)
    again.whole = again.whole or again.ids == sweep.ids
    if again.whole:
        yield Batch(gone=tuple(sorted(sweep.ids - again.ids)))
    return again


def _listing(source: Source, client: Client, params: Params) -> Generator[Batch, None, Sweep]:
    """A batch for every page of a listing, to its very end; returns what it has shown.

    A page may be shorter than asked for (the server leaves hidden ones out) and is no end; an empty one is, or the last
    of `total-pages`. A server that repeats itself knows no pages, and has told all if that was less than a page.
    """
    sweep = Sweep()
    for number in range(MAX_PAGES):
        page = fetch_page(source, client, (*params, *_BY_AGE), number)
        ids = {id_of(entry) for entry in page.entries}
        if ids and ids <= sweep.ids:
            sweep.whole = number == 1 and page.pages is None and len(page.entries) < PER_PAGE
            return sweep
        sweep.ids |= ids
        sweep.totals |= {page.total} if page.total is not None else set()
        batch = _batch(source, page.entries)
        sweep.targets |= {act.target for act in batch.acts}
        yield batch
        if not ids or number + 1 == page.pages:
            sweep.shifted = len(sweep.totals) > 1 or any(len(sweep.ids) < total for total in sweep.totals)
            sweep.whole = not sweep.shifted
            return sweep
    return sweep


def _batch(source: Source, entries: Sequence[object]) -> Batch:
    acts, problems = parse_feed(list(entries), source=source.name, where=source.name)
    return Batch(acts, problems=problems)


def _unchanged_from(entries: Sequence[object], known: Mapping[str, int]) -> int:
    """How many of the entries, newest change first, come before the first `RUN` that stand as they stood last time.

    One that stands as before is no proof: it may have been sent again, unchanged, after another was edited.
    """
    run, last = 0, -1
    for index, entry in enumerate(entries):
        place = known.get(digest_of(entry), -1)
        run = run + 1 if place > last else int(place >= 0)
        last = place
        if run == min(RUN, len(known)):
            return index + 1 - run
    return len(entries)


def _digests(entries: Sequence[object]) -> str:
    return " ".join(map(digest_of, entries))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 20 else 0  # noqa: PLR2004 - 64 bits


def _newest(ids: set[str]) -> int:
    return max(map(_number, ids), default=0)


def _domain(source: Source) -> str:
    """The domain as the server knows it, from what people write into settings: "https://example.com/" too."""
    return re.sub(r"^https?://|[/?#].*$", "", source.options.get("domain", "").strip().lower())


SERVICE = Service(
    name="webmention.io",
    pull=pull,
    summary="Mentions received through webmention.io or a self-hosted copy of it, with what Bridgy carries there.",
    options=(Option("domain", "the site's domain as registered there, e.g. example.com", required=True),),
    received=("reply", "mention", "like", "repost", "bookmark", "rsvp"),
    token="the API key from webmention.io/settings; without it posts are asked about one by one",  # noqa: S106 - help
    per_post=lambda source: not source.token,
    at_once=MAX_TARGETS // 4,  # with http and https, with and without a slash at the end, they fit into one request
)
