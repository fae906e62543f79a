"""The cache of one generator: what is the same on both levels."""

from __future__ import annotations

import hashlib
import locale
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from docutils.frontend import OptionParser
from pelican.generators import ArticlesGenerator
from pelican.utils import file_suffix

from ..forking import can_fork
from . import forked, markdown_reuse
from .hearing import Ear, warnings_can_be_heard
from .plain import Unpacker
from .purity import why_reader, why_text
from .rows import Changes, Row, Rows
from .sources import NO_SIGNATURE, Signature, Source, look, sign, unchanged


def surroundings(generator: Any) -> Iterator[bytes]:
    """What contents depend on beside their text, the settings and the versions of code."""
    yield sys.version.encode()
    yield type(generator).__name__.encode()
    yield os.path.abspath(generator.path).encode("utf-8", "surrogateescape")
    yield str(locale.setlocale(locale.LC_ALL)).encode()
    yield repr((time.tzname, time.timezone, time.altzone)).encode()
    for file in map(Path, OptionParser.get_standard_config_files()):
        yield file.read_bytes() if file.is_file() else b""


class ContentCache:
    """Keeps what was read of a generator's files, from one build to the next."""

    #: Goes into the fingerprint: what one level keeps is nothing to the other.
    level = b""

    def __init__(self, generator: Any, home: Path, fingerprint: bytes) -> None:
        self.generator = generator
        self.settings: Mapping[str, Any] = generator.settings
        #: What was parsed in this build, as paths relative to the content's folder.
        self.read: list[str] = []
        #: How many came from the cache.
        self.reused = 0
        #: Why what could not be reused was not.
        self.reasons: list[str] = []
        self._base = os.path.abspath(generator.path)
        self._ear = Ear()
        self._unpacker = Unpacker(self.settings)
        #: What children told, by path.
        self._told: dict[str, bytes] = {}
        self._new: dict[str, tuple[Row, str]] = {}
        self._touched: dict[str, Signature] = {}
        self._used: set[str] = set()
        self._heard = warnings_can_be_heard()
        kind = "articles" if isinstance(generator, ArticlesGenerator) else "pages"
        parts = [fingerprint, self.level, *surroundings(generator)]
        key = hashlib.blake2b(b"".join(len(part).to_bytes(8, "big") + part for part in parts), digest_size=32)
        self._rows = Rows(home / f"{kind}.sqlite", key.digest())
        self._kept, why = self._rows.load()
        self._because(why)
        self._why = {name: why_reader(one, self.settings) for name, one in generator.readers.readers.items()}
        markdown_reuse.install(generator.readers)
        for reader in set(generator.readers.readers.values()):
            self._ear.attend(reader)
        generator.save_cache = self.save
        generator.readers.save_cache = lambda: None

    # --- What both levels ask ----------------------------------------------------------------------------------------

    def _because(self, why: str | None, path: str = "") -> None:
        reason = f"{path}: {why}" if path else why
        if reason and reason not in self.reasons:
            self.reasons.append(reason)

    def _name(self, path: str) -> str:
        """The path below the content's folder by which a file is kept."""
        if path in self._kept:
            return path
        return os.path.normpath(path.removeprefix(self._base + os.sep))

    def _trusted(self, path: str) -> bool:
        """Whether the reader of this file is known to see the file alone; if not, says so."""
        why = self._why.get(file_suffix(path), "no reader of Pelican's is made for them")
        self._because(why and f"files of the kind {file_suffix(path)!r} are read anew: {why}")
        return why is None

    def _current(self, name: str, row: Row, path: str, *, exactly: bool = False) -> bool:
        """Whether the file still has the bytes that the row was made from; `exactly` asks for its times as well."""
        try:
            signature = sign(path)
            if signature == row.signature:
                return True
            if exactly:
                return False
            source, _ = look(path)
        except OSError:
            return False
        if source.digest != row.digest:
            return False
        if source.lasting() != NO_SIGNATURE:
            self._touched[name] = source.signature
        return True

    def _keep(self, name: str, parsed_from: Source, meta: Any, body: str, *, path: str) -> None:
        """Keep something for the next build, unless its file was changed while it was read."""
        if unchanged(path, parsed_from):
            self._new[name] = Row(parsed_from.lasting(), parsed_from.digest, meta), body

    def _source(self, path: str) -> tuple[Source | None, str | None]:
        """The file as it is before it is read, and why what comes of it must not be kept."""
        if not self._trusted(path):
            return None, None
        try:
            source, text = look(path)
        except OSError as error:
            return None, str(error)
        return source, why_text(self.generator.readers.readers[file_suffix(path)], text.decode("utf-8", "replace"))

    # --- Reading ahead -----------------------------------------------------------------------------------------------

    def read_ahead(self, jobs: int) -> None:
        """Parse what is not in the cache in several processes, if that is worth it and safe.

        Files that are in it and changed since are few: they are found when Pelican comes to them.
        """
        if jobs < 2 or not can_fork():  # noqa: PLR2004 - one is this process itself
            return
        new = sorted(name for name in map(self._name, self._found()) if name not in self._kept)
        missing = [os.path.join(self._base, name) for name in new if self._why.get(file_suffix(name), "") is None]
        if len(missing) >= forked.WORTHWHILE:
            self._rows.close()
            self._told = forked.read_forked(self._read_in_child, missing, jobs)

    def _found(self) -> Iterable[str]:
        kind = "ARTICLE" if isinstance(self.generator, ArticlesGenerator) else "PAGE"
        found: Iterable[str] = self.generator.get_files(
            self.settings[f"{kind}_PATHS"], exclude=self.settings[f"{kind}_EXCLUDES"]
        )
        return found

    def _read_in_child(self, path: str) -> bytes | None:
        """What a child tells of a file; None if the parent had better read it. Raises whatever reading raises."""
        raise NotImplementedError

    # --- The end -----------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Bring into the file what is new, and out of it what is gone."""
        gone = self._kept.keys() - self._used - self._new.keys()
        if self._new or self._touched or gone or self._rows.stale:
            self._because(self._rows.save(self._kept, Changes(self._new, self._touched, gone)))
        self._kept, self._new, self._touched, self._told = {}, {}, {}, {}

    def close(self) -> None:
        """Close the file. It is opened again for a body that is asked for later."""
        self._rows.close()
