"""Listings of what changes, newest first, where pages are known by a place in the list and not by an id. Pure.

Later pulls read down to what is known; at first, and every `FULL_EVERY` again, all is listed, so that what was deleted
there vanishes here. A pull that is cut short is taken up at the page where it ended. (Where pages are known by the id
of the message above them, `history.py` does better.)

    course = Course(ask, cursor := dict(ask.cursor))
    for place, page in pages(client, start=course.place):
        yield Batch(parse(page), cursor=course.reach(place))
        if course.is_known(times_of(page)):
            break
    yield course.end(whole=...)
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from . import Ask, Batch
from .history import FULL_EVERY
from .paging import Listing, by_cursor
from .values import time_of

__all__ = ["Course", "Page", "is_due", "pages"]

#: The entries of a page, and the cursor of the next ("": there is none).
Page = tuple[Sequence[object], str]

#: A place in a list of yesterday means nothing any more.
PLACE_LASTS = timedelta(days=1)


def pages(fetch: Callable[[str], Page], start: str = "") -> Listing[object]:
    """A listing by cursor whose entries are whole pages (each a `Page`), for those who keep a place after each."""

    def page(cursor: str) -> tuple[Sequence[object], str]:
        entries, following = fetch(cursor)
        return [(list(entries), following)], following

    return by_cursor(page, start=start, key=_entries)


def _entries(page: object) -> Hashable:
    """What tells pages apart: their entries, whatever page the service says is next."""
    try:
        return repr(page[0] if isinstance(page, tuple) else page)
    except RecursionError:
        return id(page)


def is_due(cursor: Mapping[str, str], name: str, now: datetime) -> bool:
    """Whether the time under `name` in the cursor is missing, over `FULL_EVERY` ago, or in the future."""
    last = time_of(cursor.get(name))
    return last is None or not timedelta(0) <= now - last < FULL_EVERY


class Course:
    """How far a listing has come. `cursor` is what is to be kept, together with the keys of others, and moves along.

    `name` tells the keys of several listings of one source apart, `scope` is what a whole one is whole of. `full` says
    that all is to be listed, `since` when the last listing began (None: list all), `place` where a listing that was cut
    short is to be taken up ("": at its begin).
    """

    def __init__(self, ask: Ask, cursor: dict[str, str], name: str = "given", scope: str = "*given") -> None:
        self.cursor = cursor
        self._name, self._scope = name, scope
        self.full = ask.full or is_due(cursor, f"{name} full", ask.now)
        self.since = None if self.full else time_of(cursor.get(name))
        begun = time_of(cursor.get(f"{name} begun"))
        fresh = begun is not None and timedelta(0) <= ask.now - begun < PLACE_LASTS
        self.place = cursor.get(f"{name} place", "") if fresh and not ask.full else ""
        self._begun = begun if self.place and begun else ask.now
        self._taken_up = bool(self.place)

    def reach(self, place: str) -> dict[str, str]:
        """The cursor to be kept once all before this place is read."""
        self.cursor |= {f"{self._name} place": place, f"{self._name} begun": self._begun.isoformat()}
        return dict(self.cursor)

    def is_known(self, times: Iterable[datetime | None], overlap: timedelta = timedelta(days=1)) -> bool:
        """Whether a page with these times lies wholly below what the last listing has read."""
        newest = max((time for time in times if time), default=None)
        return self.since is not None and newest is not None and newest < self.since - overlap

    def end(self, *, whole: bool) -> Batch:
        """The last batch; `whole` where the listing came to its end and all of it was understood."""
        for part in ("place", "begun"):
            self.cursor.pop(f"{self._name} {part}", None)
        self.cursor[self._name] = self._begun.isoformat()
        if self.full:
            self.cursor[f"{self._name} full"] = self._begun.isoformat()
        entire = self.full and whole and not self._taken_up
        return Batch(cursor=dict(self.cursor), complete=(self._scope,) if entire else ())
