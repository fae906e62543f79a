"""Comments as trees: replies below what they answer, in the order of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import structs

from .types import Said, Spot

__all__ = ["threaded"]

#: Replies nest this deep; what answers deeper ones follows them on the same level, in order of time.
DEPTH = 5


def threaded(comments: Sequence[Said], answered: Mapping[str, Spot]) -> tuple[Said, ...]:
    """Comments (in order of time) as trees: replies below what they answer.

    `answered` tells by a comment's anchor what on the page it answers, a comment or something else. A comment that
    answers no comment here stands on the first level, where its time puts it. Nothing nests deeper than `DEPTH`. Of
    comments that claim to answer each other in a circle, the first stands on the first level. Whoever does not stand
    right below what they answer says so (`Said.answers`).
    """
    here = {said.anchor: said for said in comments}
    parent_of = {
        anchor: answered[anchor].anchor for anchor in here if anchor in answered and answered[anchor].anchor in here
    }
    hosts = _hosts(list(here), _without_circles(list(here), parent_of))
    children: dict[str, list[Said]] = defaultdict(list)
    for said in comments:
        spot, host = answered.get(said.anchor), hosts[said.anchor]
        if spot is not None and spot.anchor not in {host, said.anchor}:
            said = structs.replace(said, answers=spot)  # noqa: PLW2901 - the same comment
        children[host].append(said)

    def grown(anchor: str) -> tuple[Said, ...]:  # never deeper than DEPTH
        return tuple(
            structs.replace(said, replies=grown(said.anchor)) if said.anchor in children else said
            for said in children.get(anchor, ())
        )

    return grown("")


def _without_circles(anchors: Sequence[str], parent_of: Mapping[str, str]) -> dict[str, str]:
    """The parents, without that of the first comment of each circle."""
    kept = dict(parent_of)
    order = {anchor: number for number, anchor in enumerate(anchors)}
    seen: dict[str, int] = {}
    for start, number in order.items():
        anchor = start
        while anchor in kept and anchor not in seen:
            seen[anchor] = number
            anchor = kept[anchor]
        if seen.get(anchor) == number and anchor in kept:
            circle = [anchor]
            while kept[circle[-1]] != anchor:
                circle.append(kept[circle[-1]])
            del kept[min(circle, key=order.__getitem__)]
    return kept


def _hosts(anchors: Sequence[str], parent_of: Mapping[str, str]) -> dict[str, str]:
    """By anchor, below what it is shown: its parent, an older ancestor where that lies too deep, or ""."""
    placed: dict[str, tuple[str, int]] = {}
    for start in anchors:
        way = [start]
        while way[-1] not in placed and way[-1] in parent_of:
            way.append(parent_of[way[-1]])
        for anchor in reversed(way):
            if anchor not in placed:
                parent = parent_of.get(anchor, "")
                host, level = placed[parent] if parent else ("", -1)
                placed[anchor] = (host, level) if parent and level >= DEPTH else (parent, level + 1)
    return {anchor: host for anchor, (host, _) in placed.items()}
