"""What is noted while pages are rendered: where the plugin's templates stand in each, and what they were made from.

Every template is watched from outside: Jinja hands on what it makes piece by piece, so what one of ours made is one
piece of its page, whose place is known to the character. Processes that Pelican's work is shared out to write their
notes in files of their own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template
from jinja2.runtime import Context
from msgspec import Struct, field

from ..posts import Post
from .cutting import Cut
from .living import ANYTHING, Living
from .places import Places, notes_of, places_of
from .plain import NotPlain, to_plain
from .staging import StandIn, compiled_of, keep_compiled
from .templates import LANGUAGE, Inputs, Texts, given_to
from .watching import Render, watch

__all__ = ["Notebook"]


class _Piece(str):
    """What one of our templates made."""

    __slots__ = ("number",)
    number: int


class _Page(Struct):
    """What is noted of a page that is being rendered."""

    file: str
    parts: list[list[Any]] = field(default_factory=list)
    asked: dict[tuple[str, str, str], str] = field(default_factory=dict)
    #: The names of what the part that is being rendered reads; None outside of any.
    reading: set[str] | None = None


class Notebook:
    """The notes of one build, for whoever has the plugin's caches in the folder `cache`.

    `settings` are Pelican's, of which no template has to be told.
    """

    def __init__(self, cache: Path, settings: Mapping[str, Any]) -> None:
        self._cache, self._settings = cache, settings
        notes_of(cache).mkdir(parents=True, exist_ok=True)
        self._page: _Page | None = None
        self._inputs: dict[int, Inputs] = {}
        self._texts = Texts(compiled_of(cache))

    def living(self, thing: Any, name: str) -> Any:  # noqa: ANN401 - whatever it is, to whoever reads it
        """The same thing, and it is noted who reads it."""
        return Living(thing, name, self)

    def watch(self, environment: Environment) -> None:
        """Notes what is rendered by the templates of an environment from now on."""
        self._inputs[id(environment)] = Inputs(environment, self._settings, self._texts)
        keep_compiled(environment, self._cache)
        watch(environment, self)

    def inputs(self, environment: Environment) -> Inputs:
        """The inputs of the templates of an environment that is watched."""
        return self._inputs[id(environment)]

    def asked(self, name: str, question: str, arguments: Sequence[object], answer: Callable[[], str]) -> None:
        """As `Watch.asked`."""
        page = self._page
        if page is None:
            return  # no template asks
        if page.reading is not None:
            page.reading.add(name)
            return
        try:
            told = json.dumps([to_plain(one) for one in arguments])
        except NotPlain:
            told = ""
        page.asked[name, question, told] = answer() if told else ANYTHING

    def close(
        self,
        keys: Mapping[str, str],
        pairs: Iterable[tuple[Any, Post]],
        strangers: Mapping[str, Collection[str]],
        state: str,
        pictures: int,
    ) -> None:
        """Notes the keys of all living things, what stands in for Pelican's contents and their posts, and the rest.

        `strangers`, `state` and `pictures` are as `Places` tells them.
        """
        self._texts.keep()
        with closing(Places(places_of(self._cache))) as places:
            places.note_build(strangers, state, pictures)
            places.note_keys(keys, [StandIn.of(content, post) for content, post in pairs])

    def watched(self, template: Template, render: Render) -> Render:
        """As `Watcher.watched`: what is rendered is noted."""
        is_part = Inputs.is_part(template.name or "")

        def watched(context: Context) -> Iterator[str]:
            page, file = self._page, context.get("output_file")
            if page is not None and (page.reading is not None or not is_part):
                yield from render(context)
            elif page is not None:
                yield self._part(page, template, context, render)
            elif isinstance(file, str):
                yield from self._whole(_Page(file), template, context, render)
            else:
                yield from render(context)

        return watched

    def _whole(self, page: _Page, template: Template, context: Context, render: Render) -> Iterator[str]:
        """A page; or one of our templates that is put into a page when that is done."""
        self._page = page
        is_part, at = Inputs.is_part(template.name or ""), 0
        try:
            for piece in [self._part(page, template, context, render)] if is_part else render(context):
                if isinstance(piece, _Piece) and not is_part:  # where the page puts it, it knows by itself
                    page.parts[piece.number][-1] = at
                at += len(piece)
                yield piece
        finally:
            self._page = None
        self._write(page, more=is_part)

    def _part(self, page: _Page, template: Template, context: Context, render: Render) -> str:
        """What one of our templates makes, in one piece."""
        page.reading = set()
        try:
            piece = _Piece("".join(render(context)))
        finally:
            read, page.reading = page.reading, None
        piece.number = len(page.parts)
        cut = Cut.of(piece, 0)
        given = self._given(template, context)
        page.parts.append([template.name, given, sorted(read), cut.size, cut.head, cut.digest, None])
        return piece

    def _given(self, template: Template, context: Context) -> dict[str, Any] | None:
        """The variables of a template, as plain data; None where it cannot be rendered again by them."""
        names = self._inputs[id(template.environment)].of(template.name or "")
        if names is None:
            return None
        given = {}
        for name, value in given_to(context, (*names, *LANGUAGE), self._settings):
            try:
                given[name] = to_plain(value)
            except NotPlain:
                if name in names or getattr(value, "lang", None):
                    return None
        return given

    def _write(self, page: _Page, *, more: bool) -> None:
        asked = [[*question, answer] for question, answer in page.asked.items()]
        note = json.dumps([page.file, page.parts, asked, more]) + "\n"
        with (notes_of(self._cache) / f"{os.getpid()}.jsonl").open("ab") as file:
            file.write(note.encode())
