"""The same work shared by several processes: forked from this one, they have everything that it has.

Work is a list of tasks by number. Whoever is free takes the next one, so that nobody waits for the slowest. Children
never touch the console, whose locks another thread may have held at the moment of the fork: what they log is handed
over and logged here.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import pickle
import signal
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

__all__ = ["Shared", "can_fork", "share"]

_NUMBER = struct.Struct("=I")
#: So many tasks fit into a pipe without anybody reading from it.
MOST_TASKS = 8192
#: The thread by which rich draws the terminal; it holds nothing that a child needs.
_DRAWING = "_RefreshThread"


class Shared(NamedTuple):
    """What one process did: the numbers of its tasks, and what its work gave."""

    done: list[int]
    result: Any


def can_fork() -> str:
    """Why this process cannot be forked: "" where it can."""
    if not hasattr(os, "fork"):
        return "this platform cannot fork"
    others = [one for one in threading.enumerate() if one is not threading.current_thread()]
    busy = [one.name for one in others if type(one).__name__ != _DRAWING]
    return f"other threads are running ({', '.join(sorted(busy))})" if busy else ""


def share(tasks: int, processes: int, work: Callable[[Iterator[int]], Any]) -> list[Shared]:
    """Does `tasks` tasks (at most MOST_TASKS) with so many processes, this one among them.

    `work` takes the numbers of tasks from an iterator, and gives something that can be pickled. A child that fails
    gives nothing: the tasks that are in no `done` are still to be done.
    """
    numbers, feed = os.pipe()
    with os.fdopen(feed, "wb") as queue:
        queue.write(b"".join(map(_NUMBER.pack, range(tasks))))
    gc.freeze()  # what is here is shared with the children for as long as nobody moves it
    try:
        children = [_child(numbers, work) for _ in range(processes - 1)]
        mine = None
        try:
            mine = _working(numbers, work)
        finally:
            if mine is None:  # what is wrong here is heard of at once
                for child, _ in children:
                    os.kill(child, signal.SIGKILL)
            theirs = [_result(child, answer) for child, answer in children]
    finally:
        gc.unfreeze()
        os.close(numbers)
    return [mine, *(one for one in theirs if one)]


def _working(numbers: int, work: Callable[[Iterator[int]], Any]) -> Shared:
    done: list[int] = []

    def taken() -> Iterator[int]:
        while number := os.read(numbers, _NUMBER.size):
            (one,) = _NUMBER.unpack(number)
            yield one
            done.append(one)

    return Shared(done, work(taken()))


def _child(numbers: int, work: Callable[[Iterator[int]], Any]) -> tuple[int, int]:
    """Forks; the number of the child and where its answer will come from."""
    answer, say = os.pipe()
    child = os.fork()
    if child:
        os.close(say)
        return child, answer
    status = 1
    try:
        os.close(answer)
        with _collecting() as records:
            shared = _working(numbers, work)
        with os.fdopen(say, "wb") as pipe:
            pickle.dump((shared, records), pipe)
        status = 0
    finally:
        os._exit(status)


@contextlib.contextmanager
def _collecting() -> Iterator[list[logging.LogRecord]]:
    """Keeps what is logged instead of saying it."""
    records: list[logging.LogRecord] = []
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.addHandler(_Collector(records))
    yield records
    for record in records:  # arguments may be anything; the sentence is what matters
        record.msg, record.args, record.exc_info = record.getMessage(), None, None


class _Collector(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__()
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


def _result(child: int, answer: int) -> Shared | None:
    """What a child gave, after it has ended; nothing where it failed."""
    with os.fdopen(answer, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    if not said:
        return None
    try:
        shared: Shared
        shared, records = pickle.loads(said)  # noqa: S301 - from our own child
    except (pickle.UnpicklingError, EOFError):
        return None
    for record in records:
        logging.getLogger(record.name).handle(record)
    return shared
