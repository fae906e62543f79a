"""Numbers that look like chance and are none, for the archives of the sample blog (sample_archives.py)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

__all__ = ["Json", "number_of", "status_id"]

Json = dict[str, Any]


def status_id(at: datetime, who: str) -> str:
    """The number of a status on a Mastodon server: milliseconds since 1970, then 16 bits that tell neighbours apart."""
    return str((round(at.timestamp() * 1000) << 16) + number_of(who, at, below=1 << 16))


def number_of(*words: object, below: int) -> int:
    """A number from 0 on that looks like chance and is none."""
    text = "\x1f".join(map(str, words))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) % below
