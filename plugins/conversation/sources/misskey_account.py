"""The blogger's account on Misskey: what they gave, which notes are copies of posts, how many follow them."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from itertools import islice

from msgspec import structs

from ..acts import Act, Problem
from ..errors import Malformed, Missing, Refused
from ..http import Client
from . import Ask, Batch, Copy, Snapshot, Source, copies
from .history import History
from .misskey_api import PER_PAGE, Asked, home_of, refused
from .misskey_parse import Home, id_of, is_open, is_renote, links_of, parse_given, parse_reacted

__all__ = ["account"]


def account(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """What the account gave since the last pull, or all of it, and the copies of posts among its notes.

    Raises Refused (naming the token's variable), Missing, Unreachable or Malformed.
    """
    asked = Asked(source, home_of(source), client)
    name = f"{asked.home.user}@{asked.home.host}"
    if ask.cursor.get("account") != name:
        ask = structs.replace(ask, cursor={})
    try:
        profile = asked.account()
        history = History(ask)
        history.cursor |= {"account": name}
        followers, notes = _told(profile.get("followersCount")), _told(profile.get("notesCount"))
        yield Batch(snapshots=(Snapshot(f"@{name}", followers, notes),), cursor=dict(history.cursor))
        whole = yield from _notes(asked, ask, history, id_of(profile))
        liked = yield from _reacted(asked, history, id_of(profile))
    except Refused as error:
        raise refused(source, asked.home, error) from error
    gone = tuple(f"given:{number}" for number in history.gone())
    cursor = history.end(whole=whole)
    yield Batch(gone=gone, cursor=cursor, complete=("*given", "*copies") if history.entire and liked else ())


def _notes(asked: Asked, ask: Ask, history: History, user: str) -> Generator[Batch, None, bool]:
    """The account's own notes, a batch a page; returns whether they were read to where they had to be."""
    index, home, whole = copies.Index(ask.posts, ask.sites), asked.home, True
    # Named `includeReplies` before Misskey 2023.10; what a server does not know it ignores.
    wanted = {"userId": user, "withReplies": True, "includeReplies": True, "withRenotes": True}
    for leg in history.legs():
        entries = asked.listing("users/notes", leg.below, fills=False, **wanted)
        while page := list(islice(entries, PER_PAGE)):
            found = [parse_given(one, home) for one in page]
            acts = tuple(one for one in found if isinstance(one, Act))
            problems = tuple(one for one in found if isinstance(one, Problem))
            cursor = history.turn(leg, [id_of(one) for one in page])
            yield Batch(acts, problems=problems, cursor=cursor, copies=tuple(_copies(page, home, index)))
            if history.arrived:
                break
        whole = whole and (history.arrived or entries.whole)
    return whole


def _copies(page: Sequence[object], home: Home, index: copies.Index) -> Iterator[Copy]:
    """The copies of posts among the blogger's notes: those that link to one, but no answers and renotes."""
    for one in page:
        if isinstance(one, dict) and id_of(one) and is_open(one) and not one.get("replyId") and not is_renote(one):
            post = index.post_of(links_of(one))
            if post:
                yield Copy(post.url, f"https://{home.host}/notes/{id_of(one)}")


def _reacted(asked: Asked, history: History, user: str) -> Generator[Batch, None, bool]:
    """What the blogger liked: what is new, or everything where that is due; returns whether all of it was told.

    People may keep their reactions to themselves; then nothing is told, unless by their own token.
    """
    cursor, home = history.cursor, asked.home
    known = set() if history.whole else set(cursor.get("liked", "").split())
    entries = asked.listing("users/reactions", userId=user)
    newest: list[str] = []
    try:
        while page := list(islice(entries, PER_PAGE)):
            ids = [id_of(one) for one in page]
            newest = newest or ids
            found = [parse_reacted(one, home) for one in page]
            problems = tuple(one for one in found if isinstance(one, Problem))
            yield Batch(tuple(one for one in found if isinstance(one, Act)), problems=problems)
            if not known.isdisjoint(ids):
                break
    except (Malformed, Missing, Refused):
        return "liked" not in cursor
    cursor["liked"] = " ".join(newest)
    return entries.whole


def _told(number: object) -> int | None:
    return number if isinstance(number, int) and not isinstance(number, bool) and number >= 0 else None
