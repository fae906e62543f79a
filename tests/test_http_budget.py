"""How many requests a client makes, and that it makes no more than it may."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conversation.errors import Exhausted, SourceError
from conversation.http import Client
from conversation.http.clock import Clock
from loopback import Answer, Request, answer_json, serve

OK: Answer = (200, {}, b"ok")


@pytest.fixture
def quick() -> Clock:
    """A clock on which waiting takes no time."""
    return Clock(lambda _: None, monotonic=lambda: 0.0, now=lambda: 1_800_000_000.0)


def test_a_budget_is_kept_over_all_hosts_and_verbs(quick: Clock) -> None:
    """Whatever is asked of whom, no request is made beyond the budget; the error says how to get more."""
    with serve(lambda _: OK) as one, serve(lambda _: OK) as other, Client(budget=3, clock=quick) as client:
        client.get(one.url)
        client.get(other.url)
        client.post(other.url, json={})
        with pytest.raises(Exhausted, match=r"CONVERSATION_BUDGET allows 3 requests"):
            client.get(one.url)
        with pytest.raises(Exhausted):
            client.post(other.url, json={})
        assert client.requests == 3
        assert len(one.requests) + len(other.requests) == 3


def test_without_a_budget_requests_are_only_counted() -> None:
    """None is no limit."""
    with serve(lambda _: OK) as server, Client() as client:
        assert client.requests == 0
        for _ in range(5):
            client.get(server.url)
        assert client.requests == 5


def test_a_budget_of_nothing_asks_nobody() -> None:
    """0 means that no request is made at all."""
    with serve(lambda _: OK) as server, Client(budget=0) as client:
        with pytest.raises(Exhausted):
            client.get(server.url)
        assert server.requests == []


def test_redirects_and_retries_are_requests_too(quick: Clock) -> None:
    """What a service makes us ask again counts, and ends where the budget does."""
    answers = iter([(503, {}, b""), (302, {"Location": "/b"}, b""), OK, (503, {}, b"")])
    with serve(lambda _: next(answers)) as server, Client(budget=4, clock=quick) as client:
        client.get(server.url)
        assert client.requests == 3
        with pytest.raises(Exhausted):
            client.get(server.url)
        assert len(server.requests) == client.requests == 4


def test_only_what_reaches_the_network_counts(tmp_path: Path) -> None:
    """An answer that is still fresh in the cache is free; asking whether one has changed is not."""

    def answer(request: Request) -> Answer:
        if request.path == "/fresh":
            return answer_json(1, Cache_Control="max-age=3600")
        return (304, {"ETag": '"1"'}, b"") if request.headers["If-None-Match"] else answer_json(1, ETag='"1"')

    with serve(answer) as server, Client(cache=tmp_path, budget=3) as client:
        for _ in range(3):
            client.get(server.url + "/fresh")
        assert client.requests == 1
        client.get(server.url + "/checked")
        client.get(server.url + "/checked")
        assert client.requests == 3
        assert client.get(server.url + "/fresh").json() == 1
        with pytest.raises(Exhausted):
            client.get(server.url + "/checked")


def test_threads_share_one_budget() -> None:
    """Many sources that ask at the same time make exactly as many requests as all of them together may."""
    start = threading.Barrier(8)

    def many(client: Client, url: str) -> int:
        start.wait()
        refused = 0
        for _ in range(10):
            try:
                client.get(url)
            except Exhausted:
                refused += 1
        return refused

    with serve(lambda _: OK) as server, Client(budget=25) as client:
        with ThreadPoolExecutor(8) as pool:
            refused = sum(pool.map(lambda _: many(client, server.url), range(8)))
        assert len(server.requests) == client.requests == 25
        assert refused == 80 - 25


def test_used_up_is_an_error_of_a_source() -> None:
    """Builds go on without a source that raises it, as with any other SourceError."""
    assert issubclass(Exhausted, SourceError)
