"""One row more in a table that somebody keeps by hand, and nothing else in it changed.

Comments, blank lines, quotes, the order of the columns, what parts the cells, the ends of the lines, and rows that
cannot be read stay as they are. A table in the order of its dates stays in it, be it oldest or newest first; a comment
stays right above the row that it stood above.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from ..errors import ArchiveError
from . import tables
from .tables import Piece

__all__ = ["Insertion", "decoded", "encoded", "inserted"]

_MARK = "\ufeff"


class Insertion(Struct, frozen=True):
    """The file with its new row; `line` is the row's, `lost` are the columns that the table does not have."""

    text: str
    line: int
    lost: tuple[str, ...]


class _Form(Struct, frozen=True):
    """How the file is written: what parts the cells, what ends the lines."""

    delimiter: str
    end: str

    def row(self, cells: Sequence[str]) -> str:
        """A row in that form; one that would begin like a comment is quoted."""
        texts = []
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL):
            text = io.StringIO(newline="")
            csv.writer(text, delimiter=self.delimiter, lineterminator=self.end, quoting=quoting).writerow(cells)
            texts.append(text.getvalue())
        return texts[texts[0].lstrip().startswith("#")]


def decoded(data: bytes) -> str:
    """The text of a file; bytes that are not UTF-8 come back from `encoded` as they were."""
    return data.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    """The bytes of a file's text, see `decoded`."""
    return text.encode("utf-8", "surrogateescape")


def inserted(
    text: str,
    cells: Mapping[str, str],
    name: str,
    *,
    columns: Sequence[str],
    required: frozenset[str],
    when_of: Callable[[str], datetime | str],
) -> Insertion:
    """The file `text` with the row `cells` at the place of its date.

    `name` is what messages call the file; `columns` are those that a table may have, and has where there is none yet;
    `when_of` reads a cell of the column "date". Raises ArchiveError where the table cannot be read, or where the row
    would not be read from it as it is.
    """
    mark, text = (_MARK, text[1:]) if text.startswith(_MARK) else ("", text)
    lines = tables.lines_of(text)
    form = _Form(tables.delimiter_of(lines), next((end for line in lines if (end := _end(line))), "\n"))
    rows = [piece for piece in tables.pieces(lines) if not isinstance(piece.cells, str)]
    if rows:
        header, at, new = rows[0].cells, _place(rows, cells["date"], when_of), []
    else:
        header, at, new = list(columns), len(lines), [form.row(columns)]
    names = [cell.strip().casefold() for cell in header]
    if at and not _end(lines[at - 1]):
        lines[at - 1] += form.end
    new.append(form.row([cells.get(one, "") for one in names]))
    made = "".join([*lines[:at], *new, *lines[at:]])
    number = at + len(new)
    told = {one: cells.get(one, "").strip() for one in names}
    _check(text, made, number, told, name, columns=columns, required=required)
    return Insertion(mark + made, number, tuple(one for one in cells if cells[one] and one not in names))


def _place(rows: Sequence[Piece], date: str, when_of: Callable[[str], datetime | str]) -> int:
    """Before which line the row belongs: right behind one that stays above it, so above the comments of the next."""
    names = [cell.strip().casefold() for cell in rows[0].cells]
    at = names.index("date") if "date" in names else len(names)
    dated = [
        (when, row)
        for row in rows[1:]
        if at < len(row.cells) and isinstance(when := when_of(row.cells[at].strip()), datetime)
    ]
    times = [when for when, _ in dated]
    newest_first = times != sorted(times) and times == sorted(times, reverse=True)
    new = when_of(date)
    if not isinstance(new, datetime):
        raise ArchiveError(new)
    above = [row for when, row in dated if (when > new if newest_first else when <= new)]
    return (above or rows)[-1 if above else 0].end


def _check(  # noqa: PLR0913 - what there was, what there would be, and how to read it
    before: str,
    after: str,
    number: int,
    told: Mapping[str, str],
    name: str,
    *,
    columns: Sequence[str],
    required: frozenset[str],
) -> None:
    """Raises ArchiveError unless the new row, at the line `number`, and all others are read as they should be."""
    old, new = (tables.parse(encoded(text), name, columns=columns, required=required) for text in (before, after))
    if not new.whole:
        raise ArchiveError(f"{old.problems[-1]}.")
    others = [row.cells for row in new.rows if row.line != number]
    if others != [row.cells for row in old.rows] or told not in [row.cells for row in new.rows if row.line == number]:
        where = next((one.where for one in old.problems), name)
        raise ArchiveError(f"{where}: a quotation mark is missing or one too many; mend that first.")


def _end(line: str) -> str:
    """What ends a line; "" for a last one that nothing ends."""
    return line[len(line.rstrip("\r\n")) :]
