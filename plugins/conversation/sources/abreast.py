"""Several posts asked about at a time, and told of in their order as if it had been one after another.

    for batch in abreast(read, ask.posts, ask.at_a_time):
        yield batch

How many requests a host gets at a time, and when, is the client's business: see `http/manners.py`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from multiprocessing.pool import AsyncResult, ThreadPool
from typing import TypeVar

from ..errors import SourceError

__all__ = ["ENOUGH", "abreast", "is_hopeless"]

_T = TypeVar("_T")
_R = TypeVar("_R")

#: Where no answer about the first so many posts can be used, a source need not ask about the others.
ENOUGH = 10
#: How many times as many items are handed out as are worked on: nobody waits for whoever listens to what is told.
AHEAD = 2


class _NotBegunError(Exception):
    """There was trouble before this item's turn came."""


def is_hopeless(failed: int, asked: int, of: int) -> bool:
    """Whether a source can give up: none of the answers about all its posts, or about the first ones, can be used."""
    return failed == asked and asked in {ENOUGH, of}


def abreast(work: Callable[[_T], _R], items: Iterable[_T], at_a_time: int) -> Iterator[_R]:
    """What `work` gives for each item, in the order of the items, of which so many are worked on at a time.

    After a SourceError no item is begun; what was under way then is still told, and the first error is raised in the
    end. With one at a time there are no threads, and an error is raised where it occurs. `work` must share nothing
    with itself but what threads may share. The threads are daemons, and are left alone where nobody listens any more.
    """
    if at_a_time == 1:
        yield from map(work, items)
        return
    waiting = iter(items)
    trouble = threading.Event()
    failure: SourceError | None = None

    def attempt(item: _T) -> _R:
        if trouble.is_set():
            raise _NotBegunError
        try:
            return work(item)
        except SourceError:
            trouble.set()
            raise

    with ThreadPool(at_a_time) as pool:
        under_way: deque[AsyncResult[_R]] = deque(
            pool.apply_async(attempt, (item,)) for item in islice(waiting, AHEAD * at_a_time)
        )
        while under_way:
            try:
                told = under_way.popleft().get()
            except _NotBegunError:
                continue
            except SourceError as error:
                failure = failure or error
                continue
            if not trouble.is_set():
                under_way.extend(pool.apply_async(attempt, (item,)) for item in islice(waiting, 1))
            yield told
    if failure is not None:
        raise failure
