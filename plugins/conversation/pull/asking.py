"""One source from begin to end, in a thread of its own: it asks, and commits every batch together with its cursor.

Writing is done in turns. A source that comes when the build has gone on finds the door closed: nothing is written then.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import datetime

from ..errors import ConversationError, Exhausted, StoreError
from ..posts import Post
from ..schedule import due_posts
from ..sources import Ask, Batch
from ..sources import Pull as Answer
from ..store import Store
from .job import Job
from .outcome import Outcome, Plan, blame
from .shares import Shares

__all__ = ["ACCOUNT", "Asking"]

#: Under this name, no URL, the store remembers when a source was last asked about the account.
ACCOUNT = "*account"


class _TooLateError(Exception):
    """The build has gone on with what it had."""


class Asking:
    """What the threads of one pull share; `troubled` names the sources whose last try did not succeed."""

    def __init__(
        self,
        store: Store,
        shares: Shares,
        plan: Plan,
        *,
        sites: tuple[str, ...],
        now: datetime,
        troubled: frozenset[str] = frozenset(),
    ) -> None:
        self._store, self._shares, self._plan, self._sites, self._now = store, shares, plan, sites, now
        self._troubled = troubled
        self._numbers: dict[str, int] = {}
        self._broken: set[str] = set()
        self._left: dict[str, int] = {}
        self._writing = threading.Lock()
        self._over = False

    def run(self, job: Job) -> None:
        """One job from begin to end, or until its requests are used up; then it can be run again, and goes on.

        None follows one of the same source that has failed.
        """
        name = job.source.name
        with job.turn:
            if name in self._broken:
                job.state = "not due"
                return
            self._broken.add(name)  # until it is known to be well: what a source raises may be anything
            job.state = ""
            try:
                self._ask_account(job)
                for portion in job.portions():
                    self._ask_posts(job, portion)
            except _TooLateError:
                return
            except StoreError:
                raise
            except Exhausted:
                self._broken.discard(name)
                job.state = "paused"
                return
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
        if job.state == "":
            job.state = "failed" if job.mistake else "unfinished"
            late = f"gave no complete answer within {self._plan.deadline:g} s ({self._plan.limit})."
            job.error = blame(job.mistake) if job.mistake else late
            self._cut_off(job)
        elif job.state == "paused":
            job.state = "unfinished"
            if name not in self._broken:
                self._cut_off(job)
        left = len(job.left) if job.state == "unfinished" else None
        return Outcome(name, job.state, job.changes, job.error, job.problems, left)

    def _cut_off(self, job: Job) -> None:
        """Tells the store of a job that could not end by itself, and what is left for the next time."""
        name, unasked = job.source.name, None
        if job.mistake is None:
            unasked = self._left[name] = self._left.get(name, 0) + len(job.left)
        pulled = job.pulled or self._now if job.told and job.error is None else None
        self._store.end(self._number(name), name, self._now, error=job.error, pulled=pulled, unasked=unasked)

    def _ask_account(self, job: Job) -> None:
        """Asks about the account, where that is wanted; then also about posts whose copies are others than before."""
        if job.site is None or job.service.account is None:
            return
        name = job.source.name
        with self._in_time():
            before = self._store.copies_of(name)
        self._ask(job, job.service.account, job.site, ())
        with self._in_time():
            self._store.mark_asked(name, [ACCOUNT], self._now)
            after = self._store.copies_of(name)
        known = {post.url for post in job.posts}
        moved = [post for post in job.site if before.get(post.url) != after.get(post.url) and post.url not in known]
        if job.by_post:
            job.posts = (*due_posts(moved, activity={}, asked={}, now=self._now), *job.posts)
        job.site = None

    def _ask_posts(self, job: Job, posts: tuple[Post, ...]) -> None:
        """Asks about some posts; they are ticked off when that is done, or earlier where the source says so."""
        self._ask(job, job.service.pull, posts, posts if job.by_post else ())
        if job.by_post:
            with self._in_time():
                self._store.mark_asked(job.source.name, [post.url for post in posts], self._now)
            job.tick((post.url for post in posts), posts)

    def _ask(self, job: Job, answer: Answer, posts: tuple[Post, ...], among: tuple[Post, ...]) -> None:
        """Asks, and commits what is told, ticking off posts `among` those; a local source
        whose files are as they were says nothing: nothing is written.

        After trouble a file is read again though it may not have changed: that is how the trouble is known to be over.
        """
        name, local = job.source.name, job.service.local
        with self._in_time():
            if not local:
                self._number(name)
            cursor = self._store.cursor(name)
            copies = {} if local else self._store.copies_of(name)
        full = self._plan.full or (local and name in self._troubled)
        ask = Ask(posts, cursor, full, self._now, self._sites, copies, self._shares.at_a_time)
        for batch in answer(job.source, ask, self._shares.client(name)):
            self._commit(job, batch, among)
        job.told = True

    def _commit(self, job: Job, batch: Batch, among: tuple[Post, ...]) -> None:
        with self._in_time():
            name = job.source.name
            job.changes += self._store.commit(self._number(name), name, batch, self._now)
            job.problems += batch.problems
            job.pulled, job.told = batch.pulled or job.pulled, True
            if done := job.tick((*batch.complete, *batch.answered), among):
                self._store.mark_asked(name, done, self._now)

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
