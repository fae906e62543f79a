"""Ports for servers that a test starts: none that the system gives out by itself.

A port that the system chose (port 0) and that was let go again may be given to another test, or to the near end of
somebody's connection, before the server that it was meant for listens there. These lie below the range that it chooses
from (`/proc/sys/net/ipv4/ip_local_port_range` begins with 32768, on other systems with 49152).
"""

from __future__ import annotations

import contextlib
import random
import socket

__all__ = ["free_port"]

FIRST, LAST = 10_000, 32_000
#: Not `random` itself: that begins alike in every process that runs tests.
_CHANCE = random.SystemRandom()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    while True:
        port = _CHANCE.randint(FIRST, LAST)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
