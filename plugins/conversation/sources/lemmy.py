"""Lemmy: posts of its communities that link to a page of yours, and their comments, as one server sees them.

Lemmy is federated: every server has its own numbers, and its own view of what others sent it. Acts keep the address at
their own server (`ap_id`) as their name, so that they stay the same whichever server is asked. Comments are Markdown
and stay as they were written. What was removed or deleted keeps its place, and no words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import structs

from ..acts import Act, Direction, Kind, Person, Problem
from ..addresses import host_of, is_web, split
from ..channels import channel_of
from ..errors import Malformed, Missing
from ..http import Client
from . import Ask, Batch, Copy, Finding, Option, Service, Source
from .hypertext import words
from .lemmy_api import Instance, moment_of, numbers
from .pages import whose
from .submissions import Desk, Forum, Thread, account_of, ancestor, base_of, list_own, pull_posts, since_of
from .values import NAME_LIMIT, address_of, text_of, time_of

__all__ = ["SERVICE", "account", "parse_comments", "parse_own", "parse_post", "pull"]

#: Of all servers the one that most others send what they have.
HOME = "https://lemmy.world"
CHANNEL = "lemmy"
NSFW = "NSFW"
_POST = re.compile(r"/post/(\d{1,18})/?", re.ASCII)
_LINK = re.compile(r"https?://[^\s<>()\[\]\"'`]+")


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """For each post the posts on Lemmy that link to it, with their comments and score. Raises SourceError."""
    server = Instance.at(client, home_of(source))

    def find(page: str) -> Iterable[tuple[str, str]]:
        views = server.search(page)
        return [(_link_of(view), f"{server.base}/post/{_number(view, 'post')}") for view in views]

    def read(url: str, target: str) -> Thread:
        return read_thread(server, url, source, target)

    yield from pull_posts(Forum(source.name, lambda url: name_of(url, server.base), find, read), ask)


def account(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """What the account wrote: answers and posts; nothing where the source names none. Raises SourceError."""
    if not (me := account_of(source)):
        return
    server, since = Instance.at(client, home_of(source)), since_of(ask)
    desk = Desk(ask, lambda url: name_of(url, server.base))

    def parse(view: object) -> Batch:
        return parse_own(view, source=source.name, base=server.base, desk=desk)

    yield from list_own(ask, server.own(me, since), parse, since)


def check(source: Source, client: Client) -> Iterator[Finding]:
    """Whether the server answers, and whether it knows the account."""
    base, me = home_of(source), account_of(source)
    server = Instance.at(client, base)
    version = "1.0 or later" if server.modern else "0.19 or before"
    if not me:
        server.search(f"{base}/")
        yield Finding(well=True, what=f"{base} answers (Lemmy {version}). No account is named: nothing given is told.")
        return
    try:
        next(server.own(me, None), None)
    except (Missing, Malformed) as error:
        advice = "Check `account`; of an account on another server write name@server."
        yield Finding(well=False, what=f"{base} knows nobody called {me} ({error}).", advice=advice)
    else:
        yield Finding(well=True, what=f"{base} (Lemmy {version}) knows {me}.")


def home_of(source: Source) -> str:
    """The server to ask: `base_url`, else the one that the account is on, else the largest."""
    _, at, host = account_of(source).partition("@")
    home = f"https://{host}" if at and is_web(f"https://{host}") else HOME
    return base_of(source, home)


def name_of(url: str, base: str) -> str:
    """The one spelling of a post's address at this server, or at another that is known for Lemmy; "" for others."""
    parts = split(url)
    match = _POST.fullmatch(parts.path) if parts and is_web(url) else None
    if match is None or not parts:
        return ""
    if host_of(url) == host_of(base):
        return f"{base}/post/{match[1]}"
    return f"https://{parts.netloc.lower()}/post/{match[1]}" if channel_of(url) == CHANNEL else ""


def read_thread(server: Instance, url: str, source: Source, target: str) -> Thread:
    """A post and all comments on it. Raises SourceError; where comments cannot be listed to their end is a Problem."""
    local = url.startswith(f"{server.base}/")
    view = server.post(url.rpartition("/")[2]) if local else server.resolve(url)
    thread = parse_post(view, source=source.name, target=target, base=server.base, me=account_of(source))
    if not isinstance(view, dict) or not thread.link or numbers(view, "post").get("comments") == 0:
        return thread
    listing = server.comments(_number(view, "post"))
    views: list[object] = []
    why = ""
    try:
        views.extend(listing)
    except Malformed as error:  # 0.19 gives ten pages, later a hundred, and then a 400
        why = str(error)
    acts, problems = parse_comments(views, source=source.name, target=target, base=server.base, where=url)
    if why or listing.why:
        problems = (*problems, Problem(url, f"not all comments could be listed: {why or listing.why}"))
    return structs.replace(thread, acts=(*thread.acts, *acts), problems=problems, whole=not problems)


def parse_post(view: object, *, source: str, target: str, base: str, me: str = "") -> Thread:
    """A post: a mention, unless it is the blogger's own. Raises Malformed if it is none, Missing if it is gone."""
    told = view.get("post") if isinstance(view, dict) else None
    if not isinstance(view, dict) or not isinstance(told, dict) or not _number(view, "post"):
        raise Malformed(f"{source}: the answer is no post")
    if told.get("deleted") or told.get("removed"):
        raise Missing(f"{source}: the post was deleted")
    act = _act(view, "post", Kind.MENTION, source, target, base)
    score = numbers(view, "post").get("score")
    return Thread(
        _link_of(view) or act.url,
        () if _is_me(view, me) else (act,),
        score if isinstance(score, int) and not isinstance(score, bool) else None,
    )


def parse_comments(
    views: Sequence[object], *, source: str, target: str, base: str, where: str = ""
) -> tuple[tuple[Act, ...], tuple[Problem, ...]]:
    """Comments, listed flat, as acts that know what they answer; what cannot be read is told in one Problem."""
    known = [view for view in views if isinstance(view, dict) and _number(view, "comment")]
    parents: dict[str, str] = {}
    for view in known:
        above = _above(view)
        parents |= dict(zip([*above[1:], _number(view, "comment")], above, strict=False))
    living = {_number(view, "comment"): _address(view, "comment", base) for view in known if _is_living(view)}
    acts = []
    for view in known:
        if (number := _number(view, "comment")) in living:
            act = _act(view, "comment", Kind.REPLY, source, target, base)
            acts.append(structs.replace(act, parent=ancestor(number, parents, living)))
    unreadable = len(views) - len(known)
    problems = (Problem(where, f"{unreadable} comments could not be read"),) if unreadable else ()
    return tuple(acts), problems


def parse_own(view: object, *, source: str, base: str, desk: Desk) -> Batch:
    """A comment of the account's own as an answer to somebody, a post as a link, a note or a copy."""
    if not isinstance(view, dict) or not (_number(view, "comment") or _number(view, "post")):
        return Batch(problems=(Problem("account", "an entry without an id was left out"),))
    kind = "comment" if isinstance(view.get("comment"), dict) else "post"
    if not _is_living(view, kind):
        return Batch()
    link, thread = _link_of(view), f"{base}/post/{_number(view, 'post')}"
    if kind == "post":
        return _submitted(view, link, thread, source, base, desk)
    if desk.is_about_a_post(link, thread) or desk.is_about_a_post("", _address(view, "post", base)):
        return Batch()
    above = _above(view)
    answered = f"{base}/comment/{above[-1]}" if above else _address(view, "post", base)
    act = _given(_act(view, kind, Kind.REPLY, source, answered, base))
    return Batch((structs.replace(act, title=_title(view)),))


def _submitted(view: dict[str, object], link: str, thread: str, source: str, base: str, desk: Desk) -> Batch:
    """A post of the account's own: a link to somebody's page, a note where it is about the blogger's own, a copy."""
    other = bool(link) and not desk.is_own(link)
    act = _given(_act(view, "post", Kind.LINK if other else Kind.NOTE, source, link, base))
    first = _LINK.search(act.text)
    act = structs.replace(
        act,
        target=link or (address_of(first[0].rstrip(".,;:!?*_")) if first else ""),
        to=whose(link) if other else Person(),
    )
    post = desk.post_of(link)
    return Batch((act,), copies=(Copy(post.url, thread),) if post else ())


def _given(act: Act) -> Act:
    return structs.replace(act, direction=Direction.GIVEN, author=Person(), words=words(act.text))


def _act(view: dict[str, object], kind: str, act: Kind, source: str, target: str, base: str) -> Act:
    """A received act, of what a view tells of its comment or post."""
    told = _told(view, kind)
    published, edited = moment_of(view), time_of(told.get("updated_at") or told.get("updated"))
    return Act(
        direction=Direction.RECEIVED,
        kind=act,
        source=source,
        id=_address(view, kind, base),
        url=_address(view, kind, base),
        target=target,
        channel=CHANNEL,
        author=_person(view, base),
        published=published,
        updated=edited if edited and published and edited > published else None,
        title=_title(view) if kind == "post" else "",
        text=text_of(told.get("content") if kind == "comment" else told.get("body")),
        warning=NSFW if _told(view, "post").get("nsfw") is True else "",
    )


def _person(view: dict[str, object], base: str) -> Person:
    told = _told(view, "creator")
    name = text_of(told.get("name"), NAME_LIMIT)
    url = address_of(told.get("ap_id")) or address_of(told.get("actor_id"))
    handle = f"@{name}@{host_of(url or base)}" if name else ""
    return Person(text_of(told.get("display_name"), NAME_LIMIT) or name, url, address_of(told.get("avatar")), handle)


def _is_me(view: dict[str, object], me: str) -> bool:
    """Whether the account wrote it; an account without a server is on the one that is asked."""
    told = _told(view, "creator")
    name, _, host = me.casefold().partition("@")
    here = (
        host == host_of(text_of(told.get("ap_id") or told.get("actor_id"))) if host else told.get("local") is not False
    )
    return bool(name) and here and text_of(told.get("name"), NAME_LIMIT).casefold() == name


def _is_living(view: dict[str, object], kind: str = "comment") -> bool:
    told = _told(view, kind)
    gone = told.get("deleted") or told.get("removed")
    return not gone and bool(text_of(told.get("content" if kind == "comment" else "name")))


def _above(view: dict[str, object]) -> list[str]:
    """The numbers of the comments above one, the highest first: its path is ``0.11.15.27``, with itself at the end."""
    path = text_of(_told(view, "comment").get("path"), NAME_LIMIT).split(".")
    return [number for number in path[1:-1] if number.isdecimal()]


def _told(view: dict[str, object], name: str) -> dict[str, object]:
    told = view.get(name)
    return told if isinstance(told, dict) else {}


def _number(view: dict[str, object], kind: str) -> str:
    """The number of a view's comment or post at this server; "" where it has none."""
    number = _told(view, kind).get("id")
    return str(number) if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**63 else ""


def _address(view: dict[str, object], kind: str, base: str) -> str:
    """The address of a comment or post where it was written, the same at all servers."""
    return address_of(_told(view, kind).get("ap_id")) or f"{base}/{kind}/{_number(view, kind)}"


def _link_of(view: dict[str, object]) -> str:
    return address_of(_told(view, "post").get("url"))


def _title(view: dict[str, object]) -> str:
    return text_of(_told(view, "post").get("name"), NAME_LIMIT)


SERVICE = Service(
    name="lemmy",
    pull=pull,
    account=account,
    check=check,
    summary="Lemmy: posts in its communities that link to yours, their comments and score, and what you write there.",
    options=(Option("account", "your name there, as name@server; without it nothing given is told"),),
    received=(Kind.MENTION, Kind.REPLY, Kind.LIKE),
    given=(Kind.REPLY, Kind.LINK, Kind.NOTE),
    per_post=lambda source: True,  # noqa: ARG005 - asked post by post, whatever its options
)
