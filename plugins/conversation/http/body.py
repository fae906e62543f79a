"""Bodies, read piece by piece and bounded in size as they are decoded.

gzip is the one encoding the client asks for, and zlib undoes it here: so the limit holds to the byte (a bomb is never
unpacked), and a stream that stops before its end is noticed, which urllib3 leaves to the caller.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

from urllib3 import BaseHTTPResponse

from .wording import size

__all__ = ["BadBody", "is_whole", "read", "too_large"]

_PIECE = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_DIGITS = 18  # of a Content-Length that is worth reading


class BadBody(Exception):  # never leaves this package
    """The body is too large, damaged, or in an encoding that nobody asked for; the message says which."""


def read(raw: BaseHTTPResponse, limit: int, check: Callable[[], None]) -> bytes:
    """The whole decoded body of `raw`, at most `limit` bytes. `check` is called after each piece and may raise.

    Raises:
        BadBody: See there.
        OSError, urllib3.exceptions.HTTPError: The connection failed or timed out.
    """
    encoding = raw.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise BadBody("the answer is packed in a way that was not asked for")
    gzip = _Gzip() if encoding.endswith("gzip") else None
    declared = raw.headers.get("Content-Length", "")
    if gzip is None and declared.isdecimal() and int(declared[:_DIGITS]) > limit:
        raise too_large(limit)
    body = bytearray()
    while piece := raw.read1(_PIECE, decode_content=False):
        body += piece if gzip is None else gzip.unpack(piece, limit + 1 - len(body))
        if len(body) > limit:
            raise too_large(limit)
        check()
    if gzip is not None and not gzip.ended:
        raise BadBody("the answer is packed, and its end is missing")
    return bytes(body)


def too_large(limit: int) -> BadBody:
    """The error for a body over `limit` bytes."""
    return BadBody(f"the answer is larger than {size(limit)}, so it was not taken")


def is_whole(raw: BaseHTTPResponse) -> bool:
    """Whether the server said where the body ends, so that a body that was read is known not to be cut short."""
    return "Content-Length" in raw.headers or "chunked" in raw.headers.get("Transfer-Encoding", "").lower()


class _Gzip:
    """One or more gzip members in a row (RFC 1952), never unpacked further than asked for."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._begun = False

    @property
    def ended(self) -> bool:
        """Whether the stream may end here: after a member, or before the first (an empty body)."""
        return self._member.eof or not self._begun

    def unpack(self, piece: bytes, room: int) -> bytes:
        """What `piece` unpacks to, at most `room` bytes; what does not fit is dropped, for the reader stops then."""
        unpacked = bytearray()
        while piece and len(unpacked) < room:
            if self._member.eof:
                if not piece.startswith(b"\x1f"):
                    break  # padding after the last member, which gzip ignores too
                self._member = zlib.decompressobj(_GZIP)
            self._begun = True
            try:
                unpacked += self._member.decompress(piece, room - len(unpacked))
            except zlib.error:
                raise BadBody("the answer is packed, and damaged") from None
            piece = self._member.unused_data
        return bytes(unpacked)
