"""Who asked to be left alone: what counts as asking, in whatever form a server tells it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.sources.optouts import TAGS, wants_silence


@pytest.mark.parametrize("tag", TAGS)
def test_each_tag_is_understood(tag: str) -> None:
    """In any case, at any place, as text, as a link of Mastodon's or in full width."""
    assert wants_silence(f"Cats, bread. #{tag}")
    assert wants_silence(f"#{tag.upper()}, please")
    assert wants_silence(f"\N{FULLWIDTH NUMBER SIGN}{tag}")
    assert wants_silence(f'<p><a href="https://s.example/tags/{tag}" class="mention">#<span>{tag}</span></a></p>')


@pytest.mark.parametrize(
    "about", ["", None, 7, [], {"text": "#nobot"}, "nobot", "#nobotany", "#robots", "https://s.example/tags/nobot"]
)
def test_nothing_else_is(about: object) -> None:
    """Neither words that only look alike nor what is no text silences anybody."""
    assert not wants_silence(about)


@pytest.mark.parametrize(
    "fields",
    [
        [{"name": "Bots", "value": "#nobot"}],
        [{"name": "#NoBridge", "value": ""}],
        [None, 7, {"value": "x"}, {"type": "PropertyValue", "name": "a", "value": "<p>#noindex</p>"}],
        {"name": "Bots", "value": "#nobot"},
    ],
)
def test_fields_of_a_profile_are_read(fields: object) -> None:
    """Some write the tag into the table of their profile; a list of one may come as that one."""
    assert wants_silence("Cats, bread.", fields)
    assert not wants_silence("Cats, bread.", [{"name": "Home", "value": "https://cats.example"}])


def test_a_profile_without_end_is_read_to_a_bound() -> None:
    """A hostile profile costs little."""
    assert not wants_silence("x" * 30_000 + " #nobot", [{"name": "x", "value": "y"}] * 60 + [{"name": "#nobot"}])
    assert not wants_silence("#" + "<a>" * 100_000)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_any_profile_is_taken(value: object) -> None:
    """Nothing that a server may tell raises."""
    assert wants_silence(value, value) in {True, False}
