"""Which network addresses may be dialled, decided after the name was resolved and for the address that is then used.

Checking a name and connecting to it are one step here: a name that answers differently a moment later (DNS rebinding)
gains nothing.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable

from msgspec import Struct

__all__ = ["Lookup", "NotPublic", "Route", "is_public"]

Found = tuple[int, int, int, str, tuple[object, ...]]
Lookup = Callable[[str, int], Iterable[Found]]  # like socket.getaddrinfo for TCP; raises OSError
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address stands in the last 32 bits
_TRIES = 6  # addresses of one name that are tried


class NotPublic(Exception):  # it is a verdict; never leaves this package
    """Every address of the host lies outside the public internet; `address` is the first."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


def is_public(address: str) -> bool:
    """Whether an IP address can be meant for everybody: not loopback, private, link-local, shared, reserved.

    IPv4 addresses wrapped in IPv6 ones (mapped, 6to4, Teredo, NAT64) count as what they wrap.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in _NAT64:
            wrapped.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        inner = [one for one in wrapped if one is not None]
        if inner:
            return all(is_public(str(one)) for one in inner)
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_link_local)


def _getaddrinfo(host: str, port: int) -> Iterable[Found]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class Route(Struct, frozen=True):
    """How a host and port become a connected socket: `lookup` finds addresses, `permits` says which may be used."""

    lookup: Lookup = _getaddrinfo
    permits: Callable[[str], bool] = lambda address: True  # noqa: ARG005

    def dial(
        self, host: str, port: int, seconds: float, make: Callable[[int, int, int], socket.socket]
    ) -> socket.socket:
        """Connect to the first permitted address that answers, all within `seconds`.

        The socket comes from `make` (family, type, protocol) and has the time that is left as its timeout.

        Raises:
            NotPublic: The host has addresses, but none that is permitted.
            OSError: It has none (socket.gaierror), none answers, or not in time (TimeoutError).
        """
        ends = time.monotonic() + seconds
        found = self._find(host, port, seconds)
        usable = [one for one in found if self.permits(str(one[4][0]))][:_TRIES]
        if not usable and found:
            raise NotPublic(str(found[0][4][0]))
        failure: OSError = socket.gaierror(socket.EAI_NONAME, "no address")
        for position, (family, kind, protocol, _, address) in enumerate(usable):
            left = ends - time.monotonic()
            if left <= 0:
                break
            sock = make(family, kind, protocol)
            try:
                sock.settimeout(left / (len(usable) - position))  # a dead first address leaves time for the second
                sock.connect(address)
            except OSError as error:
                sock.close()
                failure = error
            else:
                sock.settimeout(max(ends - time.monotonic(), 0.001))
                return sock
        raise failure

    def _find(self, host: str, port: int, seconds: float) -> list[Found]:
        """The host's addresses. A name is looked up in a thread that may be left behind: resolvers know no deadline."""
        answer: queue.SimpleQueue[list[Found] | OSError | UnicodeError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answer.put(list(self.lookup(host, port)))
            except (OSError, UnicodeError) as error:
                answer.put(error)

        threading.Thread(target=ask, name=f"look up {host}", daemon=True).start()
        try:
            found = answer.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError(f"{host} was not found in time") from None
        if isinstance(found, UnicodeError):
            raise socket.gaierror(socket.EAI_NONAME, "not a host name")
        if isinstance(found, OSError):
            raise found
        return found
