"""Ideas from what others said and did on the site's pages, as far as moderation lets it be seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from .. import sanitise
from ..acts import Kind
from ..addresses import host_of, is_web, link
from ..people import People
from ..posts import Post
from ..sources.pages import page_of
from ..threads import Told, permalink
from .deeds import ANSWERS, Deeds, keys_of, when_of
from .ideas import Giver, Link, Open

__all__ = ["Heard", "givers", "links", "partners", "unanswered"]

#: A comment younger than this has not waited.
PATIENCE = timedelta(days=1)
#: From so many acts on somebody gave much.
MUCH = 3
WORDS_LENGTH = 100
TITLE_LENGTH = 80

_COMMENTS = frozenset({Kind.REPLY, Kind.ANSWER})
_LINKS = frozenset({Kind.LINK, Kind.MENTION, Kind.QUOTE})


class Heard(Struct, frozen=True):
    """An act on a page of the site, once; `post` is None where the page is no post, `page` its address all the same."""

    told: Told
    page: str
    post: Post | None


def unanswered(others: Iterable[Heard], mine: Iterable[Heard], deeds: Deeds, now: datetime) -> tuple[Open, ...]:
    """Comments on posts that the blogger did not answer, a day old or older: where one can still answer, oldest first.

    An answer is one to the comment, or further down in its thread. Below a post whose comments have no threads, what
    the blogger said later answers all before it. Left out is what has no address of its own: nothing could point to it.
    """
    others = list(others)
    later = _said_later(others, list(mine))
    found = []
    for heard in others:
        told, when = heard.told, when_of(heard.told)
        if told.best.act.kind not in _COMMENTS or heard.post is None or not told.spots or when > now - PATIENCE:
            continue
        since = later.get(heard.page) if _is_below(heard) else None
        if not deeds.answered(told) and not (since and since >= when):
            found.append(_open(heard, heard.post, now))
    return tuple(sorted(found, key=lambda one: (one.closed, one.when, one.url)))


def givers(others: Iterable[Heard], deeds: Deeds, people: People) -> tuple[Giver, ...]:
    """People who gave three times or more and were given nothing: no answer, no like, no link. Most acts first."""
    gave: dict[str, list[Heard]] = defaultdict(list)
    names: dict[str, set[str]] = defaultdict(set)
    for heard in others:
        act = heard.told.best.act
        if key := people.key(act.author):
            gave[key].append(heard)
            names[key] |= {key, *keys_of(act, people)}
    quiet = {key: some for key, some in gave.items() if len(some) >= MUCH and deeds.last_to(names[key]) is None}
    order = sorted(quiet, key=lambda key: (-len(quiet[key]), -max(map(_time, quiet[key])), key))
    return tuple(_giver(key, quiet[key]) for key in order)


def links(others: Iterable[Heard], deeds: Deeds, people: People) -> tuple[Link, ...]:
    """Pages that link to the site, newest first, one of each author.

    Nothing was given to the author since, and the page itself was never answered, liked or linked.
    """
    found: dict[str, Link] = {}
    for heard in sorted(others, key=lambda one: (-_time(one), one.told.name)):
        told, act = heard.told, heard.told.best.act
        if act.kind not in _LINKS or not is_web(act.url) or deeds.knows(act.url) or deeds.answered(told):
            continue
        keys = keys_of(act, people)
        since, when = deeds.last_to(keys), when_of(told)
        if since is None or since < when:
            name, profile = _who(told)
            title = sanitise.line(act.title or act.text, TITLE_LENGTH)
            idea = Link(name=name, profile=profile, url=link(act.url), title=title, post=heard.page, when=when)
            found.setdefault(people.key(act.author) or min(keys, default=host_of(act.url)), idea)
    return tuple(found.values())


def partners(given: Iterable[Told], others: Iterable[Heard], people: People) -> frozenset[str]:
    """The people with whom the blogger talks: words or links went from one to the other, whichever way."""
    kinds = ANSWERS | _LINKS
    theirs = (heard.told for heard in others)
    keys = {key for told in theirs if told.best.act.kind in kinds for key in keys_of(told.best.act, people)}
    return frozenset(keys | {people.key(told.best.act.to) for told in given if told.best.act.kind in kinds} - {""})


def _said_later(others: Sequence[Heard], mine: Sequence[Heard]) -> dict[str, datetime]:
    """By page, when the blogger last commented below it; only of pages whose own comments answer no other."""
    spots = {spot for heard in (*others, *mine) for spot in heard.told.spots}
    below = [heard for heard in (*others, *mine) if _is_below(heard)]
    threaded = {one.page for one in below if any(permalink(act.parent) in spots for act in one.told.acts)}
    later: dict[str, datetime] = {}
    for heard in mine:
        if heard.page not in threaded and _is_below(heard):
            later[heard.page] = max(when_of(heard.told), later.get(heard.page, when_of(heard.told)))
    return later


def _is_below(heard: Heard) -> bool:
    """Whether it is a comment that stands on the page itself, as those of comment servers do."""
    act = heard.told.best.act
    return act.kind in _COMMENTS and page_of(act.url) == page_of(heard.page)


def _open(heard: Heard, post: Post, now: datetime) -> Open:
    act, (name, profile) = heard.told.best.act, _who(heard.told)
    return Open(
        name=name,
        profile=profile,
        url=link(act.url),
        post=post.url,
        title=sanitise.line(post.title, TITLE_LENGTH),
        when=when_of(heard.told),
        words=sanitise.line(sanitise.words(sanitise.html(act.text, act.html)), WORDS_LENGTH),
        closed=post.closed if isinstance(post.closed, bool) else post.closed <= now,
    )


def _giver(key: str, some: Sequence[Heard]) -> Giver:
    newest = max(some, key=lambda heard: (_time(heard), heard.told.name))
    name, profile = _who(newest.told)
    return Giver(
        name=name,
        profile=profile or (link(key) if is_web(key) else ""),
        gave=dict(sorted(Counter(heard.told.best.act.kind.value for heard in some).items())),
        when=when_of(newest.told),
        url=link(newest.told.best.act.url),
        post=newest.page,
    )


def _who(told: Told) -> tuple[str, str]:
    """Name and profile of who did it."""
    author = told.best.act.author
    return sanitise.name(author.shown) or host_of(told.best.act.url) or "Somebody", link(author.url)


def _time(heard: Heard) -> float:
    return when_of(heard.told).timestamp()
