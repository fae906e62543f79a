"""Figures as words: numbers, dates and lists as an English sentence has them, and which figure a number is.

Nothing here depends on the machine's locale, so that a page is the same wherever it is built.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ..acts import Kind

__all__ = [
    "EFFORT",
    "Piece",
    "clip",
    "clock",
    "day",
    "in_effort",
    "kinds",
    "listing",
    "noun",
    "of",
    "quantity",
]

#: The kinds of acts, the one that takes the most effort first.
EFFORT = (
    Kind.GUEST_POST,
    Kind.ANSWER,
    Kind.REPLY,
    Kind.QUOTE,
    Kind.MENTION,
    Kind.LINK,
    Kind.RSVP,
    Kind.REPOST,
    Kind.BOOKMARK,
    Kind.FOLLOW,
    Kind.LIKE,
)
#: A share of fewer than these is printed as "3 of 4".
ENOUGH = 20

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_NOUNS = {
    Kind.GUEST_POST: ("guest post", "guest posts"),
    Kind.ANSWER: ("answer", "answers"),
    Kind.REPLY: ("reply", "replies"),
    Kind.QUOTE: ("quote", "quotes"),
    Kind.MENTION: ("mention", "mentions"),
    Kind.LINK: ("link", "links"),
    Kind.RSVP: ("RSVP", "RSVPs"),
    Kind.REPOST: ("repost", "reposts"),
    Kind.BOOKMARK: ("bookmark", "bookmarks"),
    Kind.FOLLOW: ("follow", "follows"),
    Kind.LIKE: ("like", "likes"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `figure` is the path of the number that it prints in ledger.json, "" for mere words."""

    text: str
    figure: str = ""


def quantity(number: int, figure: str) -> Piece:
    """A number of ledger.json, with commas between thousands."""
    return Piece(f"{number:,}", figure)


def noun(kind: str, number: int) -> str:
    """What `number` acts of a kind are called: "reply", "replies"."""
    one, many = _NOUNS.get(Kind(kind), (kind, kind))
    return one if number == 1 else many


def in_effort(by_kind: Mapping[str, int]) -> list[tuple[str, int]]:
    """Kinds and their numbers, the kind that takes the most effort first; zeros are left out."""
    return [(kind.value, by_kind[kind]) for kind in EFFORT if by_kind.get(kind)]


def kinds(by_kind: Mapping[str, int], path: str) -> tuple[Piece, ...]:
    """As in "4 guest posts, 96 answers": what a side of a channel consists of, in order of effort."""
    pieces: list[Piece] = []
    for kind, number in in_effort(by_kind):
        pieces += [Piece(", " if pieces else ""), quantity(number, f"{path}.{kind}"), Piece(f" {noun(kind, number)}")]
    return tuple(piece for piece in pieces if piece.text)


def listing(words: Sequence[str]) -> str:
    """As in "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def of(part: Piece, whole: Piece, what: str = "") -> tuple[Piece, ...]:
    """As in "3 of 4 acts", with a percentage where the whole is 20 or more; only all is 100 % and only none is 0 %."""
    some, all_ = (int(piece.text.replace(",", "")) for piece in (part, whole))
    tail = f"{what} ({_percent(some, all_)}\N{NO-BREAK SPACE}%)" if all_ >= ENOUGH else what
    return (part, Piece(" of "), whole, *([Piece(tail)] if tail else []))


def _percent(some: int, all_: int) -> str:
    percent = round(100 * some / all_)
    if percent == 0 and some:
        return "under 1"
    return "over 99" if percent == 100 and some < all_ else str(percent)  # noqa: PLR2004 - a hundred per cent


def day(when: date) -> str:
    """As in "22 November 2026"."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def clock(when: datetime, zone: ZoneInfo) -> str:
    """As in "22 November 2026 at 10:59", where the site is."""
    local = when.astimezone(zone)
    return f"{day(local.date())} at {local.hour:02}:{local.minute:02}"


def clip(text: str, length: int) -> str:
    """A foreign text as one line of at most `length` characters, without control characters."""
    line = " ".join("".join(c if unicodedata.category(c) not in {"Cc", "Cs"} else " " for c in text).split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
