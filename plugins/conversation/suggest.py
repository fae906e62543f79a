"""Did you mean: for a word that is not known, the nearest one that is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["did_you_mean", "nearest"]

#: How alike two words must be (difflib's ratio, 0 to 1) to be taken for a slip of the pen.
_ALIKE = 0.5


def nearest(word: str, known: Iterable[str]) -> str:
    """The one of `known` that is most like `word`, letter case apart; "" where none is alike."""
    spelled = {name.casefold(): name for name in sorted(known, reverse=True)}
    found = difflib.get_close_matches(word.casefold()[:100], sorted(spelled), n=1, cutoff=_ALIKE)
    return spelled[found[0]] if found else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence to end a message with: the nearest known word, or all of them where none is near."""
    names = sorted(known)
    if found := nearest(word, names):
        return f'Did you mean "{found}"?'
    return f"Known are: {', '.join(names)}." if names else ""
