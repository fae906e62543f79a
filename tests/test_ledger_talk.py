"""Broadcast or talk, and answering: which form a message has, what counts as an answer, what is a thread."""

from __future__ import annotations

import pytest
from hypothesis import given

from conversation.acts import Direction, Kind
from conversation.addresses import key
from conversation.ledger.answering import answers, response_hours, response_rate, thread_depth, threads, waits
from conversation.ledger.entries import Entry, Part, Site, address
from conversation.ledger.mix import Form, count, messages, mix, reply_share, share
from ledgers import NOW, POST, SITE, ago, gave, got, many

HOME = Site((SITE, "http://ada-marlow.example/blog"))
NOTE = "https://social.example/@ada/1"
HERS = "https://social.example/@noor/7"


def forms(*rows: Entry) -> dict[str, int]:
    """How many messages of each form some rows are, without the zeros."""
    return {form: number for form, number in count(messages(Part.sort(rows, HOME), HOME)).items() if number}


@pytest.mark.parametrize(
    ("row", "form"),
    [
        (gave(Kind.REPLY, target=HERS), "conversation"),
        (gave(Kind.ANSWER, target="https://forum.example/t/1"), "conversation"),
        (gave(Kind.QUOTE, target=HERS), "conversation"),
        (gave(Kind.RSVP, target="https://party.example/"), "conversation"),
        (gave(Kind.REPOST, target=HERS), "amplify"),
        (gave(Kind.REPOST, target=POST), "own_link"),
        (gave(Kind.REPOST, target=NOTE, mine=True), "own_link"),
        (gave(Kind.NOTE, url=NOTE, target=POST), "own_link"),
        (gave(Kind.NOTE, url=NOTE, target="http://www.ada-marlow.example/blog/old"), "own_link"),
        (gave(Kind.NOTE, url=NOTE, target="http://ada-marlow.example/blog/old"), "own_link"),
        (gave(Kind.NOTE, url=NOTE, post=POST), "own_link"),
        (gave(Kind.NOTE, url=NOTE, target="https://rye.example/"), "share"),
        (gave(Kind.LINK, target="https://rye.example/"), "share"),
        (gave(Kind.MENTION, target="https://noor.example/", person="https://noor.example"), "mention"),
        (gave(Kind.MENTION, target="https://noor.example/essay", person="https://noor.example"), "share"),
        (gave(Kind.NOTE, url=NOTE, target=NOTE, person="noor@social.example"), "mention"),
        (gave(Kind.NOTE, url=NOTE), "statement"),
        (gave(Kind.GUEST_POST, url="https://quiet.example/guest"), "unclassified"),
        (got(mine=True, url=NOTE, person="https://noor.example"), "conversation"),
        (got(Kind.MENTION, mine=True, url=NOTE), "own_link"),
    ],
)
def test_form_of_a_message(row: Entry, form: str) -> None:
    """The first rule that fits decides: talk, repost, own link, link elsewhere, a name, and then a statement."""
    assert forms(row) == {form: 1}


@pytest.mark.parametrize("kind", [Kind.LIKE, Kind.BOOKMARK, Kind.FOLLOW])
def test_silent_acts_are_no_messages(kind: Kind) -> None:
    """A like, a bookmark or a follow says nothing, so it is neither broadcast nor talk."""
    assert forms(gave(kind, target=HERS)) == {}


def test_links_of_one_post_are_one_message() -> None:
    """A post with many links is one message, and a post that answers somebody is talk, however much it links."""
    links = [gave(Kind.LINK, target=f"https://rye.example/{n}", post=POST, url=POST) for n in range(5)]
    answer = gave(Kind.REPLY, target="https://noor.example/1", post=POST, url=POST)
    assert forms(*links) == {"share": 1}
    assert forms(*links, answer) == {"conversation": 1}


def test_an_answer_to_oneself_inherits() -> None:
    """The parts of a thread have the form of its beginning, but only the beginning is a message authored."""
    rows = [gave(Kind.NOTE, url=NOTE, target="https://rye.example/")]
    rows += [gave(Kind.NOTE, url=f"{NOTE}{n}", parent=f"{NOTE}{n - 1}" if n else NOTE) for n in range(3)]
    assert forms(*rows) == {"share": 4}
    assert reply_share(messages(Part.sort(rows, HOME), HOME)) == (0, 1)


def test_an_answer_in_the_own_thread_is_talk() -> None:
    """What I say under my post answers somebody where its parent is somebody's, and else goes with the post."""
    comment = got(person="https://noor.example", url=HERS)
    mine = [got(mine=True, url=f"{NOTE}1", parent=HERS), got(mine=True, url=f"{NOTE}2", parent=POST)]
    assert forms(comment, *mine) == {"conversation": 1, "own_link": 1}


def test_a_message_known_by_two_ways_counts_once() -> None:
    """My reply is told of by my account and stands in my post's conversation: one message."""
    rows = [gave(url=NOTE, target=HERS), got(mine=True, url=NOTE.replace("https", "http"), parent=HERS)]
    assert forms(got(url=HERS), *rows) == {"conversation": 1}


def test_threads_that_bite_their_tail() -> None:
    """Two notes that answer each other end the search and are not classified."""
    first, second = gave(Kind.NOTE, url=NOTE, parent=f"{NOTE}2"), gave(Kind.NOTE, url=f"{NOTE}2", parent=NOTE)
    assert forms(first, second) == {"unclassified": 2}


def test_a_very_long_thread() -> None:
    """Thousands of answers to oneself neither exhaust the stack nor take for ever."""
    rows = [gave(Kind.NOTE, url=f"{NOTE}/{n}", parent=f"{NOTE}/{n - 1}") for n in range(5000)]
    assert forms(*rows) == {"statement": 5000}


def test_mix_example() -> None:
    """Two replies, a repost, an own link, a statement and a guest post: shares of six messages."""
    counts = {
        "conversation": 2,
        "amplify": 1,
        "own_link": 1,
        "share": 0,
        "mention": 0,
        "statement": 1,
        "unclassified": 1,
    }
    shares = mix(counts)
    assert shares is not None
    assert shares["conversation"] == pytest.approx(1 / 3)
    assert shares["unclassified"] == pytest.approx(1 / 6)
    assert share(counts, Form.OWN_LINK, Form.STATEMENT) == pytest.approx(1 / 3)
    assert share(counts, Form.CONVERSATION, Form.MENTION) == pytest.approx(1 / 3)


def test_mix_of_nothing() -> None:
    """Whoever says nothing has no mix, rather than one of zeros."""
    assert mix(count([])) is None
    assert share(count([]), Form.SHARE) is None


def test_reply_share_example() -> None:
    """Two replies among three messages authored: the repost is not counted."""
    rows = [gave(target=HERS, url=f"{NOTE}a"), gave(Kind.ANSWER, url=f"{NOTE}b"), gave(Kind.NOTE), gave(Kind.REPOST)]
    assert reply_share(messages(Part.sort(rows, HOME), HOME)) == (2, 3)


@given(many)
def test_the_mix_is_whole(rows: list[Entry]) -> None:
    """Every message has exactly one form, shares add up to one, and replies are among the messages authored."""
    said = messages(Part.sort(rows, HOME), HOME)
    counts = count(said)
    assert sum(counts.values()) == sum(message.number for message in said)
    shares = mix(counts)
    assert (shares is None) == (not said)
    assert shares is None or sum(shares.values()) == pytest.approx(1)
    replies, authored = reply_share(said)
    assert 0 <= replies <= authored <= sum(counts.values())


def test_answering_example() -> None:
    """Three answerable comments, of which one was answered after 2 hours by me and one after 6 by a post of mine."""
    rows = [
        got(person="a", url="https://a.example/1", days=20),
        got(person="b", url="https://b.example/1", days=20),
        got(person="c", url="https://c.example/1", days=20),
        got(mine=True, url=f"{NOTE}1", parent="http://a.example/1", when=ago(20 - 2 / 24)),
        got(mine=True, url=f"{NOTE}2", parent="https://a.example/1", when=ago(19)),
        gave(target="https://b.example/1", post=f"{SITE}/b.html", when=ago(20 - 6 / 24)),
    ]
    part = Part.sort(rows, HOME)
    hours = waits(part.received, answers(part), NOW)
    assert sorted(hours, key=str) == [pytest.approx(2), pytest.approx(6), None]
    assert response_rate(hours) == pytest.approx(2 / 3)
    assert response_hours(hours) == pytest.approx(4)


@pytest.mark.parametrize(
    "row",
    [
        got(url=HERS, days=6),
        got(Kind.LIKE, url=HERS, days=60),
        got(url=HERS, days=60, post=""),
        got(url="", days=60),
        got(url=POST, days=60),
        got(url=HERS, days=60, number=9),
    ],
)
def test_what_cannot_be_answered_yet_or_at_all(row: Entry) -> None:
    """Young comments, likes, and comments without an address of their own count neither as answered nor as not."""
    assert waits([row], {}, NOW) == []


def test_answering_nothing_is_undefined() -> None:
    """No comment gives no rate, and no answer gives no time."""
    assert response_rate([]) is None
    assert response_hours([None, None]) is None
    assert thread_depth([]) is None


def test_a_wrong_clock_takes_no_time() -> None:
    """An answer dated before its comment is an answer at once, not a negative wait."""
    assert waits([got(url=HERS, days=10)], {HERS: [ago(11)]}, NOW) == [0]


def test_thread_depth_example() -> None:
    """Noor, I, Noor again, and Jo's lone comment: one thread of three messages."""
    rows = [
        got(person="noor", url="https://a.example/1"),
        got(mine=True, url=f"{NOTE}1", parent="https://a.example/1"),
        got(person="noor", url="https://a.example/2", parent=f"{NOTE}1"),
        got(person="jo", url="https://b.example/1"),
    ]
    sizes = [len(thread) for thread in threads(Part.sort(rows, HOME))]
    assert sizes == [3]
    assert thread_depth([3, 4]) == pytest.approx(3.5)


def test_a_reply_that_my_account_tells_of_joins_the_thread_once() -> None:
    """My reply counts in the thread whether the thread or my account tells of it, or both."""
    comment = got(person="noor", url=HERS)
    told, there = gave(url=NOTE, target=HERS), got(mine=True, url=NOTE, parent=HERS)
    for rows in ([comment, told], [comment, there], [comment, told, there]):
        assert [len(thread) for thread in threads(Part.sort(rows, HOME))] == [2]


def test_strangers_threads_are_not_mine() -> None:
    """What I said elsewhere is no thread under my posts, and the anonymous of one thread are one person."""
    assert threads(Part.sort([gave(url=NOTE, target=HERS), gave(url=f"{NOTE}2", target=NOTE)], HOME)) == []
    assert threads(Part.sort([got(url=HERS), got(url=f"{HERS}2", parent=HERS)], HOME)) == []


@given(many)
def test_answering_bounds(rows: list[Entry]) -> None:
    """Waits are never negative, rates are shares, and threads have at least two messages or one shared address."""
    part = Part.sort(rows, HOME)
    hours = waits(part.received, answers(part), NOW)
    rate = response_rate(hours)
    assert rate is None or 0 <= rate <= 1
    assert all(wait is None or wait >= 0 for wait in hours)
    assert all(len(thread) > 1 for thread in threads(part))


@given(many)
def test_every_row_has_one_place(rows: list[Entry]) -> None:
    """Rows that stand for something are given, received, mine or notes, and own acts are never received."""
    part = Part.sort(rows, HOME)
    assert sum(map(len, part.rows())) == sum(row.number > 0 for row in rows)
    assert not any(row.mine for row in (*part.received, *part.given))
    assert not any(row.kind is Kind.NOTE for row in part.given)
    assert all(row.direction is Direction.RECEIVED for row in (*part.received, *part.mine))


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/b/C-1.html",
        "http://a.example/b",
        "https://A.example/b",
        "https://a.example",
        "https://a.example/b?",
        "https://a.example:443/",
        "https://a.example./b",
        "https://a.example/%7Eb",
        "https://a.example/ö",
        " https://a.example/b",
        "",
    ],
)
def test_the_quick_spelling_is_the_right_one(url: str) -> None:
    """The shortcut for plain addresses spells them as `addresses.key` does."""
    assert address(url) == (key(url) if url else "")
