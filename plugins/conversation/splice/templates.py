"""Which variables templates of ours read, and whether nothing else has a say in what they make."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, meta, nodes
from jinja2.exceptions import TemplateError
from jinja2.runtime import Context
from jinja2.utils import missing
from msgspec import Struct

from ..files import write_whole
from ..leaves import digest
from .steady import functions_in, is_known, is_steady

__all__ = ["LANGUAGE", "Inputs", "Texts", "given_to"]

FOLDER = "conversation/"
#: Templates in our folder that are whole pages, or made for pages.
PAGES = frozenset(f"{FOLDER}{name}.html" for name in ("conversations", "further", "ledger", "metrics"))
MADE = (f"{FOLDER}upon/", f"{FOLDER}around/", f"{FOLDER}around-in-entry/")
#: The variables that say which language a page has.
LANGUAGE = ("article", "page")


class Told(Struct, frozen=True):
    """What the text of a template tells of it.

    `others` are the templates that it names (None: by a variable), `functions` filters and tests by kind and name,
    `called` all names in it, and `free` those that come from outside.
    """

    others: tuple[str | None, ...]
    functions: tuple[tuple[str, str], ...]
    called: tuple[str, ...]
    free: tuple[str, ...]


class Texts:
    """What texts of templates tell, by their digests: to find that out takes long.

    It is kept in a `folder`, which whoever changes the syntax of templates deletes (`compiled_of`).
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._file = folder and folder / "texts.json"
        self.known: dict[str, Told] = {}
        if self._file:
            with contextlib.suppress(OSError, msgspec.DecodeError):  # it is found out anew
                self.known = msgspec.json.decode(self._file.read_bytes(), type=dict[str, Told])
        self._kept = len(self.known)

    def keep(self) -> None:
        """Keeps what became known since. Raises OSError."""
        if self._file and len(self.known) > self._kept:
            write_whole(self._file, msgspec.json.encode(self.known))


class Inputs:
    """The inputs of the templates of an environment, for whose syntax `texts` holds; `settings` are Pelican's."""

    def __init__(
        self, environment: Environment, settings: Mapping[str, Any] | None = None, texts: Texts | None = None
    ) -> None:
        self._environment, self._settings = environment, settings or {}
        self._texts = (texts or Texts()).known
        self._found: dict[str, tuple[tuple[str, ...] | None, str]] = {}

    @staticmethod
    def is_part(name: str) -> bool:
        """Whether this is a template of a part of a page that says something of conversations."""
        return name.startswith(FOLDER) and name not in PAGES and not name.startswith(MADE)

    def of(self, name: str) -> tuple[str, ...] | None:
        """The variables that a template and all that it includes may read; None where that cannot be told."""
        return self._read(name)[0]

    def texts(self, name: str) -> str:
        """What stands for the texts of a template and of all that it includes, where that can be told."""
        return self._read(name)[1]

    @property
    def extensions(self) -> Iterable[str]:
        """The names of the extensions of Jinja that may have a say."""
        return self._environment.extensions

    def strangers(self, name: str) -> list[tuple[str, object]]:
        """Functions of which nobody knows what they read that a template by itself uses, and what may hold some.

        By name; what the template includes does not count.
        """
        text = self._text(name)
        told = None if text is None else self._told(text, name)
        return self._strangers(told) if told else []

    def _read(self, name: str) -> tuple[tuple[str, ...] | None, str]:
        if name not in self._found:
            found: set[str] = set()
            seen: dict[str, str] = {}
            well = self._walk(name, found, seen)
            self._found[name] = tuple(sorted(found)) if well else None, digest(sorted(seen.items()))
        return self._found[name]

    def _walk(self, name: str, found: set[str], seen: dict[str, str]) -> bool:
        """Collects what a template and all that it includes read, and their texts; whether that can be told."""
        text = self._text(name)
        if text is None:
            return False
        seen[name] = digest(text)
        told = self._told(text, name)
        if told is None or self._strangers(told):
            return False
        found |= {one for one in told.called if one in self._environment.globals}.union(told.free)
        return all(other is not None and (other in seen or self._walk(other, found, seen)) for other in told.others)

    def _text(self, name: str) -> str | None:
        loader = self._environment.loader
        if loader is None:
            return None
        try:
            return loader.get_source(self._environment, name)[0]
        except TemplateError:
            return None

    def _told(self, text: str, name: str) -> Told | None:
        """What a text tells; None where Jinja cannot read it."""
        place = digest(text)
        if place not in self._texts:
            try:
                tree = self._environment.parse(text, name)
            except TemplateError:
                return None
            self._texts[place] = Told(
                tuple(meta.find_referenced_templates(tree)),
                tuple(functions_in(tree)),
                tuple(sorted({node.name for node in tree.find_all(nodes.Name)})),
                tuple(sorted(meta.find_undeclared_variables(tree))),
            )
        return self._texts[place]

    def _strangers(self, told: Told) -> list[tuple[str, object]]:
        kinds = {"filter": self._environment.filters, "test": self._environment.tests}
        used = ((name, kinds[kind].get(name)) for kind, name in told.functions)
        # What is called by its name is the environment's or a setting, or a variable as any other.
        held = ((name, self._environment.globals.get(name, self._settings.get(name))) for name in told.called)
        return [
            *((name, function) for name, function in used if not is_steady(function, name)),
            *((name, value) for name, value in held if not is_known(value, name)),
        ]


def given_to(context: Context, names: Iterable[str], settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Those of some variables that a template is given, beside Pelican's settings and its environment's functions."""
    for name in names:
        value = context.resolve_or_missing(name)
        if value is not missing and value is not settings.get(name, context.environment.globals.get(name, missing)):
            yield name, value
