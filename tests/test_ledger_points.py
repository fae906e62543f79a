"""Points for what the blogger wrote elsewhere: when they came, and that the ledger counts them as received."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from blog import Blog
from conversation.acts import Count, Direction, Kind, Person
from conversation.ledger import points
from conversation.sources import Batch
from conversation.store import Store
from making import act

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    """Some days after the beginning."""
    return BEGUN + timedelta(days=number)


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ([], []),
        ([(5, 0)], []),
        ([(5, -2), (6, 1)], [(6, 1)]),
        ([(5, 3)], [(0, 3)]),
        ([(5, 3), (9, 4), (7, 4)], [(0, 3), (7, 1)]),
        ([(5, 3), (6, 7), (7, 5)], [(0, 3), (6, 2)]),
        ([(5, 3), (6, 7), (7, 2), (8, 3)], [(0, 2), (8, 1)]),
        ([(5, 3), (6, 0), (7, 1)], [(7, 1)]),
    ],
)
def test_points_are_dated_when_they_were_first_seen(
    looks: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    """The first look dates from when the words were written; what is taken back goes from the newest."""
    assert points([(day(at), value) for at, value in looks], BEGUN) == [(day(at), value) for at, value in expected]


@given(st.dictionaries(st.integers(-9, 99), st.integers(-9, 99)))
def test_points_add_up_to_the_newest_number(looks: dict[int, int]) -> None:
    """Whatever was observed, nothing is counted twice or before the words were there, and the order is that of time."""
    found = points([(day(at), value) for at, value in looks.items()], BEGUN)
    newest = looks[max(looks)] if looks else 0
    assert sum(number for _, number in found) == max(newest, 0)
    assert all(number > 0 and when >= BEGUN for when, number in found)
    assert found == sorted(found)


def test_the_ledger_counts_points_as_received(tmp_path: Path) -> None:
    """Votes for an answer elsewhere are likes without a name on that channel, on no post, and gone with the answer."""
    answer = act(
        1,
        Kind.ANSWER,
        direction=Direction.GIVEN,
        source="stack",
        channel="stackexchange",
        url="https://s.example/a/1",
        target="https://s.example/q/1",
        author=Person(),
        to=Person("Bea", "https://s.example/bea"),
    )
    stray = structs.replace(answer, kind=Kind.REPLY, id="2", url="https://s.example/a/2")
    counts = tuple(Count("stack", f"https://s.example/a/{number}", Kind.LIKE, 4) for number in (1, 2, 3))
    blog = Blog(tmp_path, CONVERSATION_PULL="never", CONVERSATION_SOURCES=[]).write("a.md")
    with Store.open("sqlite:///conversation.sqlite", tmp_path) as store:
        number = store.begin("stack", day(200))
        store.commit(number, "stack", Batch((answer, stray), counts=counts), day(200))
        store.end(number, "stack", day(200), error=None, pulled=None)
    received = blog.build().ledger()["received"]["all"]
    assert received["by_channel"] == {"stackexchange": {"like": 4}}
    assert (received["acts"], received["people"]) == (4, 0)
    assert blog.counts("a.html")["likes"] == 0
