"""Comments as trees: replies below what they answer, in the order of time."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence

from ..addresses import key
from .types import Said

__all__ = ["threaded"]

#: Replies nest this deep; what answers deeper ones follows them on the same level, in order of time.
DEPTH = 5


def threaded(comments: Sequence[Said]) -> tuple[Said, ...]:
    """Comments (in order of time) as trees: replies below what they answer.

    A comment whose parent is not here stands on the first level, where its time puts it. Nothing nests deeper than
    `DEPTH`; comments that claim to answer each other in a circle are all kept, on the first level.
    """
    by_url = {key(said.url): said for said in reversed(comments) if said.url}
    parent_of: dict[str, str] = {}
    for said in comments:
        parent = by_url.get(key(said.act.parent)) if said.act.parent else None
        if parent is not None and not _answers(parent.anchor, said.anchor, parent_of):
            parent_of[said.anchor] = parent.anchor
    children: dict[str, list[Said]] = defaultdict(list)
    for said in comments:
        children[_host(said.anchor, parent_of)].append(said)

    def grown(anchor: str) -> tuple[Said, ...]:
        return tuple(dataclasses.replace(said, replies=grown(said.anchor)) for said in children.get(anchor, ()))

    return grown("")


def _answers(anchor: str, ancestor: str, parent_of: Mapping[str, str]) -> bool:
    """Whether `anchor` is `ancestor` or answers it, directly or not."""
    while anchor:
        if anchor == ancestor:
            return True
        anchor = parent_of.get(anchor, "")
    return False


def _host(anchor: str, parent_of: Mapping[str, str]) -> str:
    """The comment below which `anchor` is shown: its parent, an older ancestor where that lies too deep, or ""."""
    lineage = [anchor]
    while (parent := parent_of.get(lineage[-1])) is not None:
        lineage.append(parent)
    level = len(lineage) - 1
    return lineage[max(1, level - DEPTH + 1)] if level else ""
