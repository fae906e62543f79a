"""Remembers what the sources told: acts, numbers, how fresh each source is. SQLite, or PostgreSQL.

    with Store.open("sqlite:///conversation.sqlite", root) as store:
        pull = store.begin("webmention.io", now)
        store.commit(pull, "webmention.io", batch, now)
        store.end(pull, "webmention.io", now, error=None, pulled=None)
        store.received(["https://example.com/a.html"])

What a source no longer tells is deleted for good but for a tombstone without personal content. A file that is damaged
is set aside, never overwritten; one that belongs to another program is refused and stays untouched.
"""

from __future__ import annotations

from .forgetting import Erased
from .rows import Stored
from .store import Store
from .values import (
    Changes,
    Counted,
    Found,
    Observed,
    Picture,
    Proved,
    Pulled,
    SourceState,
    Told,
    Tombstone,
    Versions,
    Whole,
)

__all__ = [
    "Changes",
    "Counted",
    "Erased",
    "Found",
    "Observed",
    "Picture",
    "Proved",
    "Pulled",
    "SourceState",
    "Store",
    "Stored",
    "Told",
    "Tombstone",
    "Versions",
    "Whole",
]
