"""Read many files in several processes: children parse and send what they found, the parent gathers.

What was said in a child is sent along. A file that a child cannot read is left to the parent, which then says what
Pelican says.
"""

from __future__ import annotations

import os
import selectors
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import BinaryIO

from ..forking import Child, begin, end

#: From this many files on, the fork and the way back cost less than they save.
WORTHWHILE = 64
#: Seconds without a word from any child, after which they are given up and the parent reads what is missing.
SILENCE = 60.0
HEAD = struct.Struct("<II")


class LeftToTheParent:
    """Whatever goes wrong with a file here, the parent meets it again and says so."""

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> bool:
        return isinstance(error, Exception)


def read_forked(read: Callable[[str], bytes | None], paths: Sequence[str], jobs: int) -> dict[str, bytes]:
    """What `read` gives for each path, from `jobs` processes. What is missing was not read."""
    found: dict[str, bytes] = {}
    children: list[Child] = []
    try:
        with suppress(OSError):  # No more processes or pipes to be had: the parent reads what is missing.
            for job in range(min(jobs, len(paths))):
                live = partial(tell, read, paths, range(job, len(paths), jobs))
                children.append(begin(live, [child.pipe for child in children]))
            for number, message in gather(children):
                found[paths[number]] = message
    finally:
        for child in children:
            end(child)
    return found


def tell(read: Callable[[str], bytes | None], paths: Sequence[str], numbers: range, told: BinaryIO) -> None:
    """A child's life: it reads the files of these numbers, and tells of each."""
    for number in numbers:
        message = None
        with LeftToTheParent():
            message = read(paths[number])
        if message is not None:
            told.write(HEAD.pack(number, len(message)))
            told.write(message)


def gather(children: Sequence[Child]) -> Iterator[tuple[int, bytes]]:
    """All messages of all children, until the last has nothing more to say or none says anything for long."""
    with selectors.DefaultSelector() as selector:
        for child in children:
            selector.register(child.pipe, selectors.EVENT_READ, bytearray())
        while selector.get_map():
            ready = selector.select(SILENCE)
            if not ready:
                return
            for key, _ in ready:
                part = os.read(key.fd, 1 << 20)
                if part:
                    key.data.extend(part)
                    yield from whole_messages(key.data)
                else:
                    selector.unregister(key.fd)


def whole_messages(received: bytearray) -> Iterator[tuple[int, bytes]]:
    """Takes out what has arrived whole, as (number of the file, what was read)."""
    start = 0
    while len(received) - start >= HEAD.size:
        number, size = HEAD.unpack_from(received, start)
        stop = start + HEAD.size + size
        if len(received) < stop:
            break
        yield number, bytes(received[start + HEAD.size : stop])
        start = stop
    del received[:start]
