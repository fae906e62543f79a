"""Whose turn it is at a host: a few at a time, with a pause between, and not at all while the host asks for quiet."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime

from msgspec import Struct

from ..errors import Unreachable
from .clock import Clock, Deadline
from .wording import duration

__all__ = ["Hosts", "retry_after", "used_up"]

_SLICE = 0.1  # seconds after which a waiting thread looks whether it was stopped
_LONGEST_QUIET = 3600.0  # seconds; a header may not silence a host for ever
_DIGITS = 12
_EPOCH = 1e9  # a larger reset is a Unix time, a smaller one a number of seconds
_MILLISECONDS = 1e12


class _Host(Struct):
    """One host: places for requests, when the next may start, and until when it asked for quiet (monotonic)."""

    places: threading.Semaphore
    next: float = 0.0
    quiet: float = 0.0


class Hosts:
    """All hosts that were talked to. `per_host` requests at a time, `pause` seconds from one start to the next."""

    def __init__(self, clock: Clock, stop: threading.Event, per_host: int, pause: float) -> None:
        self._clock = clock
        self._stop = stop
        self.per_host = per_host
        self._pause = pause
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def turn(self, host: str, deadline: Deadline, pause: float = 0.0) -> Iterator[None]:
        """Hold a place at `host` (host:port) once it is this request's turn; the next one waits `pause` s at least.

        Raises:
            Unreachable: Stopped, or the turn would come after the deadline.
        """
        state = self._state(host)
        while not state.places.acquire(timeout=min(_SLICE, deadline.left())):
            self.check(host)
            if not deadline.left():
                raise Unreachable(f"{host}: still busy with earlier requests after {deadline.seconds:g} seconds")
        try:
            self._await_start(host, state, deadline, pause)
            yield
        finally:
            state.places.release()

    def _await_start(self, host: str, state: _Host, deadline: Deadline, pause: float) -> None:
        while True:
            self.check(host)
            with self._lock:
                now = self._clock.monotonic()
                delay = max(state.next, state.quiet) - now
                if delay <= 0:
                    state.next = now + max(self._pause, pause)
                    return
                quiet = state.quiet - now
            if delay > deadline.left():
                when = duration(delay, self._clock.now())
                cause = "it asked for a pause" if quiet >= delay else "other requests go first"
                raise Unreachable(f"{host}: {cause}; try again {when}")
            self._clock.wait(delay)

    def check(self, host: str) -> None:
        """Raise Unreachable if the client was stopped."""
        if self._stop.is_set():
            raise Unreachable(f"{host}: stopped before it had answered")

    def quiet(self, host: str, seconds: float) -> None:
        """Leave `host` alone for `seconds` (an hour at most): it asked for that."""
        until = self._clock.monotonic() + min(seconds, _LONGEST_QUIET)
        state = self._state(host)
        with self._lock:
            state.quiet = max(state.quiet, until)

    def _state(self, host: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(host, _Host(threading.Semaphore(self.per_host)))


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds from Unix time `now` that a Retry-After header asks for (RFC 9110, 10.2.3); None where there is none."""
    value = headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value[:_DIGITS])
    try:
        at = parsedate_to_datetime(value)
        return max(0.0, (at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def used_up(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds from `now` until the host answers again, where it says that this was the last request for a while.

    ``X-RateLimit-Remaining: 0`` with ``X-RateLimit-Reset`` as Unix time (GitHub), seconds, or ISO 8601 (Mastodon);
    without ``X-`` too (Bluesky).
    """
    for prefix in ("X-RateLimit", "RateLimit"):
        if headers.get(f"{prefix}-Remaining", "").strip() == "0":
            reset = _reset(headers.get(f"{prefix}-Reset", "").strip(), now)
            if reset is not None:
                return max(0.0, reset - now)
    return None


def _reset(value: str, now: float) -> float | None:
    try:
        number = float(value[: _DIGITS + 4])
    except ValueError:
        pass
    else:
        if not 0 <= number < _MILLISECONDS * 10:  # NaN fails here too
            return None
        if number >= _MILLISECONDS:
            return number / 1000
        return number if number > _EPOCH else now + number
    try:
        at = dt.datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
