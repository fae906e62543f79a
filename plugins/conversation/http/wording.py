"""Addresses and failures in words that a blogger can act on, with every secret left out."""

from __future__ import annotations

import datetime as dt
import re
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

import requests
import urllib3.exceptions

from ..addresses import split
from .guard import NotPublic

__all__ = ["duration", "reason", "shown", "size"]

_SECRET = re.compile(r"token|key|secret|pass|pwd|auth|sig|credential|session|code", re.IGNORECASE)
_HIDDEN = "…"
_LONGEST = 200
_MINUTE = 60
_HOUR = 60 * _MINUTE
_KIB = 1024
_MIB = _KIB * _KIB


def shown(url: str, token: str = "") -> str:
    """`url` as it may be printed: no credentials, no fragment, no secret query value, no `token`, 200 characters."""
    parts = split(url)
    if parts is None:
        text = "an address that cannot be read"
    else:
        query = "&".join(_field(field) for field in parts.query.split("&")) if parts.query else ""
        text = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" + (f"?{query}" if query else "")
    for spelling in {token, quote(token), quote(token, safe=""), quote_plus(token)} - {""}:
        text = text.replace(spelling, _HIDDEN)
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + _HIDDEN


def _field(field: str) -> str:
    name, equals, _ = field.partition("=")
    return f"{name}={_HIDDEN}" if equals and _SECRET.search(name) else field


def duration(seconds: float, now: float) -> str:
    """How long to wait, counted from Unix time `now`: ``in 40 seconds``, ``in 5 minutes (at 14:05 UTC)``."""
    if seconds < 2 * _MINUTE:
        return f"in {seconds:.0f} seconds"
    try:
        at = dt.datetime.fromtimestamp(now + seconds, dt.UTC)
    except (OverflowError, OSError, ValueError):
        return "some day far off"
    if seconds < 2 * _HOUR:
        return f"in {seconds / _MINUTE:.0f} minutes (at {at:%H:%M} UTC)"
    return f"in {seconds / _HOUR:.0f} hours (on {at:%Y-%m-%d at %H:%M} UTC)"


def size(count: int) -> str:
    """A number of bytes in words."""
    for unit, name in ((_MIB, "MiB"), (_KIB, "KiB")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count} bytes"


_REASONS: tuple[tuple[tuple[type[BaseException], ...], str, bool], ...] = (  # the first that fits
    (
        (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError),
        "the proxy that this machine's environment names (HTTP_PROXY, HTTPS_PROXY) cannot be reached",
        True,
    ),
    (
        (socket.gaierror, urllib3.exceptions.NameResolutionError),
        "its host name is not known; check the spelling, and whether this machine is online",
        False,
    ),
    ((ConnectionRefusedError,), "refuses connections; is the server running, and the port right?", True),
    ((TimeoutError, urllib3.exceptions.ReadTimeoutError), "no full answer within {:g} seconds", True),
    ((urllib3.exceptions.NewConnectionError,), "cannot be reached from this machine; is it online?", True),
    (
        (ssl.SSLError, urllib3.exceptions.SSLError, requests.exceptions.SSLError),
        "no secure connection could be made; does it speak https on this port?",
        False,
    ),
)


def reason(error: BaseException, seconds: float) -> tuple[str, bool]:
    """What a failed request means, and whether another try may help. `seconds` is the deadline it was given.

    The words hold nothing of the error's own text but OpenSSL's verdict on a certificate: the rest shows addresses.
    """
    chain = tuple(_chain(error))
    for one in chain:
        if isinstance(one, NotPublic):
            return f"leads to {one.address}, which is not on the public internet; it is not followed there", False
        if isinstance(one, ssl.SSLCertVerificationError):
            return f"its certificate cannot be trusted ({one.verify_message}), so nothing was sent", False
    for kinds, words, again in _REASONS:
        if any(isinstance(one, kinds) for one in chain):
            return words.format(seconds), again
    return "the connection broke off before the answer was complete", True


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and everything that it wraps: causes, contexts, urllib3's reasons, errors among the arguments."""
    seen: set[int] = set()
    todo: list[object] = [error]
    while todo:
        one = todo.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        todo += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
