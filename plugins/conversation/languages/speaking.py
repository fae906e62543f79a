"""Templates speak the language of the page that they are part of.

Jinja's i18n extension brings `{% trans %}`; the functions that it calls are ours. They look into our catalogues first
and hand everything else to whatever the theme or another plugin had installed, so that a theme's own translations go on
working. Which of the two was there first makes no difference: `speak` may be called again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import TypeVar, cast

from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from msgspec import Struct

from .finding import Languages
from .words import Words

__all__ = ["pure", "speak", "speaks"]

EXTENSION = "jinja2.ext.i18n"
#: So many sentences are said again and again.
SENTENCES = 500
_PLACEHOLDER = re.compile(r"%\((\w+)\)")

_Function = Callable[..., str]
_Any = TypeVar("_Any", bound=Callable[..., object])


def pure(function: _Any) -> _Any:
    """Declares of a function for templates: the same arguments, variables and `fingerprint` give the same result."""
    vars(function)["incremental_pure"] = True
    return function


def speaks(environment: Environment) -> bool:
    """Whether templates can do so already, and nobody else has taken it from them since."""
    return isinstance(environment.globals.get("gettext"), _Gettext)


def speak(environment: Environment, languages: Languages) -> None:
    """Gives templates `gettext`, `ngettext`, `conversation_language` and filters for dates and numbers."""
    installed = environment.globals
    if speaks(environment):
        return
    environment.add_extension(EXTENSION)
    # The extension's own switch. A new-style function fills the placeholders of its sentence itself.
    said = _Said(languages, fills=bool(getattr(environment, "newstyle_gettext", False)))
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    former: list[_Function | None] = [cast("_Function | None", installed.get(name)) for name in ("gettext", "ngettext")]
    environment.globals |= {
        "gettext": _Gettext(said, former[0]),
        "ngettext": _Ngettext(said, former[1]),
        "conversation_language": said.language,
    }
    environment.filters |= {"conversation_date": said.date, "conversation_number": said.number}


class _Said(Struct, frozen=True, dict=True):
    """What all functions of one environment share; `fills` is whether the theme's own fill their placeholders."""

    languages: Languages
    fills: bool

    def words(self, context: Context) -> Words:
        """The language of the article or page that is being rendered, else of the site."""
        for name in ("article", "page"):
            language = getattr(context.get(name), "lang", None)
            if isinstance(language, str) and language:
                return self.languages.choose(language)
        return self.languages.choose()

    @pure
    @pass_context
    def language(self, context: Context) -> str:
        """The language that `gettext` speaks here, for `lang="…"`."""
        return self.words(context).language

    @pure
    @pass_context
    def date(self, context: Context, when: date) -> str:
        """A date as people write it: "3 May 2026"."""
        return self.words(context).date(when)

    @pure
    @pass_context
    def number(self, context: Context, number: int) -> str:
        """A number as people write it: "1,234"."""
        return self.words(context).number(number)

    def asked(
        self, context: Context, former: _Function, sentence: tuple[object, ...], values: dict[str, object]
    ) -> str:
        """What the theme's own function says."""
        told = cast("str", context.call(former, *sentence, **(values if self.fills else {})))
        return told if self.fills else _filled(context, told, values)


class _Gettext(Struct, frozen=True, dict=True):
    said: _Said
    former: _Function | None

    @property
    def incremental_pure(self) -> bool:
        """As `pure` declares it, as far as the function that was there before is so, too."""
        return self.former is None or getattr(self.former, "incremental_pure", False) is True

    @pass_context
    def __call__(self, context: Context, sentence: str, /, **values: object) -> str:
        found = self.said.words(context).find(sentence)
        if self.former and not found:
            return self.said.asked(context, self.former, (sentence,), values)
        return _filled(context, found or sentence, values)


class _Ngettext(Struct, frozen=True, dict=True):
    said: _Said
    former: _Function | None

    @property
    def incremental_pure(self) -> bool:
        """As that of `_Gettext`."""
        return _Gettext(self.said, self.former).incremental_pure

    @pass_context
    def __call__(self, context: Context, one: str, many: str, number: int, /, **values: object) -> str:
        words = self.said.words(context)
        found = words.find(one, many, number)
        values = {"num": words.number(number), **values}
        if self.former and not found:
            return self.said.asked(context, self.former, (one, many, number), values)
        return _filled(context, found or (one if number == 1 else many), values)


def _filled(context: Context, sentence: str, values: Mapping[str, object]) -> str:
    """The sentence with its placeholders filled; where escaping is on they are escaped, and the result is markup.

    A theme of the old style fills them itself: a sentence whose values did not come along is left as it is.
    """
    text = Markup(sentence) if context.eval_ctx.autoescape else sentence  # noqa: S704 - a catalogue's own, as Jinja does
    names = _placeholders(sentence)
    if not names:
        return text.replace("%%", "%")
    return text % values if names <= values.keys() else text


@lru_cache(SENTENCES)
def _placeholders(sentence: str) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall(sentence))
