"""The sidebar in any theme: where a theme does not place the conversation itself, it follows the content.

Pelican asks its generators for a template by name. For articles and pages the answer is a small wrapper that extends
the theme's own template, whatever its name, and adds the sidebar at the end of `{% block content %}`. Themes whose
template has no such block get it inside the page's last `</article>`, `</main>` or `</body>`. A theme that includes
`conversation/sidebar.html` anywhere in what its template extends or includes is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, FunctionLoader, Template, meta, nodes
from jinja2.exceptions import TemplateError
from pelican.generators import Generator

__all__ = ["add_templates", "base_template", "links_sheet", "page_template", "place_sidebar", "static_files"]

SIDEBAR = "conversation/sidebar.html"
WRAPPED = "conversation/around/"
#: The same, where the theme's own h-entry is around the block.
IN_ENTRY = "conversation/around-in-entry/"
#: A page of the plugin in the theme's frame: after this follow the frame, a bar, and the page.
UPON = "conversation/upon/"
_EXTENDS = re.compile(r"\{%\s*extends\s+\w+\s*\|\s*default\([^()]*\)\s*%\}")
#: Where the sidebar goes in a page without a content block, best place first.
ENDS = ("</article>", "</main>", "</body>")

_WRAPPER = (
    '{{% extends "{name}" %}}{{% block content %}}{{{{ super() }}}}'
    '{{% set conversation_entry = {entry} %}}{{% include "conversation/placed.html" %}}{{% endblock %}}'
)


def add_templates(environment: Environment) -> None:
    """Adds the plugin's templates behind the theme's: a theme overrides any by a file of the same name."""
    loader = environment.loader
    if not isinstance(loader, ChoiceLoader):
        raise TypeError(f"Pelican's template loader is a {type(loader).__name__}; this plugin knows ChoiceLoader")
    made = FunctionLoader(partial(_made, environment))
    ours: list[BaseLoader] = [FileSystemLoader(str(_folder("templates"))), made]
    loader.loaders = [*loader.loaders, *ours]


def static_files() -> Iterator[Path]:
    """The plugin's style sheets."""
    return (path for path in sorted(_folder("static").iterdir()) if path.suffix == ".css")


def place_sidebar(generator: Generator) -> None:
    """Makes `generator` (of articles or pages) answer with templates that show the conversation.

    It asks for templates only once all content is read; those that no article or page uses (index, tag ...) stay as
    they are.
    """
    plain = generator.get_template
    wrapped: dict[str, Any] = {}

    def get_template(name: str) -> Any:
        if name not in wrapped:
            used = {content.template for content in generator.context["generated_content"].values() if content}
            wrapped[name] = _with_sidebar(generator.env, plain(name)) if name in used else plain(name)
        return wrapped[name]

    generator.get_template = get_template


def base_template(environment: Environment) -> str:
    """The template that the giving / receiving page extends: the theme's base, where it has a block for content."""
    for name in ("base.html", "layout.html", "page.html"):
        if "content" in _blocks(environment, name):
            return name
    return "!simple/base.html"


def links_sheet(environment: Environment, name: str) -> bool:
    """Whether a template, or one that it extends or includes, links the conversation's style sheet by itself."""
    trees = (_parse(environment, one) for one in _closure(environment, name))
    return any("conversation.css" in node.data for tree in trees if tree for node in tree.find_all(nodes.TemplateData))


def _folder(name: str) -> Path:
    return Path(str(files(__package__ or ""))) / name


def page_template(environment: Environment, name: str, base: str) -> Template:
    """One of the plugin's pages in the frame of the template `base`, whatever variable it names that by.

    So everybody can tell what the page is made of: a plugin that renders only what changed looks for that.
    """
    return environment.get_template(f"{UPON}{base}|{name}")


def _made(environment: Environment, name: str) -> str | None:
    """The source of a template of ours, made from the name it is asked by; None for names that are not ours."""
    for prefix in (WRAPPED, IN_ENTRY):
        if name.startswith(prefix):
            return _WRAPPER.format(name=name.removeprefix(prefix), entry=str(prefix == IN_ENTRY).lower())
    if not name.startswith(UPON) or environment.loader is None:
        return None
    base, _, page = name.removeprefix(UPON).partition("|")
    source, _, _ = environment.loader.get_source(environment, page)
    return _EXTENDS.sub(f'{{% extends "{base}" %}}', source, count=1)


def _with_sidebar(environment: Environment, template: Template) -> Any:
    name = template.name or ""
    if SIDEBAR in _closure(environment, name):
        return template
    if "content" in _blocks(environment, name):
        return environment.get_template((IN_ENTRY if _is_in_entry(environment, name) else WRAPPED) + name)
    return _Inserted(template, environment.get_template("conversation/placed.html"))


class _Inserted:
    """A template whose page gets the sidebar by its text: the theme's template has no block to extend."""

    def __init__(self, template: Template, sidebar: Template) -> None:
        self.name, self._template, self._sidebar = template.name, template, sidebar
        #: What the page is made of, for a plugin that looks whether that has changed.
        self.incremental_templates = (template, sidebar)

    def render(self, *args: Any, **kwargs: Any) -> str:
        """The page with the sidebar inside its last article, main or body."""
        page = self._template.render(*args, **kwargs)
        sidebar = self._sidebar.render(*args, **{**kwargs, "conversation_entry": "h-entry" in page})
        for end in ENDS:
            head, found, tail = page.rpartition(end)
            if found:
                return head + sidebar + found + tail
        return page + sidebar


def _closure(environment: Environment, name: str) -> set[str]:
    """The names of all templates that `name` extends, includes or imports, itself among them."""
    seen: set[str] = set()
    todo = [name]
    while todo:
        current = todo.pop()
        if current in seen or (tree := _parse(environment, current)) is None:
            continue
        seen.add(current)
        todo += [other for other in meta.find_referenced_templates(tree) if other]
    return seen


def _blocks(environment: Environment, name: str) -> set[str]:
    """The names of the blocks that a child of `name` may fill: those that it and its ancestors define."""
    return {block.name for tree in _lineage(environment, name) for block in tree.find_all(nodes.Block)}


def _is_in_entry(environment: Environment, name: str) -> bool:
    """Whether the block of content is inside an h-entry: one that a template begins outside of that block."""
    for template in _lineage(environment, name):
        inside = {id(node) for block in _content(template) for node in block.find_all(nodes.TemplateData)}
        if any("h-entry" in node.data for node in template.find_all(nodes.TemplateData) if id(node) not in inside):
            return True
    return False


def _content(template: nodes.Template) -> Iterator[nodes.Block]:
    return (block for block in template.find_all(nodes.Block) if block.name == "content")


def _lineage(environment: Environment, name: str) -> Iterator[nodes.Template]:
    """A template and those that it extends, as far as their names are written down."""
    seen: set[str] = set()
    while name and name not in seen and (tree := _parse(environment, name)) is not None:
        seen.add(name)
        yield tree
        parents = [
            node.template.value for node in tree.find_all(nodes.Extends) if isinstance(node.template, nodes.Const)
        ]
        name = parents[0] if parents else ""


def _parse(environment: Environment, name: str) -> nodes.Template | None:
    """The syntax tree of a template; None where there is none: a missing or broken part is the theme's own affair."""
    if environment.loader is None:
        return None
    try:
        source, _, _ = environment.loader.get_source(environment, name)
        return environment.parse(source, name)
    except TemplateError:
        return None
