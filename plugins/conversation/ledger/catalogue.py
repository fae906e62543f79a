"""The catalogue of figures in words: each from the docstring of the function that computes it, in English.

The site's page behind "How this is counted" and docs/metrics.md are made from it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

from . import answering, drawn, gifts, milestones, mix, people, scoring, tally

__all__ = ["FAMILIES", "catalogue"]

#: What can be computed from: a heading, and by keys of ledger.json the function that does it.
FAMILIES: dict[str, dict[tuple[str, ...], Callable[..., Any]]] = {
    "What I gave": {
        ("people_given", "people_received", "days_given", "attributed_given", "attributed_received"): tally.tally,
        ("words_given",): gifts.words_given,
        ("long_gifts",): gifts.long_gifts,
    },
    "Broadcast or talk": {
        ("reply_share", "replies", "authored"): mix.reply_share,
        ("mix", "mix_counts"): mix.mix,
        ("broadcast_share", "conversation_share"): mix.share,
    },
    "Answering": {
        ("response_rate", "answered", "answerable"): answering.response_rate,
        ("response_hours",): answering.response_hours,
        ("thread_depth", "threads"): answering.thread_depth,
    },
    "Going both ways": {
        ("reciprocity",): people.reciprocity,
        ("only_given", "both_ways", "only_received"): people.sides,
        ("mutual",): people.mutual,
        ("balance", "balance_without_top_post"): drawn.balance,
        ("recurring",): people.recurring,
        ("first_time",): people.first_time,
        ("paid_forward",): people.paid_forward,
    },
    "What posts drew": {
        ("per_post",): drawn.per_post,
        ("concentration",): drawn.concentration,
        ("bursts",): drawn.bursts,
        ("milestones",): milestones.milestones,
    },
    "Only where it is switched on": {
        ("score",): scoring.score,
    },
}
NOTATION = """\
- G and R are acts given and received, g_j and r_j the same with one person j.
- All figures stand twice, under `all` for all time and under `year` for the 365 days up to the newest pull.
- "None" is `null` in ledger.json: nothing to divide by, or not known. It is never zero, and the page leaves it out.
- Acts of people who cannot be told apart count in sums, never in figures about people.
- `unmatched` is how many acts received are about no post, `history_start` the day of the oldest act received.
"""
#: Sentences for who calls the function.
_TAKES = re.compile(r"Takes .*?\.(?: |$)")


def catalogue() -> str:
    """All figures as Markdown; without their explanations where Python was told to forget docstrings (-OO)."""
    parts = [NOTATION.strip()]
    for family, figures in FAMILIES.items():
        parts.append(f"## {family}")
        for keys, function in figures.items():
            parts += [f"### {', '.join(f'`{key}`' for key in keys)}", *_told(function)]
    return "\n" + "\n\n".join(parts) + "\n\n"


def _told(function: Callable[..., Any]) -> list[str]:
    """The paragraphs of a function's docstring; where its formula comes from, and its example, get one each."""
    text = " ".join((inspect.getdoc(function) or "").split())
    text, _, example = text.partition(" Example: ")
    text, _, source = text.partition(" Source: ")
    paragraphs = [_TAKES.sub("", text).strip(), example and f"*Example.* {example}", source and f"*Source.* {source}"]
    return [one for one in paragraphs if one]
