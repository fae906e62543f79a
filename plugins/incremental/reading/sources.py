"""The files that contents come from: whether one is still what it was."""

from __future__ import annotations

import hashlib
import os
import time
from typing import NamedTuple

#: A file that was changed within this time (nanoseconds) before it was looked at may be changed again without its
#: times showing it: some file systems count in steps of two seconds.
UNSETTLED = 2_000_000_000


class Signature(NamedTuple):
    """What `stat` tells: it changes with every change, but not only with a change."""

    size: int
    mtime: int
    ctime: int
    inode: int


#: SQLite's largest integer.
LARGEST = (1 << 63) - 1
#: Never that of a file: the bytes decide.
NO_SIGNATURE = Signature(-1, 0, 0, 0)


class Source(NamedTuple):
    """A file at one moment."""

    signature: Signature
    digest: bytes
    #: When it was looked at, in nanoseconds.
    seen: int

    def lasting(self) -> Signature:
        """The signature by which it may be recognised later."""
        settled = max(self.signature.mtime, self.signature.ctime) < self.seen - UNSETTLED
        return self.signature if settled else NO_SIGNATURE


def as_bytes(body: str) -> bytes:
    """A body as it is kept; half a character of UTF-16, which HTML may hold, is no error."""
    return body.encode("utf-8", "surrogatepass")


def digest(text: bytes) -> bytes:
    """A fingerprint of bytes, of 16 bytes."""
    return hashlib.blake2b(text, digest_size=16).digest()


def sign(path: str) -> Signature:
    """The signature of a file. Raises OSError."""
    status = os.stat(path)
    return Signature(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino & LARGEST)


def look(path: str) -> tuple[Source, bytes]:
    """A file and its bytes. Raises OSError."""
    seen, signature = time.time_ns(), sign(path)
    with open(path, "rb") as file:
        text = file.read()
    return Source(signature, digest(text), seen), text


def unchanged(path: str, source: Source) -> bool:
    """Whether the file is, by all that `stat` tells, what it was."""
    try:
        return sign(path) == source.signature
    except OSError:
        return False
