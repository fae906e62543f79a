"""Month by month: one scale, capped bursts, months that are not over, and words for what the picture shows."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.acts import Direction, Kind
from conversation.languages import ENGLISH
from conversation.ledger import Entry, Ledger, SourceFacts, compute
from conversation.ledger.columns import Bar, Chart, ceiling
from conversation.ledger.months import Months, months
from conversation.ledger.wording import Piece
from ledgers import NOW, SITE, ago, gave, got, ledger


def laid(*rows: Entry, sources: tuple[SourceFacts, ...] = ()) -> Months:
    """The section of some rows."""
    shown = months(ledger(*rows, sources=sources), {}, ENGLISH)
    assert shown is not None
    return shown


def chart(shown: Months) -> Chart:
    """Its picture."""
    assert shown.chart is not None
    return shown.chart


def text(sentence: tuple[Piece, ...]) -> str:
    """A sentence as it is read."""
    return "".join(piece.text for piece in sentence)


def tall(bars: tuple[Bar, ...], side: Direction) -> list[float]:
    """The heights of the columns of one side."""
    return [float(bar.height) for bar in bars if bar.side is side]


def steady(**fields: object) -> list[Entry]:
    """Four acts given and two received in the middle of each of 14 months."""
    rows = []
    for month in range(14):
        rows += [gave(days=7 + 30 * month, number=4, **fields), got(days=7 + 30 * month, number=2, **fields)]
    return rows


def test_one_month_is_no_picture() -> None:
    """Nothing, or one month, has no section: one column compares with nothing."""
    assert months(ledger(), {}, ENGLISH) is None
    assert months(ledger(gave(days=3), got(days=4)), {}, ENGLISH) is None


def test_both_sides_share_one_scale() -> None:
    """A column twice as long stands for twice as many acts, up or down."""
    bars = chart(laid(gave(days=40, number=4), got(days=40, number=8), gave(days=70, number=2))).bars
    assert tall(bars, Direction.GIVEN) == pytest.approx([25, 50])
    assert tall(bars, Direction.RECEIVED) == pytest.approx([100])


def test_given_goes_up_and_received_down() -> None:
    """Columns of giving end on the upper line, columns of receiving begin on the lower one."""
    picture = chart(laid(*steady()))
    upper, lower = map(float, picture.lines)
    for bar in picture.bars:
        if bar.side is Direction.GIVEN:
            assert float(bar.y) + float(bar.height) == pytest.approx(upper, abs=0.11)
        else:
            assert float(bar.y) == pytest.approx(lower)


def test_the_twelve_months_before_this_one() -> None:
    """Thirteen columns, the last of which is open, for its month is not over."""
    shown = laid(*steady())
    # Every other one has its name: with all of them one would touch the next.
    assert [label.text for label in chart(shown).months] == ["Nov", "Jan", "Mar", "May", "Jul", "Sep", "Nov"]
    assert [bar.open_ for bar in chart(shown).bars if bar.side is Direction.GIVEN] == [False] * 12 + [True]
    assert shown.span == "November 2025 to November 2026"
    assert any("its month is not over" in note for note in shown.notes)


def test_the_month_that_tells_most() -> None:
    """The sentence takes the month over with most given, and prefers one with an echo; this month is not over."""
    rows = [gave(days=3, number=90), gave(days=40, number=41), got(days=40, number=12), gave(days=75, number=60)]
    assert text(laid(*rows).sentences[0]) == "In October 2026 I gave 41 times and heard back 12 times."


def test_only_one_side() -> None:
    """A blog that only gives, or only receives, reads no zero, in its sentence nor in its table."""
    gives = laid(gave(days=40, number=3), gave(days=75))
    assert text(gives.sentences[0]) == "In October 2026 I gave 3 times."
    assert [(row.given is None, row.received is None) for row in gives.rows] == [(False, True)] * 2
    receives = laid(got(days=40, number=3), got(days=75))
    assert text(receives.sentences[0]) == "In October 2026 I heard from others 3 times."
    assert receives.chart is not None
    assert receives.chart.description == "Received: 1 to 3 a month."


def test_a_burst_is_capped_named_and_kept() -> None:
    """A month far above all others is drawn with a gap, carries its number, is told in words and stays in the table."""
    shown = laid(*steady(), got(days=700), got(days=100, number=500), gave(days=40))
    bars = [bar for bar in chart(shown).bars if bar.side is Direction.RECEIVED]
    assert len(bars) == 13 + 1
    labels = {label.text: label.figure for label in chart(shown).numbers}
    assert labels["502"] == "received.all.by_month.2026-08"
    assert text(shown.sentences[1]) == "August 2026 stands out: 502 acts came in, more than three times the usual."
    assert any("a gap" in note for note in shown.notes)
    assert "502" in [row.received.text for row in shown.rows if row.received]


@pytest.mark.parametrize(
    ("numbers", "told"),
    [([], 1), ([0, 0], 1), ([3, 1, 2, 2], 3), ([500, 10, 9, 8], 20), ([500, 400, 9, 8], 500), ([90, 80] + [4] * 8, 8)],
)
def test_ceiling(numbers: list[int], told: float) -> None:
    """Columns are capped at twice the next, where at most a quarter of them, three at most, is five times as large."""
    assert ceiling(numbers) == told


@given(st.lists(st.integers(0, 10_000)))
def test_ceiling_caps_few(numbers: list[int]) -> None:
    """No more than three columns are ever capped, and no cap lies above the largest."""
    top = ceiling(numbers)
    assert sum(number > top for number in numbers) <= 3
    assert top <= max(numbers, default=1) or top == 1


def test_an_outage_draws_no_fall() -> None:
    """From the month in which a source fell silent on, columns are open and veiled, and the page says why."""
    silent = SourceFacts(name="mastodon", state="stale", pulled=ago(60), acts=9)
    shown = laid(*steady(), sources=(silent,))
    picture = chart(shown)
    assert [bar.open_ for bar in picture.bars if bar.side is Direction.GIVEN] == [False] * 10 + [True] * 3
    assert picture.veil is not None
    assert float(picture.veil[0]) + float(picture.veil[1]) == pytest.approx(318, abs=0.2)
    assert "Since 23 September 2026 not everything could be read (mastodon)" in shown.notes[-1]


@pytest.mark.parametrize("fields", [{"state": "fresh"}, {"acts": 0}, {"pulled": None}, {"pulled": ago(500)}])
def test_no_veil_without_need(fields: dict[str, object]) -> None:
    """A source that is back, that never told of anything, or that is gone for a year veils nothing."""
    facts = {"name": "mastodon", "state": "stale", "pulled": ago(60), "acts": 9, **fields}
    assert chart(laid(*steady(), sources=(SourceFacts(**facts),))).veil is None  # type: ignore[arg-type]


def test_channels_from_four_on() -> None:
    """Each of four channels has a picture, on one scale, the busiest first; what nobody counts is no 0."""
    rows = [gave(days=40, number=20 - 4 * n, channel=f"place{n}") for n in range(3)]
    rows += [gave(days=75, number=2, channel=f"place{n}") for n in range(3)]
    assert laid(*rows).channels == ()
    shown = laid(*rows, got(days=40, number=4, channel="lobsters"), got(days=75, channel="lobsters")).channels
    assert [one.name for one in shown] == ["Place0", "Place1", "Place2", "Lobsters"]
    assert [tall(one.chart.bars, Direction.GIVEN)[-1:] for one in shown] == [[70], [56], [42], []]
    assert tall(shown[3].chart.bars, Direction.RECEIVED)[-1] == pytest.approx(14)
    assert [label.text for label in shown[3].chart.sides] == ["given: not counted", "received"]
    assert [(one.given, one.received) for one in shown] == [(True, False)] * 3 + [(False, True)]
    assert all(row.received is None for one in shown[:3] for row in one.rows)


def test_the_whole_history_by_year() -> None:
    """A history longer than the picture has a small one for each year, the newest first, with its own rows."""
    assert laid(gave(days=40), gave(days=75)).years == ()
    shown = laid(*steady(), gave(days=1200)).years
    assert [one.name for one in shown] == ["2026", "2025", "2023"]
    assert [len(one.rows) for one in shown] == [11, 3, 1]


def test_an_old_history_without_a_last_year() -> None:
    """Where the last months are empty the years stand alone, and the sentence is about them."""
    shown = laid(gave(days=900, number=2), gave(days=800))
    assert shown.chart is None
    assert [one.name for one in shown.years] == ["2024"]
    assert text(shown.sentences[0]) == "In June 2024 I gave 2 times."


def test_months_of_the_site() -> None:
    """A month begins when it does where the site is, and what is dated in the future is in no picture."""
    late = [gave(when=NOW.replace(month=9, day=30, hour=23)), gave(days=3), gave(days=-40)]
    shown = months(compute(late, (), (), site=SITE, now=NOW, zone=ZoneInfo("Asia/Tokyo")), {}, ENGLISH)
    assert shown is not None
    assert [row.name for row in shown.rows] == ["October 2026", "November 2026"]


def test_a_unit_is_the_same_in_every_year() -> None:
    """Small pictures that stand together share one scale, though each is only as high as it needs to be."""
    shown = laid(gave(days=40, number=10), gave(days=75), gave(days=700, number=5), gave(days=740)).years
    assert [max(tall(one.chart.bars, Direction.GIVEN)) for one in shown] == [70, 35]


def test_days_and_places_add_up() -> None:
    """What the pictures are made of sums up to what ledger.json says, and is no part of it."""
    told: Ledger = ledger(*steady(), gave(Kind.LIKE, days=1, channel="mastodon"))
    side = told.all.given
    assert sum(side.by_day.values()) == sum(side.by_place.values()) == side.acts
    assert side.by_day[date(2026, 11, 21)] == side.by_place["mastodon", "2026-11"] == 1
    assert not {"by_day", "by_place"} & side.as_json().keys()
