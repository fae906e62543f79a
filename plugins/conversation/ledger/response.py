"""Answering: how many comments have an answer, how soon it came, how long conversations get. In words only."""

from __future__ import annotations

from msgspec import Struct

from ..languages import Words
from .book import Ledger
from .wording import Piece, phrase, quantity, shared, stressed

__all__ = ["Response", "duration", "response"]

MINUTES, HOURS, DAYS_OF_MONTH = 60, 24, 30.4
#: Up to so many hours, and so many days, are told as such.
FEW_HOURS, FEW_DAYS = 36, 60


class Response(Struct, frozen=True):
    """Section 6. `year` is whether it is about the last 365 days; else all time, for nothing was asked in them."""

    sentences: tuple[tuple[Piece, ...], ...]
    year: bool


def response(ledger: Ledger, words: Words) -> Response | None:
    """Tells of answering; None where there was nothing to answer and nobody talked."""
    year = bool(ledger.year.metrics.answering.answerable or ledger.year.metrics.answering.threads)
    name, span = ("year", ledger.year) if year else ("all", ledger.all)
    sentences = [*_answered(ledger, name, words)]
    figures = span.metrics.answering
    if figures.thread_depth is not None:
        mean = round(figures.thread_depth, 1)
        # The plural of a number with a fraction is that of many.
        form = int(mean) if mean == int(mean) else 2
        depth = Piece(words.decimal(mean), f"metrics.{name}.thread_depth")
        told = phrase(words.ngettext("%(num)s message", "%(num)s messages", form), num=depth)
        sentence = words.ngettext(
            "%(messages)s in %(num)s conversation of two or more people",
            "%(messages)s on average in %(num)s conversations of two or more people",
            figures.threads,
        )
        num = quantity(figures.threads, f"metrics.{name}.threads", words)
        sentences.append(phrase(sentence, messages=stressed(told), num=num))
    return Response(tuple(sentences), year) if sentences else None


def _answered(ledger: Ledger, name: str, words: Words) -> list[tuple[Piece, ...]]:
    """How many have an answer, how many have none yet, and how long it took."""
    figures = (ledger.year if name == "year" else ledger.all).metrics.answering
    answered, whole, path = figures.answered, figures.answerable, f"metrics.{name}"
    left, num = whole - answered, quantity(whole, f"{path}.answerable", words)
    if not whole:
        return []
    if figures.response_hours is None:
        told = phrase(words.ngettext("%(num)s comment", "%(num)s comments", whole), num=num)
        sentence = words.ngettext(
            "%(comments)s on my posts is open for an answer",
            "%(comments)s on my posts are open for an answer",
            whole,
        )
        return [phrase(sentence, comments=stressed(told))]
    told = phrase(
        words.ngettext("%(part)s of %(num)s comment", "%(part)s of %(num)s comments", whole),
        part=quantity(answered, f"{path}.answered", words),
        num=num,
    )
    # Translators: comments is "31 of 40 comments", share is " (78 %)", or nothing.
    sentence = words.gettext("%(comments)s on my posts have an answer from me%(share)s")
    if left:
        # Translators: comments is "31 of 40 comments", share is " (78 %)", or nothing; num are comments, too.
        sentence = words.ngettext(
            "%(comments)s on my posts have an answer from me%(share)s, %(num)s is still open",
            "%(comments)s on my posts have an answer from me%(share)s, %(num)s are still open",
            left,
        )
    rate = shared(answered, whole, f"{path}.response_rate", words)
    sentences = [phrase(sentence, comments=stressed(told), share=rate, num=words.number(left))]
    time = Piece(duration(figures.response_hours, words), f"{path}.response_hours", strong=True)
    sentence = words.ngettext(
        "%(time)s until that answer was there", "%(time)s until half of those answers were there", answered
    )
    return [*sentences, phrase(sentence, time=time)]


def duration(hours: float, words: Words) -> str:
    """A time as people tell it: "about 5 hours", "about 2 days"."""
    if round(hours * MINUTES) < 1:
        return words.gettext("under a minute")
    if round(hours * MINUTES) < MINUTES:
        number = round(hours * MINUTES)
        sentence = words.ngettext("about %(num)s minute", "about %(num)s minutes", number)
    elif round(hours) < FEW_HOURS:
        number = round(hours)
        sentence = words.ngettext("about %(num)s hour", "about %(num)s hours", number)
    elif hours / HOURS < FEW_DAYS:
        number = round(hours / HOURS)
        sentence = words.ngettext("about %(num)s day", "about %(num)s days", number)
    else:
        number = round(hours / HOURS / DAYS_OF_MONTH)
        sentence = words.ngettext("about %(num)s month", "about %(num)s months", number)
    return sentence % {"num": words.number(number)}
