"""How many requests a build may make in all: somebody's free service is not to be asked without end."""

from __future__ import annotations

import threading

from ..errors import Exhausted

__all__ = ["Budget"]


class Budget:
    """Counts requests over all hosts and threads; `limit` is the most of them, None for no limit."""

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._made = 0

    @property
    def made(self) -> int:
        """Requests made so far."""
        with self._lock:
            return self._made

    def spend(self, host: str) -> None:
        """Take note of one more request, to `host`.

        Raises:
            Exhausted: That would be one too many; it is not counted, and must not be made.
        """
        with self._lock:
            if self._limit is not None and self._made >= self._limit:
                raise Exhausted(
                    f"{host}: not asked any more, for CONVERSATION_BUDGET allows {self._limit:,} requests a build; the "
                    "rest comes with the next build, or set it higher"
                )
            self._made += 1
