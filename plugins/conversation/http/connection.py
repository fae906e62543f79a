"""Sockets whose timeout is a total, and the adapter that puts them under `requests`.

A socket's timeout ordinarily limits each wait for a packet: a server that sends one byte a second is never too slow.
Here `settimeout(5)` means five seconds from now for everything that follows, however it is chopped up. urllib3 sets
it before connecting, before sending and before reading; nothing else is needed for a deadline to hold.
"""

from __future__ import annotations

import socket
import ssl
import time
from typing import Any, ClassVar

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from .guard import Route

__all__ = ["Adapter"]

_POOLS = 32  # hosts with which connections are kept open
_SOON = 0.001  # seconds; 0 would mean "do not wait at all"
_LONG = 60.0  # seconds, where nobody set a timeout; the client always does


class _TotalSocket(socket.socket):
    """A socket whose timeout runs out once, not anew at each wait."""

    _ends: float | None = None

    def settimeout(self, value: float | None) -> None:
        self._ends = None if value is None else time.monotonic() + value
        super().settimeout(value)

    def gettimeout(self) -> float | None:
        return None if self._ends is None else max(self._ends - time.monotonic(), _SOON)

    def _spend(self) -> None:
        if self._ends is not None:
            left = self._ends - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            super().settimeout(left)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:  # noqa: ANN401 - what socket takes
        self._spend()
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:  # noqa: ANN401
        self._spend()
        return super().send(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        self._spend()
        super().sendall(*args, **kwargs)


class _TotalTLSSocket(_TotalSocket, ssl.SSLSocket):
    """The same over TLS. The handshake itself keeps to the timeout as a total (OpenSSL's loop in CPython does)."""


class _Connection(HTTPConnection):
    """A connection that is dialled by its `route`."""

    route: ClassVar[Route]

    def _new_conn(self) -> socket.socket:
        seconds = self.timeout if isinstance(self.timeout, int | float) else _LONG
        host = self._dns_host.strip("[]")
        try:
            return self.route.dial(host, self.port, seconds, self._make)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "timed out") from error
        except OSError as error:
            raise NewConnectionError(self, "cannot connect") from error

    def _make(self, family: int, kind: int, protocol: int) -> socket.socket:
        sock = _TotalSocket(family, kind, protocol)
        for option in self.socket_options or ():
            sock.setsockopt(*option)
        return sock


class _TLSConnection(_Connection, HTTPSConnection):
    """The same over TLS, with certificates verified as `requests` asks."""

    def connect(self) -> None:
        # One context per connection, as urllib3 does it: loading certificates into a shared one is not thread-safe.
        self.ssl_context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
        self.ssl_context.sslsocket_class = _TotalTLSSocket
        super().connect()


class Adapter(HTTPAdapter):
    """`requests`' transport over the sockets above. It never retries, redirects or waits by itself."""

    def __init__(self, route: Route, connections: int) -> None:
        self._pools = _pools(route)
        super().__init__(pool_connections=_POOLS, pool_maxsize=connections, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - what HTTPAdapter passes
        """Make urllib3's manager, with the pools of this room."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> ProxyManager:  # noqa: ANN401
        """urllib3's manager for a proxy, likewise."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        if type(manager) is ProxyManager:  # a SOCKS proxy dials in its own way
            manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(given: Route) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3's pools by scheme, with connections that take the route given."""

    class Plain(_Connection):
        route = given

    class TLS(_TLSConnection):
        route = given

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class TLSPool(HTTPSConnectionPool):
        ConnectionCls = TLS

    return {"http": PlainPool, "https": TLSPool}
