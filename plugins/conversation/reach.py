"""How far the sources reach: of which channels they can tell what was given, or received, even where nothing was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from .acts import Direction, Kind
from .channels import WEB
from .ledger import SourceFacts
from .sources import Service, Source, registry

__all__ = ["counted"]

#: What tells of the Web at large, and not of a network that has its name.
_WEB: Mapping[str, Direction] = {
    "posts": Direction.GIVEN,
    "webmention.io": Direction.RECEIVED,
    "jf2": Direction.RECEIVED,
}


def counted(sources: Iterable[Source], facts: Iterable[SourceFacts]) -> dict[str, Collection[Direction]]:
    """By channel, the directions of which a source can tell that was read at least once.

    A channel has the name of its service. Of files nobody knows how much of a channel they hold: they are in no table
    here, and tell only of what is in them.
    """
    read = {one.name for one in facts if one.pulled}
    found: defaultdict[str, set[Direction]] = defaultdict(set)
    for source in sources:
        if source.name not in read:
            continue
        service = registry.service(source.source)
        if source.source in _WEB:
            found[WEB].add(_WEB[source.source])
        elif not service.local:
            found[source.source] |= _directions(source, service)
    return dict(found)


def _directions(source: Source, service: Service) -> set[Direction]:
    """What a service tells of: what was given only where it knows whose account it is."""
    asks = any(option.name == "account" for option in service.options)
    knows = bool(source.options.get("account")) or not asks
    gives = knows and {*service.given} - {Kind.NOTE}
    return {*([Direction.RECEIVED] if service.received else []), *([Direction.GIVEN] if gives else [])}
