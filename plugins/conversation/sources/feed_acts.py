"""What the entries of a feed mean as acts: comments on a post, mentions, or what the blogger wrote elsewhere. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qs, urldefrag

from msgspec import Struct, structs

from ..acts import Act, Count, Direction, Kind, Person, Problem
from ..addresses import host_of, is_web, key, split
from ..channels import channel_of
from ..http.wording import shown
from . import Copy
from .feed_parse import Entry, Feed
from .hypertext import addresses, words
from .pages import digest_of, is_within, page_of, whose

__all__ = ["Told", "parse_comments", "parse_given", "parse_mentions", "parse_posts"]


class Told(Struct, frozen=True):
    """What a page of a feed told."""

    acts: tuple[Act, ...] = ()
    counts: tuple[Count, ...] = ()
    problems: tuple[Problem, ...] = ()
    copies: tuple[Copy, ...] = ()

    def __add__(self, other: Told) -> Told:
        """Both together."""
        return Told(
            self.acts + other.acts,
            self.counts + other.counts,
            self.problems + other.problems,
            self.copies + other.copies,
        )


#: WordPress breaks long discussions into pages; Blogger and WordPress mark the comment meant by a parameter.
_COMMENT_PAGE = re.compile(r"(?<=/)comment-page-\d+/?\Z")
_COMMENT_QUERY = re.compile(r"(?:\A|(?<=&))(?:showComment|replytocom|cpage)=[^&]*&?")


def parse_comments(feed: Feed, *, source: str, kind: Kind = Kind.REPLY, target: str = "") -> Told:
    """Every entry is a comment: on `target` where the feed is that of one post, else on the page that it names."""
    acts: list[Act] = []
    problems: list[Problem] = []
    for entry in feed.entries:
        about = target or _commented(entry)
        if not about:
            what = (
                "does not say which post it is about (no link with #comment in it, no in-reply-to), so it was left out"
            )
            problems.append(Problem(entry.link or f"{shown(feed.url)}, {entry.id}"[:300], f"the entry {what}"))
            continue
        parent = entry.answers if "#" in entry.answers and key(entry.answers) != key(entry.link) else ""
        # The feeds of single posts may number their comments from 1 each.
        own = entry.id if ":" in entry.id or not target else digest_of(page_of(target), entry.id)
        act = _received(entry, feed, source, kind, about)
        acts.append(structs.replace(act, id=own, parent=parent))
    return Told(tuple(acts), problems=tuple(problems))


def parse_mentions(feed: Feed, *, source: str, kind: Kind, sites: Sequence[str]) -> Told:
    """Every entry mentions the blog: the page of it that the entry links to, else its home page (`sites[0]`).

    What is on the blog's own pages mentions nobody: search alerts find those too.
    """
    if not sites:
        return Told(problems=(Problem(shown(feed.url), "mentions cannot be placed while SITEURL is not set"),))
    ours = [page_of(site) for site in sites]
    acts: list[Act] = []
    for told in feed.entries:
        entry = structs.replace(told, link=unwrapped(told.link))
        if is_within(page_of(entry.link), ours):
            continue
        meant = next(
            (href for href in map(unwrapped, addresses(entry.html)) if is_within(page_of(href), ours)), sites[0]
        )
        act = _received(entry, feed, source, kind, meant)
        # Alerts name nobody: then it is the page's owner who mentions the blog.
        author = act.author if act.author.key or act.author.name else whose(entry.link)
        acts.append(structs.replace(act, author=author, title=entry.title))
    return Told(tuple(acts))


def parse_posts(feed: Feed, *, source: str) -> tuple[tuple[Entry, ...], Feed, Told]:
    """The blog's own posts in a feed, the feed without them, and the number of comments that they report."""
    posts = tuple(each for each in feed.entries if (each.replies or each.count is not None) and not each.answers)
    rest = structs.replace(feed, entries=tuple(each for each in feed.entries if each not in posts))
    known = {each.link: each.count for each in posts if each.link and each.count is not None}
    return posts, rest, Told(counts=tuple(Count(source, link, Kind.REPLY, value) for link, value in known.items()))


def parse_given(feed: Feed, *, source: str, kind: Kind, sites: Sequence[str]) -> Told:
    """Every entry is something that the blogger wrote for somebody else's site."""
    ours = [page_of(site) for site in sites]
    acts: list[Act] = []
    problems: list[Problem] = []
    for entry in feed.entries:
        if not entry.link or is_within(page_of(entry.link), ours):
            what = (
                "is on your own site, so it is not counted as given"
                if entry.link
                else "has no link, so it was left out"
            )
            problems.append(Problem(entry.link or f"{shown(feed.url)}, {entry.id}"[:300], f"the entry {what}"))
            continue
        acts.append(
            Act(
                direction=Direction.GIVEN,
                kind=kind,
                source=source,
                id=entry.id,
                url=entry.link,
                target=entry.link,
                channel=channel_of(entry.link, feed.url),
                to=Person(name=feed.title, url=feed.site),
                published=entry.published,
                updated=entry.updated,
                title=entry.title,
                text=entry.text,
                words=None if entry.cut or not entry.text else words(entry.text),
            )
        )
    return Told(tuple(acts), problems=tuple(problems))


def unwrapped(link: str) -> str:
    """The address that Google's `/url?…&url=` leads to; every other link as it is."""
    parts = split(link)
    host = host_of(link)
    if parts is None or parts.path != "/url" or not (host == "google.com" or host.startswith("google.")):
        return link
    try:
        query = parse_qs(parts.query, max_num_fields=50)
    except ValueError:
        return link
    return next((url for name in ("url", "q") for url in query.get(name, ()) if is_web(url)), link)


def _received(entry: Entry, feed: Feed, source: str, kind: Kind, target: str) -> Act:
    """The act without a title: a comment's is "By: Name", which the author says better."""
    return Act(
        direction=Direction.RECEIVED,
        kind=kind,
        source=source,
        id=entry.id,
        url=entry.link,
        target=target,
        channel=channel_of(entry.link, feed.url),
        author=entry.author,
        published=entry.published,
        updated=entry.updated,
        text=entry.text,
        html=entry.html,
    )


def _commented(entry: Entry) -> str:
    """The page that a comment is about: what it answers if that is a page, else the page that the comment is on."""
    if entry.answers and "#" not in entry.answers:
        return entry.answers
    on = entry.link if "#" in entry.link else entry.answers
    if not on:
        return ""
    parts = split(urldefrag(on).url)
    if parts is None:
        return ""
    query = _COMMENT_QUERY.sub("", parts.query).rstrip("&")
    return parts._replace(path=_COMMENT_PAGE.sub("", parts.path), query=query).geturl()
