"""Which variables templates of ours read, and whether nothing else has a say in what they make."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from jinja2 import Environment, meta, nodes
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.exceptions import TemplateError

__all__ = ["Inputs"]

FOLDER = "conversation/"
#: Templates in our folder that are whole pages, or made for pages.
PAGES = frozenset(f"{FOLDER}{name}.html" for name in ("conversations", "further", "ledger", "metrics"))
MADE = (f"{FOLDER}upon/", f"{FOLDER}around/", f"{FOLDER}around-in-entry/")
#: Functions that may answer otherwise each time; and filters that take the name of another.
UNSTEADY = frozenset({"lipsum", "random"})
BY_NAME = frozenset({"map", "select", "reject", "selectattr", "rejectattr"})


class Inputs:
    """The inputs of the templates of an environment."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._known: dict[str, tuple[str, ...] | None] = {}

    @staticmethod
    def is_part(name: str) -> bool:
        """Whether this is a template of a part of a page that says something of conversations."""
        return name.startswith(FOLDER) and name not in PAGES and not name.startswith(MADE)

    def of(self, name: str) -> tuple[str, ...] | None:
        """The variables that a template and all that it includes may read; None where that cannot be told."""
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> tuple[str, ...] | None:
        found: set[str] = set()
        seen: set[str] = set()
        todo = [name]
        while todo:
            current = todo.pop()
            if current in seen:
                continue
            seen.add(current)
            tree = self._parsed(current)
            if tree is None:
                return None
            for other in meta.find_referenced_templates(tree):
                if other is None:
                    return None
                todo.append(other)
            if not all(map(self._is_steady, _functions(tree))):
                return None
            # A function that is called by its name is the environment's, or a variable as any other.
            functions = {node.name for node in tree.find_all(nodes.Name)} & self._environment.globals.keys()
            if not all(_is_known(self._environment.globals[name], name) for name in functions):
                return None
            found |= functions | meta.find_undeclared_variables(tree)
        return tuple(sorted(found))

    def _parsed(self, name: str) -> nodes.Template | None:
        loader = self._environment.loader
        if loader is None:
            return None
        try:
            source, _, _ = loader.get_source(self._environment, name)
            return self._environment.parse(source, name)
        except TemplateError:
            return None

    def _is_steady(self, used: tuple[str, str]) -> bool:
        kind, name = used
        function = (self._environment.filters if kind == "filter" else self._environment.tests).get(name)
        return name not in UNSTEADY and _is_pure(function)


def _functions(tree: nodes.Template) -> Iterator[tuple[str, str]]:
    """The filters and tests that a template uses, by kind and name."""
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        yield ("filter" if isinstance(node, nodes.Filter) else "test"), node.name
        if isinstance(node, nodes.Filter) and node.name in BY_NAME:
            place = 1 if node.name in {"selectattr", "rejectattr"} else 0
            if len(node.args) > place:
                other = node.args[place]
                named = other.value if isinstance(other, nodes.Const) else "(named by a variable)"
                yield ("filter" if node.name == "map" else "test"), str(named)


def _is_pure(function: Any) -> bool:  # noqa: ANN401 - whatever somebody made a filter
    """Whether a function makes the same of the same: Jinja's own, or declared so."""
    plain = function.func if isinstance(function, partial) else function
    module = str(getattr(plain, "__module__", None) or "")
    return module.startswith(("jinja2.", "markupsafe", "_operator", "operator", "builtins")) or (
        getattr(function, "incremental_pure", False) is True
    )


def _is_known(value: object, name: str) -> bool:
    return (DEFAULT_NAMESPACE.get(name) is value and name not in UNSTEADY) or getattr(
        value, "incremental_pure", False
    ) is True
