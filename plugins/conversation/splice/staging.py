"""Renders one of the plugin's templates again, with the variables that it had on its page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.exceptions import TemplateError
from msgspec import Struct

from ..posts import Post, without_body
from .errors import NotSplicable
from .living import LASTING, Living, answer_of
from .plain import from_plain

__all__ = ["Stage", "StandIn", "compiled_of", "keep_compiled"]

#: What the plugin's own templates, and what writes its files, ask of contents: texts, all of them.
_ATTRIBUTES = ("url", "save_as", "slug", "lang", "title")


class StandIn(Struct, frozen=True):
    """What the plugin needs to know of an article or page, without Pelican; `told` are its attributes.

    Raises NotSplicable where a template asks for any other attribute.
    """

    post: Post
    told: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a content has
        if name in self.told:
            return self.told[name]
        if name.startswith("__"):  # nobody's business but Python's
            raise AttributeError(name)
        raise NotSplicable(f"a template in conversation/ reads {name} of an article or page")

    @classmethod
    def of(cls, content: Any, post: Post) -> StandIn:  # noqa: ANN401 - Pelican's own
        """What stands in for a content of Pelican's, which is `post`."""
        told = {name: getattr(content, name) for name in _ATTRIBUTES}
        return cls(post, told | {"conversation_feed": getattr(content, "conversation_feed", "")})

    def as_json(self) -> str:
        """As `from_json` reads it; the body is not in it."""
        return _written((without_body(self.post), self.told)).decode()

    @classmethod
    def from_json(cls, text: str) -> StandIn:
        """What `as_json` wrote."""
        return cls(*_read(text))


#: A text that is more than a text, such as one of HTML, is kept as a text.
_written = msgspec.json.Encoder(enc_hook=str).encode
_read = msgspec.json.Decoder(tuple[Post, dict[str, Any]]).decode


def compiled_of(cache: Path) -> Path:
    """The folder of compiled templates, in that of the plugin's caches.

    Jinja goes by a template's text alone: whoever changes a setting of Jinja's, or an extension, deletes them.
    """
    return cache / "templates"


def keep_compiled(environment: Environment, cache: Path) -> None:
    """Has the templates of an environment compiled once for all builds and refreshes of the same settings."""
    folder = compiled_of(cache)
    folder.mkdir(parents=True, exist_ok=True)
    environment.bytecode_cache = FileSystemBytecodeCache(str(folder))


class Stage:
    """Templates, and all that they can be given.

    `variables` are those of every page, `living` finds living things by name and part, and `contents` are all there
    are.
    """

    def __init__(
        self,
        environment: Environment,
        variables: Mapping[str, Any],
        living: Callable[[str, int], Any],
        contents: Iterable[StandIn],
    ) -> None:
        self._environment, self._living = environment, living
        self._variables = {
            name: Living(value, name, self) if name in LASTING else value for name, value in variables.items()
        }
        self._contents = {one.post.url: one for one in contents}
        self._rendered: dict[tuple[str, str], tuple[str, frozenset[str]]] = {}
        self._reads: set[str] = set()

    def asked(self, name: str, question: str, arguments: Sequence[object], answer: Callable[[], str]) -> None:  # noqa: ARG002 - as `Watch.asked`
        """As `Watch.asked`: what is rendered reads this."""
        self._reads.add(name)

    def answer(self, name: str, question: str, arguments: str) -> str:
        """What a living thing answers now; `arguments` are JSON."""
        value = getattr(self._living(name, 0), question)
        return answer_of(value(*json.loads(arguments)) if callable(value) else value)

    def rendered(self, template: str, given: Mapping[str, Any] | None) -> tuple[str, frozenset[str]]:
        """What a template makes of the variables that it was given, and the names of what it reads.

        Raises NotSplicable.
        """
        if given is None:
            raise NotSplicable(f"nobody knows all that {template} reads")
        place = template, json.dumps(given, sort_keys=True)
        if place not in self._rendered:
            values = {name: from_plain(one, self._named, self._talking) for name, one in given.items()}
            self._reads = set()
            try:
                text = self._environment.get_template(template).render({**self._variables, **values})
            except TemplateError as error:  # which a build will say better
                raise NotSplicable(f"{template} cannot be rendered: {error}") from error
            self._rendered[place] = text, frozenset(self._reads)
        return self._rendered[place]

    def _named(self, name: str, part: int) -> Living:
        return Living(self._living(name, part), name, self, part)

    def _talking(self, name: str) -> StandIn:
        """The content whose conversation has that name, with its conversation."""
        content = self._contents[name]
        return StandIn(content.post, {**content.told, "conversation": self._named(name, 0)})
