"""Lobsters and other sites that run its software: stories that link to a post, and their comments.

Its JSON is that of the pages: https://github.com/lobsters/lobsters, `as_json` of Story and Comment. A parameter that it
does not know is an error (400), and it wants to be asked no more than once a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from urllib.parse import quote

from ..acts import Act, Direction, Kind, Person, Problem
from ..addresses import host_of, is_web, split
from ..errors import Malformed, Missing
from ..http import Client
from . import Ask, Batch, Copy, Finding, Option, Service, Source
from .hypertext import addresses, text, words
from .pages import site_of, whose
from .paging import by_number
from .submissions import (
    Desk,
    Forum,
    Thread,
    account_of,
    ancestor,
    base_of,
    list_own,
    pull_posts,
    since_of,
    younger,
)
from .values import NAME_LIMIT, address_of, text_of, time_of

__all__ = ["SERVICE", "account", "parse_own", "parse_stories", "parse_story", "pull"]

HOME = "https://lobste.rs"
CHANNEL = "lobsters"
#: Seconds from one request to the next: what the site asks of programs.
PAUSE = 1.0
_SHORT_ID = re.compile(r"[a-z0-9]{1,16}", re.IGNORECASE | re.ASCII)
_STORY = re.compile(r"/s/([a-z0-9]{1,16})(?:[/.].*)?", re.IGNORECASE | re.ASCII)


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """For each post the stories that link to it, with their comments and score. Raises SourceError."""
    base, me = base_of(source, HOME), account_of(source)

    def find(page: str) -> Iterable[tuple[str, str]]:
        return parse_stories(
            client.get(f"{base}/stories/url/all.json", params={"url": page}, pause=_pause(base)).json(), base
        )

    def read(url: str, target: str) -> Thread:
        answer = client.get(f"{base}/s/{url.rpartition('/')[2]}.json", pause=_pause(base)).json()
        return parse_story(answer, source=source.name, target=target, base=base, me=me)

    yield from pull_posts(Forum(source.name, lambda url: name_of(url, base), find, read), ask)


def account(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """The stories that the account submitted; nothing where the source names none. Raises SourceError."""
    if not (me := account_of(source)):
        return
    base, since = base_of(source, HOME), since_of(ask)
    desk = Desk(ask, lambda url: name_of(url, base))
    listing = by_number(lambda page: younger(fetch_own(client, base, me, page), _moment, since))
    yield from list_own(ask, listing, lambda story: parse_own(story, source=source.name, base=base, desk=desk), since)


def check(source: Source, client: Client) -> Iterator[Finding]:
    """Whether the site answers, and whether it knows the account."""
    base, me = base_of(source, HOME), account_of(source)
    if not me:
        parse_stories(client.get(f"{base}/newest.json", pause=_pause(base)).json(), base)
        yield Finding(well=True, what="The site answers. No account is named, so that nothing given is told.")
        return
    try:
        fetch_own(client, base, me, 1)
    except Missing:
        yield Finding(well=False, what=f"Nobody is called {me} there.", advice="Check `account`.")
    else:
        yield Finding(well=True, what=f"The site knows {me}.")


def fetch_own(client: Client, base: str, me: str, page: int) -> list[object]:
    """A page of the stories that somebody submitted, newest first. Raises SourceError."""
    further = f"/page/{page}" if page > 1 else ""
    return _stories(client.get(f"{base}/~{quote(me, safe='')}/stories{further}.json", pause=_pause(base)).json())


def _pause(base: str) -> float:
    """The pause that lobste.rs asks for; sister sites and servers of one's own have their own limits."""
    return PAUSE if base == HOME else 0.0


def name_of(url: str, base: str) -> str:
    """The one spelling of a story's address, "" for other addresses; lobste.rs is known by its own name everywhere."""
    parts = split(url)
    if parts is None or not is_web(url) or host_of(url) not in {host_of(base), host_of(HOME)}:
        return ""
    home = split(base)
    match = _STORY.fullmatch(parts.path.removeprefix(home.path if home else ""))
    return f"{base}/s/{match[1].lower()}" if match else ""


def parse_stories(value: object, base: str) -> Iterable[tuple[str, str]]:
    """A list of stories: the page that each links to, and its address. Raises Malformed where it is no list."""
    for story in _stories(value):
        link = address_of(story.get("url")) if isinstance(story, dict) else ""
        if link and (name := _id_of(story)):
            yield link, f"{base}/s/{name}"


def parse_story(value: object, *, source: str, target: str, base: str, me: str = "") -> Thread:
    """A story with its comments. Raises Malformed where it is none; what is wrong below it is a Problem."""
    if not isinstance(value, dict) or not (name := _id_of(value)):
        raise Malformed(f"{source}: the answer is no story")
    home = _home(value, base)
    found = value.get("comments")
    comments = found if isinstance(found, list) else []
    parents = _parents(comments)
    living = {_id_of(one): _address(one, home) for one in comments if isinstance(one, dict) and _is_living(one)}
    living.pop("", None)
    unreadable = sum(not _id_of(one) for one in comments) + (not isinstance(found, list | None))
    acts = [] if _is_mine(value, me) else [_mention(value, source, target, home)]
    acts += [
        _comment(one, source, target, home, ancestor(_id_of(one), parents, living))
        for one in comments
        if isinstance(one, dict) and _id_of(one) in living
    ]
    where = f"{base}/s/{name}"
    problems = (Problem(where, f"{unreadable} comments could not be read"),) if unreadable else ()
    score = value.get("score")
    return Thread(
        address_of(value.get("url")),
        tuple(acts),
        score if isinstance(score, int) and not isinstance(score, bool) else None,
        problems,
        whole=not problems,
    )


def parse_own(value: object, *, source: str, base: str, desk: Desk) -> Batch:
    """A story of the account's own: a link to somebody's page, a note where it is about the blogger's own, a copy."""
    if not isinstance(value, dict) or not (name := _id_of(value)):
        return Batch(problems=(Problem("account", "a story without an id was left out"),))
    link, said = address_of(value.get("url")), text_of(value.get("description"))
    plain = text(said)
    other = bool(link) and not desk.is_own(link) and value.get("user_is_author") is not True
    act = Act(
        direction=Direction.GIVEN,
        kind=Kind.LINK if other else Kind.NOTE,
        source=source,
        id=f"s/{name}",
        url=_shown(value, f"{base}/s/{name}"),
        target=link or next(iter(addresses(said)), ""),
        channel=CHANNEL,
        to=whose(link) if other else Person(),
        published=_moment(value),
        title=text_of(value.get("title"), NAME_LIMIT),
        text=plain,
        html=said,
        words=words(plain),
    )
    post = desk.post_of(link)
    return Batch((act,), copies=(Copy(post.url, f"{base}/s/{name}"),) if post else ())


def _mention(story: dict[str, object], source: str, target: str, home: str) -> Act:
    name, said = _id_of(story), text_of(story.get("description"))
    return Act(
        direction=Direction.RECEIVED,
        kind=Kind.MENTION,
        source=source,
        id=f"s/{name}",
        url=_shown(story, f"{home}/s/{name}"),
        target=target,
        channel=CHANNEL,
        author=_person(story.get("submitter_user"), home),
        published=_moment(story),
        title=text_of(story.get("title"), NAME_LIMIT),
        text=text(said),
        html=said,
    )


def _comment(comment: dict[str, object], source: str, target: str, home: str, parent: str) -> Act:
    said, published = text_of(comment.get("comment")), _moment(comment)
    edited = time_of(comment.get("last_edited_at") or comment.get("updated_at"))
    return Act(
        direction=Direction.RECEIVED,
        kind=Kind.REPLY,
        source=source,
        id=f"c/{_id_of(comment)}",
        url=_address(comment, home),
        target=target,
        channel=CHANNEL,
        author=_person(comment.get("commenting_user"), home),
        published=published,
        updated=edited if edited and published and edited > published else None,
        text=text(said),
        html=said,
        parent=parent,
    )


def _person(user: object, home: str) -> Person:
    """Somebody, by name; in older answers an object with a picture."""
    told = user if isinstance(user, dict) else {"username": user}
    name = text_of(told.get("username"), NAME_LIMIT)
    photo = told.get("avatar_url")
    photo = f"{home}{photo}" if isinstance(photo, str) and photo.startswith("/") else photo
    url = f"{home}/~{quote(name, safe='', errors='replace')}" if name else ""
    return Person(name, url, address_of(photo), name)


def _is_mine(story: dict[str, object], me: str) -> bool:
    """Whether the blogger submitted it: by account, or because the site says that its submitter wrote the page."""
    user = story.get("submitter_user")
    name = text_of(user.get("username") if isinstance(user, dict) else user, NAME_LIMIT)
    return story.get("user_is_author") is True or (bool(me) and name.casefold() == me.casefold())


def _is_living(comment: dict[str, object]) -> bool:
    gone = comment.get("is_deleted") or comment.get("is_moderated")
    return not gone and bool(text_of(comment.get("comment")))


def _parents(comments: Sequence[object]) -> dict[str, str]:
    """Which comment each one answers: as told, or in older answers by how far each is indented."""
    parents: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for one in comments:
        if not isinstance(one, dict) or not (name := _id_of(one)):
            continue
        if "parent_comment" in one:
            parents[name] = text_of(one["parent_comment"], NAME_LIMIT)
            continue
        depth = one.get("depth", one.get("indent_level"))
        depth = depth if isinstance(depth, int) else 0
        while above and above[-1][0] >= depth:
            above.pop()
        parents[name] = above[-1][1] if above else ""
        above.append((depth, name))
    return parents


def _address(comment: dict[str, object], home: str) -> str:
    """A comment's permalink: the short one, for the long one changes with the story's title."""
    return _shown(comment, f"{home}/c/{_id_of(comment)}")


def _home(story: dict[str, object], base: str) -> str:
    """The site as it calls itself; `base` where it does not say."""
    return site_of(address_of(story.get("short_id_url"))).rstrip("/") or base


def _shown(told: dict[str, object], built: str) -> str:
    return address_of(told.get("short_id_url")) or built


def _stories(value: object) -> list[object]:
    if not isinstance(value, list):
        raise Malformed("The answer is no list of stories; is base_url a site that runs the software of Lobsters?")
    return value


def _moment(entry: object) -> datetime | None:
    return time_of(entry.get("created_at")) if isinstance(entry, dict) else None


def _id_of(entry: object) -> str:
    """The short id of a story or comment; "" where it has none."""
    name = entry.get("short_id") if isinstance(entry, dict) else ""
    return name if isinstance(name, str) and _SHORT_ID.fullmatch(name) else ""


SERVICE = Service(
    name="lobsters",
    pull=pull,
    account=account,
    check=check,
    summary="Lobsters: stories that link to your posts, their comments and score, and what you submit there.",
    options=(Option("account", "your user name there; without it nothing given is told"),),
    received=(Kind.MENTION, Kind.REPLY, Kind.LIKE),
    given=(Kind.LINK, Kind.NOTE),
    per_post=lambda source: True,  # noqa: ARG005 - asked post by post, whatever its options
)
