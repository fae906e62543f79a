"""What all pages of the site may show of its conversations, from what is kept of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter

from msgspec import structs

from .almanac import Almanac
from .leaves import Leaf, digest
from .posts import Post
from .threads import (
    LATEST,
    Conversation,
    Counts,
    Number,
    Overview,
    Remark,
    Talked,
    most_talked,
    newest,
    path_of,
    remarks,
)

__all__ = ["overview_of"]

_NAMES = Counts.__struct_fields__
_numbers = attrgetter(*_NAMES)


def overview_of(
    public: Sequence[Conversation],
    leaves: Mapping[str, Leaf],
    almanac: Almanac,
    site: str,
    key_of: Callable[[Post], str],
) -> Overview:
    """As `threads.overview` of the conversations of all published posts; `key_of` gives what stands for one of them."""
    talked = most_talked(Talked(one, path_of(one.post, site)) for one in public if one.counts.total)
    known = [leaves[one.url] for one in public]
    numbers = [sum(sums) for sums in zip(*(_numbers(leaf.counts) for leaf in known), strict=True)]
    unsure = {group for leaf in known for group in leaf.at_least}
    told = tuple(
        Number(name, number, listed=number, at_least=name in unsure)
        for name, number in zip(_NAMES, numbers, strict=bool(numbers))
    )
    pages = almanac.newest_remarks((one.url for one in public), LATEST)
    chosen = [one for one in public if one.url in pages]

    def latest() -> tuple[Remark, ...]:
        return newest((remark for one in chosen for remark in remarks(one, site)), LATEST)

    keys = [key_of(post) for post in (*(one.post for one in chosen), *(one.post for one in talked))]
    return Overview(latest, talked, told, digest(site, keys, [structs.astuple(number) for number in told]))
