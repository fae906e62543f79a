"""Days I gave: a calendar of the last 365 days. Not a streak: nothing is asked of the days between."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import quantiles

from msgspec import Struct

from ..languages import Words
from .book import Ledger
from .columns import Label, coordinate
from .entries import YEAR, local_date
from .wording import Piece, phrase, quantity, stressed

__all__ = ["Days", "Level", "Tended", "days"]

#: Under so many days given there is more emptiness than picture.
ENOUGH = 10
WIDTH, LEFT, TOP = 320, 30, 18
WEEK, LEVELS, NAMED = 7, 4, (0, 2, 4)
#: The year in two rows, so that days are large enough on a phone.
ROWS = 2


class Level(Struct, frozen=True):
    """The days of one shade, the first the lightest: dots as a path of SVG, and the numbers of acts they stand for."""

    path: str
    numbers: str


class Tended(Struct, frozen=True):
    """A row of the table: a month, on how many days of it something was given, and how many acts in all."""

    name: str
    days: str
    acts: str


class Days(Struct, frozen=True, kw_only=True):
    """Section 9. `empty` are the days without anything; `months` and `weekdays` name columns and rows."""

    sentence: tuple[Piece, ...]
    height: str
    empty: str
    levels: tuple[Level, ...]
    months: tuple[Label, ...]
    weekdays: tuple[Label, ...]
    rows: tuple[Tended, ...]
    title: str
    description: str


def days(ledger: Ledger, words: Words) -> Days | None:
    """Lays out the calendar of the last 365 days; None under ten days on which something was given."""
    given = ledger.year.given.by_day
    if len(given) < ENOUGH:
        return None
    last = local_date(ledger.generated, ledger.zone)
    first = min([*given, local_date(ledger.generated - YEAR, ledger.zone)])
    calendar = _Calendar(first, last)
    dates = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    count = quantity(len(given), "metrics.year.days_given", words)
    told = phrase(words.ngettext("%(num)s day", "%(num)s days", len(given)), num=count)
    sentence = phrase(words.gettext("On %(days)s of the last twelve months I gave something."), days=stressed(told))
    shades = _shades(given)
    return Days(
        sentence=sentence,
        height=coordinate(ROWS * calendar.height),
        empty=calendar.path([day for day in dates if day not in given]),
        levels=tuple(Level(calendar.path(some), _span(some, given, words)) for some in shades),
        months=calendar.months(dates, words),
        weekdays=calendar.weekdays(words),
        rows=_rows(given, words),
        title=words.gettext("Days I gave, %(first)s to %(last)s", first=words.month(first), last=words.month(last)),
        description="".join(piece.text for piece in sentence),
    )


class _Calendar(Struct, frozen=True, dict=True):
    """Weeks from left to right, Monday on top, in two rows of half a year each."""

    first: date
    last: date

    @property
    def monday(self) -> date:
        return self.first - timedelta(days=self.first.weekday())

    @property
    def weeks(self) -> int:
        """How many weeks stand in a row."""
        return -(-((self.last - self.monday).days // WEEK + 1) // ROWS)

    @property
    def pitch(self) -> float:
        """How far days are apart."""
        return (WIDTH - LEFT) / self.weeks

    @property
    def height(self) -> float:
        """The height of a row, with the names of its months."""
        return TOP + WEEK * self.pitch + 6

    def y(self, row: int, weekday: int) -> float:
        """The y of the middle of a weekday."""
        return row * self.height + TOP + (weekday + 0.5) * self.pitch

    def place(self, day: date) -> tuple[int, float]:
        """The row of a day, and the x of the middle of its week."""
        row, week = divmod((day - self.monday).days // WEEK, self.weeks)
        return row, LEFT + (week + 0.5) * self.pitch

    def path(self, some: Sequence[date]) -> str:
        """A dot for each day: a line without length, which the style sheet gives a round or a square end."""
        spots = ((*self.place(day), day.weekday()) for day in some)
        return "".join(f"M{coordinate(x)} {coordinate(self.y(row, weekday))}h0" for row, x, weekday in spots)

    def months(self, dates: Sequence[date], words: Words) -> tuple[Label, ...]:
        """The name of each month above the week of its first day."""
        labels = []
        for day in dates:
            row, x = self.place(day)
            if day.day == 1 and x < WIDTH - LEFT:
                y = coordinate(row * self.height + 11)
                labels.append(Label(coordinate(x - self.pitch / 2), y, words.month_name(day.month), anchor="start"))
        return tuple(labels)

    def weekdays(self, words: Words) -> tuple[Label, ...]:
        """The names of some days of the week, on the left of each row."""
        return tuple(
            Label("0", coordinate(self.y(row, weekday) + 4), words.weekday_name(weekday), anchor="start")
            for row in range(ROWS)
            for weekday in NAMED
        )


def _shades(given: Mapping[date, int]) -> list[list[date]]:
    """The days by quartile of their numbers, the lightest first; shades that no day has are left out."""
    cuts = quantiles(given.values(), n=LEVELS, method="inclusive")
    shades: list[list[date]] = [[] for _ in range(LEVELS)]
    for day in sorted(given):
        shades[bisect_left(cuts, given[day])].append(day)
    return [some for some in shades if some]


def _span(some: Sequence[date], given: Mapping[date, int], words: Words) -> str:
    """As in "2–3": the numbers that a shade stands for."""
    numbers = [given[day] for day in some]
    return "–".join(words.number(number) for number in sorted({min(numbers), max(numbers)}))


def _rows(given: Mapping[date, int], words: Words) -> tuple[Tended, ...]:
    """The table: months in which something was given, the oldest first."""
    months: dict[tuple[int, int], list[int]] = {}
    for day in sorted(given):
        months.setdefault((day.year, day.month), []).append(given[day])
    return tuple(
        Tended(words.month(date(*month, 1)), words.number(len(numbers)), words.number(sum(numbers)))
        for month, numbers in months.items()
    )
