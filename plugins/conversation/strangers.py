"""What in a blog reads nobody knows what: plugins, functions in templates, extensions of Markdown.

The pages of such a blog may be others though nothing changed that anybody could look at. So only a build makes what a
build makes, unless the blogger vouches for them.
"""

from __future__ import annotations

import os
import pkgutil
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pelican.plugins
from markdown.util import get_installed_extensions

from .splice import Inputs

__all__ = ["plugins_beside", "plugins_of", "strangers_in", "told_of"]

#: Plugins that do not look at anything else than contents, settings, theme and store.
KNOWN_PLUGINS = frozenset({"conversation", "incremental"})
#: And those from PyPI, where nobody keeps another one by that name, that take no notice of conversations.
UNCONCERNED = frozenset({"neighbors", "related_posts", "series", "sitemap"})
#: Where plugins lie that are installed.
_NAMESPACE = "pelican.plugins."
#: Extensions of Markdown that depend on the text alone, by how their modules' names begin; but those that read files.
_PURE_EXTENSIONS = ("markdown.extensions.", "pymdownx.")
_READING_EXTENSIONS = frozenset({"pymdownx.b64", "pymdownx.pathconverter", "pymdownx.snippets"})
#: Functions given to extensions, known by the package that they come from.
_PURE_PACKAGES = frozenset({"builtins", "markdown", "pygments", "pymdownx"})
#: How a text in reStructuredText includes a file, or an address.
_INCLUDED = re.compile(r"(?:^\s*\.\. +(?:literal)?include::|:file:) +(\S+)|:url: +(\S+)", re.MULTILINE)


def strangers_in(
    settings: Mapping[str, Any], inputs: Inputs, sources: Iterable[str], vouched: Collection[str] = ()
) -> dict[str, list[str]]:
    """The strangers of a blog with these settings of Pelican's, beside its plugins: names, by what messages call them.

    `inputs` are those of its templates, and `sources` the files of its contents, below PATH. Of what is `vouched` for,
    or is a part of a plugin that is, the blogger knows what it reads.
    """
    functions = (one for name in _templates(settings) for one in inputs.strangers(name))
    found: dict[str, Iterable[tuple[str, str]]] = {
        "a function in a template": ((name, _named(function)) for name, function in functions),
        "an extension of Jinja": ((one, one) for one in inputs.extensions if not one.startswith("jinja2.")),
        "an extension of Markdown": ((one, _module_of(one)) for one in _extensions(settings)),
        "a reader": ((one, one) for one in map(_named, filter(None, (settings.get("READERS") or {}).values()))),
        "a text that includes another": ((one, "") for one in _included(sources, Path(settings["PATH"]))),
    }
    homes = tuple(f"{plugin}." for plugin in _spelled(vouched))
    return {
        kind: sorted({name for name, home in ones if name not in vouched and not f"{home}.".startswith(homes)})
        for kind, ones in found.items()
    }


def told_of(strangers: Mapping[str, Collection[str]]) -> str:
    """What readers of a message are told of the first of them; "" where there are none."""
    told = (f"nobody knows what {kind} reads: {', '.join(names)}" for kind, names in strangers.items() if names)
    return next(told, "")


def plugins_beside(pelican_settings: Mapping[str, Any], vouched: Iterable[str] = ()) -> list[str]:
    """The plugins of a site of which nobody knows what they read; the blogger knows of those that are `vouched` for."""
    folders = [Path(folder) for folder in pelican_settings.get("PLUGIN_PATHS") or ()]
    local = {path.stem for folder in folders if folder.is_dir() for path in folder.iterdir()}
    unconcerned = _spelled([*(UNCONCERNED - local), *vouched])
    names = [name for name in _names(pelican_settings) if name not in unconcerned]
    return [name for name in names if _short(name) not in KNOWN_PLUGINS]


def plugins_of(pelican_settings: Mapping[str, Any]) -> list[str]:
    """The plugins of a site by their short names: "sitemap" for "pelican.plugins.sitemap"."""
    return [_short(name) for name in _names(pelican_settings)]


def _names(pelican_settings: Mapping[str, Any]) -> list[str]:
    """The plugins that are listed; where none are, Pelican takes all that are installed."""
    listed = pelican_settings.get("PLUGINS")
    if listed is None:
        return [one.name for one in pkgutil.iter_modules(pelican.plugins.__path__, _NAMESPACE) if one.ispkg]
    return [str(getattr(one, "__name__", one)) for one in listed]


def _spelled(names: Iterable[str]) -> set[str]:
    """Plugins by the names by which they may be listed: the short ones, and those that say where they lie."""
    return {spelled for name in names for spelled in (name, f"{_NAMESPACE}{name}")}


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _templates(settings: Mapping[str, Any]) -> Iterator[str]:
    """The names of the templates that the blogger brings: the theme's, and those in the place of some of them."""
    folders = [*(settings.get("THEME_TEMPLATES_OVERRIDES") or ()), Path(settings["THEME"], "templates")]
    for folder in map(Path, folders):
        for place, _, names in os.walk(folder, followlinks=True):
            yield from (Path(place, name).relative_to(folder).as_posix() for name in sorted(names))


def _extensions(settings: Mapping[str, Any]) -> Iterator[str]:
    """Extensions of Markdown, and functions given to them, that are not known to depend on the text alone."""
    markdown = settings.get("MARKDOWN") or {}
    configured = markdown.get("extension_configs") or {}
    for extension in (*configured, *(markdown.get("extensions") or ())):
        name = extension if isinstance(extension, str) else _named(type(extension))
        module = _module_of(name)
        if not module.startswith(_PURE_EXTENSIONS) or module in _READING_EXTENSIONS:
            yield name
    names = map(_named, filter(callable, _leaves(configured)))
    yield from (name for name in names if name.partition(".")[0] not in _PURE_PACKAGES)


def _named(code: object) -> str:
    """What a class or a function is called, with its module."""
    return f"{getattr(code, '__module__', '')}.{getattr(code, '__qualname__', type(code).__qualname__)}"


def _module_of(extension: str) -> str:
    """Where an extension's code is: "toc" and "markdown.extensions.toc:TocExtension" are both at home in the module."""
    installed = () if "." in extension else get_installed_extensions()
    return next((one.value for one in installed if one.name == extension), extension).partition(":")[0]


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        value = [*value.values()]
    if isinstance(value, list | tuple):
        yield from chain.from_iterable(map(_leaves, value))
    else:
        yield value


def _included(sources: Iterable[str], content: Path) -> Iterator[str]:
    """What texts in reStructuredText include that does not lie below the content, where every file counts anyway."""
    left = [content / source for source in sources if source.endswith(".rst")]
    seen: set[Path] = set()
    while left:
        text = left.pop()
        if text in seen or not text.is_file():
            continue
        seen.add(text)
        for file, address in _INCLUDED.findall(text.read_text("utf-8", "replace")):
            other = Path(os.path.normpath(text.parent / file))
            if address or not other.is_relative_to(content):
                yield address or file
            else:
                left.append(other)
