"""What time it is, and how long is left. A test passes a clock of its own and need not sleep."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from msgspec import Struct

__all__ = ["Clock", "Deadline"]


class Clock(Struct, frozen=True):
    """The three ways in which the client meets time; seconds throughout.

    `wait` waits for so many seconds, or less when the client is stopped; `monotonic` never jumps; `now` is Unix time.
    """

    wait: Callable[[float], object]
    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time

    @classmethod
    def until(cls, stop: threading.Event) -> Clock:
        """The real clock, whose waits end as soon as `stop` is set."""
        return cls(wait=stop.wait)


class Deadline(Struct, frozen=True):
    """A total for everything that one call does: `seconds` when it began, up to `ends` on `clock`."""

    seconds: float
    ends: float
    clock: Clock

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> Deadline:
        """The deadline that lies `seconds` ahead."""
        return cls(seconds, clock.monotonic() + seconds, clock)

    def left(self) -> float:
        """Seconds that remain, 0.0 when it has passed."""
        return max(0.0, self.ends - self.clock.monotonic())
