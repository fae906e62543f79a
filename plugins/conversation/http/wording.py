"""Addresses, times and sizes in words that a blogger can act on, with every secret left out."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import quote, quote_plus

from ..addresses import split

__all__ = ["duration", "shown", "size"]

_SECRET = re.compile(r"token|key|secret|pass|pwd|auth|sig|credential|session|code", re.IGNORECASE)
_HIDDEN = "…"
_LONGEST = 200
_MINUTE = 60
_HOUR = 60 * _MINUTE
_KIB = 1024
_MIB = _KIB * _KIB


def shown(url: str, token: str = "") -> str:
    """`url` as it may be printed: no credentials, no fragment, no secret query value, no `token`, 200 characters."""
    parts = split(url)
    if parts is None:
        text = "an address that cannot be read"
    else:
        query = "&".join(_field(field) for field in parts.query.split("&")) if parts.query else ""
        text = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" + (f"?{query}" if query else "")
    for spelling in {token, quote(token), quote(token, safe=""), quote_plus(token)} - {""}:
        text = text.replace(spelling, _HIDDEN)
    if not text.isprintable():
        text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + _HIDDEN


def _field(field: str) -> str:
    name, equals, _ = field.partition("=")
    return f"{name}={_HIDDEN}" if equals and _SECRET.search(name) else field


def duration(seconds: float, now: float) -> str:
    """How long to wait, counted from Unix time `now`: ``in 40 seconds``, ``in 5 minutes (at 14:05 UTC)``."""
    if seconds < 2 * _MINUTE:
        return f"in {seconds:.0f} seconds"
    try:
        at = dt.datetime.fromtimestamp(now + seconds, dt.UTC)
    except (OverflowError, OSError, ValueError):
        return "some day far off"
    if seconds < 2 * _HOUR:
        return f"in {seconds / _MINUTE:.0f} minutes (at {at:%H:%M} UTC)"
    return f"in {seconds / _HOUR:.0f} hours (on {at:%Y-%m-%d at %H:%M} UTC)"


def size(count: int) -> str:
    """A number of bytes in words."""
    for unit, name in ((_MIB, "MiB"), (_KIB, "KiB")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count} bytes"
