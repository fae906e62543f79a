"""Hacker News, by way of its search (https://hn.algolia.com/api): stories that link to a post, and their comments.

Comments are HTML. What was deleted or killed has no author and no text left, but may have living answers. Since 2026
only `created_at_i` can be filtered by numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from urllib.parse import quote

from ..acts import Act, Direction, Kind, Person, Problem
from ..errors import Malformed
from ..http import Client
from . import Ask, Batch, Finding, Option, Service, Source
from .hackernews_search import CEILING, HOME, Stories, fetch_stories, hits_of, id_of, item_at, name_of
from .hypertext import text, words
from .paging import by_date, walk
from .submissions import Desk, Forum, Thread, account_of, ancestor, base_of, list_own, pull_posts, since_of
from .values import NAME_LIMIT, address_of, text_of, time_of

__all__ = ["SERVICE", "account", "parse_item", "parse_own", "pull"]

SEARCH = "https://hn.algolia.com"
CHANNEL = "hackernews"
#: The walk through an account's comments begins here, so that a wrong clock hides none.
AHEAD = timedelta(days=3_650)


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """For each post the stories that link to it, with their comments and points. Raises SourceError."""
    base = base_of(source, SEARCH)
    me = account_of(source)
    stories = Stories(client, base, ask.sites)

    def read(url: str, target: str) -> Thread:
        item = client.get(f"{base}/api/v1/items/{url.rpartition('=')[2]}").json()
        return parse_item(item, source=source.name, target=target, me=me)

    yield from pull_posts(Forum(source.name, name_of, stories.find, read, stories.stands), ask)


def account(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """What the account answered others; nothing where the source names none. Raises SourceError."""
    if not (me := account_of(source)):
        return
    base, since, desk = base_of(source, SEARCH), since_of(ask), Desk(ask, name_of)
    floor = int(since.timestamp()) if since else 0

    def fetch(second: int) -> Sequence[object]:
        span = f"created_at_i<{second + 1}" + (f",created_at_i>={floor}" if floor else "")
        params = {"tags": f"comment,author_{me}", "hitsPerPage": str(CEILING), "numericFilters": span}
        return hits_of(client.get(f"{base}/api/v1/search_by_date", params=params).json())

    start = int((ask.now + AHEAD).timestamp())
    listing = by_date(fetch, _second, start=start, size=CEILING, until=floor)
    yield from list_own(ask, listing, lambda hit: parse_own(hit, source=source.name, desk=desk), since)


def check(source: Source, client: Client) -> Iterator[Finding]:
    """Whether the search answers, and whether it knows the account."""
    base, me = base_of(source, SEARCH), account_of(source)
    if not me:
        fetch_stories(client, base, HOME)
        yield Finding(well=True, what="The search answers. No account is named, so that nothing given is told.")
        return
    params = {"tags": f"author_{me}", "hitsPerPage": "1"}
    if hits_of(client.get(f"{base}/api/v1/search_by_date", params=params).json()):
        yield Finding(well=True, what=f"The search knows {me}.")
    else:
        advice = "Check `account`: letter case counts, and somebody who never wrote anything is not found."
        yield Finding(well=False, what=f"The search knows nobody called {me}.", advice=advice)


def parse_item(value: object, *, source: str, target: str, me: str = "") -> Thread:
    """A story with all its comments. Raises Malformed where it is no item; what is wrong below it is a Problem."""
    if not isinstance(value, dict) or not (name := id_of(value)):
        raise Malformed(f"{source}: the answer is no item of Hacker News")
    nodes = walk(value, _children)
    story, *comments = list(nodes)
    living: dict[str, str] = {}
    parents: dict[str, str] = {}
    acts = [act for act in (_story(story[0], source, target, me),) if act]
    unreadable = 0
    for node, parent in comments:
        number = id_of(node)
        unreadable += not number
        if not number or not isinstance(node, dict):
            continue
        parents[number] = id_of(parent)
        if not _is_living(node):
            continue
        living[number] = item_at(number)
        acts.append(_comment(node, source, target, ancestor(number, parents, living)))
    problems = [Problem(item_at(name), f"{unreadable} comments could not be read")] if unreadable else []
    problems += [Problem(item_at(name), f"not all of it was read: {nodes.why}")] if nodes.why else []
    points = value.get("points")
    return Thread(
        address_of(value.get("url")),
        tuple(acts),
        points if isinstance(points, int) and not isinstance(points, bool) else None,
        tuple(problems),
        whole=not problems,
    )


def parse_own(value: object, *, source: str, desk: Desk) -> Batch:
    """A comment of the account's own, as an answer to somebody; nothing where it stands below a post of the site."""
    if not isinstance(value, dict) or not (number := id_of(value)):
        return Batch(problems=(Problem("account", "a comment without an id was left out"),))
    said = text_of(value.get("comment_text"))
    story, parent = text_of(value.get("story_id"), NAME_LIMIT), text_of(value.get("parent_id"), NAME_LIMIT)
    answered = parent or story
    if not said or not answered.isdecimal() or desk.is_about_a_post(address_of(value.get("story_url")), item_at(story)):
        return Batch()
    plain = text(said)
    act = Act(
        direction=Direction.GIVEN,
        kind=Kind.REPLY,
        source=source,
        id=number,
        url=item_at(number),
        target=item_at(answered),
        channel=CHANNEL,
        published=time_of(value.get("created_at_i")) or time_of(value.get("created_at")),
        title=text_of(value.get("story_title"), NAME_LIMIT),
        text=plain,
        html=said,
        words=words(plain),
    )
    return Batch((act,))


def _story(item: object, source: str, target: str, me: str) -> Act | None:
    """The submission itself: a mention, unless it is the blogger's own or not there any more."""
    if not isinstance(item, dict) or not item.get("author") or text_of(item["author"]).casefold() == me.casefold():
        return None
    return _comment(item, source, target, "", Kind.MENTION)


def _comment(item: dict[str, object], source: str, target: str, parent: str, kind: Kind = Kind.REPLY) -> Act:
    said = text_of(item.get("text"))
    return Act(
        direction=Direction.RECEIVED,
        kind=kind,
        source=source,
        id=id_of(item),
        url=item_at(id_of(item)),
        target=target,
        channel=CHANNEL,
        author=_person(text_of(item.get("author"), NAME_LIMIT)),
        published=time_of(item.get("created_at_i")) or time_of(item.get("created_at")),
        title=text_of(item.get("title"), NAME_LIMIT) if kind is Kind.MENTION else "",
        text=text(said),
        html=said,
        parent=parent,
    )


def _person(name: str) -> Person:
    return Person(name, f"{HOME}/user?id={quote(name, safe='', errors='replace')}", handle=name) if name else Person()


def _is_living(item: dict[str, object]) -> bool:
    """Whether a comment still says something; options of a poll are no comments."""
    gone = item.get("deleted") or item.get("dead") or item.get("type") == "pollopt"
    return not gone and bool(text_of(item.get("author")) and text_of(item.get("text")))


def _children(item: object) -> Sequence[object]:
    below = item.get("children") if isinstance(item, dict) else None
    return below if isinstance(below, list) else ()


def _second(hit: object) -> int | None:
    when = hit.get("created_at_i") if isinstance(hit, dict) else None
    return when if isinstance(when, int) and not isinstance(when, bool) else None


SERVICE = Service(
    name="hackernews",
    pull=pull,
    account=account,
    check=check,
    summary="Hacker News: stories that link to your posts, their comments and points, and what you answer there.",
    options=(Option("account", "your user name there, letter case as there; without it nothing given is told"),),
    received=(Kind.MENTION, Kind.REPLY, Kind.LIKE),
    given=(Kind.REPLY,),
    per_post=lambda source: True,  # noqa: ARG005 - asked post by post, whatever its options
    at_once=1_000,
)
