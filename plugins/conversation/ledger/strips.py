"""A bar of 100 %: what a whole consists of, each part with its number and with a pattern of its own."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from .columns import Label, coordinate
from .wording import Piece

__all__ = ["Part", "Strip", "strip"]

#: Units of the picture, which is as wide as a small phone; no part is too small to be seen.
WIDTH, GAP, LEAST, TEXT, BASE = 320, 2, 3, 7, 12


class Part(Struct, frozen=True):
    """One part: `key` is its class and pattern in the template, `share` in words ("66 %"), "" under 20 in all."""

    key: str
    name: str
    number: Piece
    share: Piece | None
    x: str = ""
    width: str = ""


class Strip(Struct, frozen=True, kw_only=True):
    """The bar. `drawn` is false where it has fewer than two parts: that is no picture."""

    parts: tuple[Part, ...]
    numbers: tuple[Label, ...]
    drawn: bool
    title: str
    description: str


def strip(parts: Sequence[tuple[Part, int]], *, title: str) -> Strip:
    """Lays the parts out from left to right, each as wide as its number asks; those of 0 are left out."""
    some = [(part, number) for part, number in parts if number > 0]
    widths = _widths([number for _, number in some])
    laid, numbers, x = [], [], 0.0
    for (part, _), width in zip(some, widths, strict=True):
        laid.append(structs.replace(part, x=coordinate(x), width=coordinate(width)))
        if TEXT * len(part.number.text) <= width:
            numbers.append(Label(coordinate(x), str(BASE), part.number.text, part.number.figure, "start"))
        x += width + GAP
    return Strip(
        parts=tuple(laid),
        numbers=tuple(numbers),
        drawn=len(laid) > 1,
        title=title,
        description=", ".join(f"{part.name}: {part.number.text}" for part in laid),
    )


def _widths(numbers: Sequence[int]) -> list[float]:
    """Widths that fill the bar with its gaps; what the smallest need beyond their share the largest gives."""
    whole, room = sum(numbers), WIDTH - GAP * (len(numbers) - 1)
    widths = [max(room * number / whole, float(LEAST)) for number in numbers]
    if widths:
        widths[widths.index(max(widths))] -= sum(widths) - room
    return widths
