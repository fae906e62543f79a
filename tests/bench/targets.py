"""What is to be reached, as ratios within one run: pure. A target that cannot be told yet is not met."""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence

from . import names
from .processes import Figures

__all__ = ["THREADS", "Book", "Pulled", "Target", "Verdict", "judged", "medians"]

MIB = 2**20
#: Most targets are for a blog of so many posts.
LARGE = 10_000
#: Requests that may be under way at the same time in the rows about pulling.
THREADS = 32
#: The medians of every row, by its name and size.
Book = Mapping[tuple[str, int], Figures]


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """A figure that is not to be larger than `limit` (not smaller, with `at_least`) in a blog of `size` posts.

    `figure` computes it for a size; KeyError says that a row is missing. `form` shows it.
    """

    what: str
    size: int
    limit: float
    figure: Callable[[Book, int], float]
    form: str = "×{:.3f}"
    at_least: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Pulled:
    """How many requests a pull made of a service that answers after `latency` seconds."""

    requests: int
    latency: float

    @property
    def best(self) -> float:
        """The seconds that it takes at best: each of `THREADS` waits for an answer all the time."""
        return self.requests * self.latency / THREADS


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """A target, what it asks for, what was measured (at which size), and what that means, in words."""

    what: str
    size: str
    asked: str
    measured: str
    verdict: str


def medians(taken: Mapping[tuple[str, int], Sequence[Figures]]) -> dict[tuple[str, int], Figures]:
    """The median of each figure of each row that was run."""
    return {
        row: Figures(*(statistics.median(column) for column in zip(*map(dataclasses.astuple, all_), strict=True)))
        for row, all_ in taken.items()
        if all_
    }


def judged(book: Book, pulls: Mapping[str, Pulled]) -> list[Verdict]:
    """What came of every target; `pulls` by the name of their row."""
    sizes = sorted({size for _, size in book if size})
    return [_verdict(target, book, sizes) for target in (*_builds(), *_alone(), *_starting(), *_pulls(pulls))]


def _verdict(target: Target, book: Book, sizes: Sequence[int]) -> Verdict:
    """At the size that the target is for; where that was not run the largest, and it is neither met nor missed."""
    size = target.size if target.size in (0, *sizes) else max(sizes, default=0)
    asked = f"{'≥' if target.at_least else '≤'} {target.form.format(target.limit)}"
    wanted = f"{target.size:,}" if target.size else ""
    try:
        figure = target.figure(book, size)
    except KeyError:
        return Verdict(target.what, wanted, asked, "", "not measured")
    measured = target.form.format(figure)
    if size != target.size:
        return Verdict(target.what, wanted, asked, f"{measured} at {size:,}", "not measured")
    met = figure >= target.limit if target.at_least else figure <= target.limit
    return Verdict(target.what, wanted, asked, measured, "met" if met else "missed")


def _wall(name: str, against: str) -> Callable[[Book, int], float]:
    return lambda book, size: book[name, size].wall / book[against, size].wall


def _builds() -> Iterator[Target]:
    """Of builds and `refresh`. A full build is one of Pelican with the quickest honest plugin."""
    for size, ratio in ((1_000, 0.50), (LARGE, 0.38)):
        yield Target("cold build, of Pelican + plugin", size, ratio, _wall(names.COLD, names.QUICK))
        yield Target("cold build, of Eleventy", size, 1.0, _wall(names.COLD, names.ELEVENTY))
    yield Target("cold build, of Hugo", LARGE, 1.7, _wall(names.COLD, names.HUGO))
    yield Target("cold build on 1 core, of Pelican + plugin", LARGE, 0.70, _wall(names.ONE_CORE, names.QUICK_ONE_CORE))
    yield Target("growth of CPU from the size before, with years and months: exponent", LARGE, 1.0, _growth, "{:.2f}")
    for name, against, share, of in (
        (names.DREW, names.QUICK, 35, "a full build"),
        (names.DREW, names.HUGO, 8, "Hugo's full build"),
        (names.EDITED, names.QUICK, 25, "a full build"),
        (names.ADDED, names.QUICK, 15, "a full build"),
        (names.REFRESH, names.HUGO, 20, "Hugo's full build"),
    ):
        yield Target(f"{name}, of {of}", LARGE, 1 / share, _wall(name, against), "×{:.4f}")
    yield Target("refresh beyond start-up and imports", LARGE, 0.3, _refreshing, "{:.2f} s")
    yield Target("refresh over the interpreter's own memory", LARGE, 40, _over_python, "{:.0f} MiB")


def _growth(book: Book, size: int) -> float:
    """The exponent with which CPU time grows from the next smaller size to `size`."""
    name = names.COLD + names.WITH_ARCHIVES
    smaller = [other for row, other in book if row == name and other < size]
    if not smaller:
        raise KeyError(name)
    before = max(smaller)
    return math.log(book[name, size].cpu / book[name, before].cpu) / math.log(size / before)


def _refreshing(book: Book, size: int) -> float:
    return book[names.REFRESH, size].wall - book[names.LOADING, size].wall


def _over_python(book: Book, size: int) -> float:
    return (book[names.REFRESH, size].peak - book[names.PYTHON, 0].peak) / MIB


def _alone() -> Iterator[Target]:
    """Of the plugin `conversation` beside nothing else: in CPU time, which a busy machine disturbs less."""
    for size in (1_000, LARGE):
        for name, limit, when in ((names.ALONE, 5, "8 interactions a post"), (names.SILENT, 1, "no interactions")):
            what = f"conversation over plain Pelican, {when}: CPU"
            yield Target(what, size, limit, _more(name), "{:+.1f} %")
        what = "conversation over plain Pelican: memory"
        yield Target(what, size, 20, _more_memory, "{:+.0f} MiB")


def _more(name: str) -> Callable[[Book, int], float]:
    return lambda book, size: 100 * (book[name, size].cpu / book[names.PLAIN, size].cpu - 1)


def _more_memory(book: Book, size: int) -> float:
    return (book[names.ALONE, size].peak - book[names.PLAIN, size].peak) / MIB


def _starting() -> Iterator[Target]:
    """Of imports."""

    def over(book: Book, _: int) -> float:
        return 1000 * (book[names.AT_WORK, 0].wall - book[names.IMPORT, 0].wall)

    yield Target("import of the plugin at work over import pelican", 0, 150, over, "{:.0f} ms")


def _pulls(pulls: Mapping[str, Pulled]) -> Iterator[Target]:
    """Of pulls."""

    def share(name: str) -> Callable[[Book, int], float]:
        return lambda book, _: 100 * pulls[name].best / book[name, 0].wall

    for name in (names.CLIENT, names.FULL_PULL):
        what = f"{name}: share of what latency allows at {THREADS}"
        yield Target(what, 0, 95, share(name), "{:.0f} %", at_least=True)

    def less(_: Book, __: int) -> float:
        return 100 * pulls[names.LATER_PULL].requests / pulls[names.FULL_PULL].requests

    yield Target(f"requests, {names.LATER_PULL}, of a full pull", 0, 10, less, "{:.0f} %")
