"""The score in words, with the weights that it was made with. There is none unless the blogger switched it on."""

from __future__ import annotations

from msgspec import Struct

from ..languages import Words
from .book import Ledger
from .scoring import score
from .wording import EFFORT, Piece, phrase, unnumbered

__all__ = ["Scored", "scored"]


class Scored(Struct, frozen=True):
    """What both sides scored this year, in a sentence, and pairs of a kind and its weight, most effort first."""

    sentence: tuple[Piece, ...]
    weights: tuple[tuple[str, str], ...]


def scored(ledger: Ledger, words: Words) -> Scored | None:
    """The scores of the last 365 days."""
    if not ledger.weights:
        return None
    order = {kind.value: place for place, kind in enumerate(EFFORT)}
    sides = {"given": ledger.year.given, "received": ledger.year.received}
    told = {
        name: Piece(words.decimal(score(side.by_kind, ledger.weights)), f"metrics.year.score.{name}")
        for name, side in sides.items()
    }
    sentence = words.gettext(
        "Given %(given)s, received %(received)s this year, with weights of my own choosing; every other choice would "
        "tell another story."
    )
    return Scored(
        sentence=phrase(sentence, **told),
        weights=tuple(
            (unnumbered(kind, 1, words), words.decimal(ledger.weights[kind]))
            for kind in sorted(ledger.weights, key=lambda kind: (order.get(kind, len(order)), kind))
        ),
    )
