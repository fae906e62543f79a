"""The client: redirects, retries and the verbs. One is shared by all sources and all their threads."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json as json_format
import math
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode, urljoin, urlsplit

from msgspec import Struct, structs

from ..addresses import is_web
from ..errors import Malformed, Refused, Unreachable
from .budget import Budget
from .calls import REDIRECTS, Answer, Call, Failure
from .clock import Clock, Deadline
from .guard import Route, is_public
from .manners import Hosts
from .response import Response
from .wording import shown

if TYPE_CHECKING:
    from .wire import Wire

__all__ = ["Client"]

Params = Mapping[str, str] | Sequence[tuple[str, str]]

_MIB = 1024 * 1024
_HOPS = 5  # redirects that are followed
_BACKOFF = 0.5  # seconds before the second try, doubled for each further one
_CHANCE = random.SystemRandom()


class _Limits(Struct, frozen=True):
    """What holds for each call unless it says otherwise: seconds, decoded bytes, tries, seconds."""

    deadline: float
    max_bytes: int
    retries: int
    retry_after_max: float


class Client:
    """A polite client for web services and feeds, safe to share between threads.

    Args:
        deadline: Seconds for one call in total: looking up, connecting, TLS, headers, body, redirects, retries, waits.
        max_bytes: The largest body taken, in bytes after unpacking.
        cache: The folder for answers with an ETag, Last-Modified or a lifetime; None keeps none.
        retries: How often a GET is tried again after a broken connection, 408, 429, 500, 502, 503 or 504.
        retry_after_max: Seconds that a Retry-After header may ask for; where it asks for more, the call ends at once.
        per_host: Requests at a time to one host.
        pause: Seconds from the start of one request to a host to the start of the next.
        budget: Requests in all, over all hosts, retries too; what the cache answers is free. None: no limit.
        site: The site's address, for the User-Agent, so that a service knows whom to ask.
        stop: When set, no new request starts, all waits end, and calls raise Unreachable.
        clock: Another clock, for tests; by default the real one, whose waits end with `stop`.
        route: How names become connections, for tests; by default the system's resolver.
        public: What counts as an address on the public internet where `public_only` is asked for.
    """

    def __init__(  # noqa: PLR0913 - all have defaults, and all are named
        self,
        *,
        deadline: float = 20.0,
        max_bytes: int = 16 * _MIB,
        cache: Path | None = None,
        retries: int = 2,
        retry_after_max: float = 60.0,
        per_host: int = 4,
        pause: float = 0.0,
        budget: int | None = None,
        site: str = "",
        stop: threading.Event | None = None,
        clock: Clock | None = None,
        route: Route | None = None,
        public: Callable[[str], bool] = is_public,
    ) -> None:
        self._limits = _Limits(deadline, max_bytes, retries, retry_after_max)
        self._stop = stop or threading.Event()
        self._clock = clock or Clock.until(self._stop)
        route = route or Route()
        self._routes = (route, structs.replace(route, permits=public))
        self._hosts = Hosts(self._clock, self._stop, per_host, pause)
        self._budget = Budget(budget)
        self._cache = cache
        self._agent = _agent(site)
        self._making = threading.Lock()
        self._made: Wire | None = None

    @property
    def requests(self) -> int:
        """How many requests were made so far; those that the cache answered without asking are none."""
        return self._budget.made

    @property
    def per_host(self) -> int:
        """How many requests one host gets at a time."""
        return self._hosts.per_host

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop (`stop` is set), and close all connections."""
        self.stop()
        if self._made is not None:
            self._made.close()

    def stop(self) -> None:
        """Start no new request, end all waits; what is under way ends with its next piece, or at its deadline."""
        self._stop.set()

    def get(  # noqa: PLR0913 - the options of a request
        self,
        url: str,
        *,
        params: Params = (),
        headers: Mapping[str, str] | None = None,
        token: str = "",
        accept: str = "",
        deadline: float | None = None,
        max_bytes: int | None = None,
        public_only: bool = False,
        pause: float = 0.0,
    ) -> Response:
        """Fetch `url` with `params` added to its query, following up to five redirects.

        `token` is sent as ``Authorization: Bearer``, to the scheme, host and port of `url` only, and so are `headers`.
        With `public_only`, and after a redirect to another host always, only addresses on the public internet are
        dialled, and no proxy is used. `deadline` (seconds) and `max_bytes` overrule the client's. `pause` is how many
        seconds the service wants from the start of this request to that of the next one to its host.

        Raises:
            Refused: 401, 403 and the like.
            Missing: 404, 410.
            Unreachable: No full answer in time, no connection, 5xx, 429, a certificate that cannot be trusted, stopped.
            Malformed: Not an http(s) address, another 4xx, a body that is too large or damaged.
            Exhausted: The budget is used up; nothing was sent.
        """
        call = structs.replace(self._call("GET", url, params, headers, token, accept), pause=pause)
        return self._finish(self._limited(call, deadline, max_bytes, public_only=public_only))

    def post(  # noqa: PLR0913 - the options of a request
        self,
        url: str,
        *,
        json: object = None,
        form: Params | None = None,
        params: Params = (),
        headers: Mapping[str, str] | None = None,
        token: str = "",
        accept: str = "",
        deadline: float | None = None,
        max_bytes: int | None = None,
        public_only: bool = False,
    ) -> Response:
        """Post `form` fields, or else `json`, to `url`; never tried again, never cached, never redirected.

        Everything else is as for `get`. A redirect raises Unreachable.
        """
        kind, body = "application/json", json_format.dumps(json).encode()
        if form is not None:
            pairs = list(form.items()) if isinstance(form, Mapping) else list(form)
            kind, body = "application/x-www-form-urlencoded", urlencode(pairs).encode()
        call = self._call("POST", url, params, {**(headers or {}), "Content-Type": kind}, token, accept)
        call = structs.replace(call, body=body)
        return self._finish(self._limited(call, deadline, max_bytes, public_only=public_only))

    def _call(
        self, method: str, url: str, params: Params, headers: Mapping[str, str] | None, token: str, accept: str
    ) -> Call:
        """The call for a request, its address and token checked."""
        if not is_web(url) or "@" in urlsplit(url).netloc:
            raise Malformed(f"{shown(url, token)}: not an http or https address without a name and password in it")
        if not token.isascii() or not token.isprintable() or " " in token:
            raise Refused(f"{shown(url)}: the token holds characters that no token has; copy it again")
        sent = {"User-Agent": self._agent, "Accept": accept or "*/*", "Accept-Encoding": "gzip"}
        sent.update((name.title(), value) for name, value in (headers or {}).items())
        if token:
            sent["Authorization"] = f"Bearer {token}"
        pairs = list(params.items()) if isinstance(params, Mapping) else list(params)
        if pairs:
            base, mark, fragment = url.partition("#")
            url = f"{base}{'&' if '?' in base else '?'}{urlencode(pairs)}{mark}{fragment}"
        limits = self._limits
        deadline = Deadline.after(limits.deadline, self._clock)
        return Call(method, url, sent, deadline, limits.max_bytes, token=token)

    def _limited(self, call: Call, deadline: float | None, max_bytes: int | None, *, public_only: bool) -> Call:
        return structs.replace(
            call,
            deadline=call.deadline if deadline is None else Deadline.after(deadline, self._clock),
            limit=call.limit if max_bytes is None else max_bytes,
            public_only=public_only,
        )

    def _finish(self, call: Call) -> Response:
        """Follow redirects to the final answer."""
        for _ in range(_HOPS + 1):
            answer = self._persist(call)
            if answer.status not in REDIRECTS:
                return Response(call.url, answer.status, answer.headers, answer.body, call.where)
            call = _redirected(call, answer.headers.get("Location", ""))
        raise Unreachable(f"{call.where}: more than {_HOPS} redirects, the last one to here")

    def _wire(self) -> Wire:
        """What sends. The first call makes it: a build that asks nobody does not load what speaks HTTP."""
        from .wire import Wire  # noqa: PLC0415 - as above

        with self._making:
            if self._made is None:
                self._made = Wire(self._hosts, self._clock, self._cache, self._routes, self._budget)
            return self._made

    def _persist(self, call: Call) -> Answer:
        """Try until there is an answer, or until another try is of no use, not allowed or too late."""
        tries = 0
        while isinstance(outcome := self._wire().ask(call), Failure):
            tries += 1
            delay = self._delay(outcome, tries)
            useless = not outcome.again or call.method != "GET" or tries > self._limits.retries
            if useless or delay >= call.deadline.left():
                raise outcome.error
            self._clock.wait(delay)
            if not call.deadline.left():
                raise outcome.error
        return outcome

    def _delay(self, failure: Failure, tries: int) -> float:
        """Seconds until the next try: what the host asked for, or longer each time, never alike for two clients."""
        if failure.after is None:
            return _BACKOFF * 2.0 ** (tries - 1) * _CHANCE.uniform(0.5, 1.0)
        return failure.after if failure.after <= self._limits.retry_after_max else math.inf


def _agent(site: str) -> str:
    """The User-Agent: name, version and whom to ask."""
    version = "0"
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        version = importlib.metadata.version("pelican-conversation")
    site = "".join(char for char in site if char.isascii() and char.isprintable() and char not in " ()")
    return f"pelican-conversation/{version}" + (f" (+{site})" if site else "")


def _redirected(call: Call, location: str) -> Call:
    """The call that a redirect leads to; what was meant for one origin does not reach another."""
    if call.method != "GET":
        raise Unreachable(f"{call.where}: has moved; put its new address in the settings")
    with contextlib.suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")  # as servers mean it; http.client reads Latin-1
    try:
        target = urljoin(call.url, location)
    except ValueError:
        target = ""
    if not is_web(target) or "@" in urlsplit(target).netloc:
        raise Unreachable(f"{call.where}: redirects to something that is not a plain http or https address")
    old, new = urlsplit(call.url), urlsplit(target)
    if (old.scheme, old.netloc.lower()) == (new.scheme, new.netloc.lower()):
        return structs.replace(call, url=target)
    general = {name: call.headers[name] for name in ("User-Agent", "Accept", "Accept-Encoding")}
    elsewhere = old.hostname != new.hostname
    # The token goes with its header; it stays known, so that an address that repeats it is never printed with it.
    away = structs.replace(call, url=target, headers=general, foreign=True)
    return structs.replace(away, public_only=call.public_only or elsewhere)
