"""Opens the store that CONVERSATION_STORE names, or says why not and what to do. A password is never shown."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from ..errors import StoreError
from .database import Place
from .sqlite import open_file

__all__ = ["open_place"]

_EXAMPLE = '"sqlite:///conversation.sqlite" or "postgresql+psycopg://user@host/database"'
#: As SQLAlchemy spells them (https://docs.sqlalchemy.org/en/20/core/engines.html#database-urls): the driver, and of a
#: file its path; what follows a "?" means nothing to a file.
_URL = re.compile(r"(?P<driver>[\w+]+)://(?:/(?P<path>[^?]*))?")


def open_place(url: str, root: Path) -> Place:
    """Opens the database at `url`, with its tables up to date; a relative SQLite path starts at `root`.

    Raises:
        StoreError: it cannot be used; the message says what to do.
    """
    parts = _URL.match(url)
    driver = parts["driver"] if parts else ""
    if parts and driver in {"sqlite", "sqlite+pysqlite"}:
        name = unquote(parts["path"] or "")
        if name in {"", ":memory:"} or name.startswith("file:"):
            raise StoreError('CONVERSATION_STORE has to name a file, for example "sqlite:///conversation.sqlite".')
        return open_file(root / name)
    if driver.partition("+")[0] in {"postgresql", "postgres"}:
        return _open_server(url)
    if driver:
        raise StoreError(f'CONVERSATION_STORE cannot be "{driver}": write {_EXAMPLE}.')
    raise _no_url()


def _open_server(url: str) -> Place:
    try:
        from .postgresql import open_server  # noqa: PLC0415 - a quarter of a second, for those who have one

        return open_server(url)
    except ImportError as error:
        raise StoreError(
            f"CONVERSATION_STORE needs what is not installed ({error}): "
            'run `pip install "pelican-conversation[postgresql]"`.'
        ) from None
    except ValueError:
        # Its message may hold the URL, with its password.
        raise _no_url() from None


def _no_url() -> StoreError:
    return StoreError(f"CONVERSATION_STORE is not a database URL: write {_EXAMPLE}.")
