"""Milestones: how far the blog came between days whose numbers are known, as lines that begin at the same height."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from ..languages import Words
from .book import Ledger
from .columns import Label, coordinate
from .milestones import Snapshot
from .wording import ENOUGH, Piece, phrase

__all__ = ["Day", "Line", "Slopes", "slopes"]

#: Units of the picture: room on the right for the names of the lines.
LEFT, RIGHT, TOP, BOTTOM = 8, 230, 16, 144
LINE, CAPTION = 15, 174
APART = 2 * LINE + 2


class Line(Struct, frozen=True):
    """One line: `key` is its class, `points` as SVG has it, `marks` the place of each of its days."""

    key: str
    points: str
    marks: tuple[tuple[str, str], ...]
    name: Label
    growth: Label


class Day(Struct, frozen=True):
    """A row of the table: the day and its numbers, each with its growth since the row before; "" where unknown."""

    day: str
    posts: str
    posts_growth: Piece | None
    followers: str
    followers_growth: Piece | None
    note: str


class Slopes(Struct, frozen=True, kw_only=True):
    """Section 8. `start` is the y at which all lines begin; `ends` name the first and the last day.

    The first sentence is about all the time, the second about what came since the last day but one.
    """

    sentences: tuple[tuple[Piece, ...], ...]
    lines: tuple[Line, ...]
    start: str
    ends: tuple[Label, ...]
    days: tuple[Day, ...]
    noted: bool
    title: str
    description: str


def slopes(ledger: Ledger, words: Words) -> Slopes | None:
    """Lays out the milestones; None under two days."""
    days = ledger.snapshots
    if len({one.day for one in days}) < 2:  # noqa: PLR2004 - a line takes two
        return None
    sentence = _sentence(days, words)
    numbers: dict[str, Sequence[int | None]] = {
        "posts": [one.posts for one in days],
        "followers": [one.followers for one in days],
    }
    found = {key: points for key, values in numbers.items() if (points := _indexed(days, values))}
    lines, start = _lines(found, days, {key: _label(numbers[key], words) for key in found}, words)
    first, last = _ends(days, words)
    return Slopes(
        sentences=tuple(filter(None, [sentence, _since(ledger, words)])),
        lines=lines,
        start=coordinate(start),
        ends=(
            Label(coordinate(LEFT), str(CAPTION), first, anchor="start"),
            Label(coordinate(RIGHT), str(CAPTION), last, anchor="end"),
        ),
        days=_table(ledger, words),
        noted=any(one.note for one in days),
        title=words.gettext("Growth from %(first)s to %(last)s", first=first, last=last),
        description="".join(piece.text for piece in sentence),
    )


def _sentence(days: Sequence[Snapshot], words: Words) -> tuple[Piece, ...]:
    """From the first day to the last, for what is known of both."""
    first, last = _ends(days, words)
    # Only what two days show has a place in ledger.json: its pairs are of days that follow each other.
    path = "metrics.all.milestones.0" if len(days) == 2 else ""  # noqa: PLR2004 - the only pair
    figures = {what: f"{path}.{what}" if path else "" for what in ("posts", "followers")}
    posts = _change(days[0].posts, days[-1].posts, figures["posts"], words)
    known = [one for one in days if one.followers is not None]
    if len(known) < 2:  # noqa: PLR2004 - as above
        sentence = words.gettext("From %(first)s to %(last)s: posts %(posts)s.")
        return phrase(sentence, first=first, last=last, posts=posts)
    # Where followers are known for a part of the time only, their own sentence says so in the table.
    followers = _change(known[0].followers or 0, known[-1].followers or 0, figures["followers"], words)
    if (known[0], known[-1]) == (days[0], days[-1]):
        sentence = words.gettext("From %(first)s to %(last)s: posts %(posts)s, followers %(followers)s.")
        return phrase(sentence, first=first, last=last, posts=posts, followers=followers)
    # Translators: since and until are the months between which followers are known.
    sentence = words.gettext(
        "From %(first)s to %(last)s: posts %(posts)s. From %(since)s to %(until)s: followers %(followers)s."
    )
    since, until = _ends(known, words)
    return phrase(sentence, first=first, last=last, posts=posts, since=since, until=until, followers=followers)


def _since(ledger: Ledger, words: Words) -> tuple[Piece, ...]:
    """As in "Since 5 January 2024 (my 1,000th post): posts 1,000 → 1,250 (+25 %)."; nothing for two days only."""
    days = ledger.snapshots
    if len(days) < 3 or days[-2].day == days[-1].day:  # noqa: PLR2004 - two days are told already
        return ()
    old, new, path = days[-2], days[-1], f"metrics.all.milestones.{len(days) - 2}"
    start = f"{words.date(old.day)} ({old.note})" if old.note else words.date(old.day)
    posts = _change(old.posts, new.posts, f"{path}.posts", words)
    if old.followers is None or new.followers is None:
        return phrase(words.gettext("Since %(date)s: posts %(posts)s."), date=start, posts=posts)
    followers = _change(old.followers, new.followers, f"{path}.followers", words)
    sentence = words.gettext("Since %(date)s: posts %(posts)s, followers %(followers)s.")
    return phrase(sentence, date=start, posts=posts, followers=followers)


def _change(old: int, new: int, figure: str, words: Words) -> tuple[Piece, ...]:
    """As in "3,035 → 5,756 (+90 %)"; without a percentage where it began under 20, or at 0."""
    told = [Piece(f"{words.number(old)} → {words.number(new)}")]
    if growth := _growth(old, new, words):
        told += [Piece(" ("), Piece(growth, figure), Piece(")")]
    return tuple(told)


def _growth(old: int | None, new: int | None, words: Words) -> str:
    """As in "+90 %"; "" where a number is not known, or the first is under 20."""
    return "" if old is None or new is None or old < ENOUGH else words.growth(round(100 * (new - old) / old))


def _ends(days: Sequence[Snapshot], words: Words) -> tuple[str, str]:
    """The first and the last day: by month, by date within one month."""
    first, last = days[0].day, days[-1].day
    tell = words.date if (first.year, first.month) == (last.year, last.month) else words.month
    return tell(first), tell(last)


def _indexed(days: Sequence[Snapshot], values: Sequence[int | None]) -> list[tuple[date, float]]:
    """A line's points, measured by its first number above 0; fewer than two are no line."""
    known = [(one.day, value) for one, value in zip(days, values, strict=True) if value is not None]
    while known and known[0][1] == 0:
        known.pop(0)
    points = [(day, value / known[0][1]) for day, value in known]
    return points if len({day for day, _ in points}) > 1 else []


def _label(values: Sequence[int | None], words: Words) -> str:
    """How much a line grew since its first number above 0: as in "+90 %", or "2 → 14" where that is under 20."""
    known = [value for value in values if value is not None]
    first = next(value for value in known if value)
    return _growth(first, known[-1], words) or f"{words.number(first)} → {words.number(known[-1])}"


def _lines(
    told: dict[str, list[tuple[date, float]]], days: Sequence[Snapshot], labels: dict[str, str], words: Words
) -> tuple[tuple[Line, ...], float]:
    """The lines with their names and `labels` at their ends, kept apart; and the height at which they begin."""
    heights = [1.0, *(value for points in told.values() for _, value in points)]
    low, high = min(heights), max(heights)
    whole = (days[-1].day - days[0].day).days

    def spot(day: date, value: float) -> tuple[float, float]:
        x = LEFT + (RIGHT - LEFT) * (day - days[0].day).days / whole
        return x, BOTTOM - (BOTTOM - TOP) * (value - low) / ((high - low) or 1)

    names = {"posts": words.gettext("posts"), "followers": words.gettext("followers")}
    ends = _apart({key: spot(*points[-1])[1] for key, points in told.items()})
    lines = []
    for key, points in told.items():
        spots = [tuple(coordinate(number) for number in spot(*point)) for point in points]
        x, y = RIGHT + 10, ends[key]
        lines.append(
            Line(
                key,
                " ".join(",".join(one) for one in spots),
                tuple((x, y) for x, y in spots),
                Label(coordinate(x), coordinate(y), names[key], anchor="start"),
                Label(coordinate(x), coordinate(y + LINE), labels[key], anchor="start"),
            )
        )
    return tuple(lines), spot(days[0].day, 1.0)[1]


def _apart(heights: dict[str, float]) -> dict[str, float]:
    """Where names stand beside the ends of their lines: far enough from each other, and within the picture."""
    if len(heights) < 2:  # noqa: PLR2004 - one name is alone
        return heights
    upper, lower = sorted(heights, key=lambda key: heights[key])
    middle = (heights[upper] + heights[lower]) / 2
    half = max(heights[lower] - heights[upper], APART) / 2
    middle = min(max(middle, TOP - 4 + half), BOTTOM - half)
    return {upper: middle - half, lower: middle + half}


def _table(ledger: Ledger, words: Words) -> tuple[Day, ...]:
    """All days with their numbers; growth since the day before it is what ledger.json has."""
    rows = []
    for place, one in enumerate(ledger.snapshots, start=-1):
        before = ledger.snapshots[place] if place >= 0 else None
        path = f"metrics.all.milestones.{place}"
        posts = _growth(before.posts, one.posts, words) if before else ""
        followers = _growth(before.followers, one.followers, words) if before else ""
        rows.append(
            Day(
                words.date(one.day),
                words.number(one.posts),
                Piece(posts, f"{path}.posts") if posts else None,
                "" if one.followers is None else words.number(one.followers),
                Piece(followers, f"{path}.followers") if followers else None,
                one.note,
            )
        )
    return tuple(rows)
