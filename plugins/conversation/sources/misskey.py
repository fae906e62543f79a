"""Misskey and servers with its API (Sharkey, Iceshrimp, CherryPick ...): one account, and the copies of posts there.

Each post that is due is asked about by its copies: front matter names them, or the account's own notes that link to the
post. A listing of a post is whole, so that what was deleted or taken back is gone with it. One request tells the direct
answers to one note, so that a thread takes as many as it has notes that were answered; one more, who is in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from msgspec import structs

from ..acts import Act, Count, Kind, Problem
from ..errors import Malformed, Missing, Refused
from ..http import Client
from ..posts import Post
from . import Ask, Batch, Finding, Option, Service, Source, copies
from .abreast import abreast
from .misskey_account import account
from .misskey_api import Asked, home_of, refused
from .misskey_parse import (
    Home,
    Note,
    id_of,
    is_open,
    is_renote,
    is_silent,
    number_of,
    parse_reaction,
    parse_said,
    proofs_of,
    user_of,
)
from .paging import Listing
from .values import text_of

__all__ = ["SERVICE", "check", "pull"]

#: No conversation is followed further: so many notes whose answers are asked for.
MAX_ANSWERED = 300

_Found = Act | Problem | None


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """What the copies of the posts drew: a batch a post.

    Raises Refused (naming the token's variable) or Unreachable.
    """
    asked = Asked(source, home_of(source), client)
    people: dict[str, Note] = {}
    try:
        yield from abreast(lambda post: _of_post(asked, post, ask, people), ask.posts, ask.at_a_time)
    except Refused as error:
        raise refused(source, asked.home, error) from error


def _of_post(asked: Asked, post: Post, ask: Ask, people: dict[str, Note]) -> Batch:
    """Everything about one post. A copy that is not there any more has drawn nothing.

    `people` are those known in full, by id; it grows, and other posts make it grow at the same time.
    """
    found: list[_Found] = []
    counts: dict[Kind, Count] = {}
    whole = True
    for url in copies.of(post, ask, lambda url: bool(asked.home.note_in(url))):
        try:
            told, numbers, entire = _of_copy(asked, asked.home.note_in(url), post.url, people)
        except Missing:
            continue
        except Malformed as error:
            found, whole = [*found, Problem(url, str(error))], False
            continue
        found, whole = [*found, *told], whole and entire
        for count in numbers:
            before = counts[count.kind].value if count.kind in counts else 0
            counts[count.kind] = structs.replace(count, value=count.value + before)
    return Batch(
        tuple(one for one in found if isinstance(one, Act)),
        counts=tuple(counts.values()) if whole else (),
        problems=tuple(one for one in found if isinstance(one, Problem)),
        complete=(post.url,) if whole else (),
        answered=(post.url,),
        proofs=tuple(proof for user in tuple(people.values()) for proof in proofs_of(user, asked.home)),
    )


def _of_copy(asked: Asked, number: str, target: str, people: dict[str, Note]) -> tuple[list[_Found], list[Count], bool]:
    """What one copy drew, its numbers, and whether that is all."""
    copy, home = asked.note(number), asked.home
    below, whole = _fetch_thread(asked, copy)
    liked, all_liked = _all(asked.listing("notes/reactions", noteId=number) if _reactions(copy) else None)
    passed, all_passed = _all(asked.listing("notes/renotes", noteId=number) if _renotes(copy) else None)
    passed = [one for one in passed if not isinstance(one, dict) or is_renote(one)]
    silent, trouble = _silent(asked, [*below, *liked, *passed], people)
    found = [*_thread(below, copy, home, target, silent), *trouble]
    found += [parse_reaction(one, home, number, target) for one in liked if _by(one) not in silent]
    found += [parse_said(one, home, Kind.REPOST, target) for one in passed if _by(one) not in silent]
    whole = whole and all_liked and all_passed
    if trouble:
        whole = False
    elif not whole:
        found.append(Problem(f"{home.source}, {target}", "the conversation is longer than could be read"))
    return found, _counts(copy, below, [*liked, *passed], home, target), whole


def _all(entries: Listing[object] | None) -> tuple[list[object], bool]:
    """The entries of a listing, and whether these are all; none where the server does not open it: a number is left."""
    try:
        found = list(entries or ())
    except (Missing, Refused):
        return [], True
    return found, entries is None or entries.whole


def _fetch_thread(asked: Asked, copy: Note) -> tuple[list[Note], bool]:
    """The notes that answer or quote a copy, and what answers those; and whether these are all."""
    found: dict[str, Note] = {}
    todo, whole = ([id_of(copy)] if number_of(copy.get("repliesCount")) or _renotes(copy) else []), True
    for _ in range(MAX_ANSWERED):
        if not todo:
            return list(found.values()), whole
        children = asked.listing("notes/children", noteId=todo.pop(0))
        for one in children:
            if isinstance(one, dict) and id_of(one) and id_of(one) not in {*found, id_of(copy)}:
                found[id_of(one)] = one
                todo += [id_of(one)] if number_of(one.get("repliesCount")) else []
        whole = whole and children.whole
    return list(found.values()), whole and not todo


def _silent(asked: Asked, entries: Sequence[object], people: dict[str, Note]) -> tuple[set[str], list[Problem]]:
    """Who of those in notes and reactions wants no programs, by id; and who could not be looked at, with the problem.

    `people` are those known in full, by id; it grows.
    """
    here = {by for one in entries if (by := _by(one)) and not asked.home.is_me(user_of(one))}
    unknown = sorted(by for by in here if by not in people)
    try:
        told = asked.users(unknown)
    except (Malformed, Missing) as error:
        what = f"whose notes these are could not be asked: {error}"
        return {*unknown, *_shy(here, people)}, [Problem(asked.home.source, what)]
    people |= {number: told.get(number, {}) for number in unknown}
    return _shy(here, people), []


def _shy(here: Collection[str], people: dict[str, Note]) -> set[str]:
    return {number for number in here if is_silent(people.get(number, {}))}


def _by(entry: object) -> str:
    return id_of(user_of(entry))


def _thread(below: Sequence[Note], copy: Note, home: Home, target: str, silent: Collection[str]) -> Iterator[_Found]:
    """The answers, each with the one that it answers, and the quotes of the copy; what quotes an answer is left out."""
    urls = {id_of(one): home.url_of(one) for one in below if is_open(one)}
    root = id_of(copy)
    for one in below:
        answered = text_of(one.get("replyId"), 80)
        if _by(one) in silent:
            continue
        if answered == root or answered in urls:
            yield parse_said(one, home, Kind.REPLY, target, "" if answered == root else urls[answered])
        elif answered:
            yield parse_said(one, home, Kind.REPLY, target)
        elif one.get("renoteId") == root:
            yield parse_said(one, home, Kind.QUOTE, target)


def _counts(copy: Note, below: Sequence[Note], others: Sequence[object], home: Home, target: str) -> list[Count]:
    """The numbers of a copy without what the blogger did; quotes are among the renotes."""
    root = id_of(copy)
    replies = [one for one in below if one.get("replyId")]
    direct = sum(one.get("replyId") == root for one in replies)
    heard = sum(is_open(one) and not home.is_me(user_of(one)) for one in replies)
    mine = [one for one in others if home.is_me(user_of(one))]
    own = sum(bool(isinstance(one, dict) and one.get("renoteId")) for one in mine)
    quoted = sum(one.get("renoteId") == root and not one.get("replyId") and home.is_me(user_of(one)) for one in below)
    numbers = {
        Kind.REPLY: heard + max(0, number_of(copy.get("repliesCount")) - direct),
        Kind.LIKE: _reactions(copy) - (len(mine) - own),
        Kind.REPOST: _renotes(copy) - own - quoted,
    }
    return [Count(home.source, target, kind, max(0, value)) for kind, value in numbers.items()]


def _reactions(note: Note) -> int:
    by_emoji = note.get("reactions")
    values = by_emoji.values() if isinstance(by_emoji, dict) else ()
    return number_of(note.get("reactionCount")) or sum(map(number_of, values))


def _renotes(note: Note) -> int:
    return number_of(note.get("renoteCount"))


def check(source: Source, client: Client) -> Iterator[Finding]:
    """Whether the account is there, and whose the token is."""
    asked = Asked(source, home_of(source), client)
    name = f"@{asked.home.user}@{asked.home.host}"
    try:
        profile = asked.account()
        yield Finding(well=True, what=f"{name} is there, with {number_of(profile.get('notesCount')):,} notes")
        if not source.token:
            return
        owner = asked.owner()
    except Refused as error:
        raise refused(source, asked.home, error) from error
    if id_of(owner) == id_of(profile):
        yield Finding(well=True, what=f"the token in {source.variable} is yours")
    else:
        there = text_of(owner.get("username"), 200)
        yield Finding(
            well=False,
            what=f"the token in {source.variable} belongs to @{there}, not to {name}",
            advice="make one there",
        )


SERVICE = Service(
    name="misskey",
    pull=pull,
    account=account,
    check=check,
    summary="Misskey and servers with its API: what the copies of posts drew there, and what the account gave.",
    options=(Option("account", "the account with its host, e.g. @ada@misskey.example", required=True),),
    received=("reply", "like", "repost", "quote"),
    given=("reply", "repost", "quote", "mention", "like", "note"),
    token="optional: from your account's settings there, under API; for reactions that you keep private",  # noqa: S106 - help
    per_post=lambda source: True,  # noqa: ARG005 - every account
    at_once=100,  # each is ticked off by itself
)
