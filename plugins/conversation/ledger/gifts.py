"""What giving cost: days, words, long gifts. Effort instead of clicks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..acts import Kind
from .entries import Entry

__all__ = ["LONG", "long_gifts", "words_given"]

#: From this many words on a comment is a long gift.
LONG = 150

_WRITTEN = frozenset({Kind.REPLY, Kind.ANSWER, Kind.GUEST_POST})


def words_given(given: Iterable[Entry]) -> int | None:
    """Words written to others: the sum over replies, answers and guest posts.

    Sources count words as runs of letters or digits, so that no language is favoured. Nothing written: 0. Written, but
    none of it with a known number of words: None, for unknown is not zero. Known for some only: what is known ("at
    least"). Source: effort, not clicks.

    Example: A reply of 120 words, an answer of 300, a reply of which no number is known, and a like: 120 + 300 = 420.
    """
    written = [entry.words for entry in given if entry.kind in _WRITTEN]
    known = [words for words in written if words is not None]
    return sum(known) if known or not written else None


def long_gifts(given: Sequence[Entry]) -> dict[str, int]:
    """Gifts that took time: {"guest_posts", "answers", "comments"}, comments being replies of 150 words or more.

    Answers and guest posts are long gifts whatever their number of words; a reply whose words are not known is none.
    Source: Orbit's "high-effort" contributions.

    Example: A guest post, 2 answers, replies of 149, 150 and 400 words: 1 guest post, 2 answers, 2 comments.
    """
    return {
        "guest_posts": sum(entry.number for entry in given if entry.kind is Kind.GUEST_POST),
        "answers": sum(entry.number for entry in given if entry.kind is Kind.ANSWER),
        "comments": sum(
            entry.number
            for entry in given
            if entry.kind is Kind.REPLY and entry.words is not None and entry.words >= LONG
        ),
    }
