"""Going both ways: people whom I only gave to, people whom I only heard from, and those in between. Nobody is named."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from ..languages import Words
from .book import Ledger, Span
from .strips import Part, Strip, strip
from .wording import Piece, percentage, phrase, quantity, stressed

__all__ = ["BothWays", "bothways"]


class BothWays(Struct, frozen=True):
    """Section 7. `year` is whether it shows the last 365 days; else all time, for nobody is known in them."""

    sentences: tuple[tuple[Piece, ...], ...]
    strip: Strip
    year: bool


def bothways(ledger: Ledger, words: Words) -> BothWays | None:
    """Lays out people by the sides that they are on; None where all are on one side, and nothing else is to be told."""
    year = bool(_known(ledger.year))
    name, span = ("year", ledger.year) if year else ("all", ledger.all)
    figures, whole = span.metrics.both, _known(span)
    if not whole:
        return None
    parts = [
        (
            Part(
                key,
                told,
                quantity(number, f"metrics.{name}.{path}", words),
                percentage(number, whole, "", words),
            ),
            number,
        )
        for key, path, told, number in (
            ("only-given", "only_given", words.gettext("Only given to"), figures.only_given),
            ("both", "both_ways", words.gettext("Both ways"), figures.both_ways),
            (
                "only-received",
                "only_received",
                words.gettext("Only heard from"),
                figures.only_received,
            ),
        )
    ]
    laid = strip(parts, title=words.gettext("Going both ways"))
    sentences = [*_reciprocity(span, name, words), *(_voices(ledger, words) if year else ())]
    return BothWays(tuple(sentences), laid, year) if sentences or laid.drawn else None


def _known(span: Span) -> int:
    figures = span.metrics.both
    return figures.only_given + figures.both_ways + figures.only_received


def _reciprocity(span: Span, name: str, words: Words) -> list[tuple[Piece, ...]]:
    """How many are on both sides, and the quotient that reciprocity is."""
    given, received = span.metrics.gifts.people_given, span.metrics.gifts.people_received
    both, path = span.metrics.both.both_ways, f"metrics.{name}"
    if not both:
        return []
    count = quantity(both, f"{path}.both_ways", words)
    people = phrase(words.ngettext("%(num)s person", "%(num)s people", both), num=count)
    sides = {
        "given": quantity(given, f"{path}.people_given", words),
        "received": quantity(received, f"{path}.people_received", words),
    }
    rate = percentage(2 * both, given + received, f"{path}.reciprocity", words)
    if rate is None:
        sentence = words.ngettext(
            "%(people)s is on both sides, of %(given)s I gave to and %(received)s I heard from",
            "%(people)s are on both sides, of %(given)s I gave to and %(received)s I heard from",
            both,
        )
        return [phrase(sentence, people=stressed(people), **sides)]
    sentence = words.ngettext(
        "%(people)s is on both sides, of %(given)s I gave to and %(received)s I heard from: a reciprocity of %(rate)s",
        "%(people)s are on both sides, of %(given)s I gave to and %(received)s I heard from: a reciprocity of %(rate)s",
        both,
    )
    return [phrase(sentence, people=stressed(people), rate=rate, **sides)]


def _voices(ledger: Ledger, words: Words) -> list[tuple[Piece, ...]]:
    """Who is back from the year before, who is new, and since when anybody could be seen at all."""
    figures = ledger.year.metrics.both
    if figures.history_start is None:
        return []
    start = date.fromisoformat(figures.history_start)
    told: list[tuple[Piece, ...]] = []
    if number := figures.recurring:
        count = quantity(number, "metrics.year.recurring", words)
        people = phrase(words.ngettext("%(num)s person", "%(num)s people", number), num=count)
        sentence = words.ngettext(
            "%(people)s came back from the year before", "%(people)s came back from the year before", number
        )
        told.append(phrase(sentence, people=stressed(people)))
    if number := figures.first_time:
        count = quantity(number, "metrics.year.first_time", words)
        voices = phrase(words.ngettext("%(num)s new voice", "%(num)s new voices", number), num=count)
        sentence = words.ngettext(
            "%(voices)s was heard for the first time; what is known here begins on %(date)s",
            "%(voices)s were heard for the first time; what is known here begins on %(date)s",
            number,
        )
        told.append(phrase(sentence, voices=stressed(voices), date=words.date(start)))
    return told
