"""What holds for each metric whatever happened: bounds, symmetry, null for undefined, no order but the data's own."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from conversation.acts import KINDS, Direction, Kind
from conversation.ledger import Entry, PostFacts, Snapshot
from conversation.ledger.answering import response_hours, response_rate, thread_depth
from conversation.ledger.drawn import balance, bursts, concentration, per_post, top_post
from conversation.ledger.entries import Window
from conversation.ledger.gifts import long_gifts, words_given
from conversation.ledger.milestones import milestones
from conversation.ledger.mix import Form, mix, share
from conversation.ledger.people import first_time, periods, recurring, sides
from conversation.ledger.scoring import score
from ledgers import NOW, POST, SITE, ago, gave, got, ledger, many

counts = st.fixed_dictionaries({form.value: st.integers(0, 9) for form in Form})
posts = st.lists(
    st.builds(
        PostFacts,
        url=st.integers(0, 99).map(lambda n: f"{SITE}/{n}"),
        published=st.none() | st.integers(0, 900).map(ago),
        comments=st.integers(0, 50),
        shares=st.integers(0, 50),
        likes=st.integers(0, 50),
    ),
    max_size=12,
)
snapshots = st.lists(
    st.builds(
        Snapshot,
        st.integers(0, 2000).map(lambda days: date(2020, 1, 1) + timedelta(days=days)),
        st.integers(0, 500),
        st.none() | st.integers(0, 9999),
    ),
    max_size=6,
)


def positive(rows: list[Entry]) -> list[Entry]:
    """The rows that stand for something, as all figures get them."""
    return [row for row in rows if row.number > 0]


@given(many, many)
def test_words_are_a_sum(one: list[Entry], other: list[Entry]) -> None:
    """What was written in two stretches of time is the sum of both, as far as it is known; never negative."""
    first, second, both = words_given(one), words_given(other), words_given(one + other)
    assert both is None or both >= 0
    if both is not None:
        assert both == (first or 0) + (second or 0)
    else:
        assert None in {first, second}


@given(many)
def test_long_gifts_are_some_of_the_gifts(rows: list[Entry]) -> None:
    """There are no more guest posts, answers and long comments than acts of these kinds, whatever their order."""
    rows = positive(rows)
    found = long_gifts(rows)
    kinds = {"guest_posts": Kind.GUEST_POST, "answers": Kind.ANSWER, "comments": Kind.REPLY}
    for name, kind in kinds.items():
        assert 0 <= found[name] <= sum(row.number for row in rows if row.kind is kind)
    assert found == long_gifts(rows[::-1])


@given(counts)
def test_shares_of_the_mix(numbers: dict[str, int]) -> None:
    """Broadcast and talk are parts of one whole, each the sum of its forms; without a message both are undefined."""
    broadcast, talk = share(numbers, Form.OWN_LINK, Form.STATEMENT), share(numbers, Form.CONVERSATION, Form.MENTION)
    shares = mix(numbers)
    if not sum(numbers.values()):
        assert (broadcast, talk, shares) == (None, None, None)
        return
    assert broadcast is not None
    assert talk is not None
    assert shares is not None
    assert 0 <= broadcast + talk <= 1 + 1e-9
    assert broadcast == pytest.approx(shares["own_link"] + shares["statement"])
    assert talk == pytest.approx(shares["conversation"] + shares["mention"])


@given(st.lists(st.none() | st.floats(0, 9999), max_size=12), st.randoms())
def test_response_is_between_the_fastest_and_the_slowest(waits: list[float | None], chance: random.Random) -> None:
    """The median lies among the waits, the rate counts the answered, and the order of comments makes no difference."""
    answered = [wait for wait in waits if wait is not None]
    rate, hours = response_rate(waits), response_hours(waits)
    assert (rate is None) == (not waits)
    assert (hours is None) == (not answered)
    assert rate is None or rate * len(waits) == pytest.approx(len(answered))
    assert hours is None or min(answered) <= hours <= max(answered)
    chance.shuffle(waits)
    assert (rate, hours) == (response_rate(waits), response_hours(waits))


@given(st.lists(st.integers(2, 40), max_size=9))
def test_depth_is_between_the_shortest_and_the_longest(sizes: list[int]) -> None:
    """The mean lies among the threads' sizes, and there is none without a thread."""
    depth = thread_depth(sizes)
    assert (depth is None) == (not sizes)
    assert depth is None or min(sizes) <= depth <= max(sizes)


@given(many)
def test_people_are_back_or_new_and_never_both(rows: list[Entry]) -> None:
    """Who came back and who is new are different people of this year; of all time everybody was new once."""
    heard = [replace(row, direction=Direction.RECEIVED) for row in rows]
    years = periods(heard, NOW)
    late = {row.person for row in heard if row.person and row.when <= NOW and row.when in Window.year(NOW)}
    assert recurring(years) + first_time(years) <= len(late)
    assert recurring(years) <= recurring(years, all_time=True) <= first_time(years, all_time=True)
    assert first_time(years, all_time=True) == len({row.person for row in heard if row.person and row.when <= NOW})
    assert periods(heard[::-1], NOW) == years


@given(st.sets(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef")))
def test_everybody_stands_on_one_of_three_sides(out: set[str], back: set[str]) -> None:
    """Only given, both and only received are all who are known, and turning the sides around swaps the outer two."""
    only_given, both, only_received = sides(out, back)
    assert only_given + both + only_received == len(out | back)
    assert sides(back, out) == (only_received, both, only_given)


@given(many)
def test_without_the_top_post_the_balance_leans_to_giving(rows: list[Entry]) -> None:
    """Taking away what one post received can only lift the balance; the top post has no more than everything."""
    received = [row for row in positive(rows) if row.direction is Direction.RECEIVED]
    given_, whole, top = 7, sum(row.number for row in received), top_post(received)
    assert 0 <= top <= whole
    with_, without = balance(given_, whole), balance(given_, whole - top)
    assert with_ is not None
    assert without is not None
    assert with_ <= without <= 1
    assert top_post(received[::-1]) == top


@given(many, st.integers(0, 12))
def test_concentration_is_a_share(rows: list[Entry], number: int) -> None:
    """Between 0 and 1, 1 where one post drew all there is; undefined under five posts or where nothing came."""
    rows = positive(rows)
    found = concentration(rows, number)
    assert (found is None) == (not rows or number < 5)
    assert found is None or 0 <= found <= 1
    alone = [replace(row, post=POST) for row in rows]
    assert concentration(alone, 5) == (1 if rows else None)


@given(posts, st.randoms())
def test_per_post_is_among_the_posts(some: list[PostFacts], chance: random.Random) -> None:
    """Each median lies between the least and the most of the settled posts; none without a settled post."""
    settled = [post for post in some if post.published and post.published <= ago(30)]
    found = per_post(some, Window(None, NOW))
    assert (found is None) == (not settled)
    for name, value in (found or {}).items():
        numbers = [getattr(post, name) for post in settled]
        assert min(numbers) <= value <= max(numbers)
    shuffled = list(some)
    chance.shuffle(shuffled)
    assert per_post(shuffled, Window(None, NOW)) == found


@given(st.lists(st.integers(1, 30), min_size=13, max_size=30), st.integers(2, 5))
def test_bursts_are_no_matter_of_size(row: list[int], times: int) -> None:
    """A blog that draws so many times as much in every month has the same months that stand out."""
    months = {f"{2022 + n // 12}-{n % 12 + 1:02}": number for n, number in enumerate(row)}
    assert bursts({month: number * times for month, number in months.items()}) == bursts(months)
    assert bursts(dict.fromkeys(months, 5)) == []


@given(snapshots, st.randoms())
def test_milestones_are_pairs_in_order(some: list[Snapshot], chance: random.Random) -> None:
    """One pair fewer than different snapshots, each beginning where the last ended; growth never falls below -100 %."""
    found = milestones(some)
    assert len(found) == max(len(set(some)) - 1, 0)
    for old, new in pairwise(found):
        assert old["to"] == new["from"]
    for pair in found:
        assert pair["from"] <= pair["to"]  # type: ignore[operator]
        assert all(pair[name] is None or pair[name] >= -1 for name in ("posts", "followers"))  # type: ignore[operator]
    shuffled = list(some)
    chance.shuffle(shuffled)
    assert milestones(shuffled) == found


kinds = st.dictionaries(st.sampled_from([kind.value for kind in KINDS]), st.integers(0, 99))


@given(kinds, kinds)
def test_a_score_is_a_weighed_sum(one: dict[str, int], other: dict[str, int]) -> None:
    """The score of two stretches is the sum of their scores; with a weight of 1 for all it is the number of acts."""
    both = {kind: one.get(kind, 0) + other.get(kind, 0) for kind in {*one, *other}}
    weights = {"reply": 4, "like": 0.5, "link": 2}
    assert score(both, weights) == pytest.approx(score(one, weights) + score(other, weights))
    assert score(one, dict.fromkeys(Kind, 1)) == sum(one.values())
    assert score(one, {}) == 0


@given(many)
def test_coverage_is_a_part(rows: list[Entry]) -> None:
    """No more acts are attributed, or about no post, than there are; people on the sides are those that are counted."""
    told = ledger(*rows)
    for span in (told.all, told.year):
        figures = span.metrics
        assert 0 <= figures.gifts.attributed_given <= span.given.acts
        assert 0 <= figures.gifts.attributed_received <= span.received.acts
        assert 0 <= figures.drawn.unmatched <= span.received.acts
        assert figures.both.only_given + figures.both.both_ways == figures.gifts.people_given
        assert figures.both.only_received + figures.both.both_ways == figures.gifts.people_received


OWN = "https://social.example/@ada/1"
HERS = "https://social.example/@noor/7"


def forms(*rows: Entry) -> tuple[dict[str, int], int, int]:
    """The forms of messages without zeros, replies and messages authored."""
    talk = ledger(*rows).all.metrics.talk
    return {form: number for form, number in talk.mix_counts.items() if number}, talk.replies, talk.authored


def test_an_answer_written_down_by_hand_is_none_of_my_addresses() -> None:
    """A row of the table has the address that it answers: my next answer there is not one to myself."""
    by_hand, there = gave(url=HERS, target=HERS), got(mine=True, url=f"{OWN}2", parent=HERS)
    assert forms(by_hand, there, got(url=HERS)) == ({"conversation": 2}, 2, 2)


def test_passing_on_my_own_words_is_about_myself() -> None:
    """A boost of an own status, which archives tell of as a note, is an own link as the status may be none."""
    status, boost = gave(Kind.NOTE, url=OWN), gave(Kind.NOTE, url=f"{OWN}2", target=OWN)
    assert forms(status, boost)[0] == {"own_link": 1, "statement": 1}


def test_an_answer_to_myself_is_no_talk() -> None:
    """A reply that is addressed to the blogger is about the own things, even where the address of one is known."""
    reply = gave(url=HERS, target=HERS, person="https://social.example/@ada", mine=True)
    assert forms(reply) == ({"own_link": 1}, 0, 0)
