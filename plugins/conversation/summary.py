"""What was given this year in a few sentences, for other pages than its own, and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property

from .languages import Languages, Words
from .leaves import digest
from .ledger import Ledger
from .ledger.entries import Window, local_date
from .ledger.wording import Piece, acts, phrase, stressed

__all__ = ["Summary"]

#: The version of the form of year.json.
VERSION = 1


class Summary:
    """The sentences of one site in every language, as templates have them under the name `giving`.

    `page` is the full address of the page of giving and receiving, "" where there is none.
    """

    def __init__(self, ledger: Ledger, languages: Languages, page: str = "") -> None:
        self._ledger, self._languages, self._page = ledger, languages, page
        self._said: dict[str, tuple[tuple[Piece, ...], ...]] = {}

    def incremental_key(self) -> str:
        """What stands for all that templates can read here, in other builds too."""
        ledger, year = self._ledger, self._ledger.year
        told = (ledger.generated.isoformat(), ledger.zone.key, year.given.as_json(), year.metrics, year.received.acts)
        return digest(self._page, self._languages.choose().language, *told)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """At most three, as plain text in the site's language; none where nothing was given."""
        return tuple(map(_plain, self.pieces()))

    def pieces(self, language: str = "") -> tuple[tuple[Piece, ...], ...]:
        """The same in pieces, in the language asked for, else in the site's."""
        words = self._languages.choose(language)
        if words.language not in self._said:
            from .ledger import sentences  # noqa: PLC0415 - only where a template asks for them

            self._said[words.language] = sentences(self._ledger, words)
        return self._said[words.language]

    def back(self, language: str = "") -> tuple[Piece, ...]:
        """What came back this year, in one sentence; nothing where nothing did."""
        words: Words = self._languages.choose(language)
        number = self._ledger.year.received.acts
        told = stressed(acts(number, "received.year.acts", words))
        sentence = words.ngettext("%(acts)s came back", "%(acts)s came back", number)
        return phrase(sentence, acts=told) if number else ()

    def as_json(self) -> str:
        """What stands in year.json: the sentences, and the figures that they are about."""
        ledger = self._ledger
        year = Window.year(ledger.generated)
        days = {"from": year.start, "to": year.end}
        told = {
            "version": VERSION,
            "site": ledger.site,
            "page": self._page,
            "language": self._languages.choose().language,
            **{name: when and local_date(when, ledger.zone).isoformat() for name, when in days.items()},
            "sentences": [*self.sentences, *filter(None, [_plain(self.back())])],
            "given": {**_key_figures(ledger, "given"), "words": ledger.year.metrics.gifts.words_given},
            "received": _key_figures(ledger, "received"),
        }
        return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _key_figures(ledger: Ledger, side: str) -> dict[str, int]:
    """The three figures of one side that need no explanation."""
    sums = ledger.year.given if side == "given" else ledger.year.received
    return {"acts": sums.acts, "people": sums.people, "days": sums.days}


def _plain(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces)
