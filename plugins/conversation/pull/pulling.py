"""All sources at once: which are due, how long to wait for them, and what to say of each.

Three steps, so that the network works while Pelican reads content: `Pull.start` begins with what was known from the
last build, `Pull.posts` hands over the posts once they are read, `Pull.finish` waits until the deadline and says what
came of each source. Nothing here raises because a source failed; only a store that cannot be used does.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from multiprocessing.pool import AsyncResult, ThreadPool

from ..http import Client
from ..posts import Post
from ..schedule import due_posts, source_due
from ..sources import Service, Source, registry
from ..store import Store
from .asking import ACCOUNT, Asking
from .job import Job
from .outcome import Outcome, Plan, Standing, one_each
from .shares import Shares

__all__ = ["Pull"]

#: Services asked at the same time; politeness towards each host is the client's business.
SIDE_BY_SIDE = 16
#: Seconds between two looks at how far the sources are.
GLANCE = 0.2


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
        self._states = {state.name: state for state in store.sources()}
        wanted = [source for source in sources if not plan.only or source.name in plan.only]
        # Whoever was not heard for longest comes first, where there is not enough for all.
        wanted.sort(key=lambda source: self._pulled(source.name) or datetime.min.replace(tzinfo=UTC))
        self._sources = [(source, service(source.source)) for source in wanted]
        self._store, self._client, self._plan, self._now = store, client, plan, now
        troubled = frozenset(name for name, state in self._states.items() if state.state != "fresh")
        remote = [source.name for source, service in self._sources if not service.local]
        self._shares = Shares(client, plan.budget, remote)
        self._asking = Asking(store, self._shares, plan, sites=sites, now=now, troubled=troubled)
        # Files of this machine do not wait for a place among services that hang.
        self._remote = ThreadPool(min(max(len(remote), 1), SIDE_BY_SIDE))
        self._local = ThreadPool(max(len(self._sources) - len(remote), 1))
        self._running: list[tuple[Job, AsyncResult[None]]] = []
        self._settled: list[Outcome] = []
        self._turns = {source.name: threading.Lock() for source in wanted}
        self._accounts: set[str] = set()
        self._activity: dict[str, datetime] = {}
        self._known: dict[str, object] = {}
        self._asked: defaultdict[str, dict[str, object]] = defaultdict(dict)
        self._newest: datetime | None = None
        self._reached = (-1, -1)
        self._ends = 0.0

    @property
    def asks(self) -> bool:
        """Whether any source is asked over the network, so that it matters which posts were known before."""
        return self._plan.policy != "never" and any(not service.local for _, service in self._sources)

    def start(self, known: tuple[Post, ...]) -> None:
        """Begins to ask about the posts `known` from the last build; at the very first one there are none yet."""
        if not self.asks:
            return
        happened = self._store.activity()
        self._activity = _by_post(happened, self._store.matches())
        self._known = {post.url: _findable(post) for post in known}
        self._newest = _newest(happened.values(), known, self._now)
        for source, service in self._sources:
            if service.local or not known:
                continue  # a service that answers for the whole site may find posts by their addresses only
            if service.per_post(source):
                self._ask_about(source, service, known)
            else:
                self._ask_site(source, service, known)

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
            elif not self._known:
                self._ask_site(source, service, posts)

    def finish(self, show: Callable[[int, int], None] = lambda *_: None) -> list[Outcome]:
        """Waits for all sources, not longer than the deadline, and returns what came of each, by name.

        `show` is called with the number of jobs that are done, and of all, again and again. Raises StoreError where
        what was told could not be kept.
        """
        self._wait(show)
        while self._resume():
            self._wait(show)
        self.stop()
        return one_each([*self._settled, *(self._asking.outcome(job) for job, _ in self._running)])

    def stop(self) -> None:
        """Ends it here: what was told so far is kept, and what comes later is not heard."""
        self._asking.close()
        self._client.stop()
        for pool in (self._remote, self._local):
            pool.terminate()

    @property
    def standing(self) -> Standing:
        """How far the sources are."""
        jobs = [job for job, _ in self._running if job.by_post]
        return Standing(sum(len(job.ticked) for job in jobs), sum(len(job.posts) for job in jobs))

    def _wait(self, show: Callable[[int, int], None]) -> None:
        """Waits until all jobs are done or paused, or the time is over."""
        for _, result in self._running:
            while not result.ready():
                show(sum(result.ready() for _, result in self._running), len(self._running))
                left = self._ends - time.monotonic()
                if left <= 0:
                    break
                result.wait(min(GLANCE, left))
        show(sum(result.ready() for _, result in self._running), len(self._running))

    def _resume(self) -> bool:
        """Lets jobs whose requests were used up go on with what others left over; False where that leads nowhere."""
        paused = [job for job, _ in self._running if job.state == "paused"]
        reached = (self._client.requests, sum(len(job.ticked) for job in paused))
        further, self._reached = reached != self._reached, reached
        if not further or time.monotonic() >= self._ends or not self._shares.renew({job.source.name for job in paused}):
            return False
        self._running = [(job, self._begin(job) if job.state == "paused" else result) for job, result in self._running]
        return True

    def _pulled(self, name: str) -> datetime | None:
        return self._states[name].pulled if name in self._states else None

    def _is_due(self, name: str, asked: datetime | None) -> bool:
        """Whether a source, or the account at it, that was last asked at `asked` is to be asked now."""
        state = self._states.get(name)
        if self._plan.policy == "never":
            return False
        if state is None or self._eager:
            return True
        return source_due(pulled=asked, failed=state.state != "fresh", newest=self._newest, now=self._now)

    @property
    def _eager(self) -> bool:
        return self._plan.policy == "always" or self._plan.full

    def _ask_site(self, source: Source, service: Service, posts: tuple[Post, ...]) -> None:
        """Asks a source that answers for the whole site, where it is due; one that was cut short is due at once."""
        state = self._states.get(source.name)
        asked = state.pulled if state and state.unasked is None else None
        if self._is_due(source.name, asked):
            self._submit(source, service, posts, site=posts)
        else:
            self._settled.append(Outcome(source.name, "not due"))

    def _ask_about(self, source: Source, service: Service, posts: tuple[Post, ...]) -> None:
        """Asks a per-post source about those of `posts` that are due and that it was not just asked about.

        A post whose aliases or copies elsewhere have changed since the last build counts as never asked about. The
        account comes first where it is due, once in a pull.
        """
        name = source.name
        due: tuple[Post, ...] = ()
        site: tuple[Post, ...] | None = None
        if self._plan.policy != "never":
            asked = self._store.asked(name)
            due = self._due(name, posts, asked)
            if name not in self._accounts and _has_account(source, service):
                site = posts if self._is_due(name, asked.get(ACCOUNT)) else None
                self._accounts.add(name)
        if due or site is not None:
            self._asked[name] |= {post.url: _findable(post) for post in due}
            self._submit(source, service, due, site=site)
        else:
            self._settled.append(Outcome(name, "not due"))

    def _due(self, name: str, posts: tuple[Post, ...], asked: Mapping[str, datetime]) -> tuple[Post, ...]:
        """The posts to ask about, liveliest first; where everything is asked, the others after them.

        Those come in the order in which they were last asked about, so that a pull that is cut short again and again
        gets round to all of them.
        """
        begun = self._asked[name]
        others = [post for post in posts if begun.get(post.url) != _findable(post)]
        changed = {post.url for post in others if self._known.get(post.url, _findable(post)) != _findable(post)}
        asked = {url: when for url, when in asked.items() if url not in changed}
        due = due_posts(others, activity=self._activity, asked=asked, now=self._now)
        if not self._eager:
            return due
        first = {post.url for post in due}
        rest = [post for post in others if post.url not in first]
        rest = list(due_posts(rest, activity=self._activity, asked={}, now=self._now))
        return (*due, *sorted(rest, key=lambda post: asked[post.url]))

    def _submit(
        self, source: Source, service: Service, posts: tuple[Post, ...], site: tuple[Post, ...] | None = None
    ) -> None:
        site = site if _has_account(source, service) else None
        job = Job(source, service, posts, self._turns[source.name], site)
        self._running.append((job, self._begin(job)))

    def _begin(self, job: Job) -> AsyncResult[None]:
        pool = self._local if job.service.local else self._remote
        return pool.apply_async(self._asking.run, (job,), error_callback=job.stumble)


def _has_account(source: Source, service: Service) -> bool:
    """Whether there is an account of the blogger's to be asked about."""
    return service.account is not None and bool(source.options.get("account"))


def _findable(post: Post) -> tuple[object, ...]:
    """By what services find a post, beside its URL."""
    return post.aliases, post.syndication


def _by_post(happened: Mapping[str, datetime], matches: Mapping[str, tuple[str, str]]) -> dict[str, datetime]:
    """By post URL: when anybody last did something about it, as far as the last build could match it."""
    activity: dict[str, datetime] = {}
    for target, when in happened.items():
        post = matches.get(target, ("", ""))[0]
        activity[post] = max(when, activity.get(post, when))
    return activity


def _newest(happened: Iterable[datetime], known: Iterable[Post], now: datetime) -> datetime | None:
    """When anything last happened on the site: a post published, an act received."""
    times = [post.published for post in known if post.published and post.status != "draft"]
    return max((time for time in [*times, *happened] if time <= now), default=None)
