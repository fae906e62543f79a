"""Giving and receiving: pure functions from acts to figures, and from figures to what the page shows.

Data goes one way: `entries` (rows) → `tally`, `gifts`, `people`, `mix`, `answering`, `drawn`, `milestones` (one figure
each) → `metrics` (the catalogue) → `book` (the ledger, ledger.json) → `butterfly`, `months`, `broadcast`, `response`,
`bothways`, `slopes`, `days`, `props`, `colophon` (one section each; `columns` and `strips` draw) → `page` (all of it).
`catalogue` explains the figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .book import Ledger, compute
from .entries import Entry, PostFacts, SourceFacts
from .milestones import Snapshot
from .points import points

if TYPE_CHECKING:
    from .page import Page, sentences, view

__all__ = ["Entry", "Ledger", "Page", "PostFacts", "Snapshot", "SourceFacts", "compute", "points", "sentences", "view"]


def __getattr__(name: str) -> object:
    """The page is laid out in a dozen modules, which a build that finds it as it was does not need."""
    if name in {"Page", "sentences", "view"}:
        from . import page  # noqa: PLC0415

        return getattr(page, name)
    raise AttributeError(name)
