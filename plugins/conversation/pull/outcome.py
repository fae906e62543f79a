"""How to pull, and what came of it, as values."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable

from ..acts import Problem
from ..store import Changes

__all__ = ["Outcome", "Plan", "one_each"]


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """How to pull.

    `policy` is CONVERSATION_PULL's word, `deadline` the seconds from `Pull.posts` to the end, `full` asks the sources
    for everything again, `only` limits the pull to sources of these names. Local sources are read whatever the policy.
    """

    policy: str = "due"
    deadline: float = 30.0
    full: bool = False
    only: Collection[str] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What came of pulling one source: `state` is "fresh", "failed", "unfinished" (deadline) or "not due"."""

    name: str
    state: str
    changes: Changes = dataclasses.field(default_factory=Changes)
    error: str | None = None
    problems: tuple[Problem, ...] = ()


def one_each(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """One outcome per source, by name: a per-post source is asked twice, about posts known before and about others."""
    order = ["not due", "fresh", "unfinished", "failed"]
    merged: dict[str, Outcome] = {}
    for new in outcomes:
        old = merged.get(new.name, Outcome(new.name, "not due"))
        worse = max(old, new, key=lambda outcome: order.index(outcome.state))
        merged[new.name] = dataclasses.replace(
            worse, changes=old.changes + new.changes, problems=old.problems + new.problems
        )
    return [merged[name] for name in sorted(merged)]
