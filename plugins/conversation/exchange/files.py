"""Exports as files: written wholly or not at all, read and recognised."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from ..errors import ArchiveError
from ..store import Changes, Store
from .entries import EXTRA, FORMAT, VERSION, VERSIONS, export
from .parsing import parse_export

__all__ = ["is_export", "is_export_file", "load_export", "write_export"]

#: An export larger than this is not ours: 2 GiB are about two million acts.
LARGEST = 2 << 30
#: How a file begins that `write_export` wrote.
_HEAD = f'{{"type": "feed", "{EXTRA}": {{\n"format": "{FORMAT}"'.encode()


def write_export(store: Store, path: Path) -> None:
    """Writes the export to `path`, wholly or not at all. It names people: only its owner may read the file.

    Raises:
        ArchiveError: the file cannot be written.
        StoreError: the store cannot be read.
    """
    text = _text(export(store))
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise ArchiveError(f"{path} cannot be written ({error.strerror}): check the folder.") from error


def is_export(data: object) -> bool:
    """Whether parsed JSON is an export of any version."""
    extra = data.get(EXTRA) if isinstance(data, dict) else None
    return isinstance(extra, dict) and extra.get("format") == FORMAT


def is_export_file(path: Path) -> bool:
    """Whether the file at `path` is an export, be it whole or cut off; False for one that cannot be read."""
    try:
        with path.open("rb") as file:
            if file.read(len(_HEAD)) == _HEAD:
                return True
            if not _holds(file, FORMAT.encode()):
                return False
        return is_export(_parsed(path))
    except (OSError, ArchiveError):
        return False


def _holds(file: IO[bytes], word: bytes) -> bool:
    """Whether `word` stands in a file, read piece by piece: an archive of another kind may be large."""
    file.seek(0)
    left = b""
    while piece := file.read(1 << 20):
        if word in left + piece:
            return True
        left = piece[-len(word) :]
    return False


def load_export(store: Store, path: Path) -> Changes:
    """Takes an export into the store, wholly or not at all: an empty store becomes the one that was exported.

    In a store that is not empty the newer version of every act stays. Exports of older versions are read too.

    Raises:
        ArchiveError: the file cannot be read, is of another kind or version, or is damaged.
        StoreError: the store cannot be written to.
    """
    data = _parsed(path)
    if not is_export(data):
        raise ArchiveError(f"{path} is not an export of this plugin: give it to a source of kind `archive` instead.")
    version = data[EXTRA].get("version")
    if isinstance(version, bool) or version not in VERSIONS:
        raise ArchiveError(
            f"{path} is an export of version {version!r}, and this pelican-conversation reads up to version {VERSION}: "
            "upgrade with `pip install --upgrade pelican-conversation`."
        )
    return store.merge(parse_export(data, str(path)))


def _parsed(path: Path) -> Any:  # noqa: ANN401 - JSON
    try:
        if path.stat().st_size > LARGEST:
            raise ArchiveError(f"{path} is too large to be an export.")
        data = path.read_bytes()
        # An archive of another kind may be large: do not parse it only to find that out.
        if FORMAT.encode() not in data:
            return None
        return json.loads(data)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError):
        raise ArchiveError(f"{path} is not JSON, or was cut off: export again.") from None


def _text(data: Mapping[str, Any]) -> str:
    """The export as text: every act, and every item of another list, on a line of its own."""
    extra = data[EXTRA]
    lists = [name for name, value in sorted(extra.items()) if isinstance(value, list)]
    parts = [f"{_dump(name)}: {_dump(value)}" for name, value in sorted(extra.items()) if name not in lists]
    parts += [f"{_dump(name)}: {_lines(extra[name])}" for name in lists]
    return (
        f'{{"type": "feed", "{EXTRA}": {{\n' + ",\n".join(parts) + f'\n}},\n"children": {_lines(data["children"])}}}\n'
    )


def _lines(values: Sequence[Any]) -> str:
    return "[\n" + ",\n".join(map(_dump, values)) + "\n]" if values else "[]"


def _dump(value: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
