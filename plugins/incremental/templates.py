"""Which templates a page is made of, what they say, and which of their functions nobody can vouch for."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from jinja2 import Environment, Template, meta, nodes
from jinja2.exceptions import TemplateError
from pelican.utils import DateFormatter

from .digests import joined

__all__ = ["Closure", "Templates"]

#: Filters of Jinja's own that may answer otherwise each time, or read what is not noted.
_UNSTEADY = frozenset({"random", "attr"})
#: Filters that take the name of another filter or test as an argument.
_BY_NAME = frozenset({"map", "select", "reject", "selectattr", "rejectattr"})
#: Where functions come from that always make the same of the same.
_STEADY_MODULES = ("jinja2.", "markupsafe", "pelican.plugins._utils")
_BUILTIN_MODULES = frozenset({"builtins", "operator", "_operator", "math"})


class Closure(NamedTuple):
    """A template with all that it extends, includes and imports, as plain data.

    `sources` has the digest of each by its name, b"" for one that is not there; `functions` are the filters ("|name")
    and tests ("is name") that they use; `always` has the reasons why pages of it are rendered each time.
    """

    sources: tuple[tuple[str, bytes], ...]
    functions: tuple[str, ...]
    always: tuple[str, ...]


class Templates:
    """The templates of a build; `known` are the closures of the build before, parsed again only where they changed."""

    def __init__(self, known: Mapping[str, Closure]) -> None:
        self._known = known
        self.closures: dict[str, Closure] = {}
        self._digests: dict[tuple[int, str], tuple[bytes, tuple[str, ...]]] = {}
        #: By the identity of a template, which is kept so that the identity stays its own.
        self._by_object: dict[int, tuple[Any, tuple[bytes, tuple[str, ...]]]] = {}

    def digest(self, template: Any) -> tuple[bytes, tuple[str, ...]]:
        """The digest of a template's closure, and the reasons why its pages are rendered each time.

        What is no template of Jinja's but renders some can name them as `incremental_templates`.
        """
        found = self._by_object.get(id(template))
        if found is None:
            found = template, self._told(template)
            if type(template) is Template:
                self._by_object[id(template)] = found
        return found[1]

    def _told(self, template: Any) -> tuple[bytes, tuple[str, ...]]:
        parts = getattr(template, "incremental_templates", None)
        if parts is not None:
            digests = [self.digest(part) for part in parts]
            return joined(*(one for one, _ in digests)), tuple(reason for _, reasons in digests for reason in reasons)
        environment, name = getattr(template, "environment", None), getattr(template, "name", None)
        if not isinstance(environment, Environment) or not name:
            return b"", ("is made by something that is no Jinja template with a name",)
        place = (id(environment), name)
        if place not in self._digests:
            self._digests[place] = self._digest(environment, name)
        return self._digests[place]

    def _digest(self, environment: Environment, name: str) -> tuple[bytes, tuple[str, ...]]:
        closure = self._known.get(name)
        if closure is None or any(_source(environment, one)[1] != digest for one, digest in closure.sources):
            closure = _read(environment, name)
        self.closures[name] = closure
        unsteady = [f"uses {one}, of which nobody knows what it reads" for one in _unsteady(environment, closure)]
        return joined(*(part for one, said in closure.sources for part in (one.encode(), said))), (
            *closure.always,
            *unsteady,
        )


def _read(environment: Environment, name: str) -> Closure:
    """Parses a template and all that it leads to."""
    sources: dict[str, bytes] = {}
    functions: set[str] = set()
    always: set[str] = set()
    todo = [name]
    while todo:
        current = todo.pop()
        if current in sources:
            continue
        text, sources[current] = _source(environment, current)
        if text is None:
            continue
        try:
            tree = environment.parse(text, current)
        except TemplateError:
            continue  # rendering it says what is wrong, each time
        for other in meta.find_referenced_templates(tree):
            if other is None:
                always.add(f"{current} names another template by a variable")
            else:
                todo.append(other)
        functions |= set(_functions(tree))
    return Closure(tuple(sorted(sources.items())), tuple(sorted(functions)), tuple(sorted(always)))


def _source(environment: Environment, name: str) -> tuple[str | None, bytes]:
    """A template's text and digest; none where there is no such template."""
    if environment.loader is None:
        return None, b""
    try:
        text, _, _ = environment.loader.get_source(environment, name)
    except TemplateError:
        return None, b""
    return text, joined(text.encode("utf-8", "surrogatepass"))


def _functions(tree: nodes.Template) -> Iterator[str]:
    """The filters and tests that a template uses, by name."""
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        yield f"{'|' if isinstance(node, nodes.Filter) else 'is '}{node.name}"
        if isinstance(node, nodes.Filter) and node.name in _BY_NAME:
            yield from _called(node)


def _called(node: nodes.Filter) -> Iterator[str]:
    """The filter or test that another is told to use: `map("upper")`, `select("odd")`, `selectattr("x", "odd")`."""
    place = 1 if node.name in {"selectattr", "rejectattr"} else 0
    if len(node.args) <= place:
        return
    named = node.args[place]
    kind = "|" if node.name == "map" else "is "
    yield f"{kind}{named.value}" if isinstance(named, nodes.Const) else f"{kind}(named by a variable)"


def _unsteady(environment: Environment, closure: Closure) -> Iterator[str]:
    for used in closure.functions:
        kind, name = (environment.filters, used[1:]) if used.startswith("|") else (environment.tests, used[3:])
        function = kind.get(name)
        if (used.startswith("|") and name in _UNSTEADY) or not _is_steady(function):
            yield f"the {'filter' if used.startswith('|') else 'test'} {name}"


def _is_steady(function: Any) -> bool:
    """Whether a filter or test makes the same of the same: Jinja's and Pelican's own, or declared so."""
    if getattr(function, "incremental_pure", False) is True or isinstance(function, DateFormatter):
        return True
    plain = function.func if isinstance(function, functools.partial) else function
    module = str(getattr(plain, "__module__", None) or "")
    return module in _BUILTIN_MODULES or module.startswith(_STEADY_MODULES)
