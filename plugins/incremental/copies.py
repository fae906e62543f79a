"""Files that Pelican copies into the site: copied again only where the source or the copy changed."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator, Mapping
from typing import Any

from pelican.contents import Content
from pelican.generators import StaticGenerator

from .journal import Journal
from .memory import Copied
from .outputs import signature

__all__ = ["copied_files", "copy_sparingly"]


def copy_sparingly(generator: StaticGenerator, former: Mapping[str, Copied], journal: Journal) -> None:
    """Lets a generator of static files copy only what is not there already as it must be.

    Times decide nothing: a copy counts as good when it and its source are as the last build left them.
    """
    journal.note(copy for _, copy in _theme_files(generator))

    as_ever = generator._file_update_required  # noqa: SLF001 - Pelican has no other place to ask

    def is_due(static: Content) -> bool:
        source, copy = _places(static, generator)
        journal.note([copy])
        if generator.settings["STATIC_CREATE_LINKS"]:
            return bool(as_ever(static))
        known = former.get(copy)
        return known is None or known != Copied(source, signature(source), signature(copy))

    generator._file_update_required = is_due  # noqa: SLF001 - likewise


def copied_files(context: Mapping[str, Any], generator: StaticGenerator) -> Iterator[tuple[str, Copied]]:
    """All files that a build copied, with their sources, as they are at its end."""
    for static in context.get("staticfiles", ()):
        source, copy = _places(static, generator)
        if os.path.exists(source):  # one that is linked and not there is only warned of
            yield copy, Copied(source, signature(source), signature(copy))
    for source, copy in (*_theme_files(generator), *_source_files(context, generator)):
        yield copy, Copied(source, None, None)


def _places(static: Content, generator: StaticGenerator) -> tuple[str, str]:
    # Asking a static file for `save_as` pins it down, which Pelican must not see us do: asked is the property beneath.
    save_as = Content.save_as.fget(static)
    copy = os.path.normpath(os.path.join(generator.output_path, save_as))
    return os.path.join(generator.path, static.source_path), copy


def _theme_files(generator: StaticGenerator) -> Iterator[tuple[str, str]]:
    settings = generator.settings
    folder = os.path.join(generator.output_path, settings["THEME_STATIC_DIR"])
    for path in settings["THEME_STATIC_PATHS"]:
        source = os.path.join(generator.theme, path)
        if os.path.isfile(source):
            yield source, os.path.normpath(os.path.join(folder, os.path.basename(path)))
        for top, folders, names in os.walk(source, followlinks=True):
            ignores = settings["IGNORE_FILES"]
            folders[:] = [one for one in folders if not _is_ignored(one, ignores)]
            for name in (one for one in names if not _is_ignored(one, ignores)):
                place = os.path.relpath(os.path.join(top, name), source)
                yield os.path.join(top, name), os.path.normpath(os.path.join(folder, place))


def _is_ignored(name: str, ignores: list[str]) -> bool:
    return any(fnmatch.fnmatch(name, ignore) for ignore in ignores)


def _source_files(context: Mapping[str, Any], generator: StaticGenerator) -> Iterator[tuple[str, str]]:
    """The copies of the texts themselves, with OUTPUT_SOURCES."""
    if not generator.settings["OUTPUT_SOURCES"]:
        return
    for listed in (*context.get("articles", ()), *context.get("pages", ())):
        for content in (listed, *listed.translations):
            place = os.path.splitext(content.save_as)[0] + generator.settings["OUTPUT_SOURCES_EXTENSION"]
            yield content.source_path, os.path.normpath(os.path.join(generator.output_path, place))
