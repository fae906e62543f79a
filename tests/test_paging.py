"""Listings get to their end, whatever a service does, and know whether they did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.errors import Unreachable
from conversation.http import Client
from conversation.sources.paging import Listing, by_cursor, by_date, by_link, by_number, walk
from loopback import Answer, Handler, Request, answer_json, serve

Cursors = Callable[[str], tuple[Sequence[object], str]]
counts = st.integers(0, 60)
sizes = st.integers(1, 9)


def cursors(entries: Sequence[object], size: int) -> Cursors:
    """A well-behaved service with cursors."""

    def fetch(cursor: str) -> tuple[Sequence[object], str]:
        start = int(cursor or 0)
        following = str(start + size) if start + size < len(entries) else ""
        return entries[start : start + size], following

    return fetch


def numbers(entries: Sequence[object], size: int, first: int = 1) -> Callable[[int], Sequence[object]]:
    """A well-behaved service with numbered pages."""
    return lambda number: entries[(number - first) * size : (number - first + 1) * size]


@given(counts, sizes)
def test_cursors_lead_to_the_end(count: int, size: int) -> None:
    """Every entry of a listing with cursors is told once, in order, and the listing is whole."""
    listing = by_cursor(cursors(range(count), size))
    assert list(listing) == list(range(count))
    assert listing.whole
    assert not listing.why


@given(counts, sizes, st.integers(0, 2), st.booleans())
def test_numbers_lead_to_the_end(count: int, size: int, first: int, told: bool) -> None:  # noqa: FBT001
    """The same for numbered pages, whether or not the service's page size is known."""
    listing = by_number(numbers(range(count), size, first), first=first, size=size if told else 0)
    assert list(listing) == list(range(count))
    assert listing.whole


@given(counts, sizes, st.integers(0, 4))
def test_entries_that_move_while_pages_are_read_are_told_once(count: int, size: int, shift: int) -> None:
    """Something new at the top pushes entries to the next page: none is told twice, none is lost."""
    entries = [f"new {number}" for number in range(shift)] + [str(number) for number in range(count)]
    listing = by_number(lambda number: numbers(entries if number > 1 else entries[shift:], size + shift)(number))
    told = list(listing)
    assert len(told) == len(set(told))
    assert {str(number) for number in range(count)} <= set(told)


@pytest.mark.parametrize(
    ("fetch", "why"),
    [
        (lambda _: ([1], "same"), "cursor does not move"),
        (lambda cursor: ([1], {"": "a", "a": "b", "b": "a"}[cursor]), "same page again"),
        (lambda cursor: ([cursor], {"": "a", "a": "b", "b": "a"}[cursor]), "cursor does not move"),
        (lambda cursor: ([1, 2], cursor + "x"), "same page again"),
        (lambda cursor: ([], cursor + "x"), "gave nothing"),
        (lambda cursor: ([cursor], cursor + "x"), "more than 50 "),
        (lambda cursor: ([(cursor, n) for n in range(200)], cursor + "x"), "more than 1,000 entries"),
    ],
)
def test_circles_of_cursors_end(fetch: Cursors, why: str) -> None:
    """A cursor that stands still or comes again, pages that repeat and lists without end stop, and are not whole."""
    listing = by_cursor(fetch, most=1_000, pages=50)
    assert len(list(listing)) <= 1_000
    assert not listing.whole
    assert why in listing.why


def test_a_page_without_entries_is_no_end_where_a_cursor_follows() -> None:
    """Hidden entries leave empty pages in the middle."""
    listing = by_cursor(lambda cursor: {"": ([1], "a"), "a": ([], "b"), "b": ([2], "")}[cursor])
    assert list(listing) == [1, 2]
    assert listing.whole


def test_a_service_that_knows_no_numbers_is_asked_twice() -> None:
    """One that gives the same whatever the number is not asked for ever, and is not taken for whole."""
    asked: list[int] = []

    def fetch(number: int) -> Sequence[object]:
        asked.append(number)
        return [{"id": 1, "likes": 2}, {"id": 2}]

    listing = by_number(fetch)
    assert len(list(listing)) == 2
    assert asked == [1, 2]
    assert listing.why == "the service gave the same page again"


def test_entries_are_told_apart_by_what_the_adapter_says() -> None:
    """Where an entry changes from page to page (a number of likes), its id tells that it is the same."""
    pages = [[{"id": 1, "likes": 1}], [{"id": 1, "likes": 2}, {"id": 2}], []]
    listing = by_number(lambda number: pages[number - 1], key=lambda entry: str(entry)[:8])
    assert list(listing) == [{"id": 1, "likes": 1}, {"id": 2}]


@pytest.mark.parametrize("bound", ["most", "pages"])
def test_bounds_of_numbered_pages(bound: str) -> None:
    """A list without end stops at the bound, and says so."""
    listing = by_number(lambda number: [number], **{bound: 7})
    assert list(listing) == list(range(1, 8))
    assert "more than 7" in listing.why


def test_an_error_on_the_way_leaves_a_listing_not_whole() -> None:
    """What broke off must never pass for complete, even if somebody goes on asking."""

    def fetch(number: int) -> Sequence[object]:
        if number == 2:
            raise Unreachable("gone")
        return [number]

    listing = by_number(fetch)
    assert next(listing) == 1
    with pytest.raises(Unreachable):
        next(listing)
    assert list(listing) == []
    assert not listing.whole


def test_a_listing_that_was_left_is_not_whole() -> None:
    """Who stops reading in the middle knows nothing of the rest."""
    listing = by_number(lambda number: [number])
    assert next(listing) == 1
    assert not listing.whole


def searched(times: Sequence[int], ceiling: int) -> Callable[[int], Sequence[object]]:
    """A search with a ceiling, newest first: entries are pairs of time and number."""
    entries = sorted(((time, number) for number, time in enumerate(times)), reverse=True)
    return lambda until: [entry for entry in entries if entry[0] <= until][:ceiling]


def moment(entry: object) -> int | None:
    return entry[0] if isinstance(entry, tuple) else None


@given(st.lists(st.integers(0, 12), max_size=40), st.integers(2, 6))
def test_a_walk_by_date_loses_nobody_or_says_so(times: list[int], ceiling: int) -> None:
    """Entries of one second that stand on both sides of a page's end are all told; where that cannot be, it shows."""
    listing = by_date(searched(times, ceiling), moment, start=100, size=ceiling)
    told = list(listing)
    assert len(told) == len(set(told))
    if listing.whole:
        assert len(told) == len(times)
    if all(times.count(time) < ceiling for time in times):
        assert listing.whole


def test_more_entries_of_a_second_than_a_page_holds() -> None:
    """The walk goes on behind such a second, and tells that something may be missing."""
    listing = by_date(searched([5, 5, 5, 5, 3], 3), moment, start=9, size=3)
    assert (3, 4) in list(listing)
    assert "of the same second" in listing.why


def test_a_walk_by_date_ends_where_all_is_known() -> None:
    """An incremental pull asks no further than it must."""
    listing = by_date(searched(range(100), 10), moment, start=200, until=85, size=10)
    assert {time for time in map(moment, listing) if time} >= set(range(85, 100))
    assert listing.whole


@pytest.mark.parametrize("fetch", [lambda _: [(10, 1), (9, 2)], lambda _: ["no time", "nor here"]])
def test_a_service_that_does_not_walk_back(fetch: Callable[[int], Sequence[object]]) -> None:
    """One that heeds no date, or tells none, is left after a few requests."""
    listing = by_date(fetch, moment, start=100, size=2)
    assert len(list(listing)) == 2
    assert listing.why == "the service does not walk back in time"


@given(st.data())
def test_a_walk_by_date_always_ends(data: st.DataObject) -> None:
    """Whatever a service answers: times in any order, from the future, missing."""
    entry = st.one_of(st.none(), st.tuples(st.integers(-5, 50), st.integers(0, 5)))
    listing = by_date(
        lambda _: data.draw(st.lists(entry, max_size=5)), moment, start=data.draw(st.integers(0, 60)), size=3, pages=30
    )
    told = list(listing)
    assert len(told) == len(set(told))


# --- the Link header --------------------------------------------------------------------------------------------------


def linked(pages: int, *, to: str = "http://{host}/?page={number}") -> Handler:
    """A server with numbered pages, each of which links to the next."""

    def answer(request: Request) -> Answer:
        number = int(request.query.get("page", ["1"])[0])
        if number >= pages:
            return answer_json([number])
        following = to.format(host=request.headers["Host"], number=number + 1)
        return answer_json(
            [number], Link=f'<{following}>; rel="next", <http://{request.headers["Host"]}/>; rel="first"'
        )

    return answer


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(retries=0) as one:
        yield one


def test_links_are_followed_with_the_token(client: Client) -> None:
    """Every page is asked with the token and the headers; parameters only once, for the links hold them."""
    with serve(linked(3)) as server:
        listing = by_link(client, server.url + "/", params={"limit": "1"}, token="t", headers={"X-A": "1"})  # noqa: S106
        assert list(listing) == [[1], [2], [3]]
    assert listing.whole
    assert [request.query for request in server.requests] == [{"limit": ["1"]}, {"page": ["2"]}, {"page": ["3"]}]
    assert {request.headers["Authorization"] for request in server.requests} == {"Bearer t"}
    assert {request.headers["X-A"] for request in server.requests} == {"1"}


@pytest.mark.parametrize("to", ["http://elsewhere.example/?page=2", "http://127.0.0.1:1/", "http://127.0.0.1/?page=2"])
def test_links_to_other_hosts_are_not_followed(client: Client, to: str) -> None:
    """A service must not send the token, or us, to another host or port."""
    with serve(linked(3, to=to)) as server:
        listing = by_link(client, server.url)
        assert list(listing) == [[1]]
        assert len(server.requests) == 1
    assert listing.why == "the service's next page is on another host"


def test_a_link_that_leads_nowhere_is_no_end(client: Client) -> None:
    """Where there is a next page but no address that can be asked, the listing is not taken for whole."""
    with serve(linked(3, to="http://{host}.evil.example/")) as server:
        listing = by_link(client, server.url)
        assert list(listing) == [[1]]
    assert listing.why == "the service's next page has no usable address"


def test_a_link_back_ends_the_listing(client: Client) -> None:
    """A page that names itself, or one before it, as the next is the last."""
    with serve(linked(9, to="http://{host}/?page=2")) as server:
        listing = by_link(client, server.url)
        assert list(listing) == [[1], [2]]
    assert listing.why == "the service's next page is one that was read"


def test_linked_pages_that_repeat_end(client: Client) -> None:
    """A service whose links count on while its pages stay the same is left after one that was known."""

    def answer(request: Request) -> Answer:
        following = quote(request.query.get("x", [""])[0] + "x")
        return answer_json([{"id": 1}], Link=f'</?x={following}>; rel="next"')

    with serve(answer) as server:
        listing = by_link(client, server.url)
        assert list(listing) == [[{"id": 1}]]
        assert len(server.requests) == 2
    assert listing.why == "the service gave the same page again"


def test_linked_pages_have_a_bound(client: Client) -> None:
    """A service that goes on for ever is left after so many pages."""
    with serve(linked(99)) as server:
        listing = by_link(client, server.url, pages=4)
        assert len(list(listing)) == 4
    assert "more than 4 pages" in listing.why


# --- trees ------------------------------------------------------------------------------------------------------------

Tree = dict[str, list["Tree"]]
trees = st.recursive(
    st.just({"below": []}), lambda inner: st.fixed_dictionaries({"below": st.lists(inner, max_size=3)})
)


def below(node: object) -> Sequence[object]:
    return node["below"] if isinstance(node, dict) else ()


def recursive(node: Tree, parent: Tree | None = None) -> Iterator[tuple[Tree, Tree | None]]:
    yield node, parent
    for child in node["below"]:
        yield from recursive(child, node)


@given(trees)
def test_a_tree_is_walked_parents_first(tree: Tree) -> None:
    """The nodes come in the order of the page, each with its parent."""
    seen: set[int] = set()
    once = [(id(n), p and id(p)) for n, p in recursive(tree) if not (id(n) in seen or seen.add(id(n)))]  # type: ignore[func-returns-value]
    walked = walk(tree, below)
    assert [(id(node), parent and id(parent)) for node, parent in walked] == once
    assert walked.whole


def test_no_depth_is_a_danger() -> None:
    """Ten thousand answers to answers: the walk ends at its bound and says so, without a RecursionError."""
    root: Tree = {"below": []}
    for _ in range(10_000):
        root = {"below": [root]}
    walked = walk(root, below, deepest=20)
    assert len(list(walked)) == 21
    assert walked.why == "it is more than 20 answers deep"
    assert len(list(walk(root, below, deepest=50_000))) == 10_001


def test_circles_and_crowds_in_trees_end() -> None:
    """A comment that answers itself, by way of others, is walked once; a tree without end has a bound."""
    answers = {"a": ["b", "c"], "b": ["a"], "c": ["b", "c", "d"], "d": []}
    assert list(walk("a", lambda node: answers[str(node)])) == [("a", None), ("b", "a"), ("c", "a"), ("d", "c")]
    crowd = walk(0, lambda _: [object(), object()], most=100)
    assert len(list(crowd)) == 100
    assert crowd.why == "it has more than 100 nodes"


def test_whole_is_told_only_at_the_end() -> None:
    """A listing that nobody has read yet is not whole."""
    assert not Listing(iter(())).whole  # type: ignore[arg-type]
