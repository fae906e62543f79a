"""Exports beside the page: all acts that the ledger counts, a row each, for a spreadsheet or another program.

They hold what the site shows anyhow: nothing that is hidden or held, of what is only counted no more than that it was
done, and nobody's words.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import cache
from zoneinfo import ZoneInfo

from .acts import Direction
from .addresses import link
from .ledger import Entry, Ledger
from .ledger.entries import local_date
from .ledger.received import stamp
from .sanitise import line
from .sources.giving import COLUMNS, EXPORTED

__all__ = ["HEADERS", "head", "lines", "made_of", "newest_first", "table"]

#: The columns of both tables; given.csv begins with those of content/giving.csv, so that it can be read as one.
HEADERS: Mapping[Direction, tuple[str, ...]] = {
    Direction.GIVEN: (*COLUMNS, *EXPORTED),
    Direction.RECEIVED: (*(name for name in COLUMNS if name != "note"), *EXPORTED),
}
#: What a spreadsheet takes for the begin of a formula (OWASP, "CSV Injection"), in both widths.
_FORMULA = tuple("=+-@＝＋－＠")
#: An address that any page may hold as it is, and any cell: most are.
_PLAIN = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?:/[A-Za-z0-9/._~@-]*)?")
#: The longest cell, in characters; addresses are never cut.
LENGTH = 300


def table(ledger: Ledger, direction: Direction) -> str:
    """One side of a ledger as CSV, newest first; the sum of `number` is the side's number of acts in ledger.json."""
    entries = ledger.acts.given if direction is Direction.GIVEN else ledger.acts.received
    published = {post.url for post in ledger.posts}
    rows = sorted(lines(entries, direction, published, ledger.zone), key=newest_first)
    return "".join([head(direction), *(row for _, row in rows)])


def made_of(ledger: Ledger, direction: Direction) -> list[object]:
    """All that a table is made of, as `leaves.digest` takes it."""
    entries = ledger.acts.given if direction is Direction.GIVEN else ledger.acts.received
    return [ledger.zone.key, [post.url for post in ledger.posts], entries]


def head(direction: Direction) -> str:
    """The first line of a table."""
    return _written(HEADERS[direction])


def lines(
    entries: Iterable[Entry], direction: Direction, published: Container[str], zone: ZoneInfo
) -> Iterator[tuple[int, str]]:
    """The lines of a table in no order, each with its time (`ledger.received.stamp`)."""
    header, label = HEADERS[direction], cache(_label)
    for entry in entries:
        cells = _cells(entry, published, zone, label)
        yield stamp(entry.when), _written([cells.get(name, "") for name in header])


def newest_first(one: tuple[int, str]) -> tuple[int, str]:
    """What such lines are sorted by: those of one moment come in an order that no shuffling changes."""
    return -one[0], one[1]


class _Echo:
    """Gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _written(cells: Iterable[str]) -> str:
    line: str = csv.writer(_Echo(), lineterminator="\n").writerow(cells)
    return line


def _cells(entry: Entry, published: Container[str], zone: ZoneInfo, label: Callable[[str], str]) -> Mapping[str, str]:
    """The cells of an act by column; of a private one, and of a draft, no address. `label` is `_label`."""
    cells = {
        "date": local_date(entry.when, zone).isoformat(),
        "kind": entry.kind.value,
        "channel": label(entry.channel),
        "number": str(entry.number),
    }
    if entry.private:
        return cells
    # Of all that a post gave, the post is the address: what tells one gift from another is the page that it was given.
    given = entry.target if entry.post and entry.direction is Direction.GIVEN else entry.url or entry.target
    cells["url"] = _address(given)
    cells["person"] = _address(entry.person) or label(entry.person)
    cells["name"] = label(entry.name)
    cells["words"] = "" if entry.words is None else str(entry.words)
    # What the blogger noted in content/giving.csv is not for everybody.
    cells["note"] = label(entry.title) if entry.post else ""
    if not entry.post or entry.post in published:
        cells["target"] = _address(entry.target) if entry.target != given else ""
        cells["post"] = _address(entry.post)
    return cells


def _address(url: str) -> str:
    """A web address as a cell; "" for anything else."""
    return url if _PLAIN.fullmatch(url) else link(url)


def _label(text: str) -> str:
    """A text in one line, and one that no spreadsheet computes."""
    text = line(text, LENGTH)
    return f"'{text}" if text.startswith(_FORMULA) else text
