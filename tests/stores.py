"""Stores for tests: an empty one in SQLite and, where it is installed, in PostgreSQL; a pull in one line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conversation.sources import Batch
from conversation.store import Changes, Store

__all__ = ["NOW", "SOURCE", "later", "pull", "store", "store_url"]

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SOURCE = "webmention.io"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a place for a store, in each database that is supported."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'conversation.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def store(store_url: str, tmp_path: Path) -> Iterator[Store]:
    """An empty store, in each database that is supported."""
    with Store.open(store_url, tmp_path) as opened:
        yield opened


def later(hours: float) -> datetime:
    """Some hours after NOW."""
    return NOW + timedelta(hours=hours)


def pull(store: Store, batch: Batch, at: datetime = NOW, source: str = SOURCE) -> Changes:
    """One pull of a source that succeeds with one batch."""
    number = store.begin(source, at)
    changes = store.commit(number, source, batch, at)
    store.end(number, source, at, error=None, pulled=batch.pulled)
    return changes
