"""What a note drew: the tree of its replies, each told by its author's own server, and the numbers of likes and shares.

A server speaks only for what is on it: a reply that another one tells in full is asked for at home all the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from msgspec import Struct, field, structs

from ..acts import Act, Count, Kind, Problem
from ..addresses import host_of, key
from ..errors import Malformed, Missing, Refused, Unreachable
from ..posts import Post
from .activitypub_api import Asked
from .activitypub_parse import (
    Collection,
    Thing,
    actor_of,
    author_of,
    counts_of,
    entries_of,
    id_of,
    is_gone,
    is_public,
    parse_reply,
)

__all__ = ["Reading", "numbers", "placed", "read"]

#: Replies that are read for a post, each a request or three, and pages of one note's replies.
MAX_NOTES = 400
MAX_PAGES = 30


class Reading(Struct):
    """What is known of one post so far. `ids` are the notes of its threads (`addresses.key`) by their URL.

    `owners` are who wrote the copies; `others` is how many replies there are by others, with those by people who want
    no programs.
    """

    post: Post
    acts: dict[str, Act] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    counts: dict[str, Count] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    whole: bool = True
    owners: set[str] = field(default_factory=set)
    others: int = 0

    def fail(self, where: str, error: Exception) -> None:
        """Something could not be read: what is known of it stays."""
        self.problems.append(Problem(where, str(error)))
        self.whole = False


def placed(reading: Reading) -> Iterator[Act]:
    """The acts with their parents by URL; the first answers have none."""
    for act in reading.acts.values():
        yield structs.replace(act, parent=reading.ids.get(key(act.parent), act.parent))


def numbers(reading: Reading, source: str) -> tuple[Count, ...]:
    """The numbers of a post that has copies; none of one without."""
    replies = (Count(source, reading.post.url, Kind.REPLY, reading.others),) if reading.owners else ()
    return (*reading.counts.values(), *replies)


def read(asked: Asked, reading: Reading, url: str) -> None:
    """A copy of the post with all that it drew. One that is not there any more has drawn nothing."""
    try:
        copy = asked.get(url)
    except Missing:
        return
    except Malformed as error:
        reading.fail(url, error)
        return
    if is_gone(copy):
        return
    if not isinstance(copy, dict) or not id_of(copy):
        reading.fail(url, Malformed("the answer is no ActivityPub note"))
        return
    reading.ids |= dict.fromkeys((key(url), key(id_of(copy))), "")
    for count in counts_of(_counted(asked, copy), asked.source.name, reading.post.url):
        before = reading.counts[count.kind].value if count.kind in reading.counts else 0
        reading.counts[count.kind] = structs.replace(count, value=count.value + before)
    reading.owners.add(actor_of(copy))
    todo: deque[Thing] = deque([copy])
    while todo:
        note = todo.popleft()
        for reply in _replies(asked, reading, note):
            if len(reading.acts) >= MAX_NOTES:
                reading.fail(url, Malformed(f"it has more than {MAX_NOTES} replies; the rest was left out"))
                return
            if _take(asked, reading, reply):
                todo.append(reply)


def _counted(asked: Asked, note: Thing) -> Thing:
    """The note with the collections of likes and shares in place, where their addresses stand for them."""
    found = dict(note)
    for name in ("likes", "shares"):
        if isinstance(note.get(name), str):
            try:
                found[name] = asked.get(id_of(note[name]))
            except (Missing, Refused, Malformed):
                found[name] = None
    return found


def _replies(asked: Asked, reading: Reading, note: Thing) -> Iterator[Thing]:
    """The notes in a note's collection of replies that are new here; from each author's own server."""
    start, own = note.get("replies"), id_of(note)
    if not isinstance(start, dict | str) or not start:
        return
    pages = asked.pages(start, MAX_PAGES)
    try:
        for page in pages:
            for item in entries_of(page) if isinstance(page, Collection) else ():
                number = id_of(item)
                if number and key(number) not in reading.ids:
                    reading.ids[key(number)] = number
                    reply = _note(asked, reading, item, host_of(own))
                    if reply is not None:
                        yield reply
    except Missing:
        return
    except (Malformed, Unreachable, Refused) as error:
        if asked.is_home(own) and not isinstance(error, Malformed):
            raise
        reading.fail(own, error)
        return
    if not pages.whole:
        reading.fail(own, Malformed(f"not all replies were read: {pages.why}"))


def _note(asked: Asked, reading: Reading, item: object, told_by: str) -> Thing | None:
    """A note as its own server tells it; None of one that is gone or that its server does not tell."""
    own = id_of(item)
    try:
        inline = isinstance(item, dict) and "type" in item and host_of(own) == told_by
        note = item if inline else asked.get(own)
    except Missing:
        reading.gone.append(own)
        return None
    except (Malformed, Unreachable, Refused) as error:
        if asked.is_home(own) and not isinstance(error, Malformed):
            raise
        reading.fail(own, error)
        return None
    if is_gone(note):
        reading.gone.append(own)
        return None
    if not isinstance(note, dict) or host_of(id_of(note)) != host_of(own):
        reading.fail(own, Malformed("the answer is no note of that server"))
        return None
    return note


def _take(asked: Asked, reading: Reading, note: Thing) -> bool:
    """Whether a note is a public answer in the thread; then it is among the acts, unless its author wants silence."""
    own = id_of(note)
    if not is_public(note) or key(id_of(note.get("inReplyTo"))) not in reading.ids:
        return False
    author = asked.author(actor_of(note)) if actor_of(note) else None
    person = author.person if author else author_of(note)
    mine = actor_of(note) in reading.owners - {""}
    if author and author.silent and not mine:
        reading.others += 1
        return True
    act = parse_reply(note, person, source=asked.source.name, target=reading.post.url, mine=mine)
    if isinstance(act, Problem):
        reading.problems.append(act)
        reading.whole = False
        return False
    reading.ids[key(own)] = act.url
    reading.acts[own] = act
    reading.others += not mine
    return True
