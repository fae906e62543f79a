"""Pictures of people for tests, drawn by Pillow, and a server that gives them out."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from conversation.store import Picture
from loopback import Answer
from stores import NOW

__all__ = ["answer_picture", "drawn", "known", "opened"]


def drawn(colour: str | tuple[int, ...] = "teal", size: tuple[int, int] = (200, 200), **options: Any) -> bytes:  # noqa: ANN401
    """A picture of one colour as a file: PNG, or `format`; other options go to Pillow's `save`."""
    image = options.pop("image", None) or Image.new(options.pop("mode", "RGB"), size, colour)
    out = io.BytesIO()
    image.save(out, options.pop("format", "PNG"), **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """A picture that was kept, read again, with its transparency."""
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "WEBP"
        return image.convert("RGBA")


def answer_picture(colour: str = "teal", **options: Any) -> Answer:  # noqa: ANN401
    """The answer of a server that gives out a picture."""
    return 200, {"Content-Type": "image/png"}, drawn(colour, **options)


def known(url: str, outcome: str = "image/webp", image: bytes = b"RIFF....WEBP", **more: Any) -> Picture:  # noqa: ANN401
    """A picture as the store knows it."""
    return Picture(url, outcome, image, **({"tried": NOW} | more))
