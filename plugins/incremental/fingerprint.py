"""What everything on a site depends on: versions, settings, plugins. Named, so that it can be said what changed."""

from __future__ import annotations

import inspect
import locale
import os
import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import blinker
from pelican import Pelican

from .digests import Digester, Opaque, joined

__all__ = ["changed", "fingerprint", "reading_part", "unknown_settings"]

#: Distributions whose version has a say in what pages look like.
_DISTRIBUTIONS = ("pelican", "jinja2", "markupsafe", "markdown", "pygments", "docutils", "feedgenerator", "typogrify")
_VARIABLES = ("TZ", "LANG", "LC_ALL", "LC_TIME", "SOURCE_DATE_EPOCH")
#: Settings that say how Pelican works and not what it makes. PLUGINS counts by what the plugins are.
_IDLE = frozenset({
    "AUTORELOAD", "BIND", "CACHE_CONTENT", "CACHE_PATH", "CHECK_MODIFIED_METHOD", "CONTENT_CACHING_LAYER", "DEBUG",
    "DELETE_OUTPUT_DIRECTORY", "GZIP_CACHE", "INCREMENTAL_JOBS", "LOAD_CONTENT_CACHE", "LOG_FILTER", "OUTPUT_RETENTION",
    "PLUGINS", "PLUGIN_PATHS", "PORT", "STATIC_CHECK_IF_MODIFIED", "STATIC_CREATE_LINKS",
})  # fmt: skip
#: Settings that pages are made with, but no article is read with: they leave what was read from files as it is.
_PAGES_ONLY = frozenset({
    "DEFAULT_ORPHANS", "DEFAULT_PAGINATION", "DIRECT_TEMPLATES", "DISPLAY_CATEGORIES_ON_MENU", "DISPLAY_PAGES_ON_MENU",
    "FEED_DOMAIN", "FEED_MAX_ITEMS", "JINJA_ENVIRONMENT", "JINJA_FILTERS", "JINJA_GLOBALS", "JINJA_TESTS", "LINKS",
    "MENUITEMS", "NEWEST_FIRST_ARCHIVES", "OUTPUT_PATH", "PAGINATED_TEMPLATES", "PAGINATION_PATTERNS",
    "REVERSE_CATEGORY_ORDER", "SITENAME", "SITESUBTITLE", "SOCIAL", "SUMMARY_END_SUFFIX", "SUMMARY_MAX_LENGTH",
    "SUMMARY_MAX_PARAGRAPHS", "TEMPLATE_PAGES", "THEME", "THEME_STATIC_DIR", "THEME_STATIC_PATHS",
    "THEME_TEMPLATES_OVERRIDES",
})  # fmt: skip
#: What a plugin says by itself has a name that begins so.
_SAID = "what "
#: What stands for a setting that cannot be told begins so, and goes on with what is in it.
_UNKNOWN = b"unknown: "
#: Objects of these are told by what they are worth.
_TOLD_BY_VALUE = frozenset(
    {"builtins", "datetime", "pathlib", "re", "zoneinfo", "pelican.urlwrappers", "pelican.utils"}
)
_CODE = frozenset({".py", ".html", ".mo", ".po", ".json", ".toml", ".txt", ".xml", ".css", ".jinja", ".jinja2", ".j2"})


def fingerprint(pelican: Pelican) -> dict[str, bytes]:
    """Digests by what they are of ("setting SITENAME", "plugin sitemap", "version of jinja2" ...)."""
    found = {f"version of {name}": _version(name) for name in _DISTRIBUTIONS}
    found["version of Python"] = sys.version.encode()
    found |= {f"variable {name}": os.environ.get(name, "").encode("utf-8", "surrogateescape") for name in _VARIABLES}
    found["locale"] = repr(locale.setlocale(locale.LC_ALL)).encode()
    for plugin in (*pelican.plugins, sys.modules[__package__ or ""]):
        found[f"plugin {_named(plugin)}"] = _code(plugin)
    digester = Digester()
    idle = _IDLE.union(*(names for _, names in blinker.signal("incremental_idle").send(pelican)))
    for name, value in pelican.settings.items():
        if name not in idle:
            found[f"setting {name}"] = _setting(digester, value)
    for receiver, said in blinker.signal("incremental_fingerprint").send(pelican):
        found[f"{_SAID}{receiver.__module__} says"] = joined(str(said).encode())
    return found


def changed(before: Mapping[str, bytes], now: Mapping[str, bytes]) -> list[str]:
    """The names of what is not as it was."""
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def reading_part(found: Mapping[str, bytes]) -> bytes:
    """The part of a fingerprint that what is read from files depends on, as one digest.

    What plugins say is about what they give to templates, and no file is read with that.
    """
    idle = {f"setting {name}" for name in _PAGES_ONLY}
    names = sorted(name for name in found.keys() - idle if not name.startswith(_SAID))
    return joined(*(part for name in names for part in (name.encode(), found[name])))


def unknown_settings(found: Mapping[str, bytes]) -> list[str]:
    """Settings of which nobody can tell whether they changed, and what is in them: they prevent every reuse."""
    unknown = {name: digest for name, digest in found.items() if digest.startswith(_UNKNOWN)}
    return sorted(
        f"{name.removeprefix('setting ')} holds {digest.removeprefix(_UNKNOWN).decode()}"
        for name, digest in unknown.items()
    )


def _setting(digester: Digester, value: Any) -> bytes:
    """Plain data by its value; functions and classes by their code's file; objects by class and what they hold."""
    try:
        return digester.of(_described(value))
    except Opaque as kind:
        return _UNKNOWN + str(kind).encode()
    except RecursionError:
        return _UNKNOWN + b"something that holds itself"


def _described(value: Any) -> Any:
    if inspect.isfunction(value) or inspect.isclass(value) or inspect.isbuiltin(value) or isinstance(value, ModuleType):
        return _code_of(value)
    if isinstance(value, Mapping):
        return {key: _described(one) for key, one in value.items()}
    if type(value) in {list, tuple}:
        return [type(value).__name__, *map(_described, value)]
    if type(value).__module__ not in _TOLD_BY_VALUE and hasattr(value, "__dict__"):
        return ["object", _code_of(type(value)), _described(vars(value))]
    return value


def _code_of(value: Any) -> tuple[str, str, bytes]:
    """What a function or class is: its name, and all that stands in the file that defines it."""
    name = getattr(value, "__qualname__", getattr(value, "__name__", ""))
    module = getattr(value, "__module__", None) or getattr(value, "__name__", "")
    code = getattr(value, "__code__", None)
    closed = getattr(value, "__closure__", None)
    if "<lambda>" in name or closed:
        name = f"{name} at {code.co_firstlineno if code else 0}"
    try:
        return str(module), name, joined(Path(inspect.getfile(value)).read_bytes())
    except (OSError, TypeError):  # built in, or made on the way
        return str(module), name, b""


def _version(distribution: str) -> bytes:
    try:
        return metadata.version(distribution).encode()
    except metadata.PackageNotFoundError:
        return b"none"


def _named(plugin: Any) -> str:
    return str(getattr(plugin, "__name__", type(plugin).__name__))


def _code(plugin: Any) -> bytes:
    """All that a plugin's package holds, or the file it is."""
    try:
        home = Path(inspect.getfile(plugin if isinstance(plugin, ModuleType) else type(plugin)))
    except (TypeError, OSError):
        return b"none"
    files: Iterable[Path] = [home]
    if home.name == "__init__.py":
        files = sorted(path for path in home.parent.rglob("*") if path.suffix in _CODE and path.is_file())
    named = ((str(path.relative_to(home.parent)).encode(), path.read_bytes()) for path in files)
    return joined(*(part for pair in named for part in pair))
