"""The score that a blogger may switch on: acts weighed by their kind. Nobody else's weights are better, or worse."""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum

__all__ = ["score"]


def score(by_kind: Mapping[str, int], weights: Mapping[str, float]) -> float:
    """Acts of one side, weighed: Σ weight · acts, over the kinds that CONVERSATION_WEIGHTS names; other kinds add 0.

    Only there where CONVERSATION_WEIGHTS is set, and never without its weights beside it: all known systems weigh, and
    no two of them alike.

    Example: a reply weighs 4, a like 1; 3 replies, 5 likes and 2 links: 4 · 3 + 1 · 5 = 17.
    """
    sum_ = fsum(weight * by_kind.get(kind, 0) for kind, weight in weights.items())
    return int(sum_) if sum_.is_integer() else round(sum_, 6)
