"""How this is counted: coverage, freshness, and what is missing, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from msgspec import Struct

from ..languages import Words
from .book import Ledger
from .butterfly import Butterfly
from .entries import SourceFacts
from .formulas import Formula, formulas
from .scored import Scored, scored
from .wording import Piece, acts, phrase, quantity, share

__all__ = ["Colophon", "Standing", "Unmatched", "colophon"]


class Unmatched(Protocol):
    """An address that is none of the site's posts, and how many acts name it."""

    @property
    def acts(self) -> int:
        """How many acts name it."""
        ...


class Standing(Struct, frozen=True):
    """How a source stands: its name, its state (a class for the style sheet), and that in words."""

    name: str
    state: str
    words: tuple[Piece, ...]


class Colophon(Struct, frozen=True):
    """The small print. `reach` are sentences about how far the figures reach; `zone` is the site's time zone.

    `score` is None unless the blogger switched it on.
    """

    as_of: str
    zone: str
    reach: tuple[tuple[Piece, ...], ...]
    sources: tuple[Standing, ...]
    formulas: tuple[Formula, ...]
    score: Scored | None


def colophon(ledger: Ledger, table: Butterfly | None, words: Words, unmatched: Sequence[Unmatched] = ()) -> Colophon:
    """The small print of a ledger and its table of channels."""
    names = {"posts": words.gettext("The links in my posts"), "giving": words.gettext("What I wrote down by hand")}
    return Colophon(
        as_of=words.date(ledger.generated.astimezone(ledger.zone)),
        zone=str(ledger.zone).replace("_", " "),
        reach=(*_coverage(ledger, words), *_elsewhere(ledger, unmatched, words), *_gaps(ledger, table, words)),
        sources=tuple(
            Standing(names.get(source.name, source.name), source.state, _standing(source, place, ledger, words))
            for place, source in enumerate(ledger.sources)
        ),
        formulas=formulas(words),
        score=scored(ledger, words),
    )


def _coverage(ledger: Ledger, words: Words) -> list[tuple[Piece, ...]]:
    """How many acts could be attributed to a person, and since when anything is known."""
    gifts, given, received = ledger.all.metrics.gifts, ledger.all.given.acts, ledger.all.received.acts
    sentences: list[tuple[Piece, ...]] = []
    # Translators: share is " (93 %)", or nothing.
    one = words.ngettext(
        "%(part)s of %(num)s act given%(share)s could be attributed to a person; the rest counts in sums only.",
        "%(part)s of %(num)s acts given%(share)s could be attributed to a person; the rest counts in sums only.",
        given,
    )
    # Translators: share is " (93 %)", or nothing.
    other = words.ngettext(
        "%(part)s of %(num)s act received%(share)s could be attributed to a person; the rest counts in sums only.",
        "%(part)s of %(num)s acts received%(share)s could be attributed to a person; the rest counts in sums only.",
        received,
    )
    every = words.ngettext(
        "%(num)s act given could be attributed to a person.",
        "All %(num)s acts given could be attributed to a person.",
        given,
    )
    each = words.ngettext(
        "%(num)s act received could be attributed to a person.",
        "All %(num)s acts received could be attributed to a person.",
        received,
    )
    for side, some, all_of_them, known, whole in (
        ("given", one, every, gifts.attributed_given, given),
        ("received", other, each, gifts.attributed_received, received),
    ):
        if whole:
            sentence = all_of_them if known == whole else some
            part = quantity(known, f"metrics.all.attributed_{side}", words)
            num = quantity(whole, f"{side}.all.acts", words)
            sentences.append(phrase(sentence, part=part, num=num, share=share(known, whole, words)))
    if start := ledger.all.metrics.both.history_start:
        sentence = words.gettext("The oldest act received that is known here is of %(date)s.")
        sentences.append(phrase(sentence, date=words.date(date.fromisoformat(start))))
    return sentences


def _elsewhere(ledger: Ledger, unmatched: Sequence[Unmatched], words: Words) -> list[tuple[Piece, ...]]:
    """What came in for addresses that are no posts."""
    sentences: list[tuple[Piece, ...]] = []
    if number := ledger.all.metrics.drawn.unmatched:
        sentence = words.ngettext(
            "%(num)s act received is about the site as a whole or a page that is no post; sums count that, too.",
            "%(num)s acts received are about the site as a whole or a page that is no post; sums count that, too.",
            number,
        )
        sentences.append(phrase(sentence, num=quantity(number, "metrics.all.unmatched", words)))
    if unmatched:
        named, number = sum(one.acts for one in unmatched), len(unmatched)
        told = phrase(words.ngettext("%(num)s act", "%(num)s acts", named), num=words.number(named))
        addresses = words.ngettext("%(num)s address", "%(num)s addresses", number, num=words.number(number))
        sentence = words.gettext("Meant for none of this site’s posts: %(acts)s, at %(addresses)s.")
        sentences.append(phrase(sentence, acts=told, addresses=addresses))
    return sentences


def _gaps(ledger: Ledger, table: Butterfly | None, words: Words) -> list[tuple[Piece, ...]]:
    """What cannot be counted, by name."""
    gaps: list[tuple[Piece, ...]] = []
    if ledger.year.metrics.gifts.words_given is None:
        sentence = words.gettext(
            "What I wrote to others this year came without a number of words, so words are not counted."
        )
        gaps.append(phrase(sentence))
    rows = table.rows if table else ()
    for missing, sentence in (
        (
            [row.whereabouts for row in rows if row.given is None],
            words.gettext("Not counted: what I gave %(where)s, for no source tells of it."),
        ),
        (
            [row.whereabouts for row in rows if row.received is None],
            words.gettext("Not counted: what I received %(where)s, for no source tells of it."),
        ),
    ):
        if missing:
            gaps.append(phrase(sentence, where=words.listing(missing)))
    return gaps


def _standing(source: SourceFacts, place: int, ledger: Ledger, words: Words) -> tuple[Piece, ...]:
    """One source in words, with absolute times: a page that says "two days ago" lies from the next day on."""
    when = words.moment(source.pulled, ledger.zone) if source.pulled else ""
    told = acts(source.acts, f"sources.{place}.acts", words)
    if source.state == "fresh" and when:
        return phrase(words.gettext("as of %(when)s: %(acts)s"), when=when, acts=told)
    if source.state == "fresh":
        return phrase(words.gettext("up to date: %(acts)s"), acts=told)
    if source.state == "never" or (source.state != "failed" and not when):
        return phrase(words.gettext("not read yet"))
    why = _why(source, words)
    if not when:
        return phrase(words.gettext("%(why)s; nothing of it is counted yet"), why=why)
    sentence = words.gettext("%(why)s; what it told of by %(when)s still counts: %(acts)s")
    return phrase(sentence, why=why, when=when, acts=told)


def _why(source: SourceFacts, words: Words) -> str:
    """Why a source is not as fresh as it should be."""
    if source.error:
        return words.gettext("could not be read (%(error)s)", error=source.error)
    return words.gettext("could not be read") if source.state == "failed" else words.gettext("not up to date")
