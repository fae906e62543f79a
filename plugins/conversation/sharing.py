"""Work that several processes can share, where a plugin is there that knows how to make them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from blinker import signal
from pelican.generators import Generator

__all__ = ["Share", "Work", "alone", "shared_by"]

#: Does tasks, whose numbers it takes from an iterator; what it does has to be found where every process looks.
Work = Callable[[Iterator[int]], object]
#: Has so many tasks done by such work; gives the numbers of those that are still to be done.
Share = Callable[[int, Work], Iterable[int]]


def alone(tasks: int, work: Work) -> Iterable[int]:  # noqa: ARG001 - as `Share`
    """Nobody helps: everything is still to be done."""
    return range(tasks)


def shared_by(generator: Generator) -> Share:
    """Whoever listens to `incremental_share` may do the work of a generator in several processes."""

    def share(tasks: int, work: Work) -> Iterable[int]:
        answers = signal("incremental_share").send(generator, tasks=tasks, work=work)
        return next((left for _, left in answers if left is not None), alone(tasks, work))

    return share
