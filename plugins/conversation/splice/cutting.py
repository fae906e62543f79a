"""Replaces parts of a page. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct, structs

from ..posts import digest_of_body
from .errors import NotSplicable

__all__ = ["Cut", "spliced"]

#: So many characters are looked for where a part is not where it was noted.
HEAD = 40
#: Where a part begins that is not on its page as it was made, or not known to be.
NOWHERE = -1


class Cut(Struct, frozen=True):
    """A part of a page: where it began when the page was made, its length in characters, its first characters.

    `digest` stands for all of it (`digest_of_body`).
    """

    begin: int
    size: int
    head: str
    digest: str

    @classmethod
    def of(cls, text: str, begin: int) -> Cut:
        """The part that is this text."""
        return cls(begin, len(text), text[:HEAD], digest_of_body(text))


def spliced(page: str, cuts: Sequence[Cut], texts: Sequence[str | None]) -> tuple[str, list[Cut]]:
    """The page with new texts in the place of some parts (None: it stays), and where its parts are by then.

    `cuts` are all parts that are known of it, in any order. Raises NotSplicable where one is not to be found, or may be
    in several places.
    """
    begins = _found(page, cuts, [text is not None for text in texts])
    order = sorted(range(len(cuts)), key=lambda number: (begins[number], cuts[number].size))
    pieces: list[str] = []
    made: dict[int, Cut] = {}
    at = length = 0
    for number in order:
        cut, begin, text = cuts[number], begins[number], texts[number]
        if begin == NOWHERE:
            made[number] = structs.replace(cut, begin=NOWHERE)
            continue
        if begin < at:
            raise NotSplicable("two parts of a page overlap")
        same = page[begin : begin + cut.size]
        pieces += [page[at:begin], same if text is None else text]
        length += begin - at
        at = begin + cut.size
        made[number] = structs.replace(cut, begin=length) if text is None else Cut.of(text, length)
        length += len(pieces[-1])
    pieces.append(page[at:])
    return "".join(pieces), [made[number] for number in range(len(cuts))]


def _found(page: str, cuts: Sequence[Cut], wanted: Sequence[bool]) -> list[int]:
    """Where each part begins: where it was noted, or else in the only place where there is such a text."""
    alike = Counter(cut.digest for cut in cuts)
    begins = []
    for cut, is_wanted in zip(cuts, wanted, strict=True):
        places = [cut.begin] if _is_at(page, cut, cut.begin) else []
        if not places and cut.size and alike[cut.digest] == 1:
            places = [place for place in _places(page, cut.head) if _is_at(page, cut, place)]
        if is_wanted and len(places) != 1:
            raise NotSplicable("a page does not show its conversation as it was made")
        begins.append(places[0] if len(places) == 1 else NOWHERE)
    return begins


def _is_at(page: str, cut: Cut, place: int) -> bool:
    return 0 <= place <= len(page) - cut.size and digest_of_body(page[place : place + cut.size]) == cut.digest


def _places(page: str, head: str) -> Iterator[int]:
    place = page.find(head)
    while place >= 0:
        yield place
        place = page.find(head, place + 1)
