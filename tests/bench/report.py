"""How the figures are told: as tables on the terminal, and as the page docs/benchmarks.md."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import date

from rich.console import Console
from rich.table import Table

from .rows import Row
from .targets import MIB, Book, Verdict

__all__ = ["Sheet", "page", "sheet", "show", "targets"]

#: Above the figures of every row, and of every target.
FIGURES = ("what", "seconds", "CPU", "peak MiB", "ratio", "")
TARGETS = ("target", "posts", "asked", "measured", "")
HOW = """\
Written by `invoke bench --peers`; `invoke --help bench` tells its options, and [Contributing](../CONTRIBUTING.md)
more.

Each row is a whole process, started anew for every run: seconds on the clock, CPU seconds of all its processes
together, and the memory of the largest one at its peak. Runs are taken in turn (A B C, A B C ...), so that a busy
machine is busy for all, and each figure is the median; blogs of 10,000 posts are built once. Everything gets two
cores at most; rows say where it is one. Ratios within one table say more than seconds.

The blog is invented and the same on every machine: posts of about 620 words with headings, lists, links and, in a
third of them, code; 5 categories, 40 tags; 8 interactions a post on average, spread as Zipf has it, at most 500 on
one. Every generator makes the same pages with templates of equal size: posts with their interactions, an index, a
page for each tag and category, a feed of twenty posts in full. Whether each post shows each interaction is checked.
*Pelican + quickest honest plugin* is what one writes on an evening: a JSON file, handed to the theme; a *full build*
is one of these. *Commons* is the sample blog's theme, for up to 1,000 posts: pages of ten, all lists, archives of
years and months. *Cold* means: no output, no cache; the store of `conversation` is full already. People's pictures
are left out. What is built incrementally, or refreshed, is compared with what Pelican builds without that plugin,
byte for byte, after every kind of change.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its title, what stands above the columns, and the cells."""

    title: str
    head: Sequence[str]
    lines: Sequence[Sequence[str]]


def sheet(title: str, rows: Iterable[Row], book: Book) -> Sheet:
    """The figures of `rows`; one that is not in `book` is not there yet."""
    return Sheet(title, FIGURES, [_line(row, book) for row in rows])


def _line(row: Row, book: Book) -> Sequence[str]:
    figures, base = book.get(row.key), book.get((row.against, row.size))
    if figures is None:
        return row.name, "not there", "", "", "", ""
    ratio = f"×{figures.wall / base.wall:.3f}" if base else ""
    peak = f"{figures.peak / MIB:,.0f}" if figures.peak else ""
    return row.name, _seconds(figures.wall), _seconds(figures.cpu), peak, ratio, row.note()


def _seconds(number: float) -> str:
    return f"{number:.3f}" if number < 1 else f"{number:.2f}"


def targets(verdicts: Iterable[Verdict]) -> Sheet:
    """Every target, and what came of it."""
    return Sheet("Targets", TARGETS, [dataclasses.astuple(one) for one in verdicts])


def show(sheets: Iterable[Sheet], console: Console) -> None:
    """Prints the tables."""
    for one in sheets:
        table = Table(*one.head, title=one.title, box=None, title_justify="left")
        for place, column in enumerate(table.columns):
            column.justify = "left" if place in {0, len(table.columns) - 1} else "right"
        for line in one.lines:
            table.add_row(*line)
        console.print(table, "")


def page(sheets: Iterable[Sheet], machine: Iterable[str], faults: Sequence[str], runs: int, day: date) -> str:
    """The page of the manual, in Markdown."""
    equal = "All checks held." if not faults else "**What did not hold:**"
    about = [
        f"Measured on {day:%-d %B %Y}, {f'medians of {runs} runs' if runs > 1 else 'a single run'}, on",
        "",
        *(f"- {line}" for line in machine),
        "",
        equal,
    ]
    wrong = ["", *(f"- {_cell(one)}" for one in faults)] if faults else []
    parts = [f"# Benchmarks\n\n{HOW}", "\n".join([*about, *wrong]) + "\n", *(_markdown(one) for one in sheets)]
    return "\n".join(parts)


def _markdown(one: Sheet) -> str:
    sides = ["---", *["---:"] * (len(one.head) - 2), "---"]
    lines = [f"| {' | '.join(map(_cell, cells))} |" for cells in (one.head, *one.lines)]
    return "\n".join([f"## {one.title}\n", lines[0], f"|{'|'.join(sides)}|", *lines[1:]]) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "&#124;").replace("\n", " ")
