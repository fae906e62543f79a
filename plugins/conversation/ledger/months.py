"""Month by month: what was given, up, and received, down; and in words what the picture shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from ..acts import Direction
from ..languages import Words
from .book import Ledger
from .butterfly import tells
from .columns import Chart, Slot, ceiling, draw
from .entries import YEAR, local_date
from .wording import Piece, acts, phrase, place, quantity

__all__ = ["Month", "Months", "Named", "months"]

#: The twelve months before this one, and this one so far.
SHOWN = 13
#: From this many channels on each has a picture of its own; so many at most, and so many years.
MANY, CHANNELS, YEARS = 4, 8, 20
ROOM, SMALL = 150, 70

_Key = tuple[int, int]


class Month(Struct, frozen=True):
    """A row of the table behind the pictures; None where that side was never anything."""

    name: str
    given: Piece | None
    received: Piece | None


class Named(Struct, frozen=True):
    """A small picture, what it is of (a channel, a year), and the rows behind it.

    `given`, `received` are whether that side ever was anything there.
    """

    name: str
    chart: Chart
    rows: tuple[Month, ...]
    given: bool
    received: bool


class Months(Struct, frozen=True, kw_only=True):
    """Section 4. `notes` say how to read the picture; `given`, `received` are whether that side ever was anything.

    `chart` is None where the last months have too little for one; `years` are all years, the newest first, where the
    history is longer than the picture.
    """

    sentences: tuple[tuple[Piece, ...], ...]
    span: str
    chart: Chart | None
    rows: tuple[Month, ...]
    notes: tuple[str, ...]
    channels: tuple[Named, ...]
    years: tuple[Named, ...]
    given: bool
    received: bool


def months(ledger: Ledger, counted: Mapping[str, Collection[Direction]], words: Words) -> Months | None:
    """Lays out the months; None where nothing happened in two months or more: one column is no picture."""
    now = local_date(ledger.generated, ledger.zone)
    history = _History(ledger, words, (now.year, now.month))
    told = [key for key in history.months() if any(history.numbers(key))]
    if len(told) < 2:  # noqa: PLR2004 - a picture takes two
        return None
    late = [key for key in history.months()[-SHOWN:] if key >= min(told)]
    first, last = (words.month(date(*key, 1)) for key in (late[0], late[-1]))
    drawn = sum(any(history.numbers(key)) for key in late) > 1
    slots = [history.slot(key) for key in late]
    top = ceiling(number for slot in slots for number in slot.numbers)
    title = words.gettext("Given and received by month, %(first)s to %(last)s", first=first, last=last)
    chart = draw(slots, words, key="months", top=top, room=ROOM, title=title) if drawn else None
    given, received = history.sides()
    return Months(
        sentences=_sentences(history, late if drawn else told, words),
        span=words.gettext("%(first)s to %(last)s", first=first, last=last),
        chart=chart,
        rows=history.rows(late),
        notes=_notes(history, slots, top, words) if drawn else (),
        channels=_channels(history, late, counted) if drawn else (),
        years=_years(history, told) if not drawn or min(told) < late[0] else (),
        given=given,
        received=received,
    )


class _History(Struct, frozen=True, dict=True):
    ledger: Ledger
    words: Words
    now: _Key

    def months(self) -> list[_Key]:
        """All months from the first in which anything happened to this one; what is dated later is left out."""
        sides = (self.ledger.all.given.by_month, self.ledger.all.received.by_month)
        known = [key for side in sides for month in side if (key := _key(month)) <= self.now]
        first, end = _count(min(known, default=self.now)), _count(self.now)
        return [(number // 12, number % 12 + 1) for number in range(min(first, end - SHOWN + 1), end + 1)]

    def numbers(self, key: _Key, channel: str = "") -> tuple[int, int]:
        """What was given and received in a month, on one channel or on all."""
        name, all_ = _name(key), self.ledger.all
        if channel:
            return all_.given.by_place.get((channel, name), 0), all_.received.by_place.get((channel, name), 0)
        return all_.given.by_month.get(name, 0), all_.received.by_month.get(name, 0)

    def pieces(self, key: _Key, channel: str = "") -> tuple[Piece, Piece]:
        """The same as the language writes it. What did not happen has no place in ledger.json, nor have channels."""
        given, received = self.numbers(key, channel)
        path = "" if channel else f".all.by_month.{_name(key)}"
        return (
            quantity(given, "given" + path if path and given else "", self.words),
            quantity(received, "received" + path if path and received else "", self.words),
        )

    def slot(self, key: _Key, channel: str = "") -> Slot:
        """The place of a month in a picture."""
        mark = not channel and _name(key) in self.ledger.all.metrics.drawn.bursts
        numbers = self.numbers(key, channel)
        return Slot(
            self.words.month_name(key[1]),
            *self.pieces(key, channel),
            numbers,
            self.is_open(key),
            mark,
            self.is_late(key),
        )

    def sides(self, channel: str = "") -> tuple[bool, bool]:
        """Whether anything was ever given, and received, on one channel or on all: what is not counted is no 0."""
        given, received = self.ledger.all.given, self.ledger.all.received
        if channel:
            return channel in given.by_channel, channel in received.by_channel
        return bool(given.acts), bool(received.acts)

    def rows(self, keys: Iterable[_Key], channel: str = "") -> tuple[Month, ...]:
        """The table behind a picture: the months in which anything happened."""
        sides = self.sides(channel)
        return tuple(
            Month(
                self.words.month(date(*key, 1)),
                *(piece if ever else None for piece, ever in zip(self.pieces(key, channel), sides, strict=True)),
            )
            for key in keys
            if any(self.numbers(key, channel))
        )

    def is_open(self, key: _Key) -> bool:
        """Whether more may come for a month: it is not over, or a source could not be read since."""
        return key == self.now or self.is_late(key)

    def is_late(self, key: _Key) -> bool:
        """Whether a source could not be read since."""
        return any(_month(day) <= key <= self.now for _, day in self.late())

    def late(self) -> list[tuple[str, date]]:
        """The sources that told of something before, but not lately, each with the day until which it did.

        A source that has been silent for a year is part of how things are.
        """
        return [
            (source.name, local_date(source.pulled, self.ledger.zone))
            for source in self.ledger.sources
            if source.state in {"stale", "failed"}
            and source.acts
            and source.pulled
            and source.pulled > self.ledger.generated - YEAR
        ]


def _sentences(history: _History, keys: Sequence[_Key], words: Words) -> tuple[tuple[Piece, ...], ...]:
    """The month in which most was given, of those that are over, best with an echo; and the largest burst."""
    over = [key for key in keys if not history.is_open(key)] or list(keys)
    telling = max(over, key=lambda key: (all(history.numbers(key)), *history.numbers(key), key))
    month = words.month(date(*telling, 1))
    given, received = (
        phrase(words.ngettext("%(num)s time", "%(num)s times", number), num=piece)
        for number, piece in zip(history.numbers(telling), history.pieces(telling), strict=True)
    )
    if all(history.numbers(telling)):
        sentence = words.gettext("In %(month)s I gave %(given)s and heard back %(received)s.")
    elif history.numbers(telling)[0]:
        sentence = words.gettext("In %(month)s I gave %(given)s.")
    else:
        sentence = words.gettext("In %(month)s I heard from others %(received)s.")
    sentences = [phrase(sentence, month=month, given=given, received=received)]
    bursts = [key for key in keys if _name(key) in history.ledger.all.metrics.drawn.bursts]
    if bursts:
        largest = max(bursts, key=lambda key: (history.numbers(key)[1], key))
        told = acts(history.numbers(largest)[1], f"received.all.by_month.{_name(largest)}", words)
        sentence = words.gettext("%(month)s stands out: %(acts)s came in, more than three times the usual.")
        if largest == telling:
            sentence = words.gettext("More than three times as much as usual came in that month.")
        sentences.append(phrase(sentence, month=words.month(date(*largest, 1)), acts=told))
    return tuple(sentences)


def _notes(history: _History, slots: Sequence[Slot], top: float, words: Words) -> tuple[str, ...]:
    """How to read what is not plain in the picture."""
    notes = []
    if any(number > top for slot in slots for number in slot.numbers):
        notes.append(words.gettext("A column with a gap goes on, up to the number beside it."))
    if late := history.late():
        sources = words.listing([name for name, _ in late])
        when = words.date(min(day for _, day in late))
        sentence = words.gettext(
            "Since %(date)s not everything could be read (%(sources)s): what is missing in the shaded months may still "
            "come."
        )
        notes.append(sentence % {"date": when, "sources": sources})
    elif any(slot.open_ and any(slot.numbers) for slot in slots):
        notes.append(words.gettext("The last column is lighter, for its month is not over."))
    return tuple(notes)


def _channels(
    history: _History, keys: Sequence[_Key], counted: Mapping[str, Collection[Direction]]
) -> tuple[Named, ...]:
    """A small picture for each channel, the one with most acts first, all on one scale; none for three or fewer."""
    ledger, words = history.ledger, history.words
    names = sorted({*ledger.all.given.by_channel, *ledger.all.received.by_channel})
    sums = {name: sum(sum(history.numbers(key, name)) for key in keys) for name in names}
    busy = sorted((name for name in names if sums[name]), key=lambda name: -sums[name])
    if len(busy) < MANY:
        return ()
    slots = {name: [history.slot(key, name) for key in keys] for name in busy[:CHANNELS]}
    top = ceiling(number for row in slots.values() for slot in row for number in slot.numbers)
    return tuple(
        Named(
            place(name, words),
            draw(
                row,
                words,
                key=f"channel-{number}",
                top=top,
                room=_room(row, slots.values(), top),
                title=words.gettext("%(channel)s, by month", channel=place(name, words)),
                uncounted=[way for way in Direction if not tells(ledger, counted, name, way)],
            ),
            history.rows(keys, name),
            *history.sides(name),
        )
        for number, (name, row) in enumerate(slots.items(), start=1)
    )


def _years(history: _History, told: Sequence[_Key]) -> tuple[Named, ...]:
    """A small picture for each year in which anything happened, the newest first, all on one scale."""
    years = sorted({year for year, _ in told}, reverse=True)[:YEARS]
    keys = {year: [(year, month) for month in range(1, 13)] for year in years}
    slots = {year: [history.slot(key) for key in keys[year]] for year in years}
    top = ceiling(number for row in slots.values() for slot in row for number in slot.numbers)
    return tuple(
        Named(
            str(year),
            draw(
                row,
                history.words,
                key=f"year-{year}",
                top=top,
                room=_room(row, slots.values(), top),
                title=history.words.gettext("Given and received by month, %(year)s", year=str(year)),
            ),
            history.rows(keys[year]),
            *history.sides(),
        )
        for year, row in slots.items()
    )


def _room(row: Sequence[Slot], rows: Iterable[Sequence[Slot]], top: float) -> float:
    """The height of a picture among others: the busiest has all of it, so that a unit is the same in each."""

    def need(slots: Sequence[Slot]) -> float:
        return sum(max((min(slot.numbers[side], top) for slot in slots), default=0) for side in (0, 1))

    return SMALL * need(row) / (max(need(one) for one in rows) or 1)


def _key(month: str) -> _Key:
    return int(month[:4]), int(month[5:7])


def _month(day: date) -> _Key:
    return day.year, day.month


def _name(key: _Key) -> str:
    return f"{key[0]:04}-{key[1]:02}"


def _count(key: _Key) -> int:
    return key[0] * 12 + key[1] - 1
