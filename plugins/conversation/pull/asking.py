"""One source from begin to end, in a thread of its own: it asks, and commits every batch together with its cursor.

Writing is done in turns. A source that comes when the build has gone on finds the door closed: nothing is written then.
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import traceback
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ..acts import Problem
from ..errors import ConversationError, StoreError
from ..http import Client
from ..posts import Post
from ..sources import Ask, Batch, Service, Source
from ..store import Changes, Store
from .outcome import Outcome, Plan

__all__ = ["Asking", "Job"]

#: A per-post source is asked about so many posts at a time, and these are ticked off: where the deadline cuts a pull
#: short, the next one goes on with the others.
PORTION = 50


@dataclasses.dataclass(slots=True, eq=False)
class Job:
    """A source that is asked about some posts, and what has come of it so far; `state` is "" while it is under way."""

    source: Source
    service: Service
    posts: tuple[Post, ...]
    #: Jobs of the same source take turns.
    turn: threading.Lock
    changes: Changes = dataclasses.field(default_factory=Changes)
    problems: tuple[Problem, ...] = ()
    #: When what the batches told was true, where they say.
    pulled: datetime | None = None
    state: str = ""
    error: str | None = None
    #: What the source raised though it should not.
    mistake: BaseException | None = None

    def stumble(self, mistake: BaseException) -> None:
        """Takes note of such an exception."""
        self.mistake = mistake

    def portions(self) -> Iterator[tuple[Post, ...]]:
        """The posts, as many as the source is asked about at a time."""
        if not self.service.per_post(self.source):
            yield self.posts
            return
        for start in range(0, len(self.posts), PORTION):
            yield self.posts[start : start + PORTION]


class _TooLateError(Exception):
    """The build has gone on with what it had."""


class Asking:
    """What the threads of one pull share; `troubled` names the sources whose last try did not succeed."""

    def __init__(
        self,
        store: Store,
        client: Client,
        plan: Plan,
        *,
        sites: tuple[str, ...],
        now: datetime,
        troubled: frozenset[str] = frozenset(),
    ) -> None:
        self._store, self._client, self._plan, self._sites, self._now = store, client, plan, sites, now
        self._troubled = troubled
        self._numbers: dict[str, int] = {}
        self._broken: set[str] = set()
        self._writing = threading.Lock()
        self._over = False

    def run(self, job: Job) -> None:
        """One job from begin to end; none follows one of the same source that has failed."""
        name = job.source.name
        with job.turn:
            if name in self._broken:
                job.state = "not due"
                return
            self._broken.add(name)  # until it is known to be well: what a source raises may be anything
            try:
                for portion in job.portions():
                    self._ask(job, portion)
            except _TooLateError:
                return
            except StoreError:
                raise
            except ConversationError as failure:
                job.error = str(failure)
            else:
                self._broken.discard(name)
            with contextlib.suppress(_TooLateError):
                self._end(job)

    def close(self) -> None:
        """Closes the door to whatever comes later; what is being written is finished first."""
        with self._writing:
            self._over = True

    def outcome(self, job: Job) -> Outcome:
        """What came of a job, once the door is closed; the store is told of it where the job could not do that itself.

        Raises StoreError where what it was told could not be kept.
        """
        name = job.source.name
        if isinstance(job.mistake, StoreError):
            raise job.mistake
        if not job.state:
            job.state = "failed" if job.mistake else "unfinished"
            late = f"gave no complete answer within {self._plan.deadline:g} s (CONVERSATION_DEADLINE)."
            job.error = _blame(job.mistake) if job.mistake else late
            number, unfinished = self._number(name), job.mistake is None
            self._store.end(number, name, self._now, error=job.error, pulled=None, unfinished=unfinished)
        return Outcome(name, job.state, job.changes, job.error, job.problems)

    def _ask(self, job: Job, posts: tuple[Post, ...]) -> None:
        """Asks about some posts; a local source whose files are as they were says nothing, and nothing is written.

        After trouble a file is read again though it may not have changed: that is how the trouble is known to be over.
        """
        name, local = job.source.name, job.service.local
        with self._in_time():
            if not local:
                self._number(name)
            cursor = self._store.cursor(name)
        full = self._plan.full or (local and name in self._troubled)
        for batch in job.service.pull(job.source, Ask(posts, cursor, full, self._now, self._sites), self._client):
            self._commit(job, batch)
        if job.service.per_post(job.source):
            with self._in_time():
                self._store.mark_asked(name, [post.url for post in posts], self._now)

    def _commit(self, job: Job, batch: Batch) -> None:
        with self._in_time():
            name = job.source.name
            job.changes += self._store.commit(self._number(name), name, batch, self._now)
            job.problems += batch.problems
            job.pulled = batch.pulled or job.pulled

    def _end(self, job: Job) -> None:
        name = job.source.name
        with self._in_time():
            if job.error is not None or name in self._numbers:
                number = self._number(name)
                self._store.end(number, name, self._now, error=job.error, pulled=self._moment(job))
            job.state = "fresh" if job.error is None else "failed"

    def _number(self, name: str) -> int:
        """The number of this pull of a source, which begins with it. Only while writing, or when the door is closed."""
        if name not in self._numbers:
            self._numbers[name] = self._store.begin(name, self._now)
        return self._numbers[name]

    @contextlib.contextmanager
    def _in_time(self) -> Iterator[None]:
        """The turn to write; _TooLateError where the door is closed."""
        with self._writing:
            if self._over:
                raise _TooLateError
            yield

    def _moment(self, job: Job) -> datetime | None:
        """When the answer was true, where that is not now; a file that does not say is as old as the newest post."""
        if job.pulled or not job.service.local:
            return job.pulled
        times = (post.published for post in job.posts if post.published and post.published <= self._now)
        return max(times, default=None)


def _blame(mistake: BaseException) -> str:
    """What to say of a source that broke: where, for its authors, and never its words, which may hold a token."""
    frames = traceback.extract_tb(mistake.__traceback__)
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"stopped over a mistake of its own ({type(mistake).__name__}{where}); please tell its authors."
