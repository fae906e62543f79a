"""Reads a small site as a build does, plainly or with the cache, and tells all that can be seen of the result."""

# ruff: noqa: ANN401, SLF001, D102 - Pelican has no types, and what is looked at is often private

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pelican.generators import ArticlesGenerator, PagesGenerator
from pelican.log import LimitFilter
from pelican.settings import read_settings

from incremental.reading import ContentCache, attach
from incremental.scans import quicken

ARCHIVES = {
    f"{period}_ARCHIVE_SAVE_AS": f"{{date:{form}}}.html" for period, form in (("YEAR", "%Y"), ("MONTH", "%Y%m"))
}
OF_THE_BUILD = {"settings", "_context", "translations", "_content", "_incremental"}


@dataclass
class Read:
    """One reading: the generator, its cache if it had one, and the warnings."""

    generator: Any
    cache: ContentCache | None
    log: list[str]

    def contents(self) -> list[Any]:
        names = "articles translations hidden_articles drafts drafts_translations pages hidden_pages draft_pages"
        return [one for name in names.split() for one in getattr(self.generator, name, ())]

    def one(self, title: str) -> Any:
        return next(one for one in self.contents() if one.title == title)

    def seen(self) -> object:
        """All that templates and other plugins can see."""
        context = self.generator.context
        names = {
            key: [(str(one), portrait_of(one), paths(many)) for one, many in context.get(key, ())] for key in LISTS
        }
        archives = {
            key: [(one["period"], one["url"], paths(one["articles"]), paths(one["dates"])) for one in many]
            for key, many in context.get("period_archives", {}).items()
        }
        generated = {key: one and type(one).__name__ for key, one in context["generated_content"].items()}
        return [portrait(one) for one in self.contents()], names, archives, generated, context["static_links"], self.log


LISTS = ("tags", "categories", "authors")


def paths(contents: list[Any]) -> list[str]:
    return [one.source_path for one in contents]


def portrait(content: Any) -> object:
    """A content, with the kinds of all values and which of its values are one object."""
    attributes = {key: portrait_of(one) for key, one in vars(content).items() if key not in OF_THE_BUILD}
    same = sorted(key for key, one in content.metadata.items() if vars(content).get(key) is one)
    bases = [kind.__name__ for kind in type(content).__mro__ if kind.__module__.startswith("pelican.")]
    made = (content.url, content.save_as, content.status, content.get_static_links(), content.content, content.summary)
    return type(content).__name__, bases, attributes, same, content._content, made, paths(content.translations)


def portrait_of(value: Any) -> object:
    if isinstance(value, Mapping):
        return [(key, portrait_of(one)) for key, one in value.items()]
    if isinstance(value, list | tuple):
        return [type(value).__name__, *map(portrait_of, value)]
    if hasattr(value, "_slug_from_name"):
        return type(value).__name__, value.name, value.slug, value._slug_from_name, value.url
    return type(value).__module__, type(value).__name__, repr(value), getattr(value, "fold", None)


@contextmanager
def warnings_of(level: int = logging.WARNING) -> Iterator[list[str]]:
    """What is logged, as Pelican's console would show it in a build of its own."""
    LimitFilter._raised_messages.clear()
    LimitFilter._group_count.clear()
    log: list[str] = []
    root, handler = logging.getLogger(), logging.Handler()
    handler.emit = lambda record: log.append(f"{record.levelname} {record.getMessage()}")  # type: ignore[method-assign]
    before, handlers = root.level, root.handlers
    root.handlers = [handler]
    root.setLevel(level)
    try:
        yield log
    finally:
        root.setLevel(before)
        root.handlers = handlers


def made(folder: Path, kind: Any = ArticlesGenerator, **settings: Any) -> Any:
    """A generator that has read nothing yet, of the site whose content is in folder/content."""
    (folder / "content").mkdir(exist_ok=True)
    given = {"PATH": str(folder / "content"), "OUTPUT_PATH": str(folder / "output"), "THEME": "simple", "PLUGINS": []}
    full = read_settings(
        path=None, override={**given, "SITEURL": "", "TIMEZONE": "Europe/Berlin", **ARCHIVES, **settings}
    )
    context = {**full, "localsiteurl": "", "generated_content": {}, "static_content": {}, "static_links": set()}
    return kind(context=context, settings=full, path=full["PATH"], theme=full["THEME"], output_path=full["OUTPUT_PATH"])


def read_plainly(folder: Path, kind: Any = ArticlesGenerator, *, level: int = logging.WARNING, **settings: Any) -> Read:
    with warnings_of(level) as log:
        generator = made(folder, kind, **settings)
        generator.generate_context()
    return Read(generator, None, log)


def read(
    folder: Path,
    kind: Any = ArticlesGenerator,
    *,
    alone: bool = True,
    jobs: int = 1,
    level: int = logging.WARNING,
    fingerprint: bytes = b"same",
    **settings: Any,
) -> Read:
    """Read with the cache in folder/cache."""
    with warnings_of(level) as log:
        generator = made(folder, kind, **settings)
        cache = attach(generator, folder / "cache", fingerprint, alone=alone, jobs=jobs)
        quicken(generator)
        generator.generate_context()
    return Read(generator, cache, log)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / "content" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def post(title: str, body: str = "Words.", **metadata: str) -> str:
    """A post in Markdown."""
    fields = {"title": title, "date": "2026-05-02 10:00", **metadata}
    return "".join(f"{key}: {value}\n" for key, value in fields.items()) + f"\n{body}\n"


__all__ = ["PagesGenerator", "Read", "made", "portrait", "post", "read", "read_plainly", "warnings_of", "write"]
