"""Pelican's writer, which renders only what is no longer as it was made.

Everything else is as in Pelican's own: the same files are written in the same way, the same signals are sent, and
writing a file twice is as wrong as ever.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

from pelican.plugins import signals
from pelican.utils import posixize_path, sanitised_join
from pelican.writers import Writer

from .calls import Call
from .edition import WORTH_A_FORK, Edition
from .outputs import clear_way
from .traces import trace

__all__ = ["IncrementalWriter"]

logger = logging.getLogger(__name__)

#: So many pages that are said to be written together are worth another process.
FEW = 4
#: What Pelican puts into a feed of each article (Writer._add_item_to_the_feed).
_FEED_ITEM = ("title", "url", "content", "summary", "category", "tags", "author", "date", "modified")
_FEED = ("SITENAME", "SITEURL", "SITESUBTITLE", "FEED_DOMAIN")


class IncrementalWriter(Writer):
    """Writes one edition of the site; `edition` is given to a class of its own for each build."""

    edition: Edition

    def __init__(self, output_path: str, settings: Mapping[str, Any]) -> None:
        super().__init__(output_path, settings=settings)
        self._base = posixize_path(os.path.abspath(output_path))
        self._skip = False
        self._queued: list[Call] = []
        self._working = False

    def write_file(  # noqa: PLR0913, PLR0917 - Pelican's own
        self,
        name: str,
        template: Any,
        context: dict[str, Any],
        relative_urls: bool = False,
        paginated: Mapping[str, Any] | None = None,
        template_name: str | None = None,
        override_output: bool = False,
        url: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Renders a page, or the pages of a list, and writes them; or leaves them as they are."""
        if not name:
            return
        call = Call(name, template, context, relative_urls, paginated, template_name, override_output, url, kwargs)
        path = "" if call.is_list(self.settings) else self._path(name)
        if path and self._is_fresh(call, path):
            self._leave(call, path)
        elif not self._queue(call):
            self._write(call)

    def write_feed(  # noqa: PLR0913, PLR0917 - Pelican's own
        self,
        elements: Sequence[Any],
        context: dict[str, Any],
        path: str | None = None,
        url: str | None = None,
        feed_type: str = "atom",
        override_output: bool = False,
        feed_title: str | None = None,
    ) -> Any:
        """Makes a feed and writes it; or leaves it as it is."""
        target = sanitised_join(self.output_path, path) if path else ""
        about = [path, url, feed_type, feed_title, *map(context.get, _FEED)]
        key = self.edition.feed_key(about, elements[: self.settings["FEED_MAX_ITEMS"]], _FEED_ITEM) if path else b""
        if key and target not in self._written_files and self.edition.keeps_feed(target, key):
            self._written_files.add(target)
            return None
        self.edition.journal.note([target] if path else [])
        made = super().write_feed(elements, context, path, url, feed_type, override_output, feed_title)
        if path:
            self.edition.made(target, key)
        return made

    @contextmanager
    def together(self) -> Iterator[None]:
        """For generators that come after articles: pages written within may be rendered in any order, on all cores."""
        edition, before = self.edition, self.edition.gathers
        edition.gathers = edition.may_gather
        try:
            yield
            self.flush(worth=FEW)
        finally:
            edition.gathers = before

    def flush(self, worth: int = WORTH_A_FORK) -> None:
        """Renders what waits, on all cores (fewer than `worth` pages on this one), and waits for it."""
        calls, self._queued = self._queued, []
        if not calls:
            return
        last, context = calls[-1], calls[-1].context
        for number in self.edition.share(calls, self._write_one, worth):
            self._write_one(calls[number])
        if last.relative:
            context["localsiteurl"] = last.relative

    def _write_one(self, call: Call) -> None:
        """Renders what was queued: its files are noted as written already."""
        self._working = True
        try:
            self._write(call)
        finally:
            self._working = False

    def _write(self, call: Call) -> None:
        super().write_file(
            call.name,
            _Page(call, self),
            call.context,
            call.relative_urls,
            call.paginated,
            call.template_name,
            call.override_output,
            call.url,
            **call.kwargs,
        )

    def _queue(self, call: Call) -> bool:
        """Puts a page aside to be rendered with many others, where that cannot be told from rendering it now."""
        if not self.edition.gathers or call.override_output:
            return False
        paths = [sanitised_join(self.output_path, name) for name in call.pages(self.settings)]
        if len(set(paths)) < len(paths) or not self._written_files.isdisjoint(paths):
            self.flush()
            return False
        self._written_files.update(paths)
        self._queued.append(call)
        if call.relative:
            call.context["localsiteurl"] = call.relative
        return True

    def _path(self, name: str) -> str:
        """Where a file goes. What an earlier build wrote in a place of that name is where Pelican puts it."""
        path = f"{self._base}/{name}"
        return path if path in self.edition.former.written else str(sanitised_join(self.output_path, name))

    def _is_fresh(self, call: Call, path: str) -> bool:
        if path in self._written_files or path in self._overridden_files:
            return False
        return self.edition.keeps_page(path, call.template, call.context, call.own)

    def _leave(self, call: Call, path: str) -> None:
        """Does everything that writing a page does beside writing it."""
        self._written_files.add(path)
        if call.override_output:
            self._overridden_files.add(path)
        if call.relative_urls:
            call.context["localsiteurl"] = call.relative
        if signals.content_written.receivers:
            signals.content_written.send(path, context={**call.context, **call.own})

    def _open_w(self, filename: str, encoding: str, override: bool = False) -> IO[str]:
        if self._skip:
            self._skip = False
            if not self._working:
                self._note(filename, override)
            return open(os.devnull, "w", encoding=encoding)
        if self._working:
            return open(filename, "w", encoding=encoding)
        opened: IO[str] = super()._open_w(filename, encoding, override)
        return opened

    def is_first(self, path: str) -> bool:
        """Whether nothing else was written to a file; what was queued is noted as written already."""
        return self._working or (path not in self._written_files and path not in self._overridden_files)

    def leave_next(self) -> None:
        """The file that is opened next is left as it is."""
        self._skip = True

    def _note(self, filename: str, override: bool) -> None:
        """What Pelican notes of a file that it opens."""
        self._written_files.add(filename)
        if override:
            self._overridden_files.add(filename)


class _Page:
    """Stands in for a template: renders it and notes what it read, or tells the writer to leave the page as it is."""

    def __init__(self, call: Call, writer: IncrementalWriter) -> None:
        self._call, self._writer, self._edition = call, writer, writer.edition

    def render(self, context: dict[str, Any]) -> str:
        """The page; "" where it is left as it is."""
        call, edition, writer = self._call, self._edition, self._writer
        path = sanitised_join(writer.output_path, context["output_file"])
        own = {name: context[name] for name in call.own_names if name in context}
        twice = not writer.is_first(path)
        if not twice and call.is_list(writer.settings) and edition.keeps_page(path, call.template, call.context, own):
            writer.leave_next()
            return ""
        templates, always = edition.templates.digest(call.template)
        with edition.recorder.note(context) as reading, edition.warnings.about(reading):
            page = str(call.template.render(context))
        reading.always.update(always)
        if twice:
            reading.always.add("is written by several parts of the site")
        edition.made(path, trace(reading, edition.site, templates))
        clear_way(path, edition.former_paths)
        edition.journal.note([path])
        return page
