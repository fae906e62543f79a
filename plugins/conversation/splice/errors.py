"""Why a page cannot be brought up to date in parts."""

from __future__ import annotations

__all__ = ["NotSplicable"]


class NotSplicable(Exception):
    """A page has to be built; the message says why, as the end of "It takes a build: "."""
