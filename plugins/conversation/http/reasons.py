"""Why a request failed, in words that a blogger can act on."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import requests
import urllib3.exceptions

from .guard import NotPublic

__all__ = ["reason"]

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
