"""Keeps the libraries' log lines out of the log while this client talks.

They print addresses in full, with the query in which some services want their key; and a warning of theirs about a
server's odd header would end a build under ``--fatal=warnings``. The client logs a line of its own instead.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
from collections.abc import Iterator

__all__ = ["hush", "talking"]

_LIBRARIES = ("cachecontrol.controller", "urllib3.connection", "urllib3.connectionpool", "urllib3.response")
_TALKING = contextvars.ContextVar("talking", default=False)


def hush() -> None:
    """Put the filter before the libraries' loggers; more than once does no more than once."""
    for name in _LIBRARIES:
        logging.getLogger(name).addFilter(_not_ours)


@contextlib.contextmanager
def talking() -> Iterator[None]:
    """While this lasts, in this thread, the libraries' lines are dropped."""
    before = _TALKING.set(True)
    try:
        yield
    finally:
        _TALKING.reset(before)


def _not_ours(_: logging.LogRecord) -> bool:
    return not _TALKING.get()
