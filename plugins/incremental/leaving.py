"""The end of the process, without taking apart piece by piece what ends with it anyway.

A site of ten thousand posts is some hundred thousand objects, which know each other: at its end Python looks for them
and frees them one by one, which takes longer than writing what changed. Nobody misses that, unless there is something
among them that has to do something when it goes: an open file that has to write its last words, for instance. Then all
goes as ever.
"""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Iterator

__all__ = ["leave_quickly"]

#: Fewer objects are freed sooner than looked at.
WORTHWHILE = 100_000
#: Where Python's own pools of threads come from, and what they talk through: whoever asks several services leaves some.
SILENT = frozenset({"multiprocessing.connection", "multiprocessing.pool"})


def leave_quickly() -> None:
    """Lets the process end quickly, if it can."""
    atexit.unregister(_leave)
    atexit.register(_leave)


def _leave() -> None:
    objects = gc.get_objects()
    if len(objects) >= WORTHWHILE and not _last_words(objects):
        gc.freeze()  # what is frozen is not looked for


def _last_words(objects: list[object]) -> bool:
    """Whether one of them has something to do when it goes; Python looks after the ways to the console itself."""
    kinds = frozenset(kind for kind in set(map(type, objects)) if hasattr(kind, "__del__") and not _is_silent(kind))
    console = frozenset(map(id, _console()))
    return any(type(one) in kinds and id(one) not in console for one in objects)


def _is_silent(kind: type) -> bool:
    """Whether all that these do when they go is to give back what the end of the process gives back anyway."""
    return kind.__module__ in SILENT


def _console() -> Iterator[object]:
    for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        buffer = getattr(stream, "buffer", None)
        yield from (stream, buffer, getattr(buffer, "raw", None))
