"""What a template reads is noted, and rendering is as it would be without anybody taking notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from jinja2 import DictLoader, Environment
from pelican.contents import Article
from pelican.settings import DEFAULT_CONFIG

from incremental.recording import Reading, Recorder
from incremental.shelves import ALL, LENGTH, Shelf

SETTINGS = {**DEFAULT_CONFIG, "PATH": "/blog/content"}


def article(name: str, **metadata: object) -> Article:
    return Article("Words.", {"title": name.upper(), **metadata}, SETTINGS, f"/blog/content/{name}.md", {})


def read(template: str, others: dict[str, str] | None = None, **context: object) -> tuple[str, Reading]:
    """A template's output, and what was read for it; the same without notes gives the same."""
    sources = {"page": template, **(others or {})}
    plain = Environment(loader=DictLoader(sources), autoescape=False)  # noqa: S701 - as Pelican's
    watched = Environment(loader=DictLoader(sources), autoescape=False)  # noqa: S701 - as Pelican's
    recorder = Recorder()
    recorder.watch(watched)
    with recorder.note(context) as reading:
        page = watched.get_template("page").render(context)
    assert page == plain.get_template("page").render(context)
    return page, reading


def attributes(reading: Reading) -> dict[str, set[str]]:
    return {one.title: set(names) for one, names in reading.attributes.values()}


def test_only_variables_that_are_read_are_noted() -> None:
    """A page depends on what its templates name, not on all that it was given."""
    _, reading = read("{{ SITENAME }}", SITENAME="S", OTHER="O", THIRD=3)
    assert set(reading.variables) == {"SITENAME"}


def test_a_variable_that_is_not_there_is_noted() -> None:
    """When it comes to be there, the page changes."""
    _, reading = read("{% if LINKS %}links{% endif %}")
    assert "LINKS" in reading.variables


def test_names_of_loops_and_sets_are_no_variables_of_the_page() -> None:
    """What a loop names is made of what was read before; a variable of the same name elsewhere does not matter."""
    page, reading = read(
        "{% set x = 1 %}{% for one in ITEMS %}{{ one }}{{ x }}{% endfor %}", ITEMS=["a"], x="page's own"
    )
    assert page == "a1"
    assert set(reading.variables) == {"ITEMS"}


def test_attributes_are_noted_by_their_article() -> None:
    """The list of titles depends on titles, the page of one article on its words."""
    one, two = article("a"), article("b")
    template = "{{ article.title }}{% for one in ITEMS %}{{ one.slug }}{% endfor %}"
    _, reading = read(template, article=one, ITEMS=[one, two])
    assert attributes(reading) == {"A": {"title", "slug"}, "B": {"slug"}}


def test_attributes_read_by_filters_and_by_index_are_noted() -> None:
    """`sort`, `map`, `groupby` and `selectattr` read attributes too, and `article["title"]` is one."""
    items = [article("b"), article("a")]
    template = (
        "{{ ITEMS|sort(attribute='title')|map(attribute='slug')|join }}{{ ITEMS[0]['title'] }}"
        "{% for lang, some in ITEMS|groupby('lang') %}{{ lang }}{% endfor %}"
        "{{ ITEMS|selectattr('status')|list|length }}"
    )
    _, reading = read(template, ITEMS=items)
    assert attributes(reading) == {name: {"title", "slug", "lang", "status"} for name in "AB"}


def test_an_attribute_that_is_not_there_is_noted() -> None:
    """An article that gets a `series` later must be rendered then."""
    _, reading = read("{% if article.series %}part of{% endif %}", article=article("a"))
    assert attributes(reading) == {"A": {"series"}}


def test_includes_imports_and_inherited_templates_are_read_along() -> None:
    """What a partial reads, the page depends on; a loop's variable in it is still none of the page's."""
    others = {
        "base": "{{ SITENAME }}{% block body %}{% endblock %}",
        "card": "{{ one.title }}{{ SITEURL }}",
        "macros": "{% macro name(x) %}{{ x.slug }}{% endmacro %}",
    }
    template = (
        "{% extends 'base' %}{% from 'macros' import name %}"
        "{% block body %}{% for one in ITEMS %}{% include 'card' %}{{ name(one) }}{% endfor %}{% endblock %}"
    )
    _, reading = read(template, others, ITEMS=[article("a")], SITENAME="S", SITEURL="U")
    assert set(reading.variables) == {"ITEMS", "SITENAME", "SITEURL"}
    assert attributes(reading) == {"A": {"title", "slug"}}
    assert reading.always == set()


def test_questions_to_shelves_are_noted() -> None:
    """The newest five, the number of all, and all of them are three different dependencies."""
    recorder = Recorder()
    sources = {
        "page": "{% for one in articles[:2] %}{{ one.title }}{% endfor %}",
        "count": "{{ articles|length }}",
        "all": "{% for one in articles %}x{% endfor %}",
    }
    environment = Environment(loader=DictLoader(sources), autoescape=True)
    recorder.watch(environment)
    context = {"articles": Shelf([article("a"), article("b"), article("c")], ("articles",), recorder)}
    asked = {}
    for name in ("page", "count", "all"):
        with recorder.note(context) as reading:
            environment.get_template(name).render(context)
        asked[name] = {question for _, question in reading.shelves}
    assert asked == {"page": {("from", None, 2, None)}, "count": {LENGTH}, "all": {ALL}}


STEADY: list[tuple[str, dict[str, Any]]] = [
    ("{{ NAME.upper() }}{{ NAME.split('a')|join }}", {"NAME": "bab"}),
    ("{{ DATA.items()|list }}{{ range(3)|list }}{{ dict(a=1) }}", {"DATA": {"a": 1}}),
    ("{{ WHEN.strftime('%Y') }}{{ WHEN.isoformat() }}", {"WHEN": dt.datetime(2026, 5, 2, tzinfo=dt.UTC)}),
    ("{% macro m(x) %}{{ x }}{{ caller() if caller }}{% endmacro %}{{ m(1) }}{% call m(2) %}x{% endcall %}", {}),
    ("{% for x in [1, 2] %}{{ loop.cycle('a', 'b') }}{{ loop.changed(x) }}{% endfor %}", {}),
    ("{% set n = namespace(x=1) %}{% set n.x = 2 %}{{ n.x }}{{ cycler('a').next() }}", {}),
]


@pytest.mark.parametrize(("template", "context"), STEADY)
def test_methods_of_values_and_parts_of_jinja_are_steady(template: str, context: dict[str, Any]) -> None:
    """Ordinary templates are not rendered each time."""
    assert read(template, **context)[1].always == set()


UNSTEADY: list[tuple[str, dict[str, Any]]] = [
    ("{{ f() }}", {"f": lambda: 1}),
    ("{{ WHEN.now().year > 0 }}", {"WHEN": dt.datetime(2026, 5, 2, tzinfo=dt.UTC)}),
    ("{{ WHEN.today().year > 0 }}", {"WHEN": dt.date(2026, 5, 2)}),
    ("{{ article.get_siteurl() }}", {"article": article("a")}),
    ("{{ lipsum(n=0) }}", {}),
]


@pytest.mark.parametrize(("template", "context"), UNSTEADY)
def test_what_may_answer_otherwise_is_noted_as_such(template: str, context: dict[str, Any]) -> None:
    """A page that asks a clock, chance or unknown code is rendered each time, and it can be said why."""
    (reason,) = read(template, **context)[1].always
    assert "may answer otherwise" in reason


def test_a_function_declared_pure_is_steady() -> None:
    """Other plugins say of their functions that these read only what they are given."""

    def shout(words: str) -> str:
        return words.upper()

    shout.incremental_pure = True  # type: ignore[attr-defined]
    assert read("{{ shout('x') }}", shout=shout)[1].always == set()


def test_notes_are_taken_for_one_page_at_a_time() -> None:
    """Between pages nothing is noted, and a page rendered within another leaves its own notes."""
    recorder = Recorder()
    environment = Environment(loader=DictLoader({"page": "{{ A }}"}), autoescape=True)
    recorder.watch(environment)
    render: Callable[..., str] = environment.get_template("page").render
    with recorder.note({"A": 1}) as outer:
        with recorder.note({"A": 2}) as inner:
            render({"A": 2})
        assert outer.variables == {}
    render({"A": 3})
    assert inner.variables == {"A": 2}
    assert recorder.reading is None
