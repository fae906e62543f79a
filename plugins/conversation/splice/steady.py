"""Which functions make the same of the same, so that nobody has to call them again to know what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from types import ModuleType

from jinja2 import nodes
from pelican.utils import DateFormatter

__all__ = ["functions_in", "is_known", "is_steady"]

#: Functions that may answer otherwise each time; and filters that take the name of another.
UNSTEADY = frozenset({"lipsum", "random"})
BY_NAME = frozenset({"map", "select", "reject", "selectattr", "rejectattr"})
#: Where functions come from that always make the same of the same.
MODULES = frozenset({"_operator", "builtins", "markupsafe", "math", "operator", "pelican.plugins._utils"})


def functions_in(tree: nodes.Template) -> Iterator[tuple[str, str]]:
    """The filters and tests that a template uses, by kind and name."""
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        yield ("filter" if isinstance(node, nodes.Filter) else "test"), node.name
        if isinstance(node, nodes.Filter) and node.name in BY_NAME:
            place = 1 if node.name in {"selectattr", "rejectattr"} else 0
            if len(node.args) > place:
                other = node.args[place]
                named = other.value if isinstance(other, nodes.Const) else "(named by a variable)"
                yield ("filter" if node.name == "map" else "test"), str(named)


def is_steady(function: object, name: str) -> bool:
    """Whether a filter or a test by this name makes the same of the same."""
    return name not in UNSTEADY and _is_pure(function)


def _is_pure(function: object) -> bool:
    """Whether a function does: Python's, Jinja's or Pelican's own, or one that is declared so."""
    if getattr(function, "incremental_pure", False) is True or isinstance(function, DateFormatter):
        return True
    plain = function.func if isinstance(function, partial) else function
    module = str(getattr(plain, "__module__", None) or "")
    return module in MODULES or module.startswith("jinja2.")


def is_known(value: object, name: str) -> bool:
    """Whether it is known what templates make of something that they find by this name, as long as it is the same."""
    if callable(value) or isinstance(value, ModuleType):
        return is_steady(value, name)
    return _is_plain(value)


def _is_plain(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_plain, (*value, *value.values())))
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | bytes | int | float | date | timedelta)
