"""Splicing: parts of pages are found again, and replaced, exactly; what cannot be told apart is left to a build."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment
from markupsafe import Markup

from conversation.splice import Cut, Living, NotSplicable, spliced
from conversation.splice.living import ANYTHING, answer_of
from conversation.splice.plain import NotPlain, from_plain, to_plain
from conversation.splice.templates import Inputs, Texts
from conversation.threads import Counts

TEXTS = st.text(st.sampled_from("ab<>é\n"), max_size=6)


class Ears:
    """Hears what is asked."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, str]] = []

    def asked(self, name: str, question: str, _: Sequence[object], answer: Callable[[], str]) -> None:
        """As a watch does."""
        self.heard.append((name, question, answer()))


@given(st.lists(st.tuples(TEXTS, TEXTS, st.none() | TEXTS), max_size=6), TEXTS)
def test_parts_are_replaced_where_they_are(parts: list[tuple[str, str, str | None]], end: str) -> None:
    """Whatever stands between them and however alike they are, each part gets its own new text, and is found again."""
    page, cuts = "", []
    for before, text, _ in parts:
        page += before
        cuts.append(Cut.of(text, len(page)))
        page += text
    made, fresh = spliced(page + end, cuts, [new for *_, new in parts])
    assert made == "".join(before + (text if new is None else new) for before, text, new in parts) + end
    assert [made[cut.begin : cut.begin + cut.size] for cut in fresh] == [
        text if new is None else new for _, text, new in parts
    ]


def test_a_part_that_was_moved_is_looked_for() -> None:
    """What a theme put elsewhere than where it was made is found by its text."""
    assert spliced("<p>said</p>", [Cut.of("said", 50)], ["more"])[0] == "<p>more</p>"


@pytest.mark.parametrize(
    ("page", "cuts"),
    [
        ("<p>SAID</p>", [Cut.of("said", 3)]),
        ("said, said", [Cut.of("said", 50)]),
        ("said", [Cut.of("said", 50), Cut.of("said", 60)]),
        ("said", [Cut.of("", 50)]),
        ("aba", [Cut.of("ab", 0), Cut.of("ba", 1)]),
    ],
    ids=["gone", "twice", "two in one place", "nothing to find", "overlapping"],
)
def test_what_cannot_be_told_apart_is_not_spliced(page: str, cuts: list[Cut]) -> None:
    """A page is never written where it is not certain which text is the part."""
    with pytest.raises(NotSplicable):
        spliced(page, cuts, ["new"] * len(cuts))


PLAIN: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.text().map(Markup),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple),
    max_leaves=6,
)


@given(PLAIN)
def test_variables_come_back_as_they_were(value: object) -> None:
    """A template gets the same values again, and what was markup is not escaped now."""
    back = from_plain(to_plain(value), lambda *_: None, lambda _: None)
    assert repr(back) == repr(value)


def test_what_is_not_plain_is_refused() -> None:
    """A list of who knows what is not kept as if it were understood."""
    with pytest.raises(NotPlain, match="object"):
        to_plain([object()])


def test_living_things_come_back_by_name() -> None:
    """A conversation is kept by the address of its post, and a part of it by its number."""
    plain = to_plain([Living("talk", "https://e.example/a.html", Ears(), 2)])
    assert from_plain(plain, lambda name, part: (name, part), lambda _: None) == [("https://e.example/a.html", 2)]


def test_whoever_asks_a_living_thing_is_heard() -> None:
    """Attributes and calls are questions with answers; the post, which does not change, is none."""

    class Talk:
        post, counts = "post", Counts(comments=2)

        def outgrows(self, number: int) -> bool:
            """As a conversation."""
            return self.counts.comments > number

    ears = Ears()
    talk = Living(Talk(), "a", ears)
    assert talk.post == "post"
    assert talk.counts.comments == 2
    assert talk.outgrows(1) is True
    assert talk  # whether it is there is no question
    assert ears.heard == [("a", "counts", answer_of(Counts(comments=2))), ("a", "outgrows", answer_of(value=True))]


@given(st.integers(0, 5), st.integers(0, 5))
def test_equal_answers_are_equal_and_others_are_not(one: int, other: int) -> None:
    """A page is left alone only where the answer is the same."""
    assert (answer_of(Counts(likes=one)) == answer_of(Counts(likes=other))) is (one == other)
    assert answer_of([object()]) == ANYTHING


@pytest.mark.parametrize(
    ("source", "inputs"),
    [
        ("{{ conversation.counts }} {% for one in posts %}{{ one }}{% endfor %}", ("conversation", "posts")),
        ('{% include "conversation/b.html" %}', ("deep",)),
        ("{{ words | random }}", None),
        ("{{ words | map('random') | list }}", None),
        ("{{ lipsum() }}", None),
        ("{{ now() }}", None),
        ("{{ words | mine }}", None),
        ("{% include other %}", None),
    ],
)
def test_what_a_template_reads_is_known_or_it_is_not_rendered_by_itself(
    source: str, inputs: tuple[str, ...] | None
) -> None:
    """Only templates that make the same of the same variables are rendered again."""
    texts = {"conversation/a.html": source, "conversation/b.html": "{{ deep }}"}
    environment = Environment(loader=DictLoader(texts))  # noqa: S701 - nothing is rendered
    environment.globals["now"] = lambda: 1
    environment.filters["mine"] = lambda words: words
    assert Inputs(environment).of("conversation/a.html") == inputs


def test_what_texts_of_templates_tell_is_found_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next build takes it from a file, goes by texts and not by names, and finds out anew what it cannot read."""
    texts = {"conversation/a.html": '{% include "conversation/b.html" %}', "conversation/b.html": "{{ deep | abs }}"}
    environment = Environment(loader=DictLoader(texts))  # noqa: S701 - nothing is rendered
    first = Texts(tmp_path / "made")
    assert Inputs(environment, texts=first).of("conversation/a.html") == ("deep",)
    first.keep()
    parsed: list[str] = []
    parse = environment.parse
    monkeypatch.setattr(environment, "parse", lambda text, name: parsed.append(name) or parse(text, name))
    assert Inputs(environment, texts=Texts(tmp_path / "made")).of("conversation/a.html") == ("deep",)
    assert parsed == []
    texts["conversation/b.html"] = "{{ other }}"
    assert Inputs(environment, texts=Texts(tmp_path / "made")).of("conversation/a.html") == ("other",)
    assert parsed == ["conversation/b.html"]
    (tmp_path / "made" / "texts.json").write_text("[]", "utf-8")
    assert Inputs(environment, texts=Texts(tmp_path / "made")).of("conversation/a.html") == ("other",)
