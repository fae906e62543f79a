"""Replaces parts of a page. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

from .errors import NotSplicable

__all__ = ["Cut", "mark", "spliced"]

#: So many characters are looked for where a part is not where it was noted.
HEAD = 40


@dataclasses.dataclass(frozen=True, slots=True)
class Cut:
    """A part of a page: where it began when the page was made, its length in characters, its first characters.

    `digest` stands for all of it (`mark`).
    """

    begin: int
    size: int
    head: str
    digest: str

    @classmethod
    def of(cls, text: str, begin: int) -> Cut:
        """The part that is this text."""
        return cls(begin, len(text), text[:HEAD], mark(text))


def mark(text: str) -> str:
    """A digest of a part of a page."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def spliced(page: str, cuts: Sequence[Cut], texts: Sequence[str | None]) -> tuple[str, list[Cut]]:
    """The page with new texts in the place of some parts (None: it stays), and where its parts are by then.

    `cuts` are all parts that are known of it, in any order. Raises NotSplicable where one is not to be found, or may be
    in several places.
    """
    begins = list(_found(page, cuts))
    order = sorted(range(len(cuts)), key=lambda number: (begins[number], cuts[number].size))
    pieces: list[str] = []
    made: dict[int, Cut] = {}
    at = length = 0
    for number in order:
        cut, begin, text = cuts[number], begins[number], texts[number]
        if begin < at:
            raise NotSplicable("two parts of a page overlap")
        same = page[begin : begin + cut.size]
        pieces += [page[at:begin], same if text is None else text]
        length += begin - at
        at = begin + cut.size
        made[number] = dataclasses.replace(cut, begin=length) if text is None else Cut.of(text, length)
        length += len(pieces[-1])
    pieces.append(page[at:])
    return "".join(pieces), [made[number] for number in range(len(cuts))]


def _found(page: str, cuts: Sequence[Cut]) -> Iterator[int]:
    """Where each part begins: where it was noted, or else in the only place where there is such a text."""
    alike = Counter(cut.digest for cut in cuts)
    for cut in cuts:
        if mark(page[cut.begin : cut.begin + cut.size]) == cut.digest:
            yield cut.begin
            continue
        places = [place for place in _places(page, cut.head) if mark(page[place : place + cut.size]) == cut.digest]
        if len(places) != 1 or alike[cut.digest] > 1 or not cut.size:
            raise NotSplicable("a page does not show its conversation as it was made")
        yield places[0]


def _places(page: str, head: str) -> Iterator[int]:
    place = page.find(head) if head else -1
    while place >= 0:
        yield place
        place = page.find(head, place + 1)
