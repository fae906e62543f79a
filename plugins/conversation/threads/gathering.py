"""From the acts on one post to its conversation: one act once, counted, grouped and put into words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from markupsafe import Markup

from .. import sanitise
from ..acts import Act, Count, Kind, identity, placed
from ..addresses import host_of, is_web
from ..channels import channel_of, place_name
from ..posts import Post
from ..store import Stored
from .tree import threaded
from .types import Conversation, Counts, Gave, House, Join, Said

__all__ = ["distinct", "gather"]

#: Which of the five numbers a kind belongs to (contract); kinds that are not here are not part of a conversation.
GROUPS: Mapping[Kind, str] = {
    Kind.REPLY: "comments",
    Kind.ANSWER: "comments",
    Kind.REPOST: "shares",
    Kind.QUOTE: "shares",
    Kind.MENTION: "mentions",
    Kind.LINK: "mentions",
    Kind.RSVP: "mentions",
    Kind.LIKE: "likes",
    Kind.BOOKMARK: "bookmarks",
}
#: Longer texts are folded, and quotes of whole pages (a mention's content) are cut to an excerpt.
LONG_TEXT = 1_200
EXCERPT = 280


def distinct(stored: Iterable[Stored]) -> list[Stored]:
    """The acts on one post without those that came twice (`acts.identity`), oldest first.

    Of two tellings of one act the fuller one stays, whatever the order they come in.
    """
    best: dict[str, Stored] = {}
    for item in stored:
        name = identity(item.act)
        if name not in best or _fullness(item) > _fullness(best[name]):
            best[name] = item
    return sorted(best.values(), key=lambda item: (placed(item.act, item.first_seen), item.act.source, item.act.id))


def _fullness(item: Stored) -> tuple[bool, bool, bool, int, str, str]:
    act = item.act
    return (
        bool(act.published),
        bool(act.parent),
        bool(act.author.name),
        len(act.html) + len(act.text),
        act.source,
        act.id,
    )


def gather(
    post: Post,
    stored: Iterable[Stored],
    given: Iterable[Act],
    counts: Iterable[Count],
    house: House,
    told: Iterable[Stored] | None = None,
) -> Conversation:
    """The conversation of `post`.

    `stored` are the received acts whose target means this post, once each and in order (`distinct`), `given` the acts
    that the post itself gave (its links), `counts` the numbers that services tell for it without names. `told`
    is everything that was told of it, before acts were merged and moderated (None: `stored`): what a service names is
    not counted once more as an act without a name, though another telling of it is shown, or none.
    """
    groups: dict[str, list[Said]] = defaultdict(list)
    stored = list(stored)
    unnamed: dict[tuple[str, str], int] = defaultdict(int)
    numbers: dict[str, int] = defaultdict(int)
    for item in stored:
        group = GROUPS.get(item.act.kind)
        own = house.is_own(item.act.author, item.act.url)
        if group is None or (own and group != "comments") or _after_closing(item, post):
            continue
        if not own:
            numbers[group] += 1
        if _privacy(item.act, house) != "count":
            groups[group].append(_said(item, own=own, house=house))
    # By group and not by kind: some services count quotes among the reposts.
    for count in counts:
        unnamed[count.source, GROUPS.get(count.kind, "")] += count.value
    for item in stored if told is None else told:
        unnamed[item.act.source, GROUPS.get(item.act.kind, "")] -= not house.is_own(item.act.author, item.act.url)
    for (_, group), number in unnamed.items():
        numbers[group] += max(0, number)
    numbers.pop("", None)
    return Conversation(
        post=post,
        counts=Counts(**numbers),
        comments=threaded(groups["comments"]),
        shares=tuple(groups["shares"]),
        mentions=tuple(groups["mentions"]),
        likes=tuple(groups["likes"]),
        bookmarks=tuple(groups["bookmarks"]),
        join=() if _closed(post, house) else (*_copies(post), *house.contact),
        stale=house.stale,
        gave=tuple(Gave(act.target, sanitise.line(act.title, 90), host_of(act.target)) for act in given),
        closed=_closed(post, house),
    )


def _after_closing(item: Stored, post: Post) -> bool:
    """Whether an act came after the day on which `comments:` of the post's front matter ended its conversation."""
    return isinstance(post.closed, datetime) and placed(item.act, item.first_seen) >= post.closed


def _closed(post: Post, house: House) -> bool:
    """Whether the page says that the conversation has ended: a date counts once any source was pulled after it."""
    if isinstance(post.closed, bool):
        return post.closed
    return house.now is not None and house.now >= post.closed


def _privacy(act: Act, house: House) -> str:
    return house.privacy.get(act.source) or house.privacy.get(act.kind) or "full"


def _copies(post: Post) -> Iterable[Join]:
    """The copies of the post elsewhere, as places to answer."""
    for url in post.syndication:
        if is_web(url):
            channel = channel_of(url)
            yield Join(f"on {place_name(channel) if channel != 'web' else host_of(url)}", url)


def _said(item: Stored, *, own: bool, house: House) -> Said:
    act = item.act
    label = sanitise.name(act.author.shown) or host_of(act.author.url) or host_of(act.url) or "Somebody"
    words = Markup("") if _privacy(act, house) == "name" else _words(act)
    return Said(
        act=act,
        anchor=f"said-{identity(act)}",
        name=label,
        initials=sanitise.initials(label),
        profile=act.author.url if is_web(act.author.url) else "",
        url=act.url if is_web(act.url) else "",
        when=placed(act, item.first_seen).astimezone(house.zone),
        dated=act.published is not None and placed(act, item.first_seen) == act.published,
        html=words,
        long=len(words.striptags()) > LONG_TEXT,
        title=sanitise.line(act.title, 120),
        warning=sanitise.line(act.warning, 120),
        place=place_name(act.channel) if act.channel != "web" else host_of(act.url),
        own=own,
    )


def _words(act: Act) -> Markup:
    """What was said: in full for comments and quotes, an excerpt for pages that mention the post, else nothing."""
    group = GROUPS[act.kind]
    if group == "comments" or act.kind is Kind.QUOTE:
        return sanitise.html(act.text, act.html)
    if group == "mentions":
        return sanitise.html(sanitise.line(sanitise.words(sanitise.html(act.text, act.html)), EXCERPT))
    return Markup("")
