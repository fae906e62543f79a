"""Bluesky's answers as acts received: threads, likes, reposts, quotes, posts that link. Pure, and raises over nothing.

The shapes are those of ``app.bsky.feed.defs`` (postView, threadViewPost) and ``app.bsky.actor.defs`` (profileView):
https://docs.bsky.app/docs/category/http-reference. An account may ask not to be shown to people who are not signed in
(the label ``!no-unauthenticated``), or by programs (`optouts.py`); it is counted here, without name and words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct, field

from ..acts import Act, Count, Direction, Kind, Problem
from .bluesky_names import Json, at_of, did_of, handle_of, inner, mapping, page_of, person_of
from .bluesky_text import html_of, is_shy, is_withheld, labels_of, text_of_post, warning_of
from .paging import walk
from .values import listed, text_of, time_of

__all__ = ["Heard", "Here", "deeper", "hear_links", "hear_people", "hear_quotes", "hear_thread", "hush", "numbers"]


class Here(Struct, frozen=True):
    """What is being heard about: a copy of the post with the address `target`, for the source `source`.

    `uri` is the copy's at:// address, `page` the one on the web; `me` is the blogger's DID.
    """

    source: str
    target: str
    me: str
    uri: str = ""
    page: str = ""


class Heard(Struct):
    """What was heard about one post: acts by id, and by kind how many are whose and may not be shown."""

    acts: dict[str, Act] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    #: The addresses of the posts heard, so that one that came as a reply does not come again as a mention.
    uris: set[str] = field(default_factory=set)
    #: Whose each post among the acts is, by the act's id: a DID.
    authors: dict[str, str] = field(default_factory=dict)
    #: The blogger's own; those that are counted but not shown; those that are neither.
    own: Counter[Kind] = field(default_factory=Counter)
    shy: Counter[Kind] = field(default_factory=Counter)
    hidden: Counter[Kind] = field(default_factory=Counter)
    #: What the service counts, of all copies.
    reported: Counter[Kind] = field(default_factory=Counter)

    def count(self, here: Here, kind: Kind, author: Json) -> bool:
        """Takes an act by `author` into the numbers; whether it may be shown."""
        if is_withheld(labels_of(author)):
            self.hidden[kind] += 1
            return False
        own = did_of(author.get("did")) == here.me
        if not own and is_shy(author):
            self.shy[kind] += 1
            return False
        self.own[kind] += own
        return True


def hear_thread(answer: object, here: Here, heard: Heard) -> bool:
    """The replies in an answer of getPostThread, as a tree; whether all of it was read.

    Of what was deleted, blocked or hidden nothing is said; living replies to it stay, with the address of their parent.
    """
    hidden = set(map(text_of, listed(inner(answer, "threadgate", "record", "hiddenReplies"))))
    root = mapping(answer).get("thread")

    def replies(node: object) -> Sequence[object]:
        return [] if _uri(node) in hidden else [one for one in listed(mapping(node).get("replies")) if one]

    nodes = walk(root, replies)
    pages = {here.uri: ""}
    for node, _ in nodes:
        uri = _uri(node)
        if node is root or uri in heard.uris:
            pages = ({uri: heard.acts[uri].url} if uri in heard.acts else {}) | pages
        elif uri in hidden or mapping(node).get("blocked") is True:
            heard.hidden[Kind.REPLY] += 1
        elif isinstance(mapping(node).get("post"), dict):
            _hear_post(mapping(mapping(node).get("post")), here, Kind.REPLY, heard, pages)
            pages |= {uri: heard.acts[uri].url} if uri in heard.acts else {}
        elif mapping(node).get("notFound") is not True:
            heard.problems.append(Problem(here.page, "a reply came in a form that is not known and was left out"))
    if nodes.why:
        heard.problems.append(Problem(here.page, f"its thread was not read to its end: {nodes.why}"))
    return nodes.whole


def deeper(answer: object) -> tuple[str, ...]:
    """The posts (at:// addresses) in a thread below which the service has more than it gave."""
    nodes = walk(mapping(answer).get("thread"), lambda node: listed(mapping(node).get("replies")))
    cut = (node for node, _ in nodes if isinstance(node, dict) and "replies" not in node)
    return tuple(dict.fromkeys(_uri(node) for node in cut if _reported(node.get("post"), "replyCount") and _uri(node)))


def hear_quotes(posts: Iterable[object], here: Here, heard: Heard) -> None:
    """Posts that quote the copy, as getQuotes tells them; those that the blogger has detached are left out."""
    for post in posts:
        embed = mapping(mapping(post).get("embed")).get("record")
        kinds = {text_of(mapping(one).get("$type")) for one in (embed, mapping(embed).get("record"))}
        detached = any(kind.endswith(("#viewDetached", "#viewBlocked")) for kind in kinds)
        if detached or text_of(mapping(post).get("uri")) in heard.uris:
            heard.hidden[Kind.QUOTE] += 1
        else:
            _hear_post(mapping(post), here, Kind.QUOTE, heard, {})


def hear_links(posts: Iterable[object], here: Here, heard: Heard) -> None:
    """Posts that link to the blog's post; the blogger's own are copies and no mentions."""
    for post in posts:
        author = did_of(inner(post, "author", "did"))
        if text_of(mapping(post).get("uri")) not in heard.uris and author != here.me:
            _hear_post(mapping(post), here, Kind.MENTION, heard, {})


def hear_people(entries: Iterable[object], here: Here, kind: Kind, heard: Heard) -> None:
    """Those who liked (getLikes) or reposted (getRepostedBy) the copy."""
    done = {Kind.LIKE: "liked", Kind.REPOST: "reposted"}[kind]
    for entry in entries:
        told = mapping(entry)
        actor = mapping(told.get("actor")) if kind is Kind.LIKE else told
        did = did_of(actor.get("did"))
        if not did:
            heard.problems.append(Problem(here.page, f"somebody who {done} it has no DID and was left out"))
            continue
        name = f"{kind}:{here.uri}:{did}"
        if name in heard.acts or not heard.count(here, kind, actor):
            continue
        heard.acts[name] = Act(
            direction=Direction.RECEIVED,
            kind=kind,
            source=here.source,
            id=name,
            url=f"{here.page}#{done}_by_{did}",  # as Bridgy writes it, so that it counts once
            target=here.target,
            channel="bluesky",
            author=person_of(actor),
            published=time_of(told.get("createdAt")) if kind is Kind.LIKE else None,
            received=time_of(told.get("indexedAt")) if kind is Kind.LIKE else None,
        )


def hush(heard: Heard, silent: Collection[str]) -> None:
    """Leaves the posts of people (DIDs) who turned out to want no programs as numbers."""
    for name, did in heard.authors.items():
        act = heard.acts.pop(name, None) if did in silent else None
        if act is not None:
            heard.shy[act.kind] += 1


def numbers(heard: Heard, here: Here) -> tuple[tuple[Count, ...], bool]:
    """How many acts of others there are, by kind, and whether any of these numbers is larger than the acts named."""
    found = []
    more = False
    for kind in (Kind.REPLY, Kind.LIKE, Kind.REPOST, Kind.QUOTE, Kind.MENTION):
        named = sum(act.kind is kind for act in heard.acts.values()) - heard.own[kind]
        value = max(named + heard.shy[kind], heard.reported[kind] - heard.own[kind] - heard.hidden[kind])
        found.append(Count(here.source, here.target, kind, value))
        more = more or value > named
    return tuple(found), more


def _hear_post(post: Json, here: Here, kind: Kind, heard: Heard, pages: Mapping[str, str]) -> None:
    """One post of somebody's; `pages` are those of the posts above it, by at:// address ("" for the copy)."""
    at, author, record = at_of(post.get("uri")), mapping(post.get("author")), mapping(post.get("record"))
    if at is None or not did_of(author.get("did")):
        heard.problems.append(Problem(here.page, f"a {kind} without an address or an author was left out"))
        return
    heard.uris.add(at.uri)
    labels = labels_of(post, record)
    if is_withheld(labels):
        heard.hidden[kind] += 1
        return
    if not heard.count(here, kind, author):
        return
    parent = at_of(inner(record, "reply", "parent", "uri"))
    name = at.uri if kind is not Kind.MENTION else f"link:{at.uri}:{here.target}"  # one post may link to several
    heard.authors[name] = did_of(author.get("did"))
    heard.acts[name] = Act(
        direction=Direction.RECEIVED,
        kind=kind,
        source=here.source,
        id=name,
        url=page_of(at, handle_of(author.get("handle"))),
        target=here.target,
        channel="bluesky",
        author=person_of(author),
        published=time_of(record.get("createdAt")),
        received=time_of(post.get("indexedAt")),
        text=text_of_post(record),
        html=html_of(record),
        warning=warning_of(labels),
        parent=pages.get(parent.uri, page_of(parent)) if parent and kind is Kind.REPLY else "",
    )


def _uri(node: object) -> str:
    """The address of a node of a thread: in its post, or its own where the post is not there."""
    return text_of(inner(node, "post", "uri")) or text_of(mapping(node).get("uri"))


def _reported(post: object, name: str) -> int:
    value = mapping(post).get(name)
    return value if isinstance(value, int) and value > 0 else 0
