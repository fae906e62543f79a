"""Figures as words: sentences made of pieces, of which some are numbers that say which figure they are.

A sentence stands here as one whole English phrase with named placeholders, asked of `words`, the language of the page.
What goes into the placeholders may be pieces: `phrase` puts them where the language wants them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from msgspec import Struct, structs

from ..acts import Kind
from ..channels import WEB, place_name
from ..languages import Words

__all__ = [
    "EFFORT",
    "ENOUGH",
    "Piece",
    "acts",
    "clip",
    "in_effort",
    "kinds",
    "numbered",
    "percentage",
    "phrase",
    "place",
    "quantity",
    "share",
    "shared",
    "stressed",
    "unnumbered",
    "whereabouts",
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
#: A share of fewer than these is told as "3 of 4" and no more.
ENOUGH = 20

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


class Piece(Struct, frozen=True):
    """A run of text; `figure` is the path of the number that it prints in ledger.json, "" for mere words.

    `strong` pieces are what their sentence is about.
    """

    text: str
    figure: str = ""
    strong: bool = False


def phrase(sentence: str, **values: str | Piece | Iterable[Piece]) -> tuple[Piece, ...]:
    """A sentence with text or pieces in the places of its placeholders, `%(name)s`.

    Raises KeyError for a placeholder without a value.
    """
    pieces: list[Piece] = []
    # Odd places of the split are names.
    for place, part in enumerate(_PLACEHOLDER.split(sentence)):
        value = values[part] if place % 2 else part.replace("%%", "%")
        if isinstance(value, str):
            pieces.append(Piece(value))
        else:
            pieces += [value] if isinstance(value, Piece) else value
    return tuple(piece for piece in pieces if piece.text)


def stressed(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The same, strong."""
    return tuple(structs.replace(piece, strong=True) for piece in pieces)


def quantity(number: int, figure: str, words: Words) -> Piece:
    """A number of ledger.json as the language writes it."""
    return Piece(words.number(number), figure)


def acts(number: int, figure: str, words: Words) -> tuple[Piece, ...]:
    """As in "1,234 acts"."""
    return phrase(words.ngettext("%(num)s act", "%(num)s acts", number), num=quantity(number, figure, words))


def numbered(kind: str, number: int, figure: str, words: Words) -> tuple[Piece, ...]:
    """As in "1 reply", "1,234 replies"; a kind without a name in the language stands as it is."""
    forms = {
        Kind.GUEST_POST: words.ngettext("%(num)s guest post", "%(num)s guest posts", number),
        Kind.ANSWER: words.ngettext("%(num)s answer", "%(num)s answers", number),
        Kind.REPLY: words.ngettext("%(num)s reply", "%(num)s replies", number),
        Kind.QUOTE: words.ngettext("%(num)s quote", "%(num)s quotes", number),
        Kind.MENTION: words.ngettext("%(num)s mention", "%(num)s mentions", number),
        Kind.LINK: words.ngettext("%(num)s link", "%(num)s links", number),
        Kind.RSVP: words.ngettext("%(num)s RSVP", "%(num)s RSVPs", number),
        Kind.REPOST: words.ngettext("%(num)s repost", "%(num)s reposts", number),
        Kind.BOOKMARK: words.ngettext("%(num)s bookmark", "%(num)s bookmarks", number),
        Kind.FOLLOW: words.ngettext("%(num)s follow", "%(num)s follows", number),
        Kind.LIKE: words.ngettext("%(num)s like", "%(num)s likes", number),
    }
    return phrase(forms.get(Kind(kind), f"%(num)s {kind}"), num=quantity(number, figure, words))


def unnumbered(kind: str, number: int, words: Words) -> str:
    """As in "a reply", "replies"."""
    forms = {
        Kind.GUEST_POST: words.ngettext("a guest post", "guest posts", number),
        Kind.ANSWER: words.ngettext("an answer", "answers", number),
        Kind.REPLY: words.ngettext("a reply", "replies", number),
        Kind.QUOTE: words.ngettext("a quote", "quotes", number),
        Kind.MENTION: words.ngettext("a mention", "mentions", number),
        Kind.LINK: words.ngettext("a link", "links", number),
        Kind.RSVP: words.ngettext("an RSVP", "RSVPs", number),
        Kind.REPOST: words.ngettext("a repost", "reposts", number),
        Kind.BOOKMARK: words.ngettext("a bookmark", "bookmarks", number),
        Kind.FOLLOW: words.ngettext("a follow", "follows", number),
        Kind.LIKE: words.ngettext("a like", "likes", number),
    }
    return forms.get(Kind(kind), kind)


def in_effort(by_kind: Mapping[str, int]) -> list[tuple[str, int]]:
    """Kinds and their numbers, the kind that takes the most effort first; zeros are left out."""
    return [(kind.value, by_kind[kind]) for kind in EFFORT if by_kind.get(kind)]


def kinds(by_kind: Mapping[str, int], path: str, words: Words) -> tuple[Piece, ...]:
    """As in "4 guest posts, 96 answers": what a side of a channel consists of, in order of effort."""
    pieces: list[Piece] = []
    for kind, number in in_effort(by_kind):
        pieces += [Piece(", " if pieces else ""), *numbered(kind, number, f"{path}.{kind}", words)]
    return tuple(piece for piece in pieces if piece.text)


def place(channel: str, words: Words) -> str:
    """The name of a channel as readers know it; those of services are the same in every language."""
    forms = {WEB: words.gettext("Web"), "activitypub": words.gettext("the fediverse")}
    return forms.get(channel) or place_name(channel)


def whereabouts(channel: str, words: Words) -> str:
    """Where that is, in a sentence: "on Hacker News"; what is no service is "in forums", "by mail"."""
    forms = {
        "activitypub": words.gettext("on the fediverse"),
        "blog": words.gettext("on other blogs"),
        "chat": words.gettext("in chats"),
        "forum": words.gettext("in forums"),
        "letter": words.gettext("in letters"),
        "mail": words.gettext("by mail"),
        "newsletter": words.gettext("in newsletters"),
        WEB: words.gettext("on the web"),
    }
    return forms.get(channel.casefold()) or words.gettext("on %(place)s", place=place_name(channel))


def share(part: int, whole: int, words: Words) -> str:
    """As in " (93 %)", behind "14 of 15"; "" where the whole is under 20. Only all is 100 % and only none is 0 %."""
    return "".join(piece.text for piece in shared(part, whole, "", words))


def shared(part: int, whole: int, figure: str, words: Words) -> tuple[Piece, ...]:
    """The same in pieces, of which the percentage says which figure it is."""
    told = percentage(part, whole, figure, words)
    return (Piece(" ("), told, Piece(")")) if told else ()


def percentage(part: int, whole: int, figure: str, words: Words) -> Piece | None:
    """As in "93 %"; None where the whole is under 20. Only all is 100 % and only none is 0 %."""
    if whole < ENOUGH:
        return None
    percent = round(100 * part / whole)
    if percent == 0 and part:
        told = words.gettext("under %(percent)s", percent=words.percent(1))
    elif percent == 100 and part < whole:  # noqa: PLR2004 - a hundred per cent
        told = words.gettext("over %(percent)s", percent=words.percent(99))
    else:
        told = words.percent(percent)
    return Piece(told, figure)


def clip(text: str, length: int) -> str:
    """A foreign text as one line of at most `length` characters, without control characters."""
    line = " ".join("".join(c if unicodedata.category(c) not in {"Cc", "Cs"} else " " for c in text).split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
