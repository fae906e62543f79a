"""One answer to one call: from the cache, or from the host when it is our turn there."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import requests
import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from ..errors import Malformed, Unreachable
from .attempt import attempt
from .body import too_large
from .budget import Budget
from .cache import Cache, Kept, stand_in
from .calls import Answer, Call, Failure, judge
from .clock import Clock
from .connection import Adapter
from .guard import Route
from .manners import Hosts, used_up
from .quiet import hush, talking

__all__ = ["Wire"]

logger = logging.getLogger(__name__)

_OK = 200
_NOT_MODIFIED = 304
_VALIDATORS = frozenset({"if-none-match", "if-modified-since"})


class Wire:
    """Connections, cache and manners of one client.

    `routes` are that of most calls, and that of calls that ask for `public_only`.
    """

    def __init__(
        self, hosts: Hosts, clock: Clock, cache: Path | None, routes: tuple[Route, Route], budget: Budget
    ) -> None:
        hush()
        self._hosts = hosts
        self._clock = clock
        self._budget = budget
        self._cache = Cache(cache) if cache else None
        self._open, self._guarded = (Adapter(route, hosts.per_host) for route in routes)
        self._environment = requests.Session()  # for HTTP_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE; it sends nothing itself
        self._ways: dict[tuple[str, str], tuple[str, dict[str, str]]] = {}

    def close(self) -> None:
        """Close all connections."""
        self._open.close()
        self._guarded.close()
        self._environment.close()

    def ask(self, call: Call) -> Answer | Failure:
        """One answer or one failure.

        Raises:
            Unreachable: Stopped, or the host's turn for this call comes after its deadline.
            Exhausted: The budget is used up.
        """
        request = requests.Request(call.method, call.url, dict(call.headers), data=call.body)
        try:
            prepared = request.prepare()
        except (requests.RequestException, ValueError):
            return Failure(Malformed(f"{call.where}: this address or one of its headers cannot be sent"))
        with talking():
            if self._cache is None or call.method != "GET" or _VALIDATORS & {name.lower() for name in prepared.headers}:
                return _unasked(call, self._talk(call, prepared))
            return self._ask_once(call, prepared, self._cache)

    def _ask_once(self, call: Call, prepared: requests.PreparedRequest, cache: Cache) -> Answer | Failure:
        """The answer, by way of the cache: fresh from it, confirmed by the host, or new."""
        known = stand_in(prepared, call.token)
        kept = cache.fresh(known)
        if kept:
            return _from_cache(call, kept)
        for name, value in cache.validators(known).items():
            prepared.headers[name] = value
        answer = self._talk(call, prepared)
        if isinstance(answer, Failure):
            return answer
        if answer.status == _NOT_MODIFIED:
            kept = cache.unchanged(known, answer.headers)
            return _from_cache(call, kept) if kept else _unasked(call, answer)
        leaks = call.token and (call.token.encode() in answer.body or call.token in str(answer.headers))
        if answer.status == _OK and answer.whole and not leaks:
            cache.keep(known, answer.headers, answer.body)
        return answer

    def _talk(self, call: Call, prepared: requests.PreparedRequest) -> Answer | Failure:
        """Send when it is our turn, and heed what the host says of its limits."""
        host = urlsplit(call.url).netloc.lower()
        with self._hosts.turn(host, call.deadline, call.pause):
            self._budget.spend(host)
            outcome = attempt(call, prepared, self._sender(call), lambda: self._hosts.check(host))
        if isinstance(outcome, Failure):
            return outcome
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug("%s %s: %d, %d bytes", call.method, call.where, outcome.status, len(outcome.body))
        now = self._clock.now()
        failure = judge(call, outcome, now)
        pause = (failure and failure.after) or used_up(outcome.headers, now)
        if pause:
            self._hosts.quiet(host, pause)
        return failure or outcome

    def _sender(self, call: Call) -> Callable[[requests.PreparedRequest, urllib3.Timeout], requests.Response]:
        """How this call is sent: which adapter, and what the environment says of proxies and certificates."""
        adapter = self._guarded if call.public_only else self._open

        def send(prepared: requests.PreparedRequest, timeout: urllib3.Timeout) -> requests.Response:
            verify, proxies = self._way(prepared.url or "")
            # Not Session.send: it keeps cookies, reads ~/.netrc, and takes the bodies of redirects without a limit.
            return adapter.send(
                prepared,
                stream=True,
                timeout=timeout,  # type: ignore[arg-type] # the stubs do not know that requests takes urllib3's own
                verify=verify,
                proxies={} if call.public_only else proxies,
            )

        return send

    def _way(self, url: str) -> tuple[str, dict[str, str]]:
        """Where certificates are, and the proxies, for the host of `url`: asked of the environment once for each."""
        parts = urlsplit(url)
        host = (parts.scheme, parts.netloc)
        if host not in self._ways:
            found = self._environment.merge_environment_settings(url, proxies={}, stream=True, verify=None, cert=None)
            verify = found["verify"] if isinstance(found["verify"], str) else DEFAULT_CA_BUNDLE_PATH
            self._ways[host] = verify, dict(found["proxies"])
        return self._ways[host]


def _unasked(call: Call, answer: Answer | Failure) -> Answer | Failure:
    """Take 304 as an answer only for a caller who sent a validator; what was kept may be lost by now."""
    if (
        isinstance(answer, Failure)
        or answer.status != _NOT_MODIFIED
        or _VALIDATORS & {name.lower() for name in call.headers}
    ):
        return answer
    return Failure(Unreachable(f"{call.where}: says that nothing changed, but nothing is known here"), again=True)


def _from_cache(call: Call, kept: Kept) -> Answer | Failure:
    if len(kept.body) > call.limit:
        return Failure(Malformed(f"{call.where}: {too_large(call.limit)}"))
    return Answer(_OK, kept.headers, kept.body, whole=True)
