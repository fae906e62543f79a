"""By channel: what was given on the left, what was received on the right, on one shared scale."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from ..acts import Direction
from ..languages import Words
from .book import Ledger, Span
from .tally import Tally
from .wording import Piece, kinds, place, quantity, whereabouts

__all__ = ["Butterfly", "Row", "Wing", "butterfly", "tells"]

#: Widths of numbers, in characters, that the style sheet knows.
ROOMS = (5, 7, 11)


class Wing(Struct, frozen=True):
    """One side of a channel: its number, the width of its bar in per cent of the widest, and its kinds in words.

    Where there is nothing yet, the number is in words, and the width "0".
    """

    number: Piece
    width: str
    kinds: tuple[Piece, ...]


class Row(Struct, frozen=True):
    """A channel by the name that readers know, and in a sentence; a side that cannot be counted there is None."""

    channel: str
    whereabouts: str
    given: Wing | None
    received: Wing | None


class Butterfly(Struct, frozen=True):
    """The table, and the sum of each side, None where that side never was anything.

    `room` is how much room the longest number needs beside its bar, as a class of the style sheet has it: 5, 7 or 11
    characters. `year` is whether it shows the last 365 days; else it shows all time, for nothing happened in them.
    """

    rows: tuple[Row, ...]
    given: Piece | None
    received: Piece | None
    year: bool
    room: int


def butterfly(ledger: Ledger, counted: Mapping[str, Collection[Direction]], words: Words) -> Butterfly | None:
    """The table of the last 365 days, the channel with most acts first, or of all time where nothing is in them.

    `counted` says for a channel which directions its sources can tell of. Any other direction in which nothing ever
    happened is taken as not counted: unknown is not zero. None: no act at all.
    """
    year = bool(ledger.year.given.acts or ledger.year.received.acts)
    name, span = ("year", ledger.year) if year else ("all", ledger.all)
    channels = sorted({*span.given.by_channel, *span.received.by_channel}, key=lambda one: (-_most(span, one), one))
    if not channels:
        return None
    scale = max(_sum(side, one) for side in (span.given, span.received) for one in channels)

    def wing(direction: Direction, channel: str) -> Wing | None:
        side = getattr(span, direction)
        if channel not in side.by_channel and not tells(ledger, counted, channel, direction):
            return None
        if channel not in side.by_channel:
            # A table of ledger.json leaves out what did not happen: there is no place to point to.
            ever = channel in getattr(ledger.all, direction).by_channel
            return Wing(Piece(words.number(0) if ever else words.gettext("none yet")), "0", ())
        path = f"{direction}.{name}.by_channel.{channel}"
        number = _sum(side, channel)
        consists = kinds(side.by_channel[channel], path, words)
        return Wing(quantity(number, path, words), f"{100 * number / scale:.4g}", consists)

    rows = tuple(
        Row(place(one, words), whereabouts(one, words), wing(Direction.GIVEN, one), wing(Direction.RECEIVED, one))
        for one in channels
    )
    given, received = (quantity(getattr(span, side).acts, f"{side}.{name}.acts", words) for side in Direction)
    return Butterfly(
        rows=rows,
        given=given if ledger.all.given.acts else None,
        received=received if ledger.all.received.acts else None,
        year=year,
        room=next((room for room in ROOMS if len(words.number(scale)) <= room), ROOMS[-1]),
    )


def tells(ledger: Ledger, counted: Mapping[str, Collection[Direction]], channel: str, direction: Direction) -> bool:
    """Whether a direction of a channel is counted, as `butterfly` has it: by its sources, or by what ever happened."""
    side: Tally = getattr(ledger.all, direction)
    return channel in side.by_channel or direction in counted.get(channel, ())


def _sum(side: Tally, channel: str) -> int:
    return sum(side.by_channel.get(channel, {}).values())


def _most(span: Span, channel: str) -> int:
    return _sum(span.given, channel) + _sum(span.received, channel)
