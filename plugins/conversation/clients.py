"""The HTTP client of a blog, as its settings want it, and where it keeps what it was answered."""

from __future__ import annotations

from pathlib import Path

from .files import caches_of
from .http import Client
from .settings import Settings

__all__ = ["cache_of", "client_for", "passing_client_for"]


def client_for(settings: Settings, *, unlimited: bool = False) -> Client:
    """The HTTP client of a blog: no request of it outlives CONVERSATION_DEADLINE, and CONVERSATION_BUDGET ends them.

    An `unlimited` one goes on as long as there is something to ask.
    """
    return Client(
        budget=None if unlimited else settings.budget or None,
        deadline=min(20.0, settings.deadline),
        cache=cache_of(settings),
        site=settings.siteurl,
    )


def passing_client_for(settings: Settings) -> Client:
    """One for a look in passing at a single page: tried once, and not kept."""
    return Client(retries=0, site=settings.siteurl)


def cache_of(settings: Settings) -> Path:
    """Where answers of the sources are kept for a while."""
    return caches_of(settings.root)
