"""How this is counted: coverage, freshness, and what is missing, in sentences."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from typing import Protocol

from .book import Ledger
from .butterfly import Butterfly
from .entries import SourceFacts
from .wording import Piece, clock, day, listing, of, quantity

__all__ = ["Colophon", "Standing", "Unmatched", "colophon"]

_NAMES = {"posts": "The links in my posts", "giving": "What I wrote down by hand"}


class Unmatched(Protocol):
    """An address that is none of the site's posts, and how many acts name it."""

    @property
    def acts(self) -> int:
        """How many acts name it."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """How a source stands: its name, its state (a class for the style sheet), and that in words."""

    name: str
    state: str
    words: tuple[Piece, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Colophon:
    """The small print. `reach` are sentences about how far the figures reach; `zone` is the site's time zone."""

    as_of: str
    zone: str
    reach: tuple[tuple[Piece, ...], ...]
    sources: tuple[Standing, ...]


def colophon(ledger: Ledger, table: Butterfly | None, unmatched: Sequence[Unmatched] = ()) -> Colophon:
    """The small print of a ledger and its table of channels."""
    return Colophon(
        as_of=day(ledger.generated.astimezone(ledger.zone).date()),
        zone=str(ledger.zone).replace("_", " "),
        reach=(*_coverage(ledger), *_elsewhere(ledger, unmatched), *_gaps(ledger, table)),
        sources=tuple(
            Standing(_NAMES.get(source.name, source.name), source.state, _standing(source, place, ledger))
            for place, source in enumerate(ledger.sources)
        ),
    )


def _coverage(ledger: Ledger) -> list[tuple[Piece, ...]]:
    """How many acts could be attributed to a person, and since when anything is known."""
    figures = ledger.all.metrics
    sentences: list[tuple[Piece, ...]] = []
    sides = (
        ("given", figures.gifts.attributed_given, ledger.all.given.acts),
        ("received", figures.gifts.attributed_received, ledger.all.received.acts),
    )
    for side, known, acts in sides:
        if acts:
            part, whole = quantity(known, f"metrics.all.attributed_{side}"), quantity(acts, f"{side}.all.acts")
            words = f" {'acts' if acts > 1 else 'act'} {side}"
            tail = Piece(" could be attributed to a person; the rest counts in sums only.")
            sentences.append((*of(part, whole, words), tail))
    if figures.both.history_start:
        start = day(date.fromisoformat(figures.both.history_start))
        sentences.append((Piece(f"The oldest act received that is known here is of {start}."),))
    return sentences


def _elsewhere(ledger: Ledger, unmatched: Sequence[Unmatched]) -> list[tuple[Piece, ...]]:
    """What came in for addresses that are no posts."""
    sentences: list[tuple[Piece, ...]] = []
    number = ledger.all.metrics.drawn.unmatched
    if number:
        words = " acts received are" if number > 1 else " act received is"
        tail = f"{words} about the site as a whole or a page that is no post; sums count that, too."
        sentences.append((quantity(number, "metrics.all.unmatched"), Piece(tail)))
    if unmatched:
        acts, targets = sum(one.acts for one in unmatched), len(unmatched)
        names = f"{acts:,} {'act names' if acts == 1 else 'acts name'} {targets:,} "
        tail = "address that is" if targets == 1 else "addresses that are"
        sentences.append((Piece(f"{names}{tail} none of this site’s posts."),))
    return sentences


def _gaps(ledger: Ledger, table: Butterfly | None) -> list[tuple[Piece, ...]]:
    """What cannot be counted, by name."""
    gaps: list[tuple[Piece, ...]] = []
    if ledger.year.metrics.gifts.words_given is None:
        gaps.append(
            (Piece("What I wrote to others this year came without a number of words, so words are not counted."),)
        )
    rows = table.rows if table else ()
    for side, done in (("given", "gave"), ("received", "received")):
        missing = [row.whereabouts for row in rows if getattr(row, side) is None]
        if missing:
            gaps.append((Piece(f"Not counted: what I {done} {listing(missing)}, for no source tells of it."),))
    return gaps


def _standing(source: SourceFacts, place: int, ledger: Ledger) -> tuple[Piece, ...]:
    """One source in words, with absolute times: a page that says "two days ago" lies from the next day on."""
    when = clock(source.pulled, ledger.zone) if source.pulled else ""
    acts = (quantity(source.acts, f"sources.{place}.acts"), Piece(" act" if source.acts == 1 else " acts"))
    if source.state == "fresh":
        return (Piece(f"last read on {when}: " if when else "up to date: "), *acts)
    if source.state == "never" or (source.state != "failed" and not when):
        return (Piece("not read yet"),)
    why = "could not be read" if source.error or source.state == "failed" else "not up to date"
    head = f"{why} ({source.error}); " if source.error else f"{why}; "
    if not when:
        return (Piece(f"{head}nothing of it is counted yet"),)
    return (Piece(f"{head}what it told of by {when} still counts: "), *acts)
