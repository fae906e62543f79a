"""What builds and tasks say in a line: pure."""

from __future__ import annotations

import sys
from pathlib import Path

from .pull import Outcome
from .store import Changes

__all__ = ["left_over", "many", "news", "outcome_line", "program", "waiting_line"]


def waiting_line(acts: int, replies: int) -> str:
    """What a build says where acts wait: "2 replies wait for your word: invoke status"; "" where none does.

    `replies` is how many of them are replies.
    """
    if not acts:
        return ""
    what = many(acts, "reply", "replies") if acts == replies else many(acts, "act")
    return f"{what} {'waits' if acts == 1 else 'wait'} for your word: {program()} status"


def outcome_line(outcome: Outcome) -> str:
    """One line on one source's pull."""
    left = "" if outcome.left is None else f" {left_over(outcome.left)}"
    if outcome.error:
        return f"{outcome.name}: {outcome.error}{left}"
    if outcome.state == "not due":
        return f"{outcome.name}: not due yet"
    taken = f", {len(outcome.problems)} not taken" if outcome.problems else ""
    return f"{outcome.name}: {news(outcome.changes)}{taken}" + (f".{left}" if left else "")


def left_over(unasked: int) -> str:
    """What a pull that was cut short leaves for the next one, in words."""
    if not unasked:
        return "There was more to read; the next build goes on there."
    verb = "is" if unasked == 1 else "are"
    return f"{many(unasked, 'post')} {verb} left for the next build (CONVERSATION_BUDGET, CONVERSATION_DEADLINE)."


def news(changes: Changes) -> str:
    """What a pull or an import brought, in words: "2 new, 1 changed"."""
    parts = [(changes.new, "new"), (changes.changed, "changed"), (changes.gone, "gone")]
    return ", ".join(f"{number} {word}" for number, word in parts if number) or "nothing new"


def many(number: int, one: str, more: str = "") -> str:
    """A number with its noun: "1 act", "2,000 acts"."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def program() -> str:
    """The command that tasks are given to: `invoke` where that runs, else the plugin's own."""
    return "invoke" if Path(sys.argv[0]).stem in {"invoke", "inv"} else "pelican-conversation"
