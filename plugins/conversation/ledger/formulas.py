"""The formulas in words, for the page's small print; docs/metrics.md has each with its source and an example."""

from __future__ import annotations

from msgspec import Struct

from ..languages import Words

__all__ = ["Formula", "formulas"]


class Formula(Struct, frozen=True):
    """How the figures under `keys` of ledger.json's metrics are computed, in one sentence or two."""

    keys: tuple[str, ...]
    sentence: str


def formulas(words: Words) -> tuple[Formula, ...]:
    """All figures that are more than a sum, in the order of ledger.json."""
    told = {
        "days_given": words.gettext("Days given: different dates on which something was given."),
        "reply_share": words.gettext(
            "Talk among what I write: replies and answers to others / messages, without reposts and answers to myself."
        ),
        "mix": words.gettext(
            "Broadcast or talk: messages of one form / all messages. A message has the first form that fits: "
            "conversation, repost, own link, link elsewhere, mention, statement."
        ),
        "broadcast_share": words.gettext("Broadcast: (own links + statements) / all messages."),
        "conversation_share": words.gettext("Talk: (conversation + mentions) / all messages."),
        "response_rate": words.gettext(
            "Comments that I answered: answered / answerable. Answerable is what others said on my posts 7 or more "
            "days ago, where it has an address of its own."
        ),
        "response_hours": words.gettext("Time to my first answer: the median over the comments that I answered."),
        "thread_depth": words.gettext("How long we talk: messages / threads, over the threads of two or more people."),
        "reciprocity": words.gettext(
            "People going both ways: 2 · people on both sides / (people given to + people heard from)."
        ),
        "mutual": words.gettext(
            "Acts that are mutual: 2 · Σ min(given, received) / (given + received), person by person, over the people "
            "who are known."
        ),
        "balance": words.gettext(
            "Giving against receiving: (given − received) / (given + received), from −1 to 1; once more without what "
            "the post that drew most received."
        ),
        "per_post": words.gettext("What a post draws: medians over the posts that are 30 days old or older."),
        "concentration": words.gettext(
            "Share of one post: what the post that drew most received / all received, from 5 posts on."
        ),
        "bursts": words.gettext(
            "Months that stand out: more received than 3 times the median of the 12 months before."
        ),
        "recurring": words.gettext(
            "People back from last year: heard from in the last 365 days and in the 365 before them."
        ),
        "first_time": words.gettext("New voices this year: heard from in the last 365 days and never before."),
        "paid_forward": words.gettext(
            "Giving with no return seen: acts given to people of whom nothing was heard / acts given to people who are "
            "known."
        ),
        "milestones": words.gettext(
            "Growth between milestones: (later − earlier) / earlier, of posts and of followers."
        ),
    }
    return tuple(Formula(_BESIDE.get(name, (name,)), sentence) for name, sentence in told.items())


#: What stands beside a figure in ledger.json and is computed with it.
_BESIDE = {
    "balance": ("balance", "balance_without_top_post"),
    "mix": ("mix", "mix_counts"),
}
