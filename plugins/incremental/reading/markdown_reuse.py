"""One Markdown instance and one formatter for many files, where that gives the same bytes as one for each.

Only extensions that come with Markdown are trusted to have no memory beyond their `reset()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from markdown import Markdown
from markdown.extensions import codehilite as _codehilite
from pelican import readers
from pelican.utils import pelican_open

from .plain import is_plain
from .purity import leaves, module_of

#: Its names for Pygments' functions are borrowed while a file is converted.
codehilite: Any = _codehilite
#: As the extension registers it. Pelican takes it out while it converts metadata.
META, META_PRIORITY = "meta", 27


def is_reusable(configuration: Mapping[str, Any]) -> bool:
    """Whether one Markdown() with this configuration gives for each text what a new one gives."""
    extensions = configuration.get("extensions", ())
    named = all(isinstance(one, str) and module_of(one).startswith("markdown.extensions.") for one in extensions)
    values = list(leaves(configuration.get("extension_configs", {})))
    # With UNIQUE_IDS the ids of footnotes count the resets.
    return named and "UNIQUE_IDS" not in values and all(is_plain(value) for value in values)


class MarkdownReader(readers.MarkdownReader):
    """Pelican's reader with one Markdown instance. Its name is metadata of each content."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self._ready: Markdown | None = None
        self._lookups = Lookups()

    def read(self, source_path: str) -> tuple[str, dict[str, object]]:
        """Parse content and metadata, as Pelican's reader does."""
        self._source_path = source_path
        # Whatever goes wrong half way, the instance is not used again.
        self._md, self._ready = self._ready or Markdown(**self.settings["MARKDOWN"]), None
        meta = self._md.preprocessors[META]
        with self._lookups.remembered(), pelican_open(source_path) as text:
            content = self._md.convert(text)
            metadata = self._parse_metadata(vars(self._md)["Meta"])
        self._md.preprocessors.register(meta, META, META_PRIORITY)
        self._ready = self._md.reset()
        return content, metadata


class Lookups:
    """Pygments' formatters and lexers, found once for each set of options."""

    def __init__(self) -> None:
        self.formatters: dict[str, object] = {}
        self.lexers: dict[str, type] = {}

    @contextmanager
    def remembered(self) -> Iterator[None]:
        """While this is entered, the extension for highlighting asks here first."""
        if not codehilite.pygments:
            yield
            return
        formatter, lexer = codehilite.get_formatter_by_name, codehilite.get_lexer_by_name
        codehilite.get_formatter_by_name = self._formatter(formatter)
        codehilite.get_lexer_by_name = self._lexer(lexer)
        try:
            yield
        finally:
            codehilite.get_formatter_by_name, codehilite.get_lexer_by_name = formatter, lexer

    def _formatter(self, find: Callable[..., object]) -> Callable[..., object]:
        from pygments.formatters import HtmlFormatter  # noqa: PLC0415 - Markdown works without Pygments

        def found(alias: str, **options: object) -> object:
            if not is_plain(options):
                return find(alias, **options)
            key = repr((alias, sorted(options.items())))
            known = self.formatters.get(key)
            if known is None:
                known = find(alias, **options)
                # It has no state beyond its options; of others nobody knows.
                if type(known) is HtmlFormatter:
                    self.formatters[key] = known
            return known

        return found

    def _lexer(self, find: Callable[..., object]) -> Callable[..., object]:
        def found(alias: str, **options: object) -> object:
            kind = self.lexers.get(alias)
            if kind is None:
                lexer = find(alias, **options)
                self.lexers[alias] = type(lexer)
                return lexer
            return kind(**options)

        return found


def install(generator_readers: Any) -> None:
    """Put the reusing reader in the place of Pelican's own, and of no other."""
    patched = readers.Markdown is not Markdown or readers.MarkdownReader.read.__module__ != readers.__name__
    for name, reader in () if patched else generator_readers.readers.items():
        if type(reader) is readers.MarkdownReader and is_reusable(reader.settings["MARKDOWN"]):
            generator_readers.readers[name] = MarkdownReader(reader.settings)
