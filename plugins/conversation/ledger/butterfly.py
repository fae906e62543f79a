"""By channel: what was given on the left, what was received on the right, on one shared scale."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping

from ..acts import Direction
from ..channels import whereabouts
from .book import Ledger, Span
from .tally import Tally
from .wording import Piece, kinds, quantity

__all__ = ["Butterfly", "Row", "Wing", "butterfly"]

#: Widths of numbers, in characters, that the style sheet knows.
ROOMS = (5, 7, 11)


@dataclasses.dataclass(frozen=True, slots=True)
class Wing:
    """One side of a channel: its number, the width of its bar in per cent of the widest, and its kinds in words."""

    number: Piece
    width: str
    kinds: tuple[Piece, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A channel by the name that readers know, and in a sentence; a side that cannot be counted there is None."""

    channel: str
    whereabouts: str
    given: Wing | None
    received: Wing | None


@dataclasses.dataclass(frozen=True, slots=True)
class Butterfly:
    """The table, and the sum of each side, None where that side is not counted anywhere.

    `room` is how much room the longest number needs beside its bar, as a class of the style sheet has it: 5, 7 or 11
    characters. `year` is whether it shows the last 365 days; else it shows all time, for nothing happened in them.
    """

    rows: tuple[Row, ...]
    given: Piece | None
    received: Piece | None
    year: bool
    room: int


def butterfly(
    ledger: Ledger, label: Callable[[str], str], counted: Mapping[str, Collection[Direction]]
) -> Butterfly | None:
    """The table of the last 365 days, the channel with most acts first, or of all time where nothing is in them.

    `counted` says for a channel which directions its sources can tell of. Where it says nothing of a channel, a
    direction in which nothing ever happened is taken as not counted: unknown is not zero. None: no act at all.
    """
    year = bool(ledger.year.given.acts or ledger.year.received.acts)
    name, span = ("year", ledger.year) if year else ("all", ledger.all)
    channels = sorted({*span.given.by_channel, *span.received.by_channel}, key=lambda one: (-_most(span, one), one))
    if not channels:
        return None
    scale = max(_sum(side, one) for side in (span.given, span.received) for one in channels)

    def wing(direction: Direction, channel: str) -> Wing | None:
        side, ever = getattr(span, direction), getattr(ledger.all, direction)
        told = direction in counted[channel] if channel in counted else channel in ever.by_channel
        if channel not in side.by_channel and not told:
            return None
        # A table of ledger.json leaves out what did not happen: there is no place to point to then.
        path = f"{direction}.{name}.by_channel.{channel}" if channel in side.by_channel else ""
        number = _sum(side, channel)
        return Wing(
            quantity(number, path), f"{100 * number / scale:.4g}", kinds(side.by_channel.get(channel, {}), path)
        )

    rows = tuple(
        Row(label(one), whereabouts(one), wing(Direction.GIVEN, one), wing(Direction.RECEIVED, one)) for one in channels
    )
    return Butterfly(
        rows=rows,
        given=quantity(span.given.acts, f"given.{name}.acts") if any(row.given for row in rows) else None,
        received=quantity(span.received.acts, f"received.{name}.acts") if any(row.received for row in rows) else None,
        year=year,
        room=next((room for room in ROOMS if len(f"{scale:,}") <= room), ROOMS[-1]),
    )


def _sum(side: Tally, channel: str) -> int:
    return sum(side.by_channel.get(channel, {}).values())


def _most(span: Span, channel: str) -> int:
    return _sum(span.given, channel) + _sum(span.received, channel)
