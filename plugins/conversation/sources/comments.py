"""What comment servers have in common: comments below a post, each at an anchor of the post's own page.

A post may have several places there: threads under several spellings of its address. A place that is not there any more
has no comments; one whose answer cannot be read is a Problem, what is known of the post stays, and the rest is asked.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from msgspec import Struct, structs

from ..acts import Act, Direction, Kind, Person, Problem
from ..errors import Malformed, Missing, SettingsError
from ..posts import Post
from . import Ask, Batch, Source
from .abreast import abreast
from .hypertext import text, words
from .stood import Stood
from .values import NAME_LIMIT, text_of

__all__ = ["Page", "Told", "address", "comment", "name", "read_changed", "read_each"]

_T = TypeVar("_T")


class Told(Struct, frozen=True):
    """What one place tells; `whole` says whether that is all of it."""

    acts: tuple[Act, ...] = ()
    problems: tuple[Problem, ...] = ()
    whole: bool = True


class Page(Struct, frozen=True):
    """Where comments stand: the source's name, the channel, the post's URL, and what an anchor begins with."""

    source: str
    channel: str
    url: str
    anchor: str

    def at(self, number: str) -> str:
        """The permalink of a comment; "" of none."""
        return f"{self.url}#{self.anchor}{number}" if number else ""


def address(source: Source) -> str:
    """The address of the blogger's own server, without a final slash. Raises SettingsError where none is given."""
    if not source.base_url:
        raise SettingsError(
            f'{source.name} needs `base_url`, the address of the server: "https://comments.example.com".'
        )
    return source.base_url.rstrip("/")


def name(value: object) -> str:
    """A name that a server keeps escaped for HTML, as its owner wrote it: "Tea &amp; Cake" is "Tea & Cake"."""
    return html.unescape(text_of(value, NAME_LIMIT))


def comment(  # noqa: PLR0913 - what a comment consists of, by name
    page: Page,
    number: str,
    *,
    parent: str,
    author: Person,
    markup: object,
    published: datetime | None,
    updated: datetime | None = None,
) -> Act:
    """The comment `number` on a page; `parent` is the number of the one that it answers, or ""."""
    markup = text_of(markup)
    said = text(markup)
    return Act(
        direction=Direction.RECEIVED,
        kind=Kind.REPLY,
        source=page.source,
        id=number,
        url=page.at(number),
        target=page.url,
        channel=page.channel,
        author=author,
        published=published,
        updated=updated,
        text=said,
        html=markup,
        parent=page.at(parent),
        words=words(said),
    )


def read_changed(
    ask: Ask, states: Mapping[str, str], places: Mapping[str, Sequence[_T]], read: Callable[[_T, Post], Told]
) -> Iterator[Batch]:
    """What has changed of the posts that `states` tells of, by URL; of the others, nothing.

    `places` are those of each post. Raises as `read` does, see `read_each`.
    """
    stood = Stood(ask)
    asked = [post for post in ask.posts if post.url in states]
    still = {post.url for post in asked if stood.is_still(post, states[post.url])}
    if still:
        yield Batch(answered=tuple(sorted(still)))
    those = [(post, places[post.url]) for post in asked if post.url not in still]
    for post, batch in read_each(those, read, ask.at_a_time):
        stood.note(post, states[post.url] if batch.complete else None, batch.acts)
        yield structs.replace(batch, cursor=stood.kept(ask.cursor))
    if cursor := stood.kept(ask.cursor, last=True):
        yield Batch(cursor=cursor)


def read_each(
    places: Iterable[tuple[Post, Sequence[_T]]], read: Callable[[_T, Post], Told], at_a_time: int = 1
) -> Iterator[tuple[Post, Batch]]:
    """A batch for each post, of all that its places tell, so many posts at a time; complete where all could be read.

    `read` may raise SourceError: Missing and Malformed concern one place, everything else ends the pull. Where no place
    at all could be read, Malformed does too.
    """
    asked = 0
    failures: list[Malformed] = []

    def told_of(those: tuple[Post, Sequence[_T]]) -> tuple[Post, list[Told | Malformed]]:
        return those[0], [_read_place(read, place, those[0]) for place in those[1]]

    for post, answers in abreast(told_of, places, at_a_time):
        asked += len(answers)
        failures += [each for each in answers if isinstance(each, Malformed)]
        yield post, _batch(post, answers)
    if failures and asked == len(failures):
        raise Malformed(f"no post could be read; the last one: {failures[-1]}") from failures[-1]


def _read_place(read: Callable[[_T, Post], Told], place: _T, post: Post) -> Told | Malformed:
    """What a place tells: nothing where it is not there, and why it cannot be understood."""
    try:
        return read(place, post)
    except Missing:
        return Told()
    except Malformed as error:
        return error


def _batch(post: Post, answers: Iterable[Told | Malformed]) -> Batch:
    told = [
        Told(problems=(Problem(post.url, str(each)),), whole=False) if isinstance(each, Malformed) else each
        for each in answers
    ]
    acts = {act.id: act for each in told for act in each.acts}
    problems = tuple(problem for each in told for problem in each.problems)
    complete = (post.url,) if not problems and all(each.whole for each in told) else ()
    return Batch(tuple(acts.values()), problems=problems, complete=complete, answered=(post.url,))
