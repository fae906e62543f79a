"""Notes what a template reads while it is rendered.

Jinja asks its context for every variable and its environment for every attribute. Both are asked here, and answer as
ever: the recorder only takes notes. What a loop or a `set` names is made of what was read before, and is no reading of
its own.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jinja2 import Environment, Undefined
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.runtime import Context, Macro
from jinja2.utils import missing
from msgspec import Struct, field
from pelican.contents import Content
from pelican.paginator import Page, Paginator
from pelican.urlwrappers import URLWrapper

from .shelves import Question, Shelf

__all__ = ["Reading", "Recorder"]

#: Methods whose answer depends on the hour, whatever they are called on.
_CLOCKS = frozenset({"now", "today", "utcnow"})
#: What Jinja gives to every template and what always makes the same of the same.
_HARMLESS = tuple(value for name, value in DEFAULT_NAMESPACE.items() if name != "lipsum")
#: Whose methods always answer the same while the object is the same; dates have exceptions.
_STEADY = (str, bytes, int, float, list, tuple, dict, set, frozenset, datetime.date, datetime.time, datetime.timedelta)
_STEADY_TOO = (datetime.tzinfo, URLWrapper, Page, Paginator)
_STEADY_ALL = _STEADY + _STEADY_TOO


class Reading(Struct):
    """What was read for one page: variables by name, attributes by content, questions to shelves.

    `root` is the page's context; `always` has the reasons why the page must be rendered each time.
    """

    root: Mapping[str, Any]
    variables: dict[str, Any] = field(default_factory=dict)
    attributes: dict[int, tuple[Content, dict[str, Any]]] = field(default_factory=dict)
    shelves: dict[tuple[tuple[str, ...], Question], None] = field(default_factory=dict)
    always: set[str] = field(default_factory=set)


class Recorder:
    """The one who takes notes in a build; `reading` is the page that is being rendered, if one is."""

    def __init__(self) -> None:
        self.reading: Reading | None = None
        self._context_class: type[Context] = type("RecordingContext", (_RecordingContext,), {"recorder": self})

    def watch(self, environment: Environment) -> None:
        """Lets the templates of an environment be recorded from now on."""
        environment.context_class = self._context_class
        # Compiled templates ask the environment itself, so that its own attributes come before its class's methods.
        vars(environment)["getattr"] = self._attributes(environment.getattr)
        vars(environment)["getitem"] = self._attributes(environment.getitem)

    @contextlib.contextmanager
    def note(self, root: Mapping[str, Any]) -> Iterator[Reading]:
        """Takes notes for one page, whose context is `root`."""
        before, self.reading = self.reading, Reading(root)
        try:
            yield self.reading
        finally:
            self.reading = before

    def asked(self, shelf: Shelf, question: Question, about: object = None) -> None:
        """Notes a question to a shelf; one whether something is there is `about` that."""
        if self.reading is None:
            return
        if question[0] == "has":
            name = about.relative_source_path if isinstance(about, Content) else None
            if not name:
                self.reading.always.add(f"asks {'.'.join(shelf.key)} for something that has no source file")
                return
            question = ("has", type(about).__name__, name)
        self.reading.shelves[shelf.key, question] = None

    def _attributes(self, plain: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def get(obj: Any, name: Any) -> Any:
            value = plain(obj, name)
            reading = self.reading
            if reading is not None and isinstance(obj, Content):
                found = reading.attributes.get(id(obj))
                if found is None:
                    found = reading.attributes[id(obj)] = (obj, {})
                if name not in found[1]:
                    found[1][str(name)] = missing if isinstance(value, Undefined) else value
            return value

        return get


class _RecordingContext(Context):
    recorder: Recorder

    def resolve_or_missing(self, key: str) -> Any:
        """A variable's value; noted where it comes from the page's context."""
        value = super().resolve_or_missing(key)
        reading = self.recorder.reading
        if reading is not None and key not in reading.variables:
            given = reading.root.get(key, missing)
            if value is given:
                reading.variables[key] = value
            elif given is missing and self.environment.globals.get(key, missing) is value and not callable(value):
                reading.always.add(f"reads the templates' global {key}")
        return value

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805, PYI063 - Jinja's own
        """Calls a function for a template; noted where its answer may differ from build to build."""
        reading = __self.recorder.reading
        if reading is not None and not _is_repeatable(__obj):
            name = getattr(__obj, "__name__", type(__obj).__name__)
            reading.always.add(f"calls {name}(), which may answer otherwise each time")
        return super().call(__obj, *args, **kwargs)


def _is_repeatable(function: Any) -> bool:
    """Whether a function gives the same for the same: a macro, a part of Jinja, a method of a value, or declared so."""
    owner = getattr(function, "__self__", None)
    if owner is not None and _answers_steadily(owner, function):
        return True  # most are methods of dates and texts
    if isinstance(function, Macro) or getattr(function, "incremental_pure", False) is True:
        return True
    return any(function is one for one in _HARMLESS) or _is_of_jinja(type(function))


def _answers_steadily(owner: object, method: Any) -> bool:
    """Whether a method of that object always answers the same."""
    if isinstance(owner, type) or (isinstance(owner, datetime.date) and getattr(method, "__name__", "") in _CLOCKS):
        return False
    known = isinstance(owner, _STEADY_ALL) or hasattr(type(owner), "incremental_key")
    return known or _is_of_jinja(type(owner))


def _is_of_jinja(kind: type) -> bool:
    return kind.__module__.startswith("jinja2.")
