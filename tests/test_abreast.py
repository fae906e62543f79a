"""Several posts of one source at a time: as many as its host may be asked at once, and told of in their order."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

import cases_discourse
import cases_misskey
import cases_press
import cases_receivers
from cases_comments import answer_isso, isso_row
from conformance import TOKEN, Case, items
from conversation.errors import Missing, Unreachable
from conversation.http import Client
from conversation.http.clock import Clock
from conversation.posts import Post
from conversation.pull import Outcome, Plan, Pull
from conversation.sources import Ask, Batch, Source, registry
from conversation.sources.abreast import abreast
from conversation.store import Store
from loopback import Answer, Handler, Raw, Request, serve
from making import post
from stores import NOW

SITE = "https://e.example"
#: So many requests a host gets at a time.
POLITE = 4
#: Seconds after which a test gives up waiting for other threads.
PATIENCE = 30
POSTS = tuple(post(f"{number}.html") for number in range(2 * POLITE))
#: Cases of services that are asked post by post, and ask nothing about all of them before.
ABREAST = [
    *(case for case in cases_press.CASES if case.name == "activitypub copy"),
    *(case for case in cases_discourse.CASES if case.name == "discourse"),
    *(case for case in cases_misskey.CASES if case.name in {"misskey-replies", "misskey-reactions"}),
    *(case for case in cases_receivers.CASES if case.name == "sharedcount"),
    Case("feed of a post", "feed", cases_receivers.comments, {"url": "{base}/feed/?of={url}"}, base=""),
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open("sqlite:///pull.sqlite", tmp_path) as opened:
        yield opened


class Isso:
    """A server with a comment on each post, where the first readers of threads wait until `together` are there."""

    def __init__(self, together: int) -> None:
        self.most = self._now = 0
        self._lock, self._meeting = threading.Lock(), threading.Barrier(together)
        self._answer = answer_isso({f"/{number}.html": [isso_row(number + 1)] for number in range(len(POSTS))})

    def __call__(self, request: Request) -> Answer | Raw:
        """As a handler."""
        if request.method == "POST":
            return self._answer(request)
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self._meeting.wait(PATIENCE)
        with self._lock:
            self._now -= 1
        return self._answer(request)


def pulled(store: Store, client: Client, url: str, posts: tuple[Post, ...], budget: int = 0) -> Outcome:
    """What came of a pull of all that an Isso server knows."""
    plan = Plan(policy="always", deadline=PATIENCE, budget=budget)
    pull = Pull([Source("isso", "isso", {}, url)], store, client, plan, sites=(SITE,), now=NOW)
    pull.start(posts)
    pull.posts(posts)
    (outcome,) = pull.finish()
    return outcome


def test_a_source_asks_about_as_many_posts_at_a_time_as_its_host_may_get(store: Store) -> None:
    """A first pull of a thousand posts takes a quarter of the time, and a server never more than it is promised."""
    with serve(service := Isso(together=POLITE)) as server, Client(per_host=POLITE) as client:
        outcome = pulled(store, client, server.url, POSTS)
    assert (outcome.state, outcome.changes.new, service.most) == ("fresh", len(POSTS), POLITE)


def together(handler: Handler) -> Handler:
    """A service whose first requests wait until as many are there as its host gets at a time."""
    meeting, numbers = threading.Barrier(POLITE), itertools.count()

    def answer(request: Request) -> Answer | Raw:
        if next(numbers) < POLITE:
            meeting.wait(PATIENCE)
        return handler(request)

    return answer


def told_of(case: Case, url: str, at_a_time: int) -> list[Batch]:
    """What the service at `url` tells of some posts, which all have the same copies there."""
    service = registry.service(case.service)
    options = {name: value.replace("{base}", url) for name, value in case.options.items()}
    source = Source(case.service, case.name, options, case.base.replace("{base}", url), TOKEN)
    copies = tuple(one.replace("{base}", url) for one in case.syndication)
    posts = tuple(structs.replace(one, syndication=copies) for one in POSTS)
    with Client(retries=0, per_host=POLITE) as client:
        ask = Ask(posts, {}, full=False, now=NOW, sites=(SITE,), at_a_time=at_a_time)
        return list(service.pull(source, ask, client))


@pytest.mark.parametrize("case", ABREAST, ids=[case.name for case in ABREAST])
def test_posts_asked_about_at_a_time_are_told_of_as_one_after_another(case: Case) -> None:
    """Services take as many posts at a time as their host may get, each is ticked off, and nothing else is told."""
    with serve(together(case.fake(items(3)))) as server:
        told = told_of(case, server.url, POLITE)
        assert told == told_of(case, server.url, 1)
    assert [url for batch in told for url in batch.answered] == [one.url for one in POSTS]


def test_with_a_budget_posts_are_asked_about_one_after_another(store: Store) -> None:
    """What may be asked in a build is not spent on many beginnings: post by post is told of to its end."""
    with serve(service := Isso(together=1)) as server, Client(per_host=POLITE, budget=100) as client:
        outcome = pulled(store, client, server.url, POSTS, budget=100)
    assert (outcome.state, outcome.changes.new, service.most) == ("fresh", len(POSTS), 1)


def test_a_host_that_asks_for_quiet_gets_it_from_all_threads(store: Store) -> None:
    """Retry-After is for the plugin and not for one of its threads."""
    moment, asked_for_quiet = [0.0], threading.Event()

    def wait(seconds: float) -> None:
        moment[0] += seconds
        asked_for_quiet.set()

    arrived: list[float] = []
    service = Isso(together=1)
    lock = threading.Lock()

    def busy(request: Request) -> Answer | Raw:
        with lock:
            arrived.append(moment[0])
            number = len(arrived)
        if number == 2:  # the first thread; before it one request told of which threads there are
            return 429, {"Retry-After": "7"}, b""
        if number <= 1 + POLITE and request.method == "GET":
            asked_for_quiet.wait(PATIENCE)
        return service(request)

    clock = Clock(wait, monotonic=lambda: moment[0], now=lambda: moment[0])
    with serve(busy) as server, Client(per_host=POLITE, clock=clock) as client:
        outcome = pulled(store, client, server.url, POSTS)
    assert (outcome.state, outcome.changes.new) == ("fresh", len(POSTS))
    assert [at for at in arrived[1 + POLITE :] if at < 7] == []


def test_what_is_told_comes_in_the_order_of_the_posts() -> None:
    """The store does not depend on which answer was the quickest."""
    last = threading.Event()

    def work(number: int) -> int:
        if number == 2:
            last.set()
        assert last.wait(PATIENCE)
        return number

    assert list(abreast(work, range(10), 3)) == list(range(10))


def test_after_trouble_no_post_is_begun() -> None:
    """A service that is down is not asked about a thousand posts."""
    begun: list[int] = []
    together = threading.Barrier(3)

    def work(number: int) -> int:
        begun.append(number)
        together.wait(PATIENCE)
        raise (Unreachable, Missing, Unreachable)[number]

    with pytest.raises(Unreachable):
        list(abreast(work, range(100), 3))
    assert sorted(begun) == [0, 1, 2]


def test_what_was_under_way_when_trouble_came_is_told() -> None:
    """No answer is thrown away, and the first error is told in the end."""
    together = threading.Barrier(3)

    def work(number: int) -> int:
        together.wait(PATIENCE)
        if number < 2:
            raise (Unreachable, Missing)[number]
        return number

    told = abreast(work, range(3), 3)
    assert next(told) == 2
    with pytest.raises(Unreachable):
        next(told)


def test_nobody_waits_for_whoever_listens() -> None:
    """While one answer is written down, as many posts as may be are asked about."""
    begun = threading.Semaphore(0)

    def work(number: int) -> int:
        begun.release()
        return number

    told = abreast(work, range(100), 3)
    assert next(told) == 0
    for _ in range(6):
        assert begun.acquire(timeout=PATIENCE)
    assert list(told) == list(range(1, 100))


def test_a_mistake_of_a_source_is_no_trouble_of_its_service() -> None:
    """What no source should raise is heard of as such."""

    def work(_: int) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        list(abreast(work, range(3), 2))


def test_who_does_not_listen_any_more_is_not_waited_for() -> None:
    """A pull that ends at its deadline leaves threads behind that are still waiting for an answer."""
    over = threading.Event()

    def work(number: int) -> int:
        if number:
            over.wait(PATIENCE)
        return number

    told = abreast(work, range(5), 2)
    assert next(told) == 0
    told.close()
    assert not over.is_set()
    over.set()


def test_one_at_a_time_is_done_here() -> None:
    """Whoever asks one thing after another needs no threads."""
    assert set(abreast(lambda _: threading.current_thread(), range(3), 1)) == {threading.current_thread()}
