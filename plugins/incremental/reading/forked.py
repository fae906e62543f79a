"""Read many files in several processes: children parse and send what they found, the parent gathers.

A child must not touch the console (its lock may be held at the moment of the fork), so nothing is logged there: what
was said is sent along. A file that a child cannot read is left to the parent, which then says what Pelican says.
"""

from __future__ import annotations

import gc
import logging
import os
import selectors
import signal
import struct
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import NoReturn

#: From this many files on, the fork and the way back cost less than they save.
WORTHWHILE = 64
#: Seconds without a word from any child, after which they are given up and the parent reads what is missing.
SILENCE = 60.0
HEAD = struct.Struct("<II")


class Child:
    """A process that reads, and what came from it so far."""

    def __init__(self, pid: int, pipe: int) -> None:
        self.pid = pid
        self.pipe = pipe
        self.received = bytearray()

    def messages(self) -> Iterator[tuple[int, bytes]]:
        """The whole messages that have arrived, as (number of the file, what was read)."""
        start = 0
        while len(self.received) - start >= HEAD.size:
            number, size = HEAD.unpack_from(self.received, start)
            end = start + HEAD.size + size
            if len(self.received) < end:
                break
            yield number, bytes(self.received[start + HEAD.size : end])
            start = end
        del self.received[:start]


class LeftToTheParent:
    """Whatever goes wrong with a file here, the parent meets it again and says so."""

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> bool:
        return isinstance(error, Exception)


def can_fork() -> bool:
    """Whether this process is one thread, apart from the one that keeps Pelican's progress line moving."""
    others = [one for one in threading.enumerate() if one is not threading.current_thread()]
    return hasattr(os, "fork") and all(type(one).__module__.partition(".")[0] == "rich" for one in others)


def read_forked(read: Callable[[str], bytes | None], paths: Sequence[str], jobs: int) -> dict[str, bytes]:
    """What `read` gives for each path, from `jobs` processes. What is missing was not read."""
    found: dict[str, bytes] = {}
    children: list[Child] = []
    try:
        for job in range(min(jobs, len(paths))):
            children.append(begin(read, paths, range(job, len(paths), jobs), [child.pipe for child in children]))
        for number, message in gather(children):
            found[paths[number]] = message
    except OSError:
        pass  # No more processes or pipes to be had: the parent reads what is missing.
    finally:
        for child in children:
            end(child)
    return found


def begin(read: Callable[[str], bytes | None], paths: Sequence[str], numbers: range, inherited: list[int]) -> Child:
    """Start a child that reads the files of these numbers. Raises OSError."""
    receive, send = os.pipe()
    try:
        with warnings.catch_warnings():
            # Python warns of threads; rich's is known not to matter here.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
    except OSError:
        os.close(receive)
        os.close(send)
        raise
    if pid == 0:
        for pipe in (receive, *inherited):
            os.close(pipe)
        live(read, paths, numbers, send)
    os.close(send)
    return Child(pid, receive)


def live(read: Callable[[str], bytes | None], paths: Sequence[str], numbers: range, send: int) -> NoReturn:
    """A child's whole life. Nothing of the parent's is closed, flushed or cleaned up in it."""
    try:
        be_silent()
        gc.freeze()
        with open(send, "wb") as pipe:
            for number in numbers:
                message = None
                with LeftToTheParent():
                    message = read(paths[number])
                if message is not None:
                    pipe.write(HEAD.pack(number, len(message)))
                    pipe.write(message)
    finally:
        os._exit(0)


def be_silent() -> None:
    """Take every way to the console away from this process."""
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end
    loggers = [logging.getLogger(), *logging.root.manager.loggerDict.values()]
    for logger in loggers:
        if isinstance(logger, logging.Logger) and logger.handlers:
            logger.handlers = [logging.NullHandler()]


def gather(children: Sequence[Child]) -> Iterator[tuple[int, bytes]]:
    """All messages of all children, until the last has nothing more to say or none says anything for long."""
    with selectors.DefaultSelector() as selector:
        for child in children:
            selector.register(child.pipe, selectors.EVENT_READ, child)
        while selector.get_map():
            ready = selector.select(SILENCE)
            if not ready:
                return
            for key, _ in ready:
                told: Child = key.data
                part = os.read(told.pipe, 1 << 20)
                if part:
                    told.received += part
                    yield from told.messages()
                else:
                    selector.unregister(told.pipe)


def end(child: Child) -> None:
    """Leave no process and no pipe behind."""
    os.close(child.pipe)
    with suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(child.pid, 0)
