"""Shelves behave as the lists that they stand for, and tell what they were asked."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pelican.contents import Article
from pelican.settings import DEFAULT_CONFIG

from incremental.shelves import ALL, LENGTH, Question, Shelf
from incremental.stocking import stock


class Notes:
    """Someone who takes notes of everything."""

    def __init__(self) -> None:
        self.reading: object = self
        self.questions: list[Question] = []

    def asked(self, shelf: Shelf, question: Question, about: object = None) -> None:
        """Notes a question."""
        assert shelf.key == ("articles",)
        self.questions.append((*question, about) if about is not None else question)


CONTENTS = [object() for _ in range(6)]
ASKED: list[Callable[[list[Any]], Any]] = [
    list,
    tuple,
    len,
    bool,
    lambda held: held[0],
    lambda held: held[-2:],
    lambda held: held[::2],
    lambda held: held[1:-1],
    lambda held: list(reversed(held)),
    lambda held: held + [1],
    lambda held: [1] + held,
    lambda held: held * 2,
    lambda held: held.copy(),
    lambda held: held.index(CONTENTS[2]),
    lambda held: held.count(CONTENTS[2]),
    lambda held: held == CONTENTS,
    lambda held: held != CONTENTS,
    lambda held: CONTENTS[3] in held,
    lambda held: object() in held,
    lambda held: [*held],
    lambda held: list(zip(held, held, strict=True)),
    lambda held: [*map(id, held)],
    copy.copy,
]


@pytest.mark.parametrize("ask", ASKED)
def test_a_shelf_answers_as_a_list(ask: Callable[[list[Any]], Any]) -> None:
    """Themes and plugins must not notice that a list was exchanged."""
    notes = Notes()
    assert ask(Shelf(CONTENTS, ("articles",), notes)) == ask(list(CONTENTS))
    assert notes.questions, "and whoever renders a page knows that it was asked"


@given(st.integers(-9, 9) | st.none(), st.integers(-9, 9) | st.none(), st.sampled_from([None, 1, 2, -1]))
def test_slices_are_as_of_a_list_and_noted_as_they_are(start: int | None, stop: int | None, step: int | None) -> None:
    """A page with the newest five depends on these five: on that slice, and on nothing else."""
    notes = Notes()
    assert Shelf(CONTENTS, ("articles",), notes)[start:stop:step] == CONTENTS[start:stop:step]
    assert notes.questions == [("from", start, stop, step)]


def test_each_way_of_reading_is_its_own_question() -> None:
    """How many there are, whether one is there, and which there are: a page depends on no more than it asked."""
    notes = Notes()
    shelf = Shelf(CONTENTS, ("articles",), notes)
    assert len(shelf) == 6
    assert CONTENTS[1] in shelf
    assert shelf[2] is CONTENTS[2]
    assert [one for one in shelf] == CONTENTS  # noqa: C416 - as a template loops
    assert notes.questions == [LENGTH, ("has", CONTENTS[1]), ("at", 2), ALL]


def test_between_pages_nothing_is_noted() -> None:
    """Pelican itself goes over its lists all the time."""
    notes = Notes()
    notes.reading = None
    assert list(Shelf(CONTENTS, ("articles",), notes)) == CONTENTS
    assert notes.questions == []


def test_a_shelf_pickles_as_a_list() -> None:
    """Caches of other plugins must not come to hold parts of this one."""
    assert type(pickle.loads(pickle.dumps(Shelf(["a", "b"], ("articles",), Notes())))) is list  # noqa: S301 - our own


def test_stocking_keeps_what_belongs_together() -> None:
    """The list of a tag is one shelf wherever it stands, and what is no list of contents stays as it is."""
    settings = {**DEFAULT_CONFIG, "PATH": "/blog/content"}
    one, two = (Article("W", {"title": n}, settings, f"/blog/content/{n}.md", {}) for n in "ab")

    class Generator:
        def __init__(self) -> None:
            self.articles, tagged = [one, two], [two]
            self.tags = {"x": tagged}
            self.context: dict[str, Any] = {"articles": self.articles, "tags": [("x", tagged)], "pages": "none"}

    generator = Generator()
    shelves = stock(generator.context, [generator], Notes())
    assert generator.articles is generator.context["articles"] is shelves["articles",]
    assert generator.tags["x"] is generator.context["tags"][0][1] is shelves["tags", "x"]
    assert generator.context["pages"] == "none"
    assert "dates" not in generator.context
