"""Mastodon and servers with its API (Pleroma, Akkoma, GoToSocial, Pixelfed): an account, and the copies of posts there.

https://docs.joinmastodon.org/methods/statuses/. Each post that is due is asked about by its copies: front matter names
them, or the account's own statuses that link to the post (`mastodon_account.py`). One request tells the numbers of many
copies; where they have changed (`stood.py`), what the post drew is listed. A listing of a post is whole, so that what
was deleted, hidden or undone is gone with it, and what was edited is told anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field, structs

from ..acts import Act, Count, Problem, Proof
from ..errors import Malformed, Missing, Refused
from ..http import Client
from ..posts import Post
from . import Ask, Batch, Finding, Option, Service, Source, copies
from .abreast import abreast
from .mastodon_account import account, mentions_of
from .mastodon_api import BY_ID, Asked, entries_of, home_of, refused
from .mastodon_parse import Status, id_of, number_of, proofs_in
from .mastodon_thread import Thread, parse_mention, parse_thread, proofs_of
from .paging import Listing
from .stood import Stood
from .values import text_of

__all__ = ["SERVICE", "check", "pull"]

#: More people than that are not named: the number tells as much, and each 80 of them take a request.
MAX_NAMED = 4_000
#: What changes when something happens to a status.
_STANDS = ("replies_count", "reblogs_count", "favourites_count", "quotes_count", "edited_at", "content")


class _Reading(Struct):
    """What is asked about one post; not `whole` where an answer could not be understood.

    `copies` are its copies, id to URL, `mentioned` the ids of statuses that mention it.
    """

    post: Post
    copies: Mapping[str, str]
    mentioned: tuple[str, ...]
    threads: list[Thread] = field(default_factory=list)
    mentions: list[Status] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True

    @property
    def refreshing(self) -> bool:
        """Whether the server is still looking for replies."""
        return any(thread.refreshing for thread in self.threads)


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """What the copies of the posts drew: a batch a post.

    With a token, Mastodon begins to look for replies on other servers when it is asked; it is asked once more when the
    other posts are through. Raises Refused (naming the token's variable) or Unreachable.
    """
    asked, stood = Asked(source, home_of(source), client), Stood(ask)
    refreshing: list[_Reading] = []
    try:
        readings = [_begun(asked, post, ask) for post in ask.posts]
        found = asked.by_id(number for reading in readings for number in (*reading.copies, *reading.mentioned))
        states = {reading.post.url: _state(reading, found) for reading in readings}
        changed = [one for one in readings if not _is_still(one.post, states[one.post.url], stood)]
        for reading in abreast(lambda one: _read(asked, one, found), changed, ask.at_a_time):
            refreshing += [reading] if reading.refreshing else []
            batch = _batch(reading, asked)
            stood.note(reading.post, states[reading.post.url] if reading.whole else None, batch.acts)
            yield structs.replace(batch, cursor=stood.kept(ask.cursor))
        if cursor := stood.kept(ask.cursor, last=True):
            yield Batch(cursor=cursor)
        for reading in refreshing:
            for thread in reading.threads:
                if thread.refreshing:
                    thread.below, _ = asked.context(id_of(thread.status))
            yield _batch(reading, asked)
    except Refused as error:
        raise refused(source, asked.home, error) from error


def _begun(asked: Asked, post: Post, ask: Ask) -> _Reading:
    """What is to be asked about one post."""
    urls = copies.of(post, ask, lambda url: bool(asked.home.status_in(url)))
    mentioned = tuple(number for number, target in mentions_of(ask.cursor) if target == post.url)
    return _Reading(post, {asked.home.status_in(url): url for url in urls}, mentioned)


def _state(reading: _Reading, found: Mapping[str, Status]) -> str | None:
    """How the statuses of a post stand; None where that is not told of all of them."""
    numbers = (*reading.copies, *reading.mentioned)
    if not all(number in found for number in numbers):
        return None
    return repr([(number, *map(found[number].get, _STANDS)) for number in numbers])


def _is_still(post: Post, state: str | None, stood: Stood) -> bool:
    return state is not None and stood.is_still(post, state)


def _read(asked: Asked, reading: _Reading, found: Mapping[str, Status]) -> _Reading:
    """Asks everything about one post. A copy that is not there any more has drawn nothing."""
    for number, url in reading.copies.items():
        try:
            reading.threads.append(_fetch_thread(asked, found.get(number) or asked.status(number), reading))
        except Missing:
            continue
        except Malformed as error:
            reading.problems.append(Problem(url, str(error)))
            reading.whole = False
    for number in reading.mentioned:
        try:
            reading.mentions.append(found.get(number) or asked.status(number))
        except Missing:
            continue
        except Malformed as error:
            reading.problems.append(Problem(f"{asked.home.source}, status {number}", str(error)))
            reading.whole = False
    return reading


def _fetch_thread(asked: Asked, status: Status, reading: _Reading) -> Thread:
    """A copy with all that it drew; what its numbers say is nothing is not asked for."""
    number, thread = id_of(status), Thread(status)
    if asked.source.token or number_of(status.get("replies_count")):
        thread.below, thread.refreshing = asked.context(number)
    if 0 < number_of(status.get("favourites_count")) <= MAX_NAMED:
        thread.likes = _all(asked.people(number, "favourited_by"), reading)
    if 0 < number_of(status.get("reblogs_count")) <= MAX_NAMED:
        thread.reposts = _all(asked.people(number, "reblogged_by"), reading)
    if asked.source.token and number_of(status.get("quotes_count")):
        thread.quotes = _all(asked.quotes(number), reading)
    return thread


def _all(pages: Listing[object], reading: _Reading) -> list[object]:
    """The entries of a listing; none where the server does not open it, and then the number stands alone."""
    try:
        found = list(entries_of(pages, reading.post.url))
    except (Missing, Refused):
        return []
    reading.whole = reading.whole and pages.whole
    return found


def _batch(reading: _Reading, asked: Asked) -> Batch:
    """A post's acts; its listing is complete where it is whole. Numbers of several copies add up."""
    acts: list[Act] = []
    problems = list(reading.problems)
    proofs: list[Proof] = list(proofs_in(reading.mentions))
    counts: dict[str, Count] = {}
    target = reading.post.url
    for thread in reading.threads:
        told, trouble, numbers = parse_thread(thread, asked.home, target)
        acts += told
        problems += trouble
        proofs += proofs_of(thread)
        for count in numbers:
            value = count.value + (counts[count.kind].value if count.kind in counts else 0)
            counts[count.kind] = structs.replace(count, value=value)
    for status in reading.mentions:
        one = parse_mention(status, asked.home, target)
        acts += [one] if isinstance(one, Act) else []
    return Batch(
        tuple(acts),
        counts=tuple(counts.values()) if reading.whole else (),
        problems=tuple(problems),
        complete=(target,) if reading.whole else (),
        answered=(target,),
        proofs=tuple(proofs),
    )


def check(source: Source, client: Client) -> Iterator[Finding]:
    """Whether the account is there, and what the token opens."""
    asked = Asked(source, home_of(source), client)
    name = f"@{asked.home.user}@{asked.home.host}"
    try:
        profile = asked.account()
    except Refused as error:
        raise refused(source, asked.home, error) from error
    number = number_of(profile.get("statuses_count"))
    yield Finding(well=True, what=f"{name} is there, with {number:,} posts")
    moved = profile.get("moved")
    if isinstance(moved, dict):
        there = text_of(moved.get("acct"), 200)
        yield Finding(
            well=False, what=f"{name} has moved to @{there}", advice="name the new account too, as a second source"
        )
    if not source.token:
        what = "without a token: no likes that you gave, no quotes, at most 60 replies a post"
        yield Finding(well=True, what=what, advice=f"for those, put a token with the scope read into {source.variable}")
        return
    owner = asked.credentials()
    if id_of(owner) != id_of(profile):
        there = text_of(owner.get("acct"), 200)
        yield Finding(
            well=False,
            what=f"the token in {source.variable} belongs to @{there}, not to {name}",
            advice="make one there",
        )
        return
    yield from _scopes(asked)


def _scopes(asked: Asked) -> Iterator[Finding]:
    for scope, ask in (
        ("read:favourites", asked.favourites),
        ("read:notifications", lambda: list(asked.notifications(("mention",), 1))),
    ):
        try:
            ask()
        except (Refused, Missing):
            yield Finding(
                well=False, what=f"the token has not the scope {scope}", advice="make one with the scope read"
            )
        else:
            yield Finding(well=True, what=f"the token has the scope {scope}")


SERVICE = Service(
    name="mastodon",
    pull=pull,
    account=account,
    check=check,
    summary="Mastodon and servers with its API: what the copies of posts drew there, and what the account gave.",
    options=(Option("account", "the account with its host, e.g. @ada@social.example", required=True),),
    received=("reply", "like", "repost", "quote", "mention"),
    given=("reply", "repost", "quote", "mention", "like", "note"),
    token=(  # noqa: S106 - help
        "optional: with the scope read, from your account's settings there, under Development; for the likes you gave, "
        "quotes, mentions and whole threads"
    ),
    per_post=lambda source: True,  # noqa: ARG005 - every account
    at_once=BY_ID,
)
