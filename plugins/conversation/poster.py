"""The year as a picture of words, for networks that show one where somebody passes the page on (Open Graph).

The letters are Lato's, from the package `font-lato`: what Pillow brings along has no letter with an accent.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .ledger.wording import Piece
from .sanitise import line

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

__all__ = ["SIZE", "NoPoster", "poster"]

#: What networks ask for, in pixels.
SIZE = (1200, 630)
MARGIN = 84
#: The colours of the theme commons by day.
PAPER, INK, QUIET, GIVEN, RECEIVED = "#fbf9f4", "#22262b", "#5d646d", "#11706a", "#a2480f"
#: Letters of the sentences, in pixels, the first that lets them fit; and the heights of a line and of a gap in letters.
SIZES = (50, 46, 42, 38, 34, 30, 26)
LEADING, GAP = 1.32, 0.55
SITE_LENGTH = 50
#: Spaces that the font lacks, and the one that stands for them: French and others write 8\N{NARROW NO-BREAK SPACE}700.
_SPACES = str.maketrans("\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}", "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}")


class NoPoster(Exception):
    """The picture cannot be drawn; the message says why, and what to do."""


class _Word(NamedTuple):
    text: str
    font: FreeTypeFont
    colour: str
    #: Whether a space stands before it.
    apart: bool


def poster(site: str, heading: str, sentences: Iterable[Sequence[Piece]], back: Sequence[Piece]) -> bytes:
    """A PNG: the name of the site, a heading, what was given, and what came `back`; equal bytes for equal words.

    Raises:
        NoPoster: The package with the letters is missing, or it has not all of those that are wanted.
    """
    from PIL import Image, ImageDraw  # noqa: PLC0415 - few sites want the picture

    given = [tuple(sentence) for sentence in sentences]
    name = line(site, SITE_LENGTH)
    _check(name + heading + "".join(piece.text for one in (*given, back) for piece in one))
    picture = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, SIZE[0] // 2, 12), GIVEN)
    draw.rectangle((SIZE[0] // 2, 0, SIZE[0], 12), RECEIVED)
    draw.text((MARGIN, 64), heading, GIVEN, _font("Bold", 40))
    draw.text((MARGIN, SIZE[1] - 84), name, QUIET, _font("Regular", 30))
    top, room = 150, SIZE[1] - 150 - 110
    for size in SIZES:
        lines = [*(_lines(one, size, GIVEN) for one in given), *([_lines(back, size, RECEIVED)] if back else [])]
        if sum(len(one) * LEADING * size + GAP * size for one in lines) <= room:
            break
    y = float(top)
    for sentence in lines:
        for words in sentence:
            x = float(MARGIN)
            for place, word in enumerate(words):
                x += word.font.getlength(" ") if word.apart and place else 0
                draw.text((x, y), word.text, word.colour, word.font)
                x += word.font.getlength(word.text)
            y += LEADING * size
        y += GAP * size
    out = io.BytesIO()
    picture.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def _lines(pieces: Iterable[Piece], size: int, colour: str) -> list[list[_Word]]:
    """A sentence broken into lines; what it is about is bold and coloured."""
    lines: list[list[_Word]] = [[]]
    x = 0.0
    for word in _words(pieces, size, colour):
        space = word.font.getlength(" ") if word.apart and lines[-1] else 0
        width = word.font.getlength(word.text)
        if lines[-1] and word.apart and x + space + width > SIZE[0] - 2 * MARGIN:
            lines.append([])
            x = space = 0
        lines[-1].append(word)
        x += space + width
    return lines


def _words(pieces: Iterable[Piece], size: int, colour: str) -> Iterator[_Word]:
    apart = False
    for piece in pieces:
        font, paint = (_font("Bold", size), colour) if piece.strong else (_font("Regular", size), INK)
        for place, text in enumerate(piece.text.translate(_SPACES).split(" ")):
            apart = apart or place > 0
            if text:
                yield _Word(text, font, paint, apart)
                apart = False


def _font(weight: str, size: int) -> FreeTypeFont:
    """Lato, drawn the same way on every machine."""
    from PIL import ImageFont  # noqa: PLC0415 - as above

    found = find_spec("font_lato")
    if found is None or found.origin is None:
        raise NoPoster("CONVERSATION_OG_IMAGE needs letters: python -m pip install 'pelican-conversation[image]'.")
    path = Path(found.origin).parent / "files" / f"Lato-{weight}.ttf"
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def _check(text: str) -> None:
    """Whether the font has all letters of a text."""
    font = _font("Regular", SIZES[-1])
    unknown = bytes(font.getmask("\uffff"))
    missing = "".join(sorted({char for char in text.translate(_SPACES) if bytes(font.getmask(char)) == unknown}))
    if missing:
        raise NoPoster(f"CONVERSATION_OG_IMAGE: no picture is drawn, for its letters lack {line(missing, 40)!r}.")
