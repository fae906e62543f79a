"""All sources at once: which are due, how long to wait for them, and what to say of each.

Three steps, so that the network works while Pelican reads content: `Pull.start` begins with what was known from the
last build, `Pull.posts` hands over the posts once they are read, `Pull.finish` waits until the deadline and says what
came of each source. Nothing here raises because a source failed; only a store that cannot be used does.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from multiprocessing.pool import AsyncResult, ThreadPool

from ..http import Client
from ..posts import Post
from ..schedule import due_posts, source_due
from ..sources import Service, Source, registry
from ..store import Store
from .asking import Asking, Job
from .outcome import Outcome, Plan, one_each

__all__ = ["Pull"]

#: Services asked at the same time; politeness towards each host is the client's business.
SIDE_BY_SIDE = 16


class Pull:
    """One pull over all sources. Their threads are daemons: one that hangs cannot keep a build from ending.

    `service` finds a source's service by its name.
    """

    def __init__(  # noqa: PLR0913 - the rooms that meet here
        self,
        sources: Iterable[Source],
        store: Store,
        client: Client,
        plan: Plan,
        *,
        sites: tuple[str, ...],
        now: datetime,
        service: Callable[[str], Service] = registry.service,
    ) -> None:
        wanted = [source for source in sources if not plan.only or source.name in plan.only]
        self._sources = [(source, service(source.source)) for source in wanted]
        self._store, self._client, self._plan, self._now = store, client, plan, now
        self._states = {state.name: state for state in store.sources()}
        troubled = frozenset(name for name, state in self._states.items() if state.state != "fresh")
        self._asking = Asking(store, client, plan, sites=sites, now=now, troubled=troubled)
        remote = sum(not service.local for _, service in self._sources)
        # Files of this machine do not wait for a place among services that hang.
        self._remote = ThreadPool(min(max(remote, 1), SIDE_BY_SIDE))
        self._local = ThreadPool(max(len(self._sources) - remote, 1))
        self._running: list[tuple[Job, AsyncResult[None]]] = []
        self._settled: list[Outcome] = []
        self._turns = {source.name: threading.Lock() for source in wanted}
        self._activity: dict[str, datetime] = {}
        self._known: dict[str, object] = {}
        self._asked: defaultdict[str, dict[str, object]] = defaultdict(dict)
        self._ends = 0.0

    def start(self, known: tuple[Post, ...]) -> None:
        """Begins to ask: services that need no posts, and others about the posts `known` from the last build."""
        self._activity = _activity(self._store)
        self._known = {post.url: _findable(post) for post in known}
        newest = self._newest(known)
        for source, service in self._sources:
            if service.local:
                continue
            if service.per_post(source):
                self._ask_about(source, service, known)
            elif self._is_due(source, newest):
                self._submit(source, service, known)
            else:
                self._settled.append(Outcome(source.name, "not due"))

    def posts(self, posts: tuple[Post, ...]) -> None:
        """Reads the local sources, and asks per-post sources about posts that are new or can be found otherwise now.

        From here the deadline counts.
        """
        self._ends = time.monotonic() + self._plan.deadline
        for source, service in self._sources:
            if service.local:
                self._submit(source, service, posts)
            elif service.per_post(source):
                self._ask_about(source, service, posts)

    def finish(self, show: Callable[[int, int], None] = lambda *_: None) -> list[Outcome]:
        """Waits for all sources, not longer than the deadline, and returns what came of each, by name.

        `show` is called with the number of jobs that are done, and of all, whenever that may have changed. Raises
        StoreError where what was told could not be kept.
        """
        for _, result in self._running:
            show(sum(result.ready() for _, result in self._running), len(self._running))
            result.wait(max(0.0, self._ends - time.monotonic()))
        show(sum(result.ready() for _, result in self._running), len(self._running))
        self._asking.close()
        self._client.stop()
        for pool in (self._remote, self._local):
            pool.terminate()
        return one_each([*self._settled, *(self._asking.outcome(job) for job, _ in self._running)])

    def _newest(self, known: Iterable[Post]) -> datetime | None:
        """When anything last happened on the site: a post published, an act received."""
        times = [post.published for post in known if post.published and post.status != "draft"]
        times += self._store.activity().values()
        return max((time for time in times if time <= self._now), default=None)

    def _is_due(self, source: Source, newest: datetime | None) -> bool:
        state = self._states.get(source.name)
        if self._plan.policy == "never":
            return False
        if state is None or self._plan.policy == "always" or self._plan.full:
            return True
        return source_due(pulled=state.pulled, failed=state.state != "fresh", newest=newest, now=self._now)

    def _ask_about(self, source: Source, service: Service, posts: tuple[Post, ...]) -> None:
        """Asks a per-post source about those of `posts` that are due and that it was not just asked about.

        A post whose aliases or copies elsewhere have changed since the last build counts as never asked about.
        """
        due: tuple[Post, ...] = ()
        begun = self._asked[source.name]
        if self._plan.policy != "never":
            eager = self._plan.policy == "always" or self._plan.full
            others = [post for post in posts if begun.get(post.url) != _findable(post)]
            changed = {post.url for post in others if self._known.get(post.url, _findable(post)) != _findable(post)}
            asked = {} if eager else self._store.asked(source.name)
            asked = {url: when for url, when in asked.items() if url not in changed}
            due = due_posts(others, activity=self._activity, asked=asked, now=self._now)
        if due:
            begun |= {post.url: _findable(post) for post in due}
            self._submit(source, service, due)
        else:
            self._settled.append(Outcome(source.name, "not due"))

    def _submit(self, source: Source, service: Service, posts: tuple[Post, ...]) -> None:
        job = Job(source, service, posts, self._turns[source.name])
        pool = self._local if service.local else self._remote
        self._running.append((job, pool.apply_async(self._asking.run, (job,), error_callback=job.stumble)))


def _findable(post: Post) -> tuple[object, ...]:
    """By what services find a post, beside its URL."""
    return post.aliases, post.syndication


def _activity(store: Store) -> dict[str, datetime]:
    """By post URL: when anything about it last changed, as far as the last build could match it."""
    matches = store.matches()
    activity: dict[str, datetime] = {}
    for target, changed in store.activity().items():
        post = matches.get(target, ("", ""))[0]
        activity[post] = max(changed, activity.get(post, changed))
    return activity
