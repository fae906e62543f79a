"""How to pull, and what came of it, as values."""

from __future__ import annotations

import traceback
from collections.abc import Collection, Iterable
from pathlib import Path

from msgspec import Struct, field, structs

from ..acts import Problem
from ..store import Changes

__all__ = ["Outcome", "Plan", "Standing", "blame", "one_each"]


class Plan(Struct, frozen=True):
    """How to pull.

    `policy` is CONVERSATION_PULL's word, `deadline` the seconds from `Pull.posts` to the end (`limit` says where they
    come from), `full` asks the sources for everything again, `only` limits the pull to sources of these names. `budget`
    is the number of requests that all sources together may make, 0 for no limit. Local sources are read whatever the
    policy.
    """

    policy: str = "due"
    deadline: float = 30.0
    limit: str = "CONVERSATION_DEADLINE"
    full: bool = False
    only: Collection[str] = ()
    budget: int = 0


class Outcome(Struct, frozen=True):
    """What came of pulling one source: `state` is "fresh", "failed", "unfinished" or "not due".

    An unfinished one was cut short: by the deadline, and then `error` says so, or by the budget. `left` is then how
    many posts it was not asked about (0 for a source that answers for the whole site), else None.
    """

    name: str
    state: str
    changes: Changes = field(default_factory=Changes)
    error: str | None = None
    problems: tuple[Problem, ...] = ()
    left: int | None = None


class Standing(Struct, frozen=True):
    """How far a pull is: posts asked about, and to be asked about, over all sources that are asked post by post."""

    asked: int
    posts: int


def one_each(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """One outcome per source, by name: a per-post source is asked twice, about posts known before and about others."""
    order = ["not due", "fresh", "unfinished", "failed"]
    merged: dict[str, Outcome] = {}
    for new in outcomes:
        old = merged.get(new.name, Outcome(new.name, "not due"))
        worse = max(old, new, key=lambda outcome: order.index(outcome.state))
        left = None if old.left is None and new.left is None else (old.left or 0) + (new.left or 0)
        merged[new.name] = structs.replace(
            worse, changes=old.changes + new.changes, problems=old.problems + new.problems, left=left
        )
    return [merged[name] for name in sorted(merged)]


def blame(mistake: BaseException) -> str:
    """What to say of a source that broke: where, for its authors, and never its words, which may hold a token."""
    frames = traceback.extract_tb(mistake.__traceback__)
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"stopped over a mistake of its own ({type(mistake).__name__}{where}); please tell its authors."
