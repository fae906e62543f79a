"""The same work shared by several processes: forked from this one, they have everything that it has.

Children never touch the console, whose locks another thread may have held at the moment of the fork. Nothing of the
parent's is closed, flushed or cleaned up in them: what they have to tell goes into a pipe, and then they end.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import pickle
import signal
import struct
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, NamedTuple

__all__ = ["Child", "Shared", "begin", "can_fork", "end", "share"]

_NUMBER = struct.Struct("=I")
#: So many tasks fit into a pipe without anybody reading from it.
MOST_TASKS = 8192


class Child(NamedTuple):
    """A forked process, and the descriptor from which all can be read that it tells, until it ends."""

    pid: int
    pipe: int


class Shared(NamedTuple):
    """What one process did: the numbers of its tasks, and what its work gave."""

    done: list[int]
    result: Any


def can_fork() -> bool:
    """Whether this process is one thread, apart from that by which rich keeps Pelican's progress line moving."""
    others = [one for one in threading.enumerate() if one is not threading.current_thread()]
    return hasattr(os, "fork") and all(type(one).__module__.partition(".")[0] == "rich" for one in others)


def begin(live: Callable[[BinaryIO], None], inherited: Iterable[int] = ()) -> Child:
    """Starts a child whose whole life is `live`; what that writes into its file comes from the child's pipe.

    `inherited` are descriptors that are none of the child's business. The caller ends the child. Raises OSError.
    """
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
    if pid:
        os.close(send)
        return Child(pid, receive)
    try:
        for pipe in (receive, *inherited):
            os.close(pipe)
        _be_silent()
        gc.freeze()
        with open(send, "wb") as told:
            live(told)
    finally:
        os._exit(0)


def end(child: Child) -> None:
    """Leaves no process and no pipe behind."""
    os.close(child.pipe)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child.pid, 0)


def share(tasks: int, processes: int, work: Callable[[Iterator[int]], Any]) -> list[Shared]:
    """Does `tasks` tasks (at most MOST_TASKS) with so many processes, this one among them.

    `work` takes the numbers of tasks from an iterator, and gives something that can be pickled. Whoever is free takes
    the next one, so that nobody waits for the slowest. What children log is logged here. A child that fails, or cannot
    be had, gives nothing: the tasks that are in no `done` are still to be done. What goes wrong in this process is
    raised at once.
    """
    numbers, feed = os.pipe()
    with os.fdopen(feed, "wb") as queue:
        queue.write(b"".join(map(_NUMBER.pack, range(tasks))))

    def live(told: BinaryIO) -> None:
        with _collecting() as records:
            shared = _working(numbers, work)
        pickle.dump((shared, records), told)

    children: list[Child] = []
    gc.freeze()  # what is here is shared with the children for as long as nobody moves it
    try:
        with contextlib.suppress(OSError):
            while len(children) < processes - 1:
                children.append(begin(live, [child.pipe for child in children]))
        mine = _working(numbers, work)
        theirs = [_result(child) for child in children]
    finally:
        for child in children:
            end(child)
        gc.unfreeze()
        os.close(numbers)
    return [mine, *(one for one in theirs if one)]


def _be_silent() -> None:
    """Takes every way to the console away from this process."""
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end
    for logger in (logging.getLogger(), *logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger) and logger.handlers:
            logger.handlers = [logging.NullHandler()]


def _working(numbers: int, work: Callable[[Iterator[int]], Any]) -> Shared:
    done: list[int] = []

    def taken() -> Iterator[int]:
        while number := os.read(numbers, _NUMBER.size):
            (one,) = _NUMBER.unpack(number)
            yield one
            done.append(one)

    return Shared(done, work(taken()))


@contextlib.contextmanager
def _collecting() -> Iterator[list[logging.LogRecord]]:
    """Keeps what is logged in this child."""
    records: list[logging.LogRecord] = []
    logging.getLogger().handlers = [_Collector(records)]
    yield records
    for record in records:  # arguments may be anything; the sentence is what matters
        record.msg, record.args, record.exc_info = record.getMessage(), None, None


class _Collector(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__()
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


def _result(child: Child) -> Shared | None:
    """What a child gave, once it has nothing more to tell; nothing where it failed."""
    with open(child.pipe, "rb", closefd=False) as pipe:
        said = pipe.read()
    try:
        shared: Shared
        shared, records = pickle.loads(said)  # noqa: S301 - from our own child
    except (pickle.UnpicklingError, EOFError):
        return None
    for record in records:
        logging.getLogger(record.name).handle(record)
    return shared
