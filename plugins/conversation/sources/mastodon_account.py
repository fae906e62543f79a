"""The blogger's account on Mastodon: what they gave, which statuses are copies of posts, how many follow them.

Without a token: the public statuses. With one also what they liked, and the notifications: these tell of new replies,
likes and mentions at once, where the posts are only asked about when they are due. They never tell of deletions; for
that, and for edits, the listing of the post is the truth (`mastodon.py`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence

from msgspec import structs

from ..acts import Act, Kind, Problem
from ..errors import Malformed, Missing, Refused
from ..http import Client
from . import Ask, Batch, Copy, Snapshot, Source, copies
from .history import History, age
from .mastodon_api import Asked, entries_of, home_of, refused
from .mastodon_given import parse_given, parse_liked
from .mastodon_parse import (
    Home,
    Status,
    id_of,
    is_open,
    links_of,
    parse_reaction,
    parse_said,
    proofs_in,
    quoted_in,
)
from .values import address_of, text_of

__all__ = ["account", "mentions_of", "parse_notification"]

TYPES = ("mention", "favourite", "reblog", "quote")
#: Notifications reach so many pages back; further back the posts' own listings tell all that they would.
MAX_PAGES = 5
#: No blogger likes more: 80,000.
MAX_PAGES_LIKED = 2_000
#: Mentions that are no replies are remembered, so that they can be looked at again when their post is due.
MAX_MENTIONS = 300


def account(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """What the account gave since the last pull, or all of it, and the copies of posts among its statuses.

    Raises Refused (naming the token's variable), Missing, Unreachable or Malformed.
    """
    asked = Asked(source, home_of(source), client)
    name = f"{asked.home.user}@{asked.home.host}"
    if ask.cursor.get("account") != name:
        ask = structs.replace(ask, cursor={})
    try:
        profile = asked.account(ask.cursor.get("id", ""))
        history = History(ask)
        history.cursor |= {"account": name, "id": id_of(profile)}
        snapshot = Snapshot(f"@{name}", _told(profile.get("followers_count")), _told(profile.get("statuses_count")))
        yield Batch(snapshots=(snapshot,), cursor=dict(history.cursor))
        yield from _account(asked, ask, history)
    except Refused as error:
        raise refused(source, asked.home, error) from error


def _account(asked: Asked, ask: Ask, history: History) -> Iterator[Batch]:
    known = {
        number: post.url
        for post in ask.posts
        for url in copies.of(post, ask, lambda url: bool(asked.home.status_in(url)))
        if (number := asked.home.status_in(url))
    }
    index = copies.Index(ask.posts, ask.sites)
    whole = yield from _statuses(asked, history, index, known)
    if asked.source.token:
        liked = yield from _favourites(asked, history)
        yield from _notifications(asked, ask, history, index, known)
    else:
        liked = "liked" not in history.cursor
    gone = tuple(f"given:{number}" for number in history.gone())
    cursor = history.end(whole=whole)
    yield Batch(gone=gone, cursor=cursor, complete=("*given", "*copies") if history.entire and liked else ())


def _statuses(
    asked: Asked, history: History, index: copies.Index, known: dict[str, str]
) -> Generator[Batch, None, bool]:
    """The account's own statuses, a batch a page; returns whether they were read to where they had to be."""
    whole = True
    for leg in history.legs():
        pages = asked.statuses_of(history.cursor["id"], leg.below)
        for page in pages:
            entries = list(entries_of([page], asked.home.source))
            acts, problems = _sorted(parse_given(one, asked.home, _answered(asked, entries)) for one in entries)
            found = tuple(_copies(entries, asked.home, index))
            known |= {asked.home.status_in(copy.url): copy.post for copy in found}
            cursor = history.turn(leg, [id_of(one) for one in entries])
            yield Batch(acts, problems=problems, cursor=cursor, copies=found)
            if history.arrived:
                break
        whole = whole and (history.arrived or pages.whole)
    return whole


def _answered(asked: Asked, entries: Sequence[object]) -> Mapping[str, Status]:
    """The statuses that those of a page answer, by id: from the page itself, else asked for together."""
    here = {id_of(one): one for one in entries if isinstance(one, dict)}
    wanted = [text_of(one.get("in_reply_to_id"), 80) for one in here.values() if is_open(one)]
    return {**asked.by_id(number for number in wanted if number not in here), **here}


def _copies(entries: Sequence[object], home: Home, index: copies.Index) -> Iterator[Copy]:
    """The copies of posts among the blogger's statuses: those that link to one, but no answers and boosts."""
    for one in entries:
        if not isinstance(one, dict) or not is_open(one) or one.get("in_reply_to_id") or one.get("reblog"):
            continue
        post, url = index.post_of(links_of(one)), address_of(one.get("url"))
        if post and id_of(one):
            here = home.status_in(url) == id_of(one)
            yield Copy(post.url, url if here else f"{home.base}/@{home.user}/{id_of(one)}")


def _favourites(asked: Asked, history: History) -> Generator[Batch, None, bool]:
    """What the blogger liked: the rest of an unfinished listing, then what is new, or everything where that is due.

    Returns whether all of it was told in this pull, or nothing ever was.
    """
    cursor, home = history.cursor, asked.home
    rest = "" if history.forced else cursor.get("liked_below", "")
    recent = set(cursor.get("liked", "").split()) if rest or not history.whole else set()
    try:
        for start, known in ((rest, set[str]()), ("", recent))[0 if rest else 1 :]:
            newest = not start
            for entries, following in _liked(asked, start):
                ids = [number for one in entries if (number := id_of(one))]
                met = not known.isdisjoint(ids)
                cursor["liked_below"] = "" if met else following
                cursor["liked"] = " ".join(ids) if newest else cursor.get("liked", "")
                newest = False
                acts, problems = _sorted(parse_liked(one, home) for one in entries)
                yield Batch(acts, problems=problems, cursor=dict(cursor))
                if met:
                    break
    except (Refused, Missing, Malformed) as error:
        what = f"what you liked is not told; the token in {asked.source.variable} needs the scope read:favourites"
        yield Batch(problems=(Problem(home.source, f"{what} ({error})"),))
        return "liked" not in cursor
    return history.whole and not rest and not cursor["liked_below"]


def _liked(asked: Asked, start: str) -> Iterator[tuple[list[object], str]]:
    """Pages of likes, and where the next begins ("": nowhere); a page that leads to one that was read is the last."""
    asked_for: set[str] = set()
    while start not in asked_for and len(asked_for) < MAX_PAGES_LIKED:
        asked_for.add(start)
        entries, following = asked.favourites(start)
        yield entries, "" if following in asked_for else following
        if not following:
            break
        start = following


def _notifications(
    asked: Asked, ask: Ask, history: History, index: copies.Index, known: Mapping[str, str]
) -> Iterator[Batch]:
    """What happened since the last pull, as far as it is about posts.

    Where that is not known, the posts are asked about anyway: then only the mentions, of which nothing else tells.
    """
    cursor, newest = history.cursor, ""
    last = "" if ask.full else cursor.get("notified", "")
    remembered = dict(mentions_of(cursor))
    try:
        for page in asked.notifications(TYPES, MAX_PAGES):
            entries = list(entries_of([page], asked.home.source))
            fresh = [one for one in entries if age(id_of(one)) > age(last)]
            acts, problems = _sorted(parse_notification(one, asked.home, known, index) for one in fresh)
            acts = tuple(act for act in acts if last or act.kind is Kind.MENTION)
            remembered |= {act.id.partition(":")[2]: act.target for act in acts if act.kind is Kind.MENTION}
            newest = max([newest, *map(id_of, entries)], key=age)
            yield Batch(acts, problems=problems, proofs=proofs_in((*fresh, *map(_status, fresh))))
            if len(fresh) < len(entries):
                break
    except (Refused, Missing, Malformed) as error:
        what = f"notifications are not told; the token in {asked.source.variable} needs the scope read:notifications"
        yield Batch(problems=(Problem(asked.home.source, f"{what} ({error})"),))
        return
    cursor["notified"] = newest or cursor.get("notified", "") or "0"
    pairs = sorted(remembered.items(), key=lambda pair: age(pair[0]))[-MAX_MENTIONS:]
    cursor["mentions"] = " ".join(f"{number} {url}" for number, url in pairs)


def mentions_of(cursor: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The statuses that mention posts without answering a copy, as remembered: id and URL of the post."""
    parts = cursor.get("mentions", "").split()
    yield from zip(parts[::2], parts[1::2], strict=False)


def parse_notification(
    entry: object, home: Home, known: Mapping[str, str], index: copies.Index
) -> Act | Problem | None:
    """What a notification tells of a post: `known` are the copies, id to URL of the post. None where it is of none."""
    status = _status(entry)
    if not isinstance(entry, dict) or not isinstance(status, dict):
        return None
    kind, post = entry.get("type"), known.get(id_of(status), "")
    if kind in {"favourite", "reblog"} and post:
        reaction = Kind.LIKE if kind == "favourite" else Kind.REPOST
        return parse_reaction(entry.get("account"), home, status, reaction, post)
    if kind == "quote" and (quoted := quoted_in(status)) and id_of(quoted) in known:
        return parse_said(status, home, Kind.QUOTE, known[id_of(quoted)])
    if kind != "mention":
        return None
    answered = text_of(status.get("in_reply_to_id"), 80)
    if answered in known:
        return parse_said(status, home, Kind.REPLY, known[answered])
    linked = None if answered else index.post_of(links_of(status))
    return parse_said(status, home, Kind.MENTION, linked.url) if linked else None


def _status(entry: object) -> object:
    return entry.get("status") if isinstance(entry, dict) else None


def _sorted(found: Iterator[Act | Problem | None]) -> tuple[tuple[Act, ...], tuple[Problem, ...]]:
    told = list(found)
    acts = tuple(one for one in told if isinstance(one, Act))
    return acts, tuple(one for one in told if isinstance(one, Problem))


def _told(number: object) -> int | None:
    """A number of an account; None where the server hides it (-1)."""
    return number if isinstance(number, int) and not isinstance(number, bool) and number >= 0 else None
