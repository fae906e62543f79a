"""Discourse: what is said in the topics about the blogger's posts, and what the blogger gave on the forum.

Topics are found by front matter, or because the opening post links to one of the site's posts: a companion topic that
the forum made when it was embedded under the post, or one that a reader began. The forum's search knows the words of a
host's name, so one search for the site finds them all; each topic is looked at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from msgspec import Struct, structs

from ..acts import Act, Count, Kind, Problem
from ..addresses import host_of
from ..errors import Malformed, Missing, Refused
from ..http import Client
from ..posts import Post
from . import Ask, Batch, Copy, Finding, Option, Service, Snapshot, Source, copies
from .abreast import abreast
from .discourse_api import (
    ACTIONS,
    MAX_POSTS,
    Desk,
    desk_of,
    fetch_actions,
    fetch_posts,
    fetch_search,
    fetch_solutions,
    fetch_summary,
    fetch_topic,
    topic_of,
)
from .discourse_parse import (
    LIKED,
    REPLIED,
    Forum,
    Topic,
    id_of,
    parse_actions,
    parse_posts,
    parse_solutions,
    parse_topic,
)
from .hypertext import addresses
from .relisting import Course
from .values import text_of

__all__ = ["SERVICE", "account", "check", "pull"]

#: So many topics that nobody has looked at yet are looked at in one pull; the others follow in the next.
LOOKS = 30
MAX_REMEMBERED = 3_000
#: The newest come first: so many known ones in a row, and there are no others.
ENOUGH = 50
#: Former addresses of the site that are searched for too.
MAX_SITES = 3


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """What was said in the topics of the posts asked about.

    A topic that is closed to us is a Problem, unless the first is. Raises SourceError.
    """
    desk = desk_of(source, client)
    forum = Forum(source.name, desk.base, _account(source))
    topics = {post.url: _topics_of(post, ask, desk) for post in ask.posts}
    there = [post for post in ask.posts if topics[post.url]]
    proven = False
    for told in abreast(lambda post: _of_post(desk, forum, post, topics[post.url]), there, ask.at_a_time):
        if told.refused is not None and not proven:
            raise told.refused
        proven = True
        yield told.batch


class _Told(Struct, frozen=True):
    """What came of asking about a post; `refused` where its topic is closed to us."""

    batch: Batch
    refused: Refused | None = None


def _topics_of(post: Post, ask: Ask, desk: Desk) -> dict[str, str]:
    """The addresses of a post's topics, by number."""
    urls = copies.of(post, ask, lambda url: bool(topic_of(url, desk.base)))
    return {topic_of(url, desk.base): url for url in urls}


def _of_post(desk: Desk, forum: Forum, post: Post, topics: dict[str, str]) -> _Told:
    try:
        return _Told(_conversation(desk, forum, post, topics))
    except Refused as error:
        problem = Problem(next(iter(topics.values())), str(error))
        return _Told(Batch(problems=(problem,), answered=(post.url,)), error)


def _conversation(desk: Desk, forum: Forum, post: Post, topics: dict[str, str]) -> Batch:
    """All that is said about one post; a topic that is gone says nothing any more."""
    acts: list[Act] = []
    problems: list[Problem] = []
    likes = 0
    whole = True
    for number, url in topics.items():
        try:
            topic = _read(desk, number)
        except Missing:
            continue
        except Malformed as error:
            whole = False
            problems.append(Problem(url, str(error)))
            continue
        told = parse_posts(topic.posts, topic, forum, post.url)
        acts += told.acts
        problems += told.problems
        likes += told.likes or 0
        whole = whole and topic.whole and not told.problems
    return Batch(
        tuple(acts),
        counts=(Count(forum.source, post.url, Kind.LIKE, likes),) if whole else (),
        problems=tuple(problems),
        complete=(post.url,) if whole else (),
        answered=(post.url,),
    )


def _read(desk: Desk, number: str) -> Topic:
    """A topic with all its posts. Raises SourceError."""
    topic = _topic(fetch_topic(desk, number))
    came = {id_of(post) for post in topic.posts}
    others = [one for one in topic.ids if one not in came]
    more = [post for page in fetch_posts(desk, number, others[:MAX_POSTS]) for post in _topic(page).posts]
    whole = topic.whole and len(others) <= MAX_POSTS
    return structs.replace(topic, number=number, posts=(*topic.posts, *more), whole=whole)


def _topic(answer: object) -> Topic:
    topic = parse_topic(answer)
    if topic is None:
        raise Malformed("The answer holds no posts; is base_url the address of a Discourse forum?")
    return topic


def account(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """The topics about posts of the site, and what the account did, where there is one. Raises SourceError."""
    desk = desk_of(source, client)
    forum = Forum(source.name, desk.base, _account(source))
    cursor = dict(ask.cursor)
    if forum.account:
        yield from _given(desk, forum, Course(ask, cursor))
    yield from _topics(desk, forum, ask, cursor)


def _given(desk: Desk, forum: Forum, course: Course) -> Iterator[Batch]:
    """Likes, replies and solutions since the last pull, or all of them."""
    page = int(course.place) if course.place.isdecimal() else 0
    try:
        solved, understood = _solutions(desk, forum, full=course.full)
        yield Batch(tuple(solved.values()), snapshots=_snapshot(fetch_summary(desk, forum.account), forum))
        listing = fetch_actions(desk, forum.account, f"{LIKED},{REPLIED}", page)
        while entries := list(islice(listing, ACTIONS)):
            acts, problems = parse_actions(entries, forum)
            understood = understood and not problems
            page += 1
            told = tuple(act for act in acts if act.id not in solved)
            yield Batch(told, problems=problems, cursor=course.reach(str(page)))
            if course.is_known(act.published for act in acts):
                break
    except Missing:
        what = f"there is no profile of {forum.account} that everybody may see; what you gave there is not known"
        yield Batch(problems=(Problem(forum.source, what),))
        return
    yield course.end(whole=understood and listing.whole)


def _solutions(desk: Desk, forum: Forum, *, full: bool) -> tuple[dict[str, Act], bool]:
    """Solutions by the id of the act, the latest or all, and whether that are all; none where the forum has none."""
    listing = fetch_solutions(desk, forum.account)
    try:
        found = parse_solutions(listing if full else islice(listing, ACTIONS), forum)
    except Missing:  # the plugin for them is not installed, or switched off
        return {}, True
    except Malformed:
        return {}, False
    return {act.id: act for act in found.values()}, listing.whole


def _snapshot(value: object, forum: Forum) -> tuple[Snapshot, ...]:
    summary = value.get("user_summary") if isinstance(value, dict) else None
    posts = summary.get("post_count") if isinstance(summary, dict) else None
    known = isinstance(posts, int) and not isinstance(posts, bool) and 0 <= posts < 2**31
    return (Snapshot(f"{forum.account}@{host_of(forum.base)}", posts=posts),) if known else ()


def _topics(desk: Desk, forum: Forum, ask: Ask, cursor: dict[str, str]) -> Iterator[Batch]:
    """Topics whose opening post links to one of the site's posts.

    `cursor` remembers those that were looked at, and those that wait for it.
    """
    seen, waiting = ([], []) if ask.full else (cursor.get(name, "").split() for name in ("topics", "waiting"))
    known = len(seen)
    index = copies.Index(ask.posts, ask.sites)
    try:
        for host in _hosts(ask.sites):
            waiting += dict.fromkeys(_unseen(fetch_search(desk, host), {*seen, *waiting}))
        while waiting:
            number = waiting.pop(0)
            found = _copies(desk, number, index)
            seen.append(number)
            cursor |= {"topics": " ".join(seen[-MAX_REMEMBERED:]), "waiting": " ".join(waiting)}
            yield Batch(copies=found, cursor=dict(cursor))
            if len(seen) - known == LOOKS:
                break
    except (Refused, Missing, Malformed) as error:
        what = f"{error}. Topics are found only by `syndication:` in the front matter of your posts then."
        yield Batch(problems=(Problem(forum.source, what),))


def _hosts(sites: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, map(host_of, sites))))[:MAX_SITES]


def _unseen(found: Iterable[object], seen: Collection[str]) -> Iterator[str]:
    """The topics whose opening post was found, without those that were looked at; it ends where all are known."""
    known = 0
    for post in found:
        number = id_of(post, "topic_id") if isinstance(post, dict) and post.get("post_number") == 1 else ""
        known = known + 1 if number in seen else 0
        if known == ENOUGH:
            return
        if number and number not in seen:
            yield number


def _copies(desk: Desk, number: str, index: copies.Index) -> tuple[Copy, ...]:
    """The post that a topic is about, if any."""
    try:
        posts = _topic(fetch_topic(desk, number)).posts
    except (Missing, Refused, Malformed):  # it was deleted after it was indexed, or is not for everybody
        return ()
    first = posts[0] if posts else None
    links = addresses(text_of(first.get("cooked"))) if isinstance(first, dict) else ()
    return tuple(Copy(post.url, f"{desk.base}/t/{number}") for post in index.posts_of(links)[:1])


def check(source: Source, client: Client) -> Iterator[Finding]:
    """Whether that is a forum whose search is open, and whether the profile can be seen."""
    desk = desk_of(source, client)
    try:
        next(iter(fetch_search(desk, "welcome")), None)
    except (Refused, Missing, Malformed) as error:
        yield Finding(
            well=False,
            what=f"cannot be searched: {error}",
            advice="Name topics in `syndication:` of your posts instead.",
        )
    else:
        yield Finding(well=True, what=f"{desk.base} is a forum that can be searched")
    if name := _account(source):
        try:
            fetch_summary(desk, name)
        except (Missing, Refused):
            advice = "Check the spelling of `account`, and whether your profile there is public."
            yield Finding(well=False, what=f"there is no profile of {name} that everybody may see", advice=advice)
        else:
            yield Finding(well=True, what=f"the profile of {name} can be seen")


def _account(source: Source) -> str:
    """The user name, from what people write into settings: the name, or the address of the profile."""
    return source.options.get("account", "").strip().rstrip("/").rpartition("/")[2].removeprefix("@")


SERVICE = Service(
    name="discourse",
    pull=pull,
    account=account,
    check=check,
    summary="Topics about your posts on a Discourse forum, and the replies, likes and solutions that you gave there.",
    options=(Option("account", "Your user name there, for what you gave."),),
    received=("reply", "mention", "like"),
    given=("reply", "answer", "like"),
    per_post=lambda source: True,  # noqa: ARG005
    at_once=100,  # each is ticked off by itself
)
