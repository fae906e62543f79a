"""Templates that somebody watches from outside: he is asked how each of them is rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any, Protocol

from jinja2 import Environment, Template
from jinja2.runtime import Context

__all__ = ["Render", "Watcher", "watch"]

#: What a template makes, piece by piece.
Render = Callable[[Context], Iterator[str]]


class Watcher(Protocol):
    """Whoever watches."""

    def watched(self, template: Template, render: Render) -> Render:
        """What renders a template from now on, which `render` does by itself."""


class _Watched(Template):
    """A template of an environment that is watched."""

    watcher: Watcher

    @classmethod
    def from_code(
        cls,
        environment: Environment,
        code: CodeType,
        globals: Any,  # noqa: A002, ANN401 - as Jinja calls it
        uptodate: Callable[[], bool] | None = None,
    ) -> Template:
        """As Jinja's."""
        made = super().from_code(environment, code, globals, uptodate)
        made.root_render_func = cls.watcher.watched(made, made.root_render_func)
        return made


def watch(environment: Environment, watcher: Watcher) -> None:
    """Has all templates of an environment watched from now on."""
    environment.template_class = type("Watched", (_Watched,), {"watcher": watcher})
    if environment.cache is not None:
        environment.cache.clear()
