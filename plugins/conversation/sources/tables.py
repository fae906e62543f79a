"""Tables that people keep by hand: CSV files as spreadsheets and text editors leave them, read with forgiveness.

Byte order marks, semicolons, tabs, comments and blank lines are all right. What cannot be taken is told with its line,
and all other rows count.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from ..acts import Problem
from ..errors import ArchiveError
from ..sanitise import line
from ..suggest import nearest

__all__ = ["Piece", "Row", "Table", "delimiter_of", "lines_of", "parse", "pieces", "problem", "read"]

MAX_BYTES = 16 << 20
#: A quoted text may go over so many lines; beyond that a quotation mark was forgotten.
MAX_LINES = 50


class Row(Struct, frozen=True):
    """One row: its line in the file, its cells by column; a column that the row lacks is not there."""

    line: int
    cells: Mapping[str, str]


class Piece(Struct, frozen=True):
    """The lines `start` to before `end` (from 0) that are one row: its cells, or what is wrong with it."""

    start: int
    end: int
    cells: list[str] | str


class Table(Struct, frozen=True):
    """What could be read. `whole` is False where nothing could: the line with the names of the columns is wrong."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    whole: bool


def read(path: Path, name: str) -> bytes | None:
    """The bytes of the file; None where there is none. Raises ArchiveError where it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ArchiveError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    if len(data) > MAX_BYTES:
        raise ArchiveError(f"{name} is larger than {MAX_BYTES >> 20} MiB; is this the right file?")
    return data


def parse(data: bytes, name: str, *, columns: Sequence[str], required: frozenset[str]) -> Table:
    """The rows of a file called `name` (for messages) whose columns may be `columns`, in any order."""
    text, problems = _decoded(data, name)
    rows: list[Row] = []
    header: list[str] | None = None
    for piece in pieces(lines_of(text)):
        number, cells = piece.start + 1, piece.cells
        if isinstance(cells, str):
            problems.append(problem(name, number, cells))
        elif header is None:
            header = [cell.strip().casefold() for cell in cells]
            problems += [problem(name, number, what) for what in _header_problems(header, columns, required)]
            if not set(header) >= required:
                return Table((), tuple(problems), whole=False)
        elif any(cell.strip() for cell in cells[len(header) :]):
            problems.append(problem(name, number, 'more cells than the header has; put "…" around a text with a comma'))
        else:
            rows.append(Row(number, dict(zip(header, (cell.strip() for cell in cells), strict=False))))
    return Table(tuple(rows), tuple(problems), whole=True)


def problem(name: str, number: int, what: str) -> Problem:
    """What is wrong in a line of the file."""
    return Problem(f"{name}, line {number}", what)


def _decoded(data: bytes, name: str) -> tuple[str, list[Problem]]:
    """The text; bytes that are not UTF-8 become "\ufffd", and the first line with such bytes is told."""
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        number = data[: error.start].count(b"\n") + 1
        what = "letters that are not in UTF-8; save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”)"
        return data.decode("utf-8-sig", "replace"), [problem(name, number, what)]


def pieces(lines: Sequence[str]) -> Iterator[Piece]:
    """The rows among the lines of a file, its header the first; comments and blank lines are between them.

    Each row gets a reader of its own: after a forgotten quotation mark the next line is read as if nothing had been.
    """
    delimiter = delimiter_of(lines)
    at = 0
    while at < len(lines):
        if _is_aside(lines[at]):
            at += 1
            continue
        reader = csv.reader(lines[at : at + MAX_LINES], delimiter=delimiter, strict=True, skipinitialspace=True)
        try:
            row = next(reader)
        except csv.Error as error:
            yield Piece(at, at + 1, f"a quotation mark is missing or one too many ({error})")
            at += 1
            continue
        end = at + max(reader.line_num, 1)
        yield Piece(at, end, row)
        at = end


def delimiter_of(lines: Iterable[str]) -> str:
    """What parts the cells: a comma, semicolon or tab, whichever the first row has most of."""
    first = next((line for line in lines if not _is_aside(line)), "")
    return max(",;\t", key=first.count)


def lines_of(text: str) -> list[str]:
    """The lines of a file with their ends, whichever these are."""
    return list(io.StringIO(text, newline=""))


def _is_aside(line: str) -> bool:
    start = line.lstrip()
    return not start.strip(" \t\r\n,;") or start.startswith("#")


def _header_problems(header: list[str], columns: Sequence[str], required: frozenset[str]) -> Iterator[str]:
    """What is wrong with the names of the columns."""
    for column in dict.fromkeys(header):
        if column and column not in columns:
            near = nearest(column, columns)
            yield f"the column {line(column, 40)!r} is not known" + (f"; did you mean {near!r}?" if near else "")
        elif column and header.count(column) > 1:
            yield f"the column {column!r} is there twice; the last one counts"
    for column in sorted(required - set(header)):
        yield f"there must be a first line with the names of the columns, and {column!r} is not among them"
