"""Back-to-back columns: giving goes up, receiving goes down, from a band in the middle that names the months.

All of one picture stands on one scale, and pictures that are looked at together share theirs. The few columns that
would press all others flat are capped: a gap shows that they go on, and their number stands beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from ..acts import Direction
from ..languages import Words
from .wording import Piece

__all__ = ["Bar", "Chart", "Label", "Slot", "ceiling", "coordinate", "draw"]

#: Units of the picture: as wide as a page on a small phone, so that what is written in it keeps its size there.
WIDTH, EDGE, BAND, LINE, TEXT = 320, 2, 20, 15, 7
FILLED = 0.7
#: A column that is so many times the next one is capped, and is drawn so many times as tall as that.
FAR, TWICE = 5, 2
CAPPED = 3
SLOTS = 6
GAP, CAP, LEAST = 3, 4, 1.5


class Slot(Struct, frozen=True):
    """The place of one month: its short name, both numbers, and whether they may still grow (`open_`).

    `mark` asks for its number to be written even where it is not the largest: it stands out in the history. `late` is a
    month of which a source has not told yet, so that what is missing says nothing.
    """

    name: str
    given: Piece
    received: Piece
    numbers: tuple[int, int]
    open_: bool = False
    mark: bool = False
    late: bool = False


class Bar(Struct, frozen=True):
    """A rectangle of one side; `open_` where it may still grow."""

    side: Direction
    x: str
    y: str
    width: str
    height: str
    open_: bool


class Label(Struct, frozen=True):
    """A text at a place: `anchor` is what of it stands there, as SVG says it."""

    x: str
    y: str
    text: str
    figure: str = ""
    anchor: str = "middle"


class Chart(Struct, frozen=True, kw_only=True):
    """A picture: `key` makes its ids, `lines` are the y of the two lines that columns stand on, `sides` their words.

    `veil` lies behind the months that are late: its x and its width.
    """

    key: str
    height: str
    lines: tuple[str, str]
    veil: tuple[str, str] | None
    bars: tuple[Bar, ...]
    months: tuple[Label, ...]
    numbers: tuple[Label, ...]
    sides: tuple[Label, ...]
    title: str
    description: str


def ceiling(numbers: Iterable[int]) -> float:
    """Where columns are capped: at the largest number, or at twice the next where up to three are far above it."""
    largest = sorted((number for number in numbers if number > 0), reverse=True)
    for few in range(min(CAPPED, len(largest) // 4), 0, -1):
        if largest[few - 1] > FAR * largest[few]:
            return float(TWICE * largest[few])
    return float(largest[0]) if largest else 1.0


def draw(  # noqa: PLR0913 - a picture takes this much, and all but the slots goes by name
    slots: Sequence[Slot],
    words: Words,
    *,
    key: str,
    top: float,
    room: float,
    title: str,
    uncounted: Sequence[Direction] = (),
) -> Chart:
    """The picture of some months, capped at `top`, whose two sides share `room` units of height.

    A side that is `uncounted` says so in words.
    """
    most = [max((min(slot.numbers[side], top) for slot in slots), default=0) for side in (0, 1)]
    unit = room / (sum(most) or 1)
    heights = [unit * number for number in most]
    upper = 2 * LINE + heights[0]
    lower = upper + BAND
    frame = _Frame(slots, top, unit, (upper, lower))
    height = lower + heights[1] + 2 * LINE
    return Chart(
        key=key,
        height=coordinate(height),
        lines=(coordinate(upper), coordinate(lower)),
        veil=frame.veil(),
        bars=tuple(bar for side in (0, 1) for place in range(len(slots)) for bar in frame.bars(place, side)),
        months=frame.months(),
        numbers=tuple(label for side in (0, 1) for label in frame.labels(side)),
        sides=_sides(height, uncounted, words),
        title=title,
        description=_description(slots, uncounted, words),
    )


class _Frame(Struct, frozen=True, dict=True):
    slots: Sequence[Slot]
    top: float
    unit: float
    bases: tuple[float, float]

    @property
    def pitch(self) -> float:
        """How far columns are apart; a young blog's picture has room for what is to come."""
        return (WIDTH - 2 * EDGE) / max(len(self.slots), SLOTS)

    def middle(self, place: int) -> float:
        """The x of the middle of a column."""
        return EDGE + (place + 0.5) * self.pitch

    def veil(self) -> tuple[str, str] | None:
        """What lies behind the months that are late, which are the last ones."""
        late = [place for place, slot in enumerate(self.slots) if slot.late]
        if not late:
            return None
        return coordinate(self.middle(late[0]) - self.pitch / 2), coordinate(len(late) * self.pitch)

    def months(self) -> tuple[Label, ...]:
        """The names of the months; every other one where they are too long to stand side by side."""
        # Between two names there is room for a letter.
        step = 1 if max((TEXT * (len(slot.name) + 1) for slot in self.slots), default=0) < self.pitch else 2
        y = coordinate(self.bases[1] - 6)
        return tuple(
            Label(coordinate(self.middle(place)), y, slot.name)
            for place, slot in enumerate(self.slots)
            if (len(self.slots) - 1 - place) % step == 0
        )

    def length(self, place: int, side: int) -> float:
        """How long a column is."""
        return max(self.unit * min(self.slots[place].numbers[side], self.top), LEAST)

    def bars(self, place: int, side: int) -> list[Bar]:
        """The rectangle of a column; two, with a gap, where it is capped; none for nothing."""
        number = self.slots[place].numbers[side]
        if not number:
            return []
        length = self.length(place, side)
        parts = [(0.0, length)]
        if number > self.top and length > 2 * (GAP + CAP):
            parts = [(0.0, length - GAP - CAP), (length - CAP, length)]
        return [self._bar(place, side, *part) for part in parts]

    def _bar(self, place: int, side: int, near: float, far: float) -> Bar:
        y = self.bases[0] - far if side == 0 else self.bases[1] + near
        width = FILLED * self.pitch
        x = self.middle(place) - width / 2
        return Bar(
            tuple(Direction)[side],
            coordinate(x),
            coordinate(y),
            coordinate(width),
            coordinate(far - near),
            self.slots[place].open_,
        )

    def labels(self, side: int) -> list[Label]:
        """The numbers beside columns: of the largest, of those that are capped, of those to be marked."""
        pieces = [(slot.given, slot.received)[side] for slot in self.slots]
        numbers = [slot.numbers[side] for slot in self.slots]
        largest = max(numbers, default=0)
        wanted = sorted(
            (
                place
                for place, n in enumerate(numbers)
                if n and (n == largest or n > self.top or self._marked(place, side))
            ),
            key=lambda place: (-numbers[place], -place),
        )
        kept: list[int] = []
        for place in wanted:
            first = numbers[place] != largest or not kept
            if first and all(self._apart(place, other, pieces) for other in kept):
                kept.append(place)
        return [self._label(place, side, pieces[place]) for place in sorted(kept)]

    def _marked(self, place: int, side: int) -> bool:
        return side == 1 and self.slots[place].mark

    def _apart(self, one: int, other: int, pieces: Sequence[Piece]) -> bool:
        need = TEXT * (len(pieces[one].text) + len(pieces[other].text)) / 2 + TEXT
        return abs(one - other) * self.pitch >= need

    def _label(self, place: int, side: int, piece: Piece) -> Label:
        end = self.length(place, side)
        y = self.bases[0] - end - 3 if side == 0 else self.bases[1] + end + 11
        x, half = self.middle(place), TEXT * len(piece.text) / 2
        if x - half < EDGE:
            return Label(coordinate(EDGE), coordinate(y), piece.text, piece.figure, "start")
        if x + half > WIDTH - EDGE:
            return Label(coordinate(WIDTH - EDGE), coordinate(y), piece.text, piece.figure, "end")
        return Label(coordinate(x), coordinate(y), piece.text, piece.figure)


def _sides(height: float, uncounted: Sequence[Direction], words: Words) -> tuple[Label, Label]:
    """What goes up and what goes down, in words."""
    given, received = words.gettext("given"), words.gettext("received")
    if Direction.GIVEN in uncounted:
        given = words.gettext("given: not counted")
    if Direction.RECEIVED in uncounted:
        received = words.gettext("received: not counted")
    return Label(coordinate(EDGE), "11", given, anchor="start"), Label(
        coordinate(EDGE), coordinate(height - 4), received, anchor="start"
    )


def _description(slots: Sequence[Slot], uncounted: Sequence[Direction], words: Words) -> str:
    """What the picture shows, in words."""
    told = []
    for side, sentence in (
        (0, words.gettext("Given: %(least)s to %(most)s a month.")),
        (1, words.gettext("Received: %(least)s to %(most)s a month.")),
    ):
        numbers = [slot.numbers[side] for slot in slots]
        if any(numbers) and tuple(Direction)[side] not in uncounted:
            # What is not over yet is no least.
            over = [slot.numbers[side] for slot in slots if not slot.open_] or numbers
            told.append(sentence % {"least": words.number(min(over)), "most": words.number(max(numbers))})
    return " ".join(told)


def coordinate(number: float) -> str:
    """A coordinate, to a tenth."""
    return f"{number:.1f}".removesuffix(".0")
