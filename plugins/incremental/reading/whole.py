"""The level of whole contents: nobody else listens while they are read, so they can be restored as they were."""

from __future__ import annotations

import datetime as dt
import marshal
import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pelican.contents import Article, Content, Page
from pelican.generators import ArticlesGenerator

from .cache import ContentCache
from .hearing import Hearing, say_again
from .plain import Packed, pack
from .restored import (
    KEPT,
    RESTORED,
    SHARED,
    Kept,
    Restored,
    Whole,
    attributes_of,
    basis,
    held_in,
    links_in,
    told_by_basis,
)
from .rows import Row, decode, encode
from .sources import Signature, Source, as_bytes, digest, unchanged


class Reading(NamedTuple):
    """A content that was just read, and what was noted."""

    content: Content
    source: Source | None
    hearing: Hearing
    why: str | None


class WholeCache(ContentCache):
    """Serves and takes contents where Pelican's own cache would."""

    level = b"whole"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._last: Reading | None = None
        self._by_time = self.settings.get("DEFAULT_DATE") == "fs"
        self._kind = RESTORED[Article if isinstance(self.generator, ArticlesGenerator) else Page]
        self._tuples: dict[tuple[str, ...], tuple[str, ...]] = {}
        generator = self.generator
        self._read_file: Callable[..., Content] = generator.readers.read_file
        generator.readers.read_file = self._listen
        generator.readers.get_cached_data = self._note
        generator.readers.cache_data = lambda _path, _data: None
        generator.get_cached_data = self._serve
        generator.cache_data = self._take

    # --- What Pelican asks -------------------------------------------------------------------------------------------

    def _serve(self, path: str, default: object = None) -> object:
        """A content from the cache, as Pelican asks for it before it reads a file."""
        name = self._name(path)
        if told := self._told.pop(os.path.join(self._base, name), None):
            return self._from_child(name, told) or default
        row = self._kept.get(name)
        if row is None or not self._current(name, row, os.path.join(self._base, path), exactly=self._by_time):
            return default
        try:
            content = self._restore(name, row)
        except ValueError as error:
            self._because(f"what is kept of it cannot be used: {error}", name)
            return default
        if content is None:
            return default
        self._used.add(name)
        self.reused += 1
        return content

    def _listen(self, base_path: str, path: str, *how: Any, **named: Any) -> Content:
        """Let Pelican read a file, and note what happens."""
        there = os.path.abspath(os.path.join(base_path, path))
        source, why = self._source(there)
        with self._ear.listening() as hearing:
            content = self._read_file(base_path, path, *how, **named)
        self._last = Reading(content, source, hearing, why)
        return content

    def _note(self, path: str, default: object = None) -> object:
        """Pelican is about to parse a file, and asks its readers' cache."""
        self.read.append(self._name(path))
        return default

    def _take(self, path: str, content: Content) -> None:
        """A content that was read and found valid, as Pelican gives it to its cache."""
        last, self._last = self._last, None
        name, there = self._name(path), os.path.join(self._base, path)
        if last is None or last.content is not content or type(content) not in RESTORED:
            return
        try:
            meta = self._remember(content, last)
        except ValueError as error:
            self._because(f"it holds what cannot be kept: {error}", name)
            return
        if why := last.why or self._why_not_kept(content, last.hearing):
            self._because(why, name)
        elif last.source:
            self._keep(name, last.source, meta, content._content, path=there)  # noqa: SLF001

    # --- Children ----------------------------------------------------------------------------------------------------

    def _read_in_child(self, path: str) -> bytes | None:
        """Read a file as Pelican would in the parent: where nobody listens, a child can do all of it."""
        content = self._listen(
            self._base, self._name(path), content_class=self._kind.original, context=self.generator.context
        )
        last = self._last
        if last is None or last.source is None or type(content) not in RESTORED or not content.is_valid():
            return None
        meta = self._remember(content, last)
        if last.why or self._why_not_kept(content, last.hearing):
            return None
        source = last.source
        return encode((tuple(source.signature), source.digest, source.seen, meta, content._content))  # noqa: SLF001

    def _from_child(self, name: str, told: bytes) -> Restored | None:
        """A content that a child read, unless its file has changed since."""
        signature, of_the_file, seen, meta, body = decode(told)
        source, path = Source(Signature(*signature), of_the_file, seen), os.path.join(self._base, name)
        if not unchanged(path, source):
            return None
        content = self._restore(name, Row(source.signature, of_the_file, meta))
        if content is not None:
            vars(content)["_content"] = content._incremental.body = body  # noqa: SLF001
            self.read.append(name)
            self._keep(name, source, meta, body, path=path)
        return content

    # --- Keeping -----------------------------------------------------------------------------------------------------

    def _why_not_kept(self, content: Content, hearing: Hearing) -> str | None:
        if hearing.said() is None:
            return "reading it met an error"
        if hearing.today:
            return "what its date leaves out is taken from today"
        return "its date lies in the future" if self._lies_ahead(vars(content)) else None

    def _lies_ahead(self, attributes: Mapping[str, Any]) -> bool:
        """Whether Pelican makes it a draft until its time has come."""
        if self.settings["WITH_FUTURE_DATES"] or "date" not in attributes["metadata"]:
            return False
        date = attributes["date"]
        return bool(date > dt.datetime.now(dt.UTC if date.tzinfo else None))

    def _remember(self, content: Content, last: Reading) -> bytes:
        """All of a content but its body, as bytes; and let `content` know how it came. Raises NotPlainError."""
        attributes = attributes_of(content)
        shown = {key: None if key in SHARED or key == "metadata" else value for key, value in attributes.items()}
        packed: Any = tuple(pack([shown, content.metadata], self.settings))
        body = digest(as_bytes(content._content))  # noqa: SLF001
        # marshal's second version writes equal values as equal bytes; the others tell which are one object.
        whole = digest(body + marshal.dumps(packed, 2))
        links, keys = links_in(content), self._one(tuple(attributes))
        values, held = tuple(attributes.values()), held_in(attributes)
        kept = Kept(whole, keys, values, held, body, links, content._content)  # noqa: SLF001
        vars(content)[KEPT] = kept
        wanted = any(what in {"static", "attach"} for what, _ in links)
        static, addresses = tuple(content.get_static_links()) if wanted else (), self._addresses(content)
        return encode((packed, whole, body, links, static, addresses, last.hearing.said(), self._heard))

    def _addresses(self, content: Content) -> tuple[str, str] | None:
        """Address and place of a content, if all that they are made of is watched."""
        if any(hasattr(content, f"override_{key}") for key in ("url", "save_as")) or not hasattr(content, "date"):
            return None
        kind = {"Article": "article", "Page": "page"}[type(content).__name__]
        if content.status == "draft":
            kind = "draft" if kind == "article" else "draft_page"
        language = "" if content.in_default_lang else "lang_"
        for key in ("url", "save_as"):
            if not told_by_basis(str(self.settings[f"{kind}_{language}{key}".upper()])):
                return None
        return content.url, content.save_as

    # --- Restoring ---------------------------------------------------------------------------------------------------

    def _one(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        """The names of attributes; most contents have the same."""
        return self._tuples.setdefault(keys, keys)

    def _restore(self, name: str, row: Row) -> Restored | None:
        """A content as it was. None if it would not be the same today. Raises ValueError for a damaged row."""
        packed, whole, body, links, static, addresses, said, heard = decode(row.meta)
        if self._heard and not heard:
            return None
        attributes, metadata = self._unpack(Packed(*packed))
        attributes["metadata"] = metadata
        if self._lies_ahead(attributes):
            return None
        attributes["settings"] = self.settings
        attributes["_context"] = self.generator.context
        attributes["translations"] = []
        keys, held = self._one(tuple(attributes)), held_in(attributes)
        kept = Kept(whole, keys, tuple(attributes.values()), held, body, links, None)
        url, save_as = addresses or ("", "")
        kept.whole = Whole(
            self._body,
            name,
            attributes["source_path"],
            attributes["relative_source_path"],
            static,
            url,
            save_as,
            basis(attributes) if addresses else None,
        )
        attributes[KEPT] = kept
        content = self._kind.__new__(self._kind)
        content.__dict__ = attributes
        say_again(said)
        return content

    def _body(self, content: Restored) -> str:
        """The body of a restored content; should the file have lost it, the source is read again."""
        kept = content._incremental  # noqa: SLF001
        name = kept.whole.name if kept.whole else ""
        text = self._rows.body(name)
        if text is not None and digest(text) == kept.body_digest:
            return text.decode("utf-8", "surrogatepass")
        self._rows.distrust()
        again = self._read_file(
            self._base,
            name,
            content_class=content.original,
            context=self.generator.context,
        )
        return str(again._content)  # noqa: SLF001
