"""One source from begin to end, in a thread of its own: it asks, and hands in every batch together with its cursor."""

from __future__ import annotations

import contextlib
from datetime import datetime

from ..errors import ConversationError, Exhausted, StoreError
from ..posts import Post
from ..schedule import due_posts
from ..sources import Ask
from ..sources import Pull as Answer
from ..store import Store
from .job import Job
from .keeping import Keeping, TooLateError
from .outcome import Outcome, Plan, blame
from .shares import Shares

__all__ = ["ACCOUNT", "Asking"]

#: Under this name, no URL, the store remembers when a source was last asked about the account.
ACCOUNT = "*account"


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
        self._keeping = Keeping(store, now)
        self._broken: set[str] = set()
        self._left: dict[str, int] = {}

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
            except TooLateError:
                return
            except StoreError:
                raise
            except Exhausted:
                self._broken.discard(name)
                job.state = "paused"
                return
            except ConversationError as failure:
                job.error = str(failure)
            with contextlib.suppress(TooLateError):
                self._end(job)
                if job.error is None:
                    self._broken.discard(name)

    def close(self) -> None:
        """Closes the door to whatever comes later; what was told is written first."""
        self._keeping.close()

    def outcome(self, job: Job) -> Outcome:
        """What came of a job, once the door is closed; the store is told of it where the job could not do that itself.

        Raises StoreError where what it was told could not be kept.
        """
        name = job.source.name
        if self._keeping.failure is not None:
            raise self._keeping.failure
        if isinstance(job.mistake, StoreError):
            raise job.mistake
        if job.state == "" or job.mistake is not None:
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
        number = self._keeping.number(name)
        self._store.end(number, name, self._now, error=job.error, pulled=pulled, unasked=unasked)

    def _ask_account(self, job: Job) -> None:
        """Asks about the account, where that is wanted; then also about posts whose copies are others than before."""
        if job.site is None or job.service.account is None:
            return
        name = job.source.name
        with self._keeping.turn(job) as store:
            before = store.copies_of(name)
        self._ask(job, job.service.account, job.site, ())
        with self._keeping.turn(job) as store:
            store.mark_asked(name, [ACCOUNT], self._now)
            after = store.copies_of(name)
        known = {post.url for post in job.posts}
        moved = [post for post in job.site if before.get(post.url) != after.get(post.url) and post.url not in known]
        if job.by_post:
            job.posts = (*due_posts(moved, activity={}, asked={}, now=self._now), *job.posts)
        job.site = None

    def _ask_posts(self, job: Job, posts: tuple[Post, ...]) -> None:
        """Asks about some posts; they are ticked off when that is done, or earlier where the source says so."""
        self._ask(job, job.service.pull, posts, posts if job.by_post else ())
        if job.by_post:
            with self._keeping.turn(job) as store:
                if rest := job.tick((post.url for post in posts), posts):
                    store.mark_asked(job.source.name, rest, self._now)

    def _ask(self, job: Job, answer: Answer, posts: tuple[Post, ...], among: tuple[Post, ...]) -> None:
        """Asks, and commits what is told, ticking off posts `among` those; a local source
        whose files are as they were says nothing: nothing is written.

        After trouble a file is read again though it may not have changed: that is how the trouble is known to be over.
        """
        name, local = job.source.name, job.service.local
        with self._keeping.turn(job) as store:
            if not local:
                self._keeping.number(name)
            cursor, pull = store.cursor(name), self._keeping.expected(name)
            copies = {} if local else store.copies_of(name)
        full = self._plan.full or (local and name in self._troubled)
        ask = Ask(posts, cursor, full, self._now, self._sites, copies, self._shares.at_a_time, pull)
        for batch in answer(job.source, ask, self._shares.client(name)):
            self._keeping.hand_in(job, batch, job.tick((*batch.complete, *batch.answered), among))
            job.problems += batch.problems
            job.pulled, job.told = batch.pulled or job.pulled, True
        job.told = True

    def _end(self, job: Job) -> None:
        name = job.source.name
        with self._keeping.turn(job) as store:
            if job.error is not None or self._keeping.has_begun(name):
                number = self._keeping.number(name)
                store.end(number, name, self._now, error=job.error, pulled=self._moment(job))
            job.state = "fresh" if job.error is None else "failed"

    def _moment(self, job: Job) -> datetime | None:
        """When the answer was true, where that is not now; a file that does not say is as old as the newest post."""
        if job.pulled or not job.service.local:
            return job.pulled
        times = (post.published for post in job.posts if post.published and post.published <= self._now)
        return max(times, default=None)
