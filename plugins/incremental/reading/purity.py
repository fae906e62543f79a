"""What may be reused: a file whose content depends on its own text and the settings, and on nothing else.

Each function gives the reason why not, or None. What is not known is not reused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from docutils.parsers.rst import directives, roles
from markdown.util import get_installed_extensions
from pelican import readers

from .hearing import names_a_day

OWN_READERS = (readers.MarkdownReader, readers.RstReader, readers.HTMLReader)
#: They read other files or addresses while they convert.
READING_EXTENSIONS = {"pymdownx.snippets", "pymdownx.b64", "pymdownx.pathconverter"}
#: Functions given to extensions, known by the package that they come from.
KNOWN_FUNCTIONS = {"markdown", "pymdownx", "pygments"}

DIRECTIVE = re.compile(r"(?:\.\.|\|)\s+([^\s:|`]+(?:[:.+-][^\s:|`]+)*?) ?::(?=\s|\Z)")
PURE_DIRECTIVES = frozenset(
    # A paragraph reads better than fifty lines.
    """
    admonition attention caution class code code-block compound container contents csv-table danger default-role
    epigraph error figure footer header highlights hint image important line-block list-table math meta note
    parsed-literal pull-quote raw replace role rubric section-numbering sectnum sidebar sourcecode table target-notes
    tip title topic unicode warning
    """.split()  # noqa: SIM905
)
#: Options by which those read a file after all (:scale: and :figwidth: measure the picture).
READING_OPTIONS = (":file:", ":url:", ":scale:", ":figwidth:", ":loading:", ":tagsfile:")


def why_reader(reader: object, settings: Mapping[str, Any]) -> str | None:
    """Why what this reader reads is not reused."""
    kind = type(reader)
    if kind not in OWN_READERS:
        return f"{kind.__module__}.{kind.__qualname__} is not one of Pelican's own readers"
    foreign = [name for name, of in readers.METADATA_PROCESSORS.items() if of.__module__ != readers.__name__]
    if foreign:
        return f"METADATA_PROCESSORS: {', '.join(sorted(foreign))} is not Pelican's own"
    if kind is readers.MarkdownReader:
        return next(impure_extensions(settings), None)
    return why_docutils() if kind is readers.RstReader else None


def impure_extensions(settings: Mapping[str, Any]) -> Iterator[str]:
    """The extensions of Markdown, and what is given to them, that are not known to depend on the text alone."""
    known = set(settings.get("INCREMENTAL_PURE_EXTENSIONS", ()))
    for extension in settings["MARKDOWN"].get("extensions", ()):
        if not known & {*names(extension)} and not is_pure(module_of(extension)):
            yield (
                f"the Markdown extension {names(extension)[0]} is not known to depend on the text alone;"
                " if it does, name it in INCREMENTAL_PURE_EXTENSIONS"
            )
    for value in leaves(settings["MARKDOWN"].get("extension_configs", {})):
        if callable(value):
            module, name = getattr(value, "__module__", None) or "", getattr(value, "__qualname__", "")
            if module.partition(".")[0] not in KNOWN_FUNCTIONS and f"{module}.{name}" not in known:
                yield f'MARKDOWN["extension_configs"] holds {module}.{name}, of which nothing is known'
        elif value == "tagsfile":
            yield 'MARKDOWN["extension_configs"] names a file of tags'


def names(extension: object) -> tuple[str, ...]:
    """The names by which the setting may call an extension."""
    if isinstance(extension, str):
        return extension, module_of(extension)
    kind = type(extension)
    return f"{kind.__module__}.{kind.__qualname__}", f"{kind.__module__}:{kind.__qualname__}", kind.__module__


def module_of(extension: object) -> str:
    """Where an extension's code is: "toc" and "markdown.extensions.toc:TocExtension" are both at home in the module."""
    if not isinstance(extension, str):
        return type(extension).__module__
    installed = [entry.value for entry in get_installed_extensions() if entry.name == extension]
    return (installed or [extension])[0].partition(":")[0]


def is_pure(module: str) -> bool:
    """Whether the extensions in this module are known to depend on the text alone."""
    ours = module.startswith("markdown.extensions.")
    return ours or (module.startswith("pymdownx.") and module not in READING_EXTENSIONS)


def leaves(value: object) -> Iterator[object]:
    """The keys and values of a configuration, however deep."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield key
            yield from leaves(one)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def why_docutils() -> str | None:
    """Directives and roles that somebody added to docutils, or put in the place of its own."""
    added: list[tuple[str, Callable[..., object]]] = [*directives._directives.items(), *roles._roles.items()]  # noqa: SLF001
    foreign = [name for name, of in added if (of.__module__ or "").partition(".")[0] not in {"docutils", "pelican"}]
    return f"{', '.join(sorted(foreign))}: not one of docutils' own directives and roles" if foreign else None


def why_text(reader: object, text: str) -> str | None:
    """Why this text, which `reader` reads, says more than it holds."""
    if not isinstance(reader, readers.RstReader):
        return None
    foreign = {name.lower() for name in DIRECTIVE.findall(text)} - PURE_DIRECTIVES
    foreign |= {option for option in READING_OPTIONS if option in text.lower()}
    return f"{', '.join(sorted(foreign))} may read something else than this file" if foreign else None


def why_not_whole(settings: Mapping[str, Any]) -> str | None:
    """Why contents must be constructed anew, though their text need not be parsed again."""
    formats = [settings.get("DEFAULT_DATE_FORMAT"), *settings.get("DATE_FORMATS", {}).values()]
    if any(isinstance(one, tuple) for one in formats):
        return "DATE_FORMATS: a locale in it is set for the whole process while a content is constructed"
    default = settings.get("DEFAULT_DATE")
    if isinstance(default, str) and default != "fs" and not names_a_day(default):
        return "DEFAULT_DATE: what it leaves out is taken from today"
    return None
