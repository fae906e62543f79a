"""Streams of archives: bounded in what they give, and with one kind of error for all that may be wrong with them."""

from __future__ import annotations

import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import IO, cast

from ..errors import ArchiveError
from ..sanitise import line

__all__ = ["DAMAGE", "bounded", "damaged", "part_of"]

#: No document of a person's archive is longer, unpacked.
MAX_DECODED = 4 << 30
#: Text shrinks to a tenth or a fiftieth. What grows to this many times its packed size, and is large, is a bomb.
MAX_RATIO = 500
UNSUSPICIOUS = 256 << 20
#: Asked for at once only by a header that lies.
_MAX_READ = 64 << 20

#: What the packers' libraries raise over damaged bytes (found by giving them some).
DAMAGE = (
    *(EOFError, IndexError, OSError, OverflowError, RuntimeError, ValueError),
    *(lzma.LZMAError, struct.error, tarfile.TarError, zipfile.BadZipFile, zlib.error),
)


def bounded(start: Callable[[], IO[bytes]], name: str, packed: int = 0) -> IO[bytes]:
    """The stream that `start` opens. Raises ArchiveError over damage and where it gives beyond all bounds.

    `packed` is its size before it was unpacked, 0 where it was not packed.
    """
    try:
        return cast("IO[bytes]", _Bounded(start(), name, packed))
    except DAMAGE as error:
        raise damaged(name, error) from error


def part_of(file: IO[bytes], start: int, end: int) -> IO[bytes]:
    """The bytes from `start` to `end` of a file that others read too, as a file of its own."""
    return io.BufferedReader(_Slice(file, start, end))


def damaged(name: str, error: BaseException) -> ArchiveError:
    """What to say of damage, with the library's own words where it has any."""
    if isinstance(error, OSError) and error.strerror:
        return ArchiveError(f"{name}: cannot be read: {error.strerror}.")
    why = line(str(error), 120) or type(error).__name__
    return ArchiveError(f"{name}: is damaged or cut off ({why}); get the archive once more.")


class _Bounded(io.RawIOBase):
    """Counts what a stream gives. What it gave before it broke is given; only then comes the error."""

    def __init__(self, inner: IO[bytes], name: str, packed: int) -> None:
        self._read: Callable[[int], bytes] = getattr(inner, "read1", inner.read)
        self._inner, self._name, self._packed = inner, name, packed
        self._given = 0
        self._broken: ArchiveError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override] # typeshed: Buffer, of 3.12
        if len(buffer) > _MAX_READ:
            raise ArchiveError(f"{self._name}: claims to hold something that no archive holds.")
        filled = 0
        while filled < len(buffer) and self._broken is None:
            try:
                data = self._read(len(buffer) - filled)
            except DAMAGE as error:
                self._broken = damaged(self._name, error)
                break
            if not data:
                break
            buffer[filled : filled + len(data)] = data
            filled += len(data)
            self._count(len(data))
        if self._broken is not None and not filled:
            raise self._broken
        return filled

    def _count(self, size: int) -> None:
        self._given += size
        if self._given > MAX_DECODED:
            what = f"is larger than {MAX_DECODED >> 30} GiB unpacked"
        elif self._packed and self._given > max(UNSUSPICIOUS, MAX_RATIO * self._packed):
            what = "grows beyond all bounds when unpacked"
        else:
            return
        self._broken = ArchiveError(f"{self._name}: {what}, so it was not read on.")

    def close(self) -> None:
        self._inner.close()
        super().close()


class _Slice(io.RawIOBase):
    """A part of a file."""

    def __init__(self, file: IO[bytes], start: int, end: int) -> None:
        self._file, self._at, self._end = file, start, end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override] # typeshed: Buffer, of 3.12
        self._file.seek(self._at)
        data = self._file.read(min(len(buffer), self._end - self._at))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
