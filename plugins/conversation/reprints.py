"""What our template made of each conversation, kept from build to build for sites on which all pages are rendered.

Where the plugin `incremental` leaves pages as they are, nobody needs it. What is kept goes by all that it was made
from: the conversation (`incremental_key`), the texts of the templates, their variables, and what all of them share.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template
from jinja2.runtime import Context
from markupsafe import Markup

from .almanac import Almanac, Damaged
from .leaves import digest
from .splice import LANGUAGE, Inputs, NotPlain, Render, Texts, compiled_of, given_to, keep_compiled, watch

__all__ = ["TEMPLATE", "Reprints"]

#: The template whose texts are kept, which includes all that takes long.
TEMPLATE = "conversation/sidebar.html"
#: Characters that wait before they are written down.
WAITING = 200_000
#: Longer lists among the variables of a template are not looked at: they are no part of a conversation.
FEW = 20


class Reprints:
    """The texts of one build.

    `settings` are Pelican's, for all of which `making` stands, as for all code; `cache` is the folder of the plugin's
    caches, where compiled templates are kept, too.
    """

    def __init__(self, almanac: Almanac, settings: Mapping[str, Any], making: str, cache: Path) -> None:
        self._almanac, self._settings, self._making, self._cache = almanac, settings, making, cache
        self._inputs: dict[int, Inputs] = {}
        self._waiting: dict[str, str] = {}
        self._size = 0
        #: Nothing is kept any more: the rest of the build needs what the almanac still has.
        self._is_damaged = False
        #: The keys of all texts of this build.
        self._used: set[str] = set()
        self._texts = self._texts_of()

    def watch(self, environment: Environment) -> None:
        """Keeps what the templates of an environment make from now on."""
        self._inputs[id(environment)] = Inputs(environment, self._settings, self._texts)
        keep_compiled(environment, self._cache)
        watch(environment, self)

    def watched(self, template: Template, render: Render) -> Render:
        """As `Watcher.watched`: what was kept is not rendered again."""
        if template.name != TEMPLATE:
            return render

        def watched(context: Context) -> Iterator[str]:
            key = self._key(template, context)
            text = self._found(key) if key else None
            if text is None:
                text = "".join(render(context))
                if key:
                    self._keep(key, text)
            yield text

        return watched

    def close(self) -> None:
        """Keeps the texts of this build, and no others."""
        with self._unless_damaged():
            self._write()
            with self._almanac.writing():
                self._almanac.keep_reprints(self._used)
                self._almanac.write_down("making", self._making)
        self._texts.keep()
        if self._is_damaged:
            self._almanac.begin_anew()

    def _texts_of(self) -> Texts:
        """What the texts of templates tell, which goes, as compiled templates do, with what they were made with."""
        making: str | None = None
        with self._unless_damaged():
            making = self._almanac.note("making", str)
        if making != self._making:
            shutil.rmtree(compiled_of(self._cache), ignore_errors=True)
        return Texts(compiled_of(self._cache))

    @contextmanager
    def _unless_damaged(self) -> Iterator[None]:
        try:
            yield
        except Damaged:
            self._is_damaged = True

    def _key(self, template: Template, context: Context) -> str:
        """What stands for all that the template is about to say; "" where nobody knows."""
        inputs = self._inputs[id(template.environment)]
        names = inputs.of(TEMPLATE)
        if names is None or self._is_damaged:
            return ""
        try:
            given = [(name, _worth(value)) for name, value in given_to(context, names, self._settings)]
        except NotPlain:
            return ""
        languages = [str(getattr(context.get(name), "lang", None)) for name in LANGUAGE]
        return digest(self._making, inputs.texts(TEMPLATE), given, languages)

    def _found(self, key: str) -> str | None:
        self._used.add(key)
        found = self._waiting.get(key)
        if found is None:
            with self._unless_damaged():
                found = self._almanac.reprint(key)
        return found

    def _keep(self, key: str, text: str) -> None:
        self._waiting[key] = text
        self._size += len(text)
        if self._size > WAITING:
            with self._unless_damaged():
                self._write()

    def _write(self) -> None:
        waiting, self._waiting, self._size = self._waiting, {}, 0
        with self._almanac.writing():
            self._almanac.reprints(waiting)


def _worth(value: object) -> object:
    """Plain data that are the same for values of which a template makes the same. Raises NotPlain."""
    if value is None or type(value) in {bool, int, float, str}:
        return value
    if isinstance(value, Markup):
        return "markup", str(value)
    if key := getattr(type(value), "incremental_key", None):
        return type(value).__qualname__, key(value)
    if isinstance(value, Sequence) and type(value) in {list, tuple} and len(value) <= FEW:
        return type(value).__name__, [_worth(one) for one in value]
    raise NotPlain(type(value).__name__)
