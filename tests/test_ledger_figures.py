"""Each figure of the catalogue by a worked example, and what holds for all: bounds, symmetry, null for unknown."""

from __future__ import annotations

from datetime import UTC, date, datetime

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.acts import Kind
from conversation.ledger import PostFacts, Snapshot
from conversation.ledger.drawn import balance, bursts, concentration, per_post, top_post
from conversation.ledger.entries import Entry, Window
from conversation.ledger.gifts import long_gifts, words_given
from conversation.ledger.milestones import milestones
from conversation.ledger.people import first_time, mutual, paid_forward, periods, reciprocity, recurring
from conversation.ledger.tally import tally
from ledgers import BERLIN, NOW, POST, SITE, ago, gave, got, many

people = st.sets(st.sampled_from("abcdef"))
tallies = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9))


def test_tally_example() -> None:
    """Two replies and a count of three likes: acts are summed, people and days distinct, the anonymous no people."""
    sums = tally(
        [
            got(person="noor", when=datetime(2026, 10, 31, 22, 30, tzinfo=UTC)),
            got(person="noor", when=datetime(2026, 10, 31, 23, 30, tzinfo=UTC), channel="mastodon"),
            got(Kind.LIKE, when=datetime(2026, 11, 1, 12, 0, tzinfo=UTC), channel="mastodon", number=3),
        ],
        BERLIN,
    )
    assert sums.as_json() == {
        "acts": 5,
        "people": 1,
        "days": 2,  # 22:30 in London's winter is 23:30 in Berlin, 23:30 is the next day there
        "by_kind": {"like": 3, "reply": 2},
        "by_channel": {"mastodon": {"like": 3, "reply": 1}, "web": {"reply": 1}},
        "by_month": {"2026-10": 1, "2026-11": 4},
    }
    assert sums.attributed == 2


@given(many)
def test_tables_of_a_tally_add_up(rows: list[Entry]) -> None:
    """By kind, by channel and by month are three views of the same acts; no more people or days than acts."""
    sums = tally([row for row in rows if row.number > 0], BERLIN)
    assert sums.acts == sum(sums.by_kind.values()) == sum(sums.by_month.values())
    assert sums.acts == sum(sum(kinds.values()) for kinds in sums.by_channel.values())
    assert max(sums.people, sums.days, sums.attributed) <= sums.acts


def test_words_given_example() -> None:
    """Replies, answers and guest posts have words to count; a quote's or a link's are not to somebody alone."""
    rows = [gave(words=120), gave(Kind.ANSWER, words=80), gave(Kind.GUEST_POST, words=900), gave(Kind.QUOTE, words=7)]
    assert words_given(rows) == 1100
    assert words_given([*rows, gave(words=None)]) == 1100


def test_words_unknown_are_not_zero() -> None:
    """A reply of unknown length makes the words unknown, not 0; giving nothing written is 0."""
    assert words_given([gave(words=None)]) is None
    assert words_given([gave(Kind.LIKE)]) == 0


def test_long_gifts_example() -> None:
    """A comment is a long gift from 150 words on, answers and guest posts always."""
    rows = [gave(words=149), gave(words=150), gave(words=None), gave(Kind.ANSWER), gave(Kind.GUEST_POST, words=3)]
    assert long_gifts(rows) == {"guest_posts": 1, "answers": 1, "comments": 1}


def test_reciprocity_example() -> None:
    """I give to a, b, c and hear from b, c, d: 2 of 2 pairs twice, 2·2/6."""
    assert reciprocity({"a", "b", "c"}, {"b", "c", "d"}) == pytest.approx(2 / 3)
    assert reciprocity(set(), set()) is None


@given(people, people)
def test_reciprocity_is_that_of_networkx(out: set[str], back: set[str]) -> None:
    """The figure is the reciprocity of my node in the graph of who gave to whom."""
    graph = nx.DiGraph([("me", one) for one in out] + [(one, "me") for one in back])
    graph.add_node("me")
    found = reciprocity(out, back)
    assert found == reciprocity(back, out)
    if found is not None:
        assert found == pytest.approx(nx.reciprocity(graph, "me"))
        assert 0 <= found <= 1


def test_mutual_example() -> None:
    """3 and 1 given to a and b, 1 and 4 received from a and c: only one act each way with a is matched, 2·1/9."""
    assert mutual({"a": 3, "b": 1}, {"a": 1, "c": 4}) == pytest.approx(2 / 9)
    assert mutual({}, {}) is None


@given(tallies, tallies)
def test_mutual_is_a_symmetric_share(out: dict[str, int], back: dict[str, int]) -> None:
    """Turning giving and receiving around changes nothing; all is mutual only where both sides are the same."""
    found = mutual(out, back)
    assert found == mutual(back, out)
    assert (found is None) == (not out and not back)
    assert found is None or (0 <= found <= 1 and (found == 1) == (out == back))


def test_paid_forward_example() -> None:
    """5 acts to a and b, of which b never answered: 2 of 5."""
    assert paid_forward({"a": 3, "b": 2}, {"a": 1, "c": 9}) == pytest.approx(2 / 5)
    assert paid_forward({}, {"a": 1}) is None


@given(tallies, tallies)
def test_paid_forward_bounds(out: dict[str, int], back: dict[str, int]) -> None:
    """A share that is 1 where nobody answered, 0 where all did, and undefined where nothing was given."""
    found = paid_forward(out, back)
    assert (found is None) == (not out)
    assert found is None or 0 <= found <= 1
    assert paid_forward(out, {}) == (1 if out else None)
    assert paid_forward(out, dict.fromkeys("abcdef", 1)) == (0 if out else None)


def test_recurring_and_first_time_example() -> None:
    """Of four people a came this year and the last, b is new, c came after a gap of a year, d only long ago."""
    rows = [
        got(person=who, days=days) for who, days in [("a", 5), ("a", 400), ("b", 5), ("c", 5), ("c", 800), ("d", 900)]
    ]
    years = periods(rows, NOW)
    assert years == {"a": {0, 1}, "b": {0}, "c": {0, 2}, "d": {2}}
    assert (recurring(years), first_time(years)) == (1, 1)
    assert (recurring(years, all_time=True), first_time(years, all_time=True)) == (1, 4)


def test_the_year_of_a_period_is_the_window() -> None:
    """Exactly 365 days ago belongs to the year before, as it does for the window."""
    assert periods([got(person="a", days=365), got(person="b", days=-1)], NOW) == {"a": {1}}
    assert ago(365) not in Window.year(NOW)
    assert NOW in Window.year(NOW)


def test_balance_example() -> None:
    """30 given and 10 received lean to giving by half."""
    assert balance(30, 10) == pytest.approx(0.5)
    assert balance(0, 0) is None


@given(st.integers(0, 99), st.integers(0, 99))
def test_balance_is_antisymmetric(given_: int, received: int) -> None:
    """Between -1 and 1; turning the sides around turns the sign."""
    found, turned = balance(given_, received), balance(received, given_)
    assert (found is None) == (given_ == received == 0)
    assert found is None or (turned is not None and found == -turned and -1 <= found <= 1)


def test_concentration_example() -> None:
    """One post drew 6 of 8 acts; with fewer than 5 posts, or nothing received, that says nothing."""
    rows = [got(Kind.LIKE, number=6), got(post=f"{SITE}/b.html"), got(post="")]
    assert top_post(rows) == 6
    assert concentration(rows, posts=5) == pytest.approx(6 / 8)
    assert concentration(rows, posts=4) is None
    assert concentration([], posts=5) is None
    assert top_post([got(post="")]) == 0


def test_per_post_example() -> None:
    """Medians over settled posts: a post of last week and a page without a date are not among them."""
    posts = [
        PostFacts(url=f"{SITE}/{number}", published=ago(days), comments=comments, shares=1, likes=likes)
        for number, (days, comments, likes) in enumerate([(30, 1, 4), (90, 2, 6), (400, 9, 9), (7, 50, 50)])
    ]
    posts.append(PostFacts(url=f"{SITE}/about", comments=70))
    assert per_post(posts, Window(None, NOW)) == {"comments": 2, "shares": 1, "likes": 6}
    assert per_post(posts, Window.year(NOW)) == {"comments": 1.5, "shares": 1, "likes": 5}
    assert per_post(posts[3:], Window(None, NOW)) is None


def test_bursts_example() -> None:
    """After twelve months of 2, seven is more than three times the median and six is not."""
    months = {f"2025-{month:02}": 2 for month in range(1, 13)}
    assert bursts(months | {"2026-01": 7}) == ["2026-01"]
    assert bursts(months | {"2026-01": 6}) == []
    assert bursts(months | {"2026-01": 7}, since="2026-02") == []


def test_bursts_need_a_year_behind_them() -> None:
    """A young blog's first good month is no burst, nor is the first comment after a silent year; a flood is."""
    assert bursts({"2026-01": 1, "2026-02": 90}) == []
    assert bursts({"2025-01": 1, "2026-06": 3}) == []
    assert bursts({"2025-01": 1, "2026-06": 4}) == ["2026-06"]
    assert bursts({}) == []


@given(st.dictionaries(st.integers(0, 40).map(lambda n: f"{2023 + n // 12}-{n % 12 + 1:02}"), st.integers(1, 50)))
def test_bursts_are_months_of_the_history(months: dict[str, int]) -> None:
    """Only months in which something was received, in order, whatever the order of the table."""
    found = bursts(months)
    assert found == sorted(found) == bursts(dict(reversed(months.items())))
    assert set(found) <= set(months)


def test_milestones_example() -> None:
    """The numbers of the yearly note: a quarter more posts, followers from 3,035 to 5,756."""
    later, earlier = Snapshot(date(2025, 1, 1), 250, 5756), Snapshot(date(2024, 1, 1), 200, 3035)
    (pair,) = milestones([later, earlier, later])
    assert pair == {
        "from": "2024-01-01",
        "to": "2025-01-01",
        "posts": 0.25,
        "followers": pytest.approx(0.8965, abs=1e-4),
        "followers_per_1000_posts": pytest.approx(2721 * 1000 / 50),
    }


def test_milestones_without_a_base() -> None:
    """Growth from nothing is undefined, and one snapshot alone tells of no growth."""
    new = Snapshot(date(2025, 1, 1), 0, 10)
    assert milestones([new]) == []
    (pair,) = milestones([Snapshot(date(2024, 1, 1), 0, 0), new])
    assert (pair["posts"], pair["followers"], pair["followers_per_1000_posts"]) == (None, None, None)


def test_all_kinds_make_a_top_post() -> None:
    """Acts on one post are summed whatever their kind."""
    assert top_post([got(), got(Kind.LIKE, number=2), got(post=f"{POST}x")]) == 3
