"""Digests of what templates read: equal for the same, different for anything else, refused where nobody can tell."""

from __future__ import annotations

import datetime as dt
import secrets
from pathlib import PurePosixPath
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from pelican.contents import Article, Author, Category, Tag
from pelican.paginator import Paginator
from pelican.settings import DEFAULT_CONFIG

from incremental.digests import Digester, Opaque

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary() | st.dates(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def article(path: str, **metadata: object) -> Article:
    settings = {**DEFAULT_CONFIG, "PATH": "/blog/content"}
    return Article("Words.", {"title": "T", **metadata}, settings, f"/blog/content/{path}", {})


@given(PLAIN)
def test_the_same_plain_data_has_the_same_digest(value: object) -> None:
    """A value that comes from another build's process, equal but not identical, must not make a page be rendered."""
    assert Digester().of(value) == Digester().of(value)


@given(PLAIN, PLAIN)
def test_different_plain_data_has_different_digests(one: object, other: object) -> None:
    """No change of a value is missed, not even of its type (1, True and "1" are written differently)."""
    same = one == other and repr(one) == repr(other)
    assert (Digester().of(one) == Digester().of(other)) is same


def test_the_order_of_a_dictionary_counts_and_that_of_a_set_does_not() -> None:
    """Templates loop over dictionaries in their order; the order of a set is chance."""
    of = Digester().of
    assert of({"a": 1, "b": 2}) != of({"b": 2, "a": 1})
    assert of({"x", "y", "z"}) == of({"z", "y", "x"})


def test_the_shape_of_a_list_counts() -> None:
    """What is in which list is not mixed up by putting digests one after another."""
    of = Digester().of
    assert len({of([["a"], ["b"]]), of([["a", "b"]]), of(["a", "b"]), of(("a", "b")), of([["a", "b"], []])}) == 5


def test_an_article_is_told_by_its_file_and_a_tag_by_its_name() -> None:
    """Which article it is stays the same when its words change (these are asked one by one); a tag is only its name."""
    of = Digester().of
    assert of(article("a.md")) == of(article("a.md", title="Another"))
    assert of(article("a.md")) != of(article("b.md"))
    settings = DEFAULT_CONFIG
    different = {of(Tag("x", settings)), of(Tag("y", settings)), of(Category("x", settings)), of(Author("x", settings))}
    assert len(different) == 4
    assert of(Tag("x", settings)) == of(Tag("x", settings))


def test_what_a_plugin_adds_to_a_tag_counts() -> None:
    """A plugin may give tags a colour or a count that templates print."""
    plain, coloured = Tag("x", DEFAULT_CONFIG), Tag("x", DEFAULT_CONFIG)
    coloured.colour = "red"
    assert Digester().of(plain) != Digester().of(coloured)


def test_a_page_of_a_list_is_told_by_what_is_on_it_and_where_it_is() -> None:
    """Two pages of one list differ, and one page differs when another article is on it or pages are added."""
    articles = [article(f"{number}.md") for number in range(5)]
    two = Paginator("index.html", "index.html", articles, DEFAULT_CONFIG, 2)
    fewer = Paginator("index.html", "index.html", articles[:3], DEFAULT_CONFIG, 2)
    of = Digester().of
    assert of(two.page(1)) == of(Paginator("index.html", "index.html", articles, DEFAULT_CONFIG, 2).page(1))
    assert len({of(two.page(1)), of(two.page(2)), of(fewer.page(1))}) == 3


def test_values_of_the_standard_library_are_told() -> None:
    """Dates with their zones, paths and marked-up text stand in many contexts."""
    of = Digester().of
    moment = dt.datetime(2026, 5, 2, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    assert of(moment) != of(moment.replace(tzinfo=ZoneInfo("Europe/Paris")))
    assert of(PurePosixPath("a")) != of(PurePosixPath("b"))
    assert of(Markup("a")) != of("a")


def test_an_object_with_a_key_is_told_by_it() -> None:
    """The protocol for other plugins: equal keys, equal pages."""

    class Talk:
        def __init__(self, key: str) -> None:
            self.key = key

        def incremental_key(self) -> str:
            return self.key

    of = Digester().of
    assert of(Talk("1")) == of(Talk("1"))
    assert of(Talk("1")) != of(Talk("2"))


def test_a_function_counts_only_where_it_is_declared_pure() -> None:
    """A function may read anything; one that is declared to read only its arguments is as good as its name."""

    def free() -> int:
        return secrets.randbelow(6)

    def pure() -> int:
        return 1

    pure.incremental_pure = True  # type: ignore[attr-defined]
    assert Digester().of(pure) == Digester().of(pure)
    with pytest.raises(Opaque):
        Digester().of(free)


@pytest.mark.parametrize("value", [SimpleNamespace(a=1), iter("ab"), [SimpleNamespace()], {"a": SimpleNamespace()}])
def test_what_cannot_be_told_is_refused(value: object) -> None:
    """Nothing is guessed: an unknown object, however deep, is never taken for unchanged."""
    with pytest.raises(Opaque):
        Digester().of(value)


def test_a_list_that_holds_itself_is_refused() -> None:
    """A loop of objects ends in a reason and not in a crash."""
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(Opaque):
        Digester().of(loop)


def test_a_content_without_a_file_is_refused() -> None:
    """Articles that plugins make up have no name that the next build would know them by."""
    made_up = Article("Words.", {"title": "T"}, {**DEFAULT_CONFIG, "PATH": "/blog/content"}, None, {})
    with pytest.raises(Opaque):
        Digester().of(made_up)
