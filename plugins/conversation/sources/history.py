"""An account's own messages, newest first: which pages are still to be read, and what the cursor remembers of it. Pure.

A long history takes more than one pull. It is read downwards from the newest message, and taken up where it ended;
later pulls read down to what is known. The newest page is read at every pull, so that what was edited or deleted soon
after it was written shows at once; all else shows when everything is listed again, every `FULL_EVERY`.

    history = History(ask)
    for leg in history.legs():
        for page in pages(client, below=leg.below):
            yield Batch(parse(page), cursor=history.turn(leg, ids_of(page)))
            if history.arrived:
                break
    yield Batch(gone=history.gone(), cursor=history.end(), complete=("*given",) if history.entire else ())
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from msgspec import Struct

from . import Ask
from .values import time_of

__all__ = ["FULL_EVERY", "History", "Leg", "age"]

FULL_EVERY = timedelta(days=30)
#: So many of the newest ids are remembered, so that their absence is noticed.
MAX_RECENT = 100


class Leg(Struct, frozen=True):
    """A part of the history to be read: what is older than `below` ("": all), down to `floor` ("": to the end)."""

    below: str
    floor: str


def age(number: str) -> tuple[int, str]:
    """What sorts ids by age, the older first: numbers by their value, ULIDs and their like as words."""
    return len(number), number


class History:
    """How far an account's history is read; `cursor` is what is to be kept, together with the keys of others.

    `forced` says that all was asked for again, `whole` that all of it is to be listed now, `arrived` that the present
    leg is at its end, and `entire`, after the end, that all was listed in this one pull.
    """

    def __init__(self, ask: Ask) -> None:
        self.cursor = dict(ask.cursor)
        self._now, self.forced = ask.now, ask.full
        self._shown: list[str] = []
        self._top = ""
        self._recent = [] if ask.full else self.cursor.get("recent", "").split()
        self.whole = False
        self.arrived = False
        self.entire = False

    def legs(self) -> Iterator[Leg]:
        """First the rest of a history that an earlier pull began, then what is new, or everything where that is due."""
        below, floor = self.cursor.get("below", ""), self.cursor.get("seen", "")
        if below and not self.forced:
            self._top, self.whole, self.arrived = self.cursor.get("top", ""), False, False
            if not floor or age(below) > age(floor):
                yield Leg(below, floor)
            self._settle()
            self.cursor["full"] = self._now.isoformat()
        self._top, self.whole, self.arrived = "", self.forced or self._is_due(), False
        self._shown = []
        yield Leg("", "" if self.whole else self.cursor.get("seen", ""))
        self._settle()

    def _is_due(self) -> bool:
        last = time_of(self.cursor.get("full"))
        return last is None or not timedelta(0) <= self._now - last < FULL_EVERY

    def _settle(self) -> None:
        """The present leg is read: what lies below its top is known."""
        self.cursor["seen"] = self._top or self.cursor.get("seen", "")
        for name in ("top", "below"):
            self.cursor.pop(name, None)

    def turn(self, leg: Leg, ids: Iterable[str]) -> dict[str, str]:
        """Take note of a page with these ids; returns the cursor to be kept with it."""
        listed = [number for number in ids if number and " " not in number]
        self._shown += listed
        self._top = max([self._top, *listed], key=age)
        self.arrived = any(age(number) <= age(leg.floor) for number in listed) if leg.floor else False
        if listed and not self.arrived:
            self.cursor |= {"top": self._top, "below": min(listed, key=age)}
        return dict(self.cursor)

    def gone(self) -> tuple[str, ...]:
        """The ids that were among the newest at the last pull and are not there any more."""
        if not self._shown:
            return ()
        last, shown = age(min(self._shown, key=age)), set(self._shown)
        return tuple(number for number in self._recent if age(number) >= last and number not in shown)

    def end(self, *, whole: bool = True) -> dict[str, str]:
        """The cursor once all legs are read; `whole` where their listings came to their end."""
        self.entire = self.whole and whole
        if self.whole:
            self.cursor["full"] = self._now.isoformat()
        self.cursor["recent"] = " ".join(sorted(self._shown, key=age, reverse=True)[:MAX_RECENT])
        return dict(self.cursor)
