"""What a copy of a post drew on Mastodon: the thread below it, and who liked, reposted and quoted it. Pure.

The numbers that the service tells count people who are not named: those on servers that this one has not heard of,
those who asked programs to leave them alone, and everybody where a list is not open. What the blogger did is taken out
of them, for that is not received.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from ..acts import Act, Count, Kind, Problem, Proof
from .mastodon_parse import (
    Home,
    Status,
    id_of,
    is_open,
    number_of,
    parse_reaction,
    parse_said,
    proofs_in,
    quoted_in,
)
from .values import address_of, text_of

__all__ = ["Thread", "parse_mention", "parse_thread", "proofs_of"]


class Thread(Struct):
    """A copy of a post and what was asked about it; `refreshing` says that the server is still looking for replies."""

    status: Status
    below: list[object] = field(default_factory=list)
    likes: list[object] = field(default_factory=list)
    reposts: list[object] = field(default_factory=list)
    quotes: list[object] = field(default_factory=list)
    refreshing: bool = False


def parse_thread(thread: Thread, home: Home, target: str) -> tuple[list[Act], list[Problem], list[Count]]:
    """All that a copy of the post `target` drew, and the numbers of it."""
    found = [*_replies(thread, home, target)]
    for kind, people in ((Kind.LIKE, thread.likes), (Kind.REPOST, thread.reposts)):
        found += [parse_reaction(one, home, thread.status, kind, target) for one in people]
    quotes = [one for one in thread.quotes if not isinstance(one, dict) or quoted_in(one)]
    found += [parse_said(one, home, Kind.QUOTE, target) for one in quotes]
    acts = [one for one in found if isinstance(one, Act)]
    problems = [one for one in found if isinstance(one, Problem)]
    return acts, problems, _counts(thread, home, target)


def proofs_of(thread: Thread) -> tuple[Proof, ...]:
    """Which other pages are theirs, of all people that a copy drew."""
    return proofs_in((*thread.below, *thread.likes, *thread.reposts, *thread.quotes))


def parse_mention(status: object, home: Home, target: str) -> Act | Problem | None:
    """A status that names the blogger and links to the post `target`."""
    return parse_said(status, home, Kind.MENTION, target)


def _replies(thread: Thread, home: Home, target: str) -> Iterator[Act | Problem | None]:
    """The answers, each with the one that it answers; to the copy itself there is none to name."""
    urls = {id_of(one): _url(one) for one in thread.below if isinstance(one, dict) and is_open(one)}
    root = id_of(thread.status)
    for one in thread.below:
        answered = text_of(one.get("in_reply_to_id"), 80) if isinstance(one, dict) else ""
        if not id_of(one) or id_of(one) != root:
            yield parse_said(one, home, Kind.REPLY, target, "" if answered == root else urls.get(answered, ""))


def _counts(thread: Thread, home: Home, target: str) -> list[Count]:
    status, root = thread.status, id_of(thread.status)
    below = [one for one in thread.below if isinstance(one, dict) and id_of(one) != root]
    # Some servers count what is not for everybody, too: what was seen of it is none of the unknown.
    direct = sum(text_of(one.get("in_reply_to_id"), 80) == root for one in below)
    others = sum(is_open(one) and not home.is_me(one.get("account")) for one in below)
    numbers = {
        Kind.REPLY: others + max(0, number_of(status.get("replies_count")) - direct),
        Kind.LIKE: number_of(status.get("favourites_count")) - _mine(thread.likes, home),
        Kind.REPOST: number_of(status.get("reblogs_count")) - _mine(thread.reposts, home),
    }
    if "quotes_count" in status:
        own = sum(home.is_me(one.get("account")) for one in thread.quotes if isinstance(one, dict))
        numbers[Kind.QUOTE] = number_of(status.get("quotes_count")) - own
    return [Count(home.source, target, kind, max(0, value)) for kind, value in numbers.items()]


def _mine(people: Iterable[object], home: Home) -> int:
    return sum(home.is_me(one) for one in people)


def _url(status: Status) -> str:
    return address_of(status.get("url")) or address_of(status.get("uri"))
