"""The level of parsed texts: Pelican constructs each content, so that all its signals are sent as in any build."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from typing import Any

from pelican.contents import Content, SkipStub
from pelican.utils import file_suffix

from .cache import ContentCache
from .hearing import say_again
from .kept import KEPT, SHARED, Kept, attributes_of, held_in, shape, wrappers_in
from .parsing import Parsed, from_child, read_for_parent
from .plain import Packed, pack
from .rows import Row, decode, encode
from .sources import Source, as_bytes, digest, unchanged

Result = tuple[str, dict[str, Any]]


class TextCache(ContentCache):
    """Serves and takes what readers return, where Pelican's own cache of readers would."""

    level = b"text"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._since = 0
        self._before: tuple[Source | None, str | None] = None, None
        readers = self.generator.readers
        self._read_file: Callable[..., Content] = readers.read_file
        readers.read_file = self._listen
        readers.get_cached_data = self._serve
        readers.cache_data = self._take
        self.generator.get_cached_data = lambda _path, default=None: default
        self.generator.cache_data = lambda _path, _content: None

    # --- What Pelican asks -------------------------------------------------------------------------------------------

    def _listen(self, base_path: str, path: str, *how: Any, **named: Any) -> Content:
        """Let Pelican construct a content, and remember how it came."""
        with self._ear.listening():
            content = self._read_file(base_path, path, *how, **named)
        if not isinstance(content, SkipStub):
            vars(content)[KEPT] = self._as_it_is(content)
        return content

    def _serve(self, path: str, default: object = None) -> object:
        """What a reader returned in an earlier build, or in a child, as Pelican asks before it parses."""
        name = self._name(path)
        row = self._kept.get(name)
        if row and self._current(name, row, path) and (result := self._restore(name, row)):
            self._used.add(name)
            self.reused += 1
            return result
        self.read.append(name)
        if parsed := self._ahead(path):
            self._add(path, parsed)
            return parsed.body, self._unpacker.dicts(parsed.metadata)[0]
        self._before = self._source(path)
        hearing = self._ear.hearing
        self._since = len(hearing.records) if hearing else 0
        return default

    def _take(self, path: str, data: Result) -> None:
        """What a reader just returned, as Pelican gives it to its cache."""
        (source, why), self._before, hearing = self._before, (None, None), self._ear.hearing
        if source is None or hearing is None or type(data[0]) is not str:
            return
        try:
            metadata = pack([data[1]], self.settings)
        except ValueError as error:
            self._because(f"it holds what cannot be kept: {error}", self._name(path))
            return
        self._add(path, Parsed(source, data[0], metadata, hearing.said(self._since), hearing.today, why))

    # --- Children ----------------------------------------------------------------------------------------------------

    def _read_in_child(self, path: str) -> bytes:
        return read_for_parent(path, self.generator.readers.readers[file_suffix(path)], self._ear, self.settings)

    def _ahead(self, path: str) -> Parsed | None:
        """What a child read of this file, if the file has not changed since; its warnings are said now."""
        message = self._told.pop(path, None)
        parsed = from_child(message) if message else None
        if parsed is None or parsed.said is None or not unchanged(path, parsed.source):
            return None
        say_again(parsed.said)
        if self._ear.hearing:
            self._ear.hearing.today |= parsed.today
        return parsed

    # --- Keeping and restoring ---------------------------------------------------------------------------------------

    def _add(self, path: str, parsed: Parsed) -> None:
        name, why = self._name(path), parsed.why
        if parsed.said is None:
            why = "reading it met an error"
        elif parsed.today:
            why = "what its date leaves out is taken from today"
        if why:
            self._because(why, name)
            return
        try:
            meta = encode((tuple(parsed.metadata), digest(as_bytes(parsed.body)), parsed.said, self._heard))
        except ValueError as error:
            self._because(f"it holds what cannot be kept: {error}", name)
            return
        self._keep(name, parsed.source, meta, parsed.body, path=path)

    def _restore(self, name: str, row: Row) -> Result | None:
        try:
            packed, expected, said, heard = decode(row.meta)
            metadata = self._unpacker.dicts(Packed(*packed))[0]
        except ValueError as error:
            self._because(f"what is kept of it cannot be used: {error}", name)
            return None
        if self._heard and not heard:
            return None
        text = self._rows.body(name)
        if text is None or digest(text) != expected:
            self._rows.distrust()
            return None
        say_again(said)
        return text.decode("utf-8", "surrogatepass"), metadata

    def _as_it_is(self, content: Content) -> Kept:
        """How a content came from its file and from those who listened meanwhile."""
        attributes = attributes_of(content)
        body = digest(as_bytes(content._content or ""))  # noqa: SLF001
        shown = {key: None if key in SHARED or key == "metadata" else value for key, value in attributes.items()}
        try:
            whole = digest(body + marshal.dumps(tuple(pack([shown, content.metadata], self.settings)), 2))
        except ValueError:
            whole = b""
        values, held = tuple(attributes.values()), held_in(attributes)
        text, came = content._content, wrappers_in(attributes)  # noqa: SLF001
        return Kept(whole, shape(tuple(attributes)), values, held, body, None, None, text, came)
