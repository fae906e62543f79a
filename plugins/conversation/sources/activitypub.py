"""ActivityPub read straight (https://www.w3.org/TR/activitypub/): an account's outbox, and the replies to its notes.

For servers without the API of Mastodon: WriteFreely, PeerTube, blogs. A note tells the numbers of its likes and shares,
and its replies by their ids; each reply is asked for at its author's server, and so are the replies to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from ..acts import Act, Problem
from ..errors import Malformed, Missing, Refused
from ..http import Client
from ..posts import Post
from . import Ask, Batch, Copy, Finding, Option, Service, Snapshot, Source, copies
from .abreast import abreast
from .activitypub_api import Asked
from .activitypub_parse import Actor, Collection, entries_of, id_of, is_public, links_of, total_of
from .activitypub_thread import Reading, numbers, placed, read
from .outbox import Self, parse_outbox, whose
from .relisting import Course

__all__ = ["SERVICE", "account", "check", "pull"]

#: Pages of an outbox: 20 activities or more each.
MAX_OUTBOX = 2_000


def account(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """What the account gave since the last pull, or all of it, and the copies of posts in it. Raises SourceError."""
    asked = Asked.of(source, client)
    name = f"@{asked.user}@{asked.host}"
    if ask.cursor.get("account") != name:
        ask = structs.replace(ask, cursor={"account": name})
    actor = asked.actor()
    if not actor.outbox:
        raise Malformed(f"{actor.id}: the account has no outbox")
    outbox = asked.get(actor.outbox)
    course = Course(ask, dict(ask.cursor))
    yield Batch(snapshots=(Snapshot(name, _followers(asked, actor), total_of(outbox)),), cursor=dict(course.cursor))
    index = copies.Index(ask.posts, ask.sites)
    pages = asked.pages(course.place or outbox, MAX_OUTBOX)
    known, odd = False, False
    for page in pages:
        if not isinstance(page, Collection):
            continue
        items = entries_of(page)
        told = list(parse_outbox(items, _me(actor, items), source=source.name, where=actor.outbox))
        problems = tuple(one for one in told if isinstance(one, Problem))
        odd = odd or bool(problems)
        place = page.following if isinstance(page.following, str) else ""
        acts = tuple(one for one in told if isinstance(one, Act))
        found = tuple(_copies(items, index))
        yield Batch(acts, problems=problems, copies=found, cursor=course.reach(place))
        known = course.is_known(act.published for act in acts)
        if known:
            break
    yield course.end(whole=pages.whole and not odd)


def _followers(asked: Asked, actor: Actor) -> int | None:
    try:
        return total_of(asked.get(actor.followers)) if actor.followers else None
    except (Missing, Refused, Malformed):  # many servers keep that to themselves
        return None


def _me(actor: Actor, items: list[object]) -> Self:
    """What tells the blogger's own notes: those on this page, and what lies below the address of the account."""
    own: list[object] = [{"actor": actor.id}, *items]
    for item in items:
        note = item.get("object") if isinstance(item, dict) else None
        answered = id_of(note.get("inReplyTo")) if isinstance(note, dict) else ""
        if answered.startswith(actor.id.rstrip("/") + "/"):
            own.append({"type": "Create", "object": {"id": answered}})
    return whose(own)


def _copies(items: list[object], index: copies.Index) -> Iterator[Copy]:
    """The copies of posts in the outbox: public notes that link to one, but no answers."""
    for item in items:
        note = item.get("object") if isinstance(item, dict) and item.get("type") == "Create" else None
        if isinstance(note, dict) and id_of(note) and is_public(note) and not note.get("inReplyTo"):
            post = index.post_of(links_of(note))
            if post:
                yield Copy(post.url, id_of(note))


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """What the copies of the posts drew: a batch a post. Raises SourceError where the own server does not answer."""
    asked = Asked.of(source, client)
    yield from abreast(lambda post: _of_post(asked, post, ask), ask.posts, ask.at_a_time)


def _of_post(asked: Asked, post: Post, ask: Ask) -> Batch:
    reading = Reading(post)
    for url in copies.of(post, ask, asked.is_home):
        read(asked, reading, url)
    return Batch(
        tuple(placed(reading)),
        gone=tuple(reading.gone),
        counts=numbers(reading, asked.source.name) if reading.whole else (),
        problems=tuple(reading.problems),
        complete=(post.url,) if reading.whole else (),
        answered=(post.url,),
    )


def check(source: Source, client: Client) -> Iterator[Finding]:
    """Whether the account is there and its outbox open."""
    asked = Asked.of(source, client)
    actor = asked.actor()
    number = total_of(asked.get(actor.outbox)) if actor.outbox else None
    told = "an unknown number of" if number is None else f"{number:,}"
    yield Finding(well=bool(actor.outbox), what=f"@{asked.user}@{asked.host} is there, with {told} posts.")


SERVICE = Service(
    name="activitypub",
    pull=pull,
    account=account,
    check=check,
    summary="An account of the fediverse, read straight, where the server has no API of Mastodon's or Misskey's.",
    options=(Option("account", "the account with its host, e.g. @ada@social.example", required=True),),
    received=("reply", "like", "repost"),
    given=("reply", "repost", "quote", "mention", "note"),
    per_post=lambda source: True,  # noqa: ARG005 - every account
    at_once=100,  # each is ticked off by itself
)
