"""Pulls from services that answer late: how near they come to what latency and politeness allow, what they ask."""

from __future__ import annotations

import contextlib
import dataclasses
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from multiprocessing.pool import ThreadPool
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

from conversation.http import Client
from conversation.posts import Post
from conversation.pull import Plan, Pull
from conversation.sources import Source
from conversation.store import Store

from . import names
from .dataset import LATER, SITE, Blog
from .processes import Figures
from .rows import Row
from .sites import ENVIRON
from .targets import THREADS, Pulled

__all__ = ["LATENCY", "POSTS", "Service", "rows"]

#: Services that are asked side by side; politeness lets each be asked four things at a time, which makes 32.
SERVICES = 8
LATENCY = 0.1
POSTS = 200
#: More than any pull here takes, in seconds.
DEADLINE = 3_600


@dataclasses.dataclass(frozen=True, slots=True)
class Service:
    """A service on several ports of this machine, which answers after `latency` seconds."""

    latency: float
    urls: tuple[str, ...]

    @classmethod
    @contextlib.contextmanager
    def running(cls, mentions: Path, latency: float) -> Iterator[Service]:
        """One that knows what is in the JF2 file `mentions`; it ends with the block."""
        words = [sys.executable, "-m", "bench.slow_server", str(latency), str(SERVICES), str(mentions)]
        with subprocess.Popen(words, env=ENVIRON, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            yield cls(latency, tuple(f"http://127.0.0.1:{port}" for port in process.stdout.readline().split()))
            process.communicate()

    @property
    def asked(self) -> int:
        """How often it was asked so far."""
        with urlopen(f"{self.urls[0]}/asked") as answer:
            return int(answer.read())


class _Pulling:
    """One site, pulled into a store that is new in every round; `asked` tells of the last pulls, by name."""

    def __init__(self, service: Service, folder: Path, blog: Blog) -> None:
        self._service, self._folder, self._round = service, folder, 0
        self._posts = tuple(Post(url=SITE + post.path, published=post.date, title=post.title) for post in blog.posts)
        options = [{"url": f"{url}/mentions?target={{url}}"} for url in service.urls]
        self._sources = [Source("jf2", f"service {number}", one) for number, one in enumerate(options, 1)]
        self.asked: dict[str, Pulled] = {}

    def begin(self) -> None:
        """A blog that has never asked anybody."""
        self._round += 1

    def pull(self, name: str, now: datetime, policy: str) -> Figures:
        """All services are asked, as a build does it."""
        folder = self._folder / str(self._round)
        folder.mkdir(exist_ok=True)
        plan = Plan(policy=policy, deadline=DEADLINE)
        with Store.open("sqlite:///store.sqlite", folder) as store, Client(cache=folder / "cache") as client:
            before, began, used = self._service.asked, time.perf_counter(), time.process_time()
            pull = Pull(self._sources, store, client, plan, sites=(SITE,), now=now)
            pull.start(tuple(store.posts()))
            pull.posts(self._posts)
            failed = [outcome.error for outcome in pull.finish() if outcome.error]
            figures = Figures(time.perf_counter() - began, time.process_time() - used)
            self.asked[name] = Pulled(self._service.asked - before, self._service.latency)
            # What a build remembers for the next pull: the posts, and which address means which of them.
            store.save_posts(self._posts)
            store.save_matches((post.url, post.url, "exact") for post in self._posts)
        if failed:
            raise SystemExit(f"{name}: {failed[0]}")
        return figures


def rows(folder: Path, service: Service, blog: Blog) -> tuple[list[Row], Mapping[str, Pulled]]:
    """The rows, and what their pulls asked, by name of the row, once they were run. `folder` is made."""
    folder.mkdir(parents=True)
    pulling = _Pulling(service, folder, blog)
    asked = pulling.asked

    def client() -> Figures:
        urls = [f"{service.urls[0]}/mentions?target={quote(SITE + post.path)}" for post in blog.posts] * SERVICES
        asked[names.CLIENT] = Pulled(len(urls), service.latency)
        return _fetched(urls)

    def full() -> Figures:
        return pulling.pull(names.FULL_PULL, LATER, "always")

    def later() -> Figures:
        return pulling.pull(names.LATER_PULL, LATER + timedelta(hours=1), "due")

    def row(name: str, what: Callable[[], Figures], prepare: Callable[[], object] = list) -> Row:
        return Row(name, 0, what, prepare, note=lambda: f"{asked[name].requests:,} requests", against="")

    pulls = [
        row(names.CLIENT, client),
        row(names.FULL_PULL, full, pulling.begin),
        row(names.LATER_PULL, later),
    ]
    return pulls, asked


def _fetched(urls: Sequence[str]) -> Figures:
    """So many addresses of one host, asked by as many threads as there may be requests to it."""
    began, used = time.perf_counter(), time.process_time()
    with Client(per_host=THREADS) as client, ThreadPool(THREADS) as threads:
        threads.map(client.get, urls, chunksize=1)
    return Figures(time.perf_counter() - began, time.process_time() - used)
