"""Sections five to nine: shares that fill their bar, times as people tell them, lines and days where they belong."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.acts import Kind
from conversation.languages import ENGLISH, Languages
from conversation.ledger import Entry, Snapshot
from conversation.ledger.bothways import BothWays, bothways
from conversation.ledger.broadcast import Broadcast, broadcast
from conversation.ledger.days import days
from conversation.ledger.people import sides
from conversation.ledger.response import duration, response
from conversation.ledger.slopes import Slopes, slopes
from conversation.ledger.strips import Part, strip
from conversation.ledger.wording import Piece
from ledgers import FULL, JO, NOOR, POST, SITE, gave, got, ledger, outline

KIM = "https://kim.example"
MAY_2024, MAY_2026 = Snapshot(date(2024, 5, 2), 1000, 3035), Snapshot(date(2026, 5, 2), 1250, 5756)


def text(sentences: tuple[tuple[Piece, ...], ...]) -> str:
    """Sentences as they are read, one a line."""
    return "\n".join("".join(piece.text for piece in sentence) for sentence in sentences)


def note(number: int) -> list[Entry]:
    """So many messages to nobody."""
    return [gave(Kind.NOTE, url=f"{SITE}/notes/{n}") for n in range(number)]


def told_mix(*rows: Entry) -> Broadcast:
    """The section on broadcast or talk."""
    shown = broadcast(ledger(*rows), ENGLISH)
    assert shown is not None
    return shown


def told_both(*rows: Entry) -> BothWays:
    """The section on going both ways."""
    shown = bothways(ledger(*rows), ENGLISH)
    assert shown is not None
    return shown


def told_slopes(*snapshots: Snapshot) -> Slopes:
    """The section on milestones."""
    shown = slopes(ledger(snapshots=snapshots), ENGLISH)
    assert shown is not None
    return shown


@given(st.lists(st.integers(0, 100_000), max_size=7))
def test_parts_fill_their_bar(numbers: list[int]) -> None:
    """Whatever the numbers, the parts fill the bar from end to end, none overlaps, and none is too small to be seen."""
    parts = [(Part(str(n), "", Piece(f"{n}"), None), n) for n in numbers]
    laid = strip(parts, title="").parts
    assert len(laid) == sum(number > 0 for number in numbers)
    edge = 0.0
    for part in laid:
        assert float(part.x) == pytest.approx(edge, abs=0.5)
        assert float(part.width) >= 2.9
        edge = float(part.x) + float(part.width) + 2
    assert not laid or edge - 2 == pytest.approx(320, abs=0.5)


def test_broadcast_or_talk() -> None:
    """From talk to broadcast, each form with its number; percentages only from twenty messages on."""
    few = told_mix(gave(target=f"{NOOR}/1", person=NOOR), gave(Kind.REPOST, target=f"{JO}/2"), *note(2))
    assert [(part.key, part.number.text, part.share) for part in few.strip.parts] == [
        ("conversation", "1", None),
        ("amplify", "1", None),
        ("statement", "2", None),
    ]
    assert text(few.sentences) == (
        "1 of 4 messages answered or named somebody.\n"
        "2 of 4 messages were about my own pages, or to nobody in particular."
    )
    many = told_mix(gave(target=f"{NOOR}/1", person=NOOR), *note(24))
    assert many.strip.parts[0].share == Piece("4\N{NO-BREAK SPACE}%", "metrics.year.mix.conversation")


def test_one_form_is_no_bar() -> None:
    """A bar of one part shows nothing; without any message there is no section, and an old one is of all time."""
    assert not told_mix(*note(3)).strip.drawn
    assert broadcast(ledger(gave(Kind.LIKE)), ENGLISH) is None
    assert told_mix(gave(days=500, person=NOOR)).year is False


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (0, "under a minute"),
        (1 / 60, "about 1 minute"),
        (0.99, "about 59 minutes"),
        (0.999, "about 1 hour"),
        (5.2, "about 5 hours"),
        (35.4, "about 35 hours"),
        (48, "about 2 days"),
        (24 * 45, "about 45 days"),
        (24 * 90, "about 3 months"),
    ],
)
def test_times_as_people_tell_them(hours: float, told: str) -> None:
    """Minutes, hours, days, months: rounded, and never none."""
    assert duration(hours, ENGLISH) == told


@given(st.floats(0, 1_000_000))
def test_every_time_has_words(hours: float) -> None:
    """No time is told as zero of something."""
    assert " 0 " not in duration(hours, ENGLISH)


def comment(number: int, *, answered: bool) -> list[Entry]:
    """A comment three weeks old, and the answer to it five hours later."""
    spot = f"{NOOR}/{number}"
    answer = got(mine=True, url=f"{POST}#{number}", parent=spot, days=21 - 5 / 24)
    return [got(person=NOOR, url=spot, days=21), *([answer] if answered else [])]


def test_answering() -> None:
    """Answered of answerable, the median time, the open ones beside it, and how long conversations get, with n."""
    rows = [row for number in range(4) for row in comment(number, answered=number > 0)]
    shown = response(ledger(*rows), ENGLISH)
    assert shown is not None
    assert text(shown.sentences) == (
        "3 of 4 comments on my posts have an answer from me, 1 is still open\n"
        "about 5 hours until half of those answers were there\n"
        "2 messages on average in 3 conversations of two or more people"
    )


def test_nothing_answered_is_no_shame() -> None:
    """Where no answer was given yet there is no "0 of 2": the comments are open; without comments, no section."""
    shown = response(ledger(*comment(1, answered=False), *comment(2, answered=False)), ENGLISH)
    assert shown is not None
    assert text(shown.sentences) == "2 comments on my posts are open for an answer"
    assert response(ledger(gave()), ENGLISH) is None


def test_going_both_ways() -> None:
    """Three numbers that add up to all people known, the quotient of reciprocity, and who is new since when."""
    rows = [gave(person=NOOR), gave(person=JO), got(person=NOOR), got(person=KIM), got(person=KIM, days=500)]
    shown = told_both(*rows)
    assert [(part.key, part.number) for part in shown.strip.parts] == [
        ("only-given", Piece("1", "metrics.year.only_given")),
        ("both", Piece("1", "metrics.year.both_ways")),
        ("only-received", Piece("1", "metrics.year.only_received")),
    ]
    assert text(shown.sentences) == (
        "1 person is on both sides, of 2 I gave to and 2 I heard from\n"
        "1 person came back from the year before\n"
        "1 new voice was heard for the first time; what is known here begins on 10 July 2025"
    )


def test_reciprocity_from_twenty_on() -> None:
    """With twenty names on the two sides the share is told."""
    people = [f"https://p{n}.example" for n in range(10)]
    rows = [
        *(gave(person=one) for one in people),
        *(got(person=one) for one in people[:5]),
        *(got(person=f"{one}/x") for one in people[:5]),
    ]
    assert "a reciprocity of 50\N{NO-BREAK SPACE}%" in text(told_both(*rows).sentences)


def test_one_side_alone_is_no_picture() -> None:
    """Who only gave reads no "100 %" about it, and without people there is no section."""
    assert bothways(ledger(gave(person=NOOR), gave(person=JO)), ENGLISH) is None
    assert bothways(ledger(gave(), got()), ENGLISH) is None
    assert not told_both(got(person=NOOR)).strip.drawn


@given(st.frozensets(st.sampled_from("abcdef")), st.frozensets(st.sampled_from("abcdef")))
def test_sides_add_up(out: frozenset[str], back: frozenset[str]) -> None:
    """Everybody known is on exactly one of the three; turned round, the first and last change places."""
    assert sum(sides(out, back)) == len(out | back)
    assert sides(back, out) == sides(out, back)[::-1]


def test_milestones_in_words() -> None:
    """The sentence of the yearly notes, with absolute numbers, and a growth that says which figure it is."""
    shown = told_slopes(MAY_2026, MAY_2024)
    assert text(shown.sentences).replace("\N{NO-BREAK SPACE}", " ") == (
        "From May 2024 to May 2026: posts 1,000 → 1,250 (+25 %), followers 3,035 → 5,756 (+90 %)."
    )
    assert [piece.figure for piece in shown.sentences[0] if piece.figure] == [
        "metrics.all.milestones.0.posts",
        "metrics.all.milestones.0.followers",
    ]


def test_two_lines_begin_at_one_height() -> None:
    """Both lines start at the same point, the steeper ends higher, and their names do not touch."""
    posts, followers = told_slopes(MAY_2024, MAY_2026).lines
    assert posts.points.split()[0] == followers.points.split()[0] == "8,144"
    assert followers.points.split()[1] == "230,16"
    assert float(posts.name.y) - float(followers.name.y) >= 30
    assert [line.name.text for line in (posts, followers)] == ["posts", "followers"]


def test_names_of_near_lines_keep_apart() -> None:
    """Where both grew alike their names move away from each other."""
    lines = told_slopes(Snapshot(date(2025, 1, 1), 100, 100), Snapshot(date(2026, 1, 1), 150, 151)).lines
    assert abs(float(lines[0].name.y) - float(lines[1].name.y)) >= 30


def test_one_snapshot_is_no_milestone() -> None:
    """One day, or one day told twice, compares with nothing."""
    assert slopes(ledger(snapshots=(MAY_2024,)), ENGLISH) is None
    assert slopes(ledger(snapshots=(MAY_2024, Snapshot(date(2024, 5, 2), 1001, 3035))), ENGLISH) is None


def test_unknown_and_zero_beginnings() -> None:
    """Unknown followers have no line and "–" in the table; what began at 0 has no growth; nothing divides by zero."""
    shown = told_slopes(Snapshot(date(2025, 1, 1), 5, None), Snapshot(date(2026, 1, 1), 5, None))
    assert [line.key for line in shown.lines] == ["posts"]
    assert [day.followers for day in shown.days] == ["", ""]
    shown = told_slopes(Snapshot(date(2025, 1, 1), 0, 0), Snapshot(date(2026, 1, 1), 0, 9))
    assert shown.lines == ()
    assert text(shown.sentences) == "From January 2025 to January 2026: posts 0 → 0, followers 0 → 9."


def test_followers_known_later() -> None:
    """Followers known for a part of the time are told for that part."""
    days_ = (
        Snapshot(date(2024, 5, 2), 10, None),
        Snapshot(date(2025, 5, 2), 20, 50),
        Snapshot(date(2026, 5, 2), 30, 60),
    )
    told = text(told_slopes(*days_).sentences)
    assert "From May 2025 to May 2026: followers 50 → 60 (+20" in told


def test_since_the_last_milestone() -> None:
    """What came since the last day but one is told by its name, with the growth that ledger.json has."""
    first, newest = Snapshot(date(2019, 3, 1), 400, 900), Snapshot(date(2025, 3, 1), 1250, 5756)
    thousandth = Snapshot(date(2024, 1, 5), 1000, 3035, "my 1,000th post", written=True)
    since = told_slopes(first, thousandth, newest).sentences[1]
    assert text((since,)).replace("\N{NO-BREAK SPACE}", " ") == (
        "Since 5 January 2024 (my 1,000th post): posts 1,000 → 1,250 (+25 %), followers 3,035 → 5,756 (+90 %)."
    )
    assert [piece.figure for piece in since if piece.figure] == [
        "metrics.all.milestones.1.posts",
        "metrics.all.milestones.1.followers",
    ]
    unknown = dataclasses.replace(newest, followers=None)
    assert text(told_slopes(first, thousandth, unknown).sentences[1:]).endswith(
        "(my 1,000th post): posts 1,000 → 1,250 (+25\N{NO-BREAK SPACE}%)."
    )
    assert len(told_slopes(first, newest, dataclasses.replace(newest, posts=1260)).sentences) == 1


def test_growth_from_little_has_no_percentage() -> None:
    """From fewer than 20 the numbers are told, in words, at the line and in the table, without a percentage."""
    shown = told_slopes(Snapshot(date(2025, 1, 1), 2, 19), Snapshot(date(2026, 1, 1), 14, 38))
    assert text(shown.sentences) == "From January 2025 to January 2026: posts 2 → 14, followers 19 → 38."
    assert [line.growth.text for line in shown.lines] == ["2 → 14", "19 → 38"]
    assert [day.posts_growth for day in shown.days] == [None, None]


def test_days_i_gave() -> None:
    """Every day of the year stands once; those given in are told by quartile, in a table, and in words."""
    shown = days(ledger(*(gave(days=n, number=1 + n % 4) for n in range(1, 41)), gave(days=800)), ENGLISH)
    assert shown is not None
    assert text((shown.sentence,)) == "On 40 days of the last twelve months I gave something."
    assert [level.numbers for level in shown.levels] == ["1", "2", "3", "4"]
    given_, empty = sum(level.path.count("M") for level in shown.levels), shown.empty.count("M")
    assert (given_, given_ + empty) == (40, 366)
    assert [(row.name, row.days) for row in shown.rows] == [("October 2026", "19"), ("November 2026", "21")]


def test_few_days_are_no_picture() -> None:
    """Under ten days there is more emptiness than picture, and nobody is shown how empty a year was."""
    assert days(ledger(*(gave(days=n) for n in range(1, 10))), ENGLISH) is None


@given(st.lists(st.integers(0, 364), min_size=10, max_size=60, unique=True), st.integers(1, 5))
def test_any_days_have_a_place(offsets: list[int], number: int) -> None:
    """Whatever days they are, each lies inside the picture."""
    shown = days(ledger(*(gave(days=one, number=number) for one in offsets)), ENGLISH)
    assert shown is not None
    for path in (shown.empty, *(level.path for level in shown.levels)):
        for spot in filter(None, path.split("M")):
            x, y = spot.removesuffix("h0").split()
            assert 30 < float(x) < 320
            assert 18 < float(y) < float(shown.height)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["May 2026", "Sep", "Wed", "1,234.6", "3", "+25 %", "−3 %", "±0 %"]),
        ("de", ["Mai 2026", "Sep", "Mi", "1.234,6", "3", "+25 %", "−3 %", "±0 %"]),
        ("es", ["mayo de 2026", "sept", "mié", "1.234,6", "3", "+25 %", "−3 %", "±0 %"]),
    ],
)
def test_names_and_numbers_of_a_language(language: str, told: list[str]) -> None:
    """Months, weekdays, fractions and growth are written as the language writes them."""
    words = Languages().choose(language)
    names = [words.month(date(2026, 5, 2)), words.month_name(9), words.weekday_name(2)]
    numbers = [words.decimal(1234.56), words.decimal(3.04), *map(words.growth, (25, -3, 0))]
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in (*names, *numbers)] == told


def test_the_full_page_in_words() -> None:
    """What sections five to nine of a whole page say can be read without any picture."""
    told = outline(FULL).text
    for sentence in (
        "The days between are for everything else.",
        "From talk, on the left, to broadcast, on the right.",
        "1 comment on my posts is open for an answer",
        "One does not explain the other.",
        "my 1,000th post",
    ):
        assert sentence in told
