"""A whole benchmark: the rows of every group run in turn, checked, and put into tables."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from . import pulling, report, rows, single, targets
from .dataset import Blog
from .processes import Command, Figures, measure, profiled
from .rows import Row
from .writing import jf2

__all__ = ["Outcome", "Wish", "run"]


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: which `sizes`, how many `runs`, with `peers` or not, `only` rows whose name holds one of these.

    Rows whose name holds one of `profile` run once more, under cProfile, and leave a file in `profiles`. `posts` and
    `latency` are those of the pulls.
    """

    sizes: Sequence[int] = (100, 1_000, 10_000)
    runs: int = 3
    peers: bool = False
    only: Sequence[str] = ()
    profile: Sequence[str] = ()
    profiles: Path = Path("profiles")
    posts: int = pulling.POSTS
    latency: float = pulling.LATENCY


@dataclasses.dataclass(slots=True)
class Outcome:
    """What came of it: the tables, what was measured, and what is wrong with the built sites."""

    sheets: list[report.Sheet] = dataclasses.field(default_factory=list)
    book: dict[tuple[str, int], Figures] = dataclasses.field(default_factory=dict)
    faults: list[str] = dataclasses.field(default_factory=list)


def run(wish: Wish, folder: Path, say: Callable[[str], object]) -> Outcome:
    """Does it in the empty `folder`; `say` is told of each run. Raises SystemExit where a site cannot be built."""
    outcome = Outcome()
    for size in sorted(wish.sizes):
        place = folder / str(size)
        once = dataclasses.replace(wish, runs=1) if size >= rows.LARGE else wish
        _run_group(f"{size:,} posts", rows.rows(place, size, peers=wish.peers), once, outcome, say)
        shutil.rmtree(place)
    singles = list(single.rows(folder / "single"))
    _run_group("Imports, a ledger, the conversation of one post", singles, wish, outcome, say)
    blog, mentions = Blog(wish.posts), folder / "mentions.json"
    mentions.write_text(jf2(blog.interactions), encoding="utf-8")
    with pulling.Service.running(mentions, wish.latency) as service:
        pulls, asked = pulling.rows(folder / "pulls", service, blog)
        title = f"{wish.posts:,} posts, and services that answer after {1000 * wish.latency:g} ms"
        _run_group(title, pulls, wish, outcome, say)
    outcome.sheets.insert(0, report.targets(targets.judged(outcome.book, asked)))
    return outcome


def _run_group(title: str, rows_: Sequence[Row], wish: Wish, outcome: Outcome, say: Callable[[str], object]) -> None:
    """Measures those rows that are wanted, and adds their table to the outcome."""
    wanted = [row for row in rows_ if _is_among(row, wish.only) or not wish.only]
    taken: dict[tuple[str, int], list[Figures]] = {row.key: [] for row in wanted}
    there = [row for row in wanted if row.what is not None]
    for number in range(1, wish.runs + 1):
        for row in there:
            figures = row.run()
            taken[row.key].append(figures)
            say(f"{title}: {row.name}, {figures.wall:.2f} s (run {number} of {wish.runs})")
            if number == 1:
                outcome.faults += row.faults()
    outcome.book |= targets.medians(taken)
    if wanted:
        outcome.sheets.append(report.sheet(title, wanted, outcome.book))
    for row in there:
        if _is_among(row, wish.profile):
            _profile(row, wish.profiles)


def _profile(row: Row, folder: Path) -> None:
    """Runs a row once more under cProfile, where it is a module of Python's; what that saw is in a file in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^a-z0-9]+", "-", row.name.lower()).strip("-")
    command = profiled(row.what, folder / f"{name}-{row.size}.prof") if isinstance(row.what, Command) else None
    if command:
        row.prepare()
        measure(command, row.cores)


def _is_among(row: Row, names: Sequence[str]) -> bool:
    return any(name.lower() in row.name.lower() for name in names)
