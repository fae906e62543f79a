"""Which pictures are due, and fetching them: politely, within bounds, and never a reason for a build to fail.

A picture's address was chosen by a stranger, so only addresses on the public internet are dialled; the one exception
are the servers that the blogger named as sources, which may stand in the same house.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from multiprocessing.pool import ThreadPool
from urllib.parse import urlsplit

from msgspec import Struct

from ..addresses import host_of, is_web
from ..errors import Exhausted, SourceError, Unreachable
from ..http import Client
from ..settings import Settings
from ..store import Picture, Store
from .shrinking import NoPicture, shrink

__all__ = ["Errand", "Refreshed", "client_for", "due", "fetch", "refresh"]

#: How long after a try the next one is due, by what came of it (`Picture.outcome`).
AGAIN = {"image/webp": timedelta(days=60), "none": timedelta(days=14), "unreachable": timedelta(days=3)}
#: Requests of one build, and bytes of one answer.
REQUESTS = 100
MAX_BYTES = 2 << 20
#: Seconds of one build, and of one picture.
SECONDS = 10.0
EACH = 3.0
#: Hosts and pictures asked at the same time; each host gets fewer (`http.manners`).
SIDE_BY_SIDE = 8
#: Hosts of which not one answers, until the build believes that it has no network.
SILENT = 6
#: Names that lead nowhere by agreement (RFC 6761), as in examples and tests.
NOWHERE = ("example", "invalid", "localhost", "test")
ACCEPT = "image/webp, image/jpeg, image/png, image/gif, image/*;q=0.5"


class Errand(Struct, frozen=True):
    """Within which bounds pictures are fetched: seconds that are left, and requests that were made before."""

    now: datetime
    seconds: float = SECONDS
    requests: int = 0


class Refreshed(Struct, frozen=True):
    """What came of it: pictures taken, pictures that were not to be had, and those left for the next time."""

    taken: int = 0
    failed: int = 0
    left: int = 0

    @property
    def line(self) -> str:
        """One line for the blogger; "" where nothing was due."""
        parts = [f"{self.taken} fetched"] if self.taken else []
        parts += [f"{self.failed} not to be had (initials stand in)"] if self.failed else []
        parts += [f"{self.left} left for the next build"] if self.left else []
        return f"Pictures of people: {', '.join(parts)}." if parts else ""


def refresh(settings: Settings, store: Store, wanted: Collection[str], errand: Errand) -> Refreshed:
    """Fetches those of the pictures at the addresses `wanted` that are due, and keeps them in the store."""
    own = {_origin(url) for source in settings.sources for url in (source.base_url, source.options.get("url", ""))}
    urls = due(store, (url for url in wanted if _origin(url) in own or not _is_nowhere(url)), errand.now)
    if not urls:
        return Refreshed()
    with client_for(settings, errand.requests) as client:
        return fetch(store, client, urls, errand, is_own=lambda url: _origin(url) in own)


def due(store: Store, wanted: Iterable[str], now: datetime) -> list[str]:
    """The addresses to be asked now: those never tried first, then whoever said most, and newest."""
    urls = {url for url in wanted if is_web(url)}
    known = {one.url: one for one in store.pictures(urls)}
    urls = {url for url in urls if url not in known or now - known[url].tried >= AGAIN[known[url].outcome]}
    used = store.picture_usage() if len(urls) > 1 else {}

    def place(url: str) -> tuple[bool, int, float, str]:
        number, newest = used.get(url, (0, now))
        return url in known, -number, -newest.timestamp(), url

    return sorted(urls, key=place)


def client_for(settings: Settings, spent: int) -> Client:
    """A client for pictures: no second tries, and nothing of them in the cache, for the store is where they are kept.

    `spent` are the requests that the build has made before: CONVERSATION_BUDGET holds for all together.
    """
    left = max(0, settings.budget - spent) if settings.budget else REQUESTS
    return Client(budget=min(left, REQUESTS), retries=0, max_bytes=MAX_BYTES, site=settings.siteurl)


def fetch(
    store: Store, client: Client, urls: Collection[str], errand: Errand, is_own: Callable[[str], bool]
) -> Refreshed:
    """Fetches the pictures at `urls`, the first ones first, as far as time and requests go.

    `is_own` tells which addresses are on servers that the blogger named: those need not be on the public internet.
    """
    seconds = min(errand.seconds, SECONDS)
    old = {one.url: one.image for one in store.pictures(urls)}
    desk = _Desk(client, is_own, seconds)
    told: list[Picture] = []
    with ThreadPool(min(SIDE_BY_SIDE, len(urls))) as pool:
        for url, answer in pool.imap_unordered(desk.ask, urls):
            if answer is None or desk.over:
                continue
            image = _shrunk(answer) if isinstance(answer, bytes) else b""
            outcome = "image/webp" if image else answer if isinstance(answer, str) else "none"
            told.append(Picture(url, outcome, image or old.get(url, b""), errand.now))
    if desk.offline:  # that says nothing about anybody's picture
        told = []
    store.save_pictures(told)
    taken = sum(one.outcome == "image/webp" for one in told)
    return Refreshed(taken, len(told) - taken, len(urls) - len(told))


class _Desk:
    """Asks for one picture after the other, from several threads."""

    def __init__(self, client: Client, is_own: Callable[[str], bool], seconds: float) -> None:
        self._client, self._is_own = client, is_own
        self._each = min(EACH, seconds / 3)  # so that a host that hangs leaves time for others
        self._ends = time.monotonic() + seconds
        #: Hosts that did not answer: nobody waits for them twice in one build.
        self._silent: set[str] = set()
        self._answered = False

    @property
    def over(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() > self._ends

    @property
    def offline(self) -> bool:
        """Whether so many hosts were silent, and none was not, that it must be this machine."""
        return not self._answered and len(self._silent) >= SILENT

    def ask(self, url: str) -> tuple[str, bytes | str | None]:
        """The address with the answer's body, or else the outcome; None where it was not asked for at all.

        Nothing is begun that could not have its full time: so what failed has failed for good reason.
        """
        host = urlsplit(url).netloc.lower()
        if host in self._silent:
            return url, "unreachable"
        if time.monotonic() + self._each > self._ends or self.offline:
            return url, None
        try:
            answer = self._client.get(url, accept=ACCEPT, deadline=self._each, public_only=not self._is_own(url))
        except Exhausted:
            return url, None
        except Unreachable:
            self._silent.add(host)
            return url, "unreachable"
        except SourceError:
            self._answered = True
            return url, "none"
        self._answered = True
        return url, answer.body


def _shrunk(data: bytes) -> bytes:
    try:
        return shrink(data)
    except NoPicture:
        return b""


def _is_nowhere(url: str) -> bool:
    return host_of(url).rpartition(".")[2] in NOWHERE


def _origin(url: str) -> tuple[str, str] | None:
    """Scheme, host and port of a web address."""
    if not is_web(url):
        return None
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()
