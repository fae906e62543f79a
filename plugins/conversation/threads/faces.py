"""The faces of some who answered, for a row of them beside a post in a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .. import sanitise
from ..acts import Act, Person
from ..addresses import host_of
from .grouping import Listed
from .types import NAMELESS, Face

__all__ = ["Sketch", "label_of", "photos_of", "pictured", "sketches"]

#: So many are enough.
FACES = 5
#: Initials, and the addresses of pictures of the same person, best first.
Sketch = tuple[str, tuple[str, ...]]


def sketches(comments: Iterable[Listed]) -> Iterator[Sketch]:
    """Those of the first people who said something, each once and the blogger left out; `comments` are in order."""
    seen: set[tuple[str, str]] = set()
    for one in comments:
        author = one.act.author
        label = label_of(one.act, author)
        if one.own or (author.key, label) in seen:
            continue
        seen.add((author.key, label))
        yield sanitise.initials(label), tuple(dict.fromkeys(filter(None, photos_of(one, author))))
        if len(seen) == FACES:
            return


def pictured(some: Iterable[Sketch], pictures: Mapping[str, str]) -> tuple[Face, ...]:
    """Faces with the site's own pictures; `pictures` is that of `House`."""
    return tuple(
        Face(initials, next((pictures[photo] for photo in photos if photo in pictures), ""))
        for initials, photos in some
    )


def label_of(act: Act, author: Person) -> str:
    """The name that stands for whoever did it; never empty."""
    return sanitise.name(author.shown) or host_of(author.url) or host_of(act.url) or NAMELESS


def photos_of(one: Listed, author: Person) -> tuple[str, ...]:
    """The addresses of the author's pictures, as all tellings have them; none where only the name is shown."""
    return (author.photo, *(act.author.photo for act in one.told.acts)) if one.level == "full" else ()
