"""What the threads of one pull hand in is written by a thread of its own: all that is waiting, in one transaction.

So sources go on asking meanwhile, and the more is told at a time, the less each answer costs. When the build has gone
on, the door is closed: nothing is written then.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from queue import SimpleQueue

from ..errors import StoreError
from ..sources import Batch
from ..store import Store, Told
from .job import Job

__all__ = ["Keeping", "TooLateError"]

#: When so many batches are waiting, whoever hands in another one waits too.
MOST = 64
#: What comes of a batch with values of other kinds than it should have.
_ODD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

#: A batch, whose it is, and the posts about which it was asked.
_Waiting = tuple[Job, Batch, tuple[str, ...]]


class TooLateError(Exception):
    """The build has gone on with what it had."""


class Keeping:
    """The way to the store for all threads of one pull, which takes place at `now`."""

    def __init__(self, store: Store, now: datetime) -> None:
        self._store, self._now = store, now
        self._pen = threading.Lock()
        self._bell: SimpleQueue[bool] = SimpleQueue()
        self._writer: threading.Thread | None = None
        self._waiting: deque[_Waiting] = deque()
        self._numbers: dict[str, int] = {}
        self._over = False
        #: Why something that was handed in could not be kept.
        self.failure: StoreError | None = None

    def hand_in(self, job: Job, batch: Batch, asked: Sequence[str]) -> None:
        """Sees to it that a batch is written: soon, or at once what a file tells, for it tells a lot.

        Raises:
            TooLateError: The door is closed.
            StoreError: Something could not be kept.
            Exception: What came of an earlier batch of this job, where that was none.
        """
        if job.mistake is not None:
            raise job.mistake
        self._check()
        self._waiting.append((job, batch, tuple(asked)))
        if job.service.local or len(self._waiting) > MOST:
            with self._pen:
                self._write()
        else:
            self._bell.put(item=True)

    @contextlib.contextmanager
    def turn(self, job: Job) -> Iterator[Store]:
        """The store for this thread alone, when all that was handed in is written. Raises as `hand_in` does."""
        with self._pen:
            self._write()
            if job.mistake is not None:
                raise job.mistake
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._attend, name="writes what sources told", daemon=True)
                self._writer.start()
            yield self._store

    def close(self) -> None:
        """Closes the door to whatever comes later; what was handed in is written first, unless it cannot be kept."""
        with self._pen:
            with contextlib.suppress(StoreError, TooLateError):  # it is kept as `failure`; it was closed before
                self._write()
            self._over = True
        self._bell.put(item=False)
        if self._writer is not None:
            self._writer.join()  # it has nothing more to write; beside a thread nobody can fork

    def has_begun(self, name: str) -> bool:
        """Whether the source has begun a pull."""
        return name in self._numbers

    def number(self, name: str) -> int:
        """The number of this pull of a source, which begins with it. Only in one's turn, or when the door is closed."""
        if name not in self._numbers:
            self._numbers[name] = self._store.begin(name, self._now)
        return self._numbers[name]

    def expected(self, name: str) -> int:
        """The same number without beginning anything: nobody else is to begin a pull of the source meanwhile."""
        return self._numbers.get(name) or self._store.pulls(name) + 1

    def _attend(self) -> None:
        """Writes whenever there is something to be written, until the door is closed."""
        while self._bell.get():
            # Whoever hands in the next batch hears of it.
            with contextlib.suppress(StoreError, TooLateError), self._pen:
                self._write()

    def _check(self) -> None:
        if self.failure is not None:
            raise self.failure
        if self._over:
            raise TooLateError

    def _write(self) -> None:
        """Writes all that is waiting, in one transaction."""
        self._check()
        if waiting := [self._waiting[place] for place in range(len(self._waiting))]:
            try:
                self._commit(waiting)
            except StoreError as failure:
                self.failure = failure
                raise
            for _ in waiting:
                self._waiting.popleft()

    def _commit(self, waiting: Sequence[_Waiting]) -> None:
        """Writes these batches; where one cannot be what it says, that is its own source's mistake and no other's."""
        told = [Told(job.source.name, self.number(job.source.name), batch, asked) for job, batch, asked in waiting]
        try:
            changes = self._store.commit_all(told, self._now)
        except _ODD as mistake:
            if len(waiting) == 1:
                waiting[0][0].stumble(mistake)
                return
            for one in waiting:
                self._commit([one])
        else:
            for (job, _, _), changed in zip(waiting, changes, strict=True):
                job.changes += changed
