"""leaves.py: what stands for all that a page is made of."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import Markup

from conversation.leaves import digest

#: Lone surrogates included: some file names hold them.
TEXTS = st.text(st.characters(), max_size=8)
SIMPLE = st.none() | st.booleans() | st.integers(-9, 9) | TEXTS | st.datetimes().map(lambda at: at.replace(tzinfo=UTC))
PLAIN = st.recursive(SIMPLE, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=5)


@given(PLAIN, PLAIN)
@example(1, "1")
@example((0,), (False,))
@example("\ud800", "?")
@example(("a", "b"), ("a,b",))
@example(None, "null")
def test_a_digest_is_another_one_for_other_values(one: object, other: object) -> None:
    """No two values share a digest, or a page would go on showing the former one; and each value has one."""
    assert (digest(one) == digest(other)) == (repr(one) == repr(other))


def test_texts_that_are_more_than_texts_have_a_digest() -> None:
    """Titles are Markup at times, which JSON does not know: a build goes on all the same, and tells them apart."""
    assert digest(Markup("<b>")) == digest(Markup("<b>")) != digest(Markup("<i>"))
    assert digest({("a", 1): datetime(2026, 1, 1, tzinfo=UTC)}) != digest({("a", 2): datetime(2026, 1, 1, tzinfo=UTC)})
