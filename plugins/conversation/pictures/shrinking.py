"""From whatever a stranger's server sends to a small square picture, or a refusal.

A picture is hostile input for a decoder: every size is looked at before anything is unpacked, only the four formats
that faces come in are decoded, and what is kept is written anew, so that nothing of the file itself reaches the site.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["SIDE", "NoPicture", "shrink"]

#: Pixels of the square that is kept: 48 on the page, for screens with two pixels to one.
SIDE = 96
#: Of WebP, from 0 to 100: a photograph of a face takes one or two kB.
QUALITY = 80
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
#: What is taken: sides in pixels, and pixels in all. A decoded picture takes four bytes a pixel.
SMALLEST, LARGEST = 16, 8192
MAX_PIXELS = 4096 * 4096
#: A progressive JPEG is drawn over and over, scan by scan; usual are ten, and a small file may hold fifty thousand.
MAX_SCANS = 64

_JPEG, _SCAN = b"\xff\xd8", b"\xff\xda"
_ORIENTATION = 0x0112
#: What Pillow's decoders raise over files that are damaged or made to harm.
_BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, ArithmeticError, AttributeError, RuntimeError,
    MemoryError, struct.error, zlib.error,
)  # fmt: skip


class NoPicture(Exception):
    """These bytes are no picture, or none that is taken; the message says why."""


def shrink(data: bytes) -> bytes:
    """The picture in `data` as a square WebP of `SIDE` pixels, cut from its middle; equal bytes for equal data.

    JPEG, PNG, WebP and GIF are read; of a moving picture the first frame. It is turned upright as its EXIF says,
    transparency stays, and nothing else that came with it does.

    Raises:
        NoPicture: See there.
    """
    if data.startswith(_JPEG) and data.count(_SCAN) > MAX_SCANS:
        raise NoPicture("a JPEG that takes too long to draw")
    small = _read(data)
    opacity = small.getextrema()[-1] if small.mode == "RGBA" else (255, 255)
    if opacity == (0, 0):
        raise NoPicture("nothing to be seen in it")
    if opacity == (255, 255):
        small = small.convert("RGB")
    small.info.clear()
    out = io.BytesIO()
    small.save(out, "WEBP", quality=QUALITY, method=6)
    return out.getvalue()


def _read(data: bytes) -> Image.Image:
    """The middle of the picture, upright, `SIDE` pixels wide and high, as RGB or RGBA."""
    from PIL import Image  # noqa: PLC0415 - builds that fetch no picture do without

    with warnings.catch_warnings():
        # What Pillow finds odd about a file is nothing that a blogger could mend.
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                _check(*image.size)
                image.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG is decoded no larger than that
                whole = _plain(image)
                turn = image.getexif().get(_ORIENTATION)
        except (*_BROKEN, Image.DecompressionBombError) as error:
            raise NoPicture(f"not a picture that can be read ({type(error).__name__})") from None
    side = min(whole.size)
    left, top = (whole.width - side) // 2, (whole.height - side) // 2
    box = (left, top, left + side, top + side)
    small = whole.resize((SIDE, SIDE), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
    how = _TURNS.get(turn) if isinstance(turn, int) else None
    return small.transpose(Image.Transpose[how]) if how else small


def _plain(image: Image.Image) -> Image.Image:
    """The picture decoded, as RGB or RGBA."""
    if image.mode.startswith("I;16"):  # a greyscale of 16 bits: `convert` would make it white
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


#: By the Orientation of EXIF (CIPA DC-008, 4.6.4): how the picture becomes upright.
_TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


def _check(width: int, height: int) -> None:
    """Refuses what nobody's face is: a dot, a line, or more than a decoder should be asked for."""
    if min(width, height) < SMALLEST or max(width, height) > LARGEST or width * height > MAX_PIXELS:
        raise NoPicture(f"{width} × {height} pixels")
